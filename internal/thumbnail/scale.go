package thumbnail

import (
	"context"
	"image"

	"golang.org/x/image/draw"
)

// fit is the largest size of the shape of w and h that is not larger than them,
// nor than the box. It is even, so that the half of it is whole.
func fit(w, h, boxWidth, boxHeight int) (int, int) {
	fw, fh := w, h
	if fw > boxWidth {
		fw, fh = boxWidth, h*boxWidth/w
	}
	if fh > boxHeight {
		fw, fh = w*boxHeight/h, boxHeight
	}
	return max(2, fw&^1), max(2, fh&^1)
}

// A sketch is a picture on white that is small enough to work with.
type sketch struct {
	pixels      *image.RGBA
	orientation orientation
}

// shrink lays the picture on white, and makes it smaller by a whole number if it
// is far larger than w and h, as it is to be seen. That is cheap: each pixel is
// the mean of a square, a strip of the picture at a time.
func (d decoded) shrink(ctx context.Context, w, h int) (sketch, error) {
	n := max(1, min(d.width/w, d.height/h)/2)
	width, height := d.canvas.Dx(), d.canvas.Dy()
	dst := image.NewRGBA(image.Rect(0, 0, (width+n-1)/n, (height+n-1)/n))
	strip := image.NewRGBA(image.Rect(0, 0, width, n))
	for y := range dst.Rect.Dy() {
		if ctx.Err() != nil {
			return sketch{}, context.Cause(ctx)
		}
		draw.Draw(strip, strip.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(strip, strip.Rect, d.pixels, image.Pt(0, y*n), draw.Over)
		average(dst.Pix[y*dst.Stride:][:dst.Stride], strip.SubImage(image.Rect(0, 0, width, min(n, height-y*n))).(*image.RGBA), n)
	}
	return sketch{dst, d.orientation}, nil
}

// average sets each pixel of row to the mean of the next n columns of the strip;
// of fewer at its end.
func average(row []byte, strip *image.RGBA, n int) {
	width, height := strip.Rect.Dx(), strip.Rect.Dy()
	for x := 0; x < width; x += n {
		columns := min(n, width-x)
		var r, g, b int
		for y := range height {
			for p := strip.Pix[y*strip.Stride+4*x:][:4*columns]; len(p) >= 4; p = p[4:] {
				r, g, b = r+int(p[0]), g+int(p[1]), b+int(p[2])
			}
		}
		count := columns * height
		p := row[4*(x/n):][:4]
		p[0], p[1], p[2], p[3] = mean(r, count), mean(g, count), mean(b, count), 0xFF
	}
}

func mean(sum, count int) byte { return byte((sum + count/2) / count) }

// scale makes the sketch w times h pixels, as seen.
func (s sketch) scale(w, h int) *image.RGBA {
	if s.orientation.turned() {
		w, h = h, w
	}
	dst := s.pixels
	if size := image.Pt(w, h); size != dst.Rect.Size() {
		dst = image.NewRGBA(image.Rectangle{Max: size})
		draw.CatmullRom.Scale(dst, dst.Rect, s.pixels, s.pixels.Rect, draw.Src, nil)
	}
	return s.orientation.upright(dst)
}
