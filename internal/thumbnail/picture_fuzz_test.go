package thumbnail

import (
	"image"
	"image/color"
	"testing"

	"pgregory.net/rapid"
)

// Whatever the bytes are, a picture of them keeps to the limits, and is one.
func FuzzPicture(f *testing.F) {
	f.Add(jpegOf(f, corners(160, 120)))
	f.Add(after(segment(0xE1, exif(bigEndian, 6)), jpegOf(f, corners(130, 200))))
	f.Add(pngOf(f, corners(160, 120)))
	f.Add(pngOf(f, plainNRGBA(160, 120, color.NRGBA{1, 2, 3, 4})))
	f.Add(gifOf(f, 160, 120, frame(image.Rect(10, 10, 20, 20), red)))
	f.Add(webpOf(160, 120, color.NRGBA(red)))
	f.Add(wideWebP(160, 120))
	f.Add(paintedOften(160, 3))
	fetcher := Fetcher{MaxPixels: 100_000, Width: 100, MaxHeight: 80, MaxData: 20_000}
	f.Fuzz(func(t *testing.T, data []byte) {
		img, err := fetcher.picture(t.Context(), data)
		if err != nil {
			return
		}
		if img.Width > 100 || img.Height > 80 || len(img.Data) > 20_000 {
			t.Errorf("picture: %d x %d in %d bytes", img.Width, img.Height, len(img.Data))
		}
		pixelsOf(t, img)
	})
}

func TestFitProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(minSide, 20_000)
		w, h := side.Draw(t, "w"), side.Draw(t, "h")
		if worth(w, h) != nil {
			t.Skip("not shown")
		}
		box := rapid.IntRange(100, 3000)
		bw, bh := box.Draw(t, "box width"), box.Draw(t, "box height")
		fw, fh := fit(w, h, bw, bh)
		if fw > min(w, bw) || fh > min(h, bh) || fw%2+fh%2 != 0 {
			t.Fatalf("fit(%d, %d, %d, %d) = %d, %d", w, h, bw, bh, fw, fh)
		}
		if fw < min(w, bw)-1 && fh < min(h, bh)-1 {
			t.Fatalf("fit(%d, %d, %d, %d) = %d, %d, smaller than it must be", w, h, bw, bh, fw, fh)
		}
		// The shape is off by no more than what rounding took from each side.
		if fw*h > (fh+3)*w || fh*w > (fw+3)*h {
			t.Fatalf("fit(%d, %d, %d, %d) = %d, %d, of another shape", w, h, bw, bh, fw, fh)
		}
	})
}
