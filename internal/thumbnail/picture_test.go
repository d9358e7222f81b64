package thumbnail

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"io"
	"strings"
	"testing"
	"time"
)

func picture(t testing.TB, data []byte) Image {
	t.Helper()
	img, err := new(Fetcher).picture(t.Context(), data)
	if err != nil {
		t.Fatalf("picture: %v", err)
	}
	return img
}

// plainNRGBA is of one colour.
func plainNRGBA(w, h int, c color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		copy(img.Pix[4*i:], []byte{c.R, c.G, c.B, c.A})
	}
	return img
}

func TestFormats(t *testing.T) {
	grey := color.RGBA{127, 127, 127, 255}
	all := image.Rect(0, 0, 400, 300)
	tests := []struct {
		name string
		data []byte
		want []color.Color // above left, above right, below left, below right
	}{
		{"JPEG", jpegOf(t, corners(400, 300)), []color.Color{red, green, blue, black}},
		{"PNG", pngOf(t, corners(400, 300)), []color.Color{red, green, blue, black}},
		{"WebP", webpOf(400, 300, color.NRGBA(red)), []color.Color{red, red, red, red}},
		{"GIF: the first frame", gifOf(t, 400, 300, frame(all, green), frame(all, red)), []color.Color{green, green, green, green}},
		{"GIF: white where the first frame is not", gifOf(t, 400, 300, frame(image.Rect(200, 0, 400, 150), green)), []color.Color{white, green, white, white}},
		{"transparent WebP is white", webpOf(400, 300, color.NRGBA{200, 30, 30, 0}), []color.Color{white, white, white, white}},
		{"transparent PNG is white", pngOf(t, plainNRGBA(400, 300, color.NRGBA{200, 30, 30, 0})), []color.Color{white, white, white, white}},
		{"half transparent is half white", pngOf(t, plainNRGBA(400, 300, color.NRGBA{0, 0, 0, 128})), []color.Color{grey, grey, grey, grey}},
		{"transparent and huge is white", webpOf(1400, 1000, color.NRGBA{200, 30, 30, 0}), []color.Color{white, white, white, white}},
		{"huge and no multiple of anything", pngOf(t, corners(1403, 901)), []color.Color{red, green, blue, black}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := Fetcher{Width: 150, MaxHeight: 100}
			img, err := f.picture(t.Context(), tt.data)
			if err != nil {
				t.Fatal(err)
			}
			wantCorners(t, img, tt.want...)
		})
	}
}

func TestNotShown(t *testing.T) {
	whole := jpegOf(t, photo(400, 300, 20))
	png := pngOf(t, corners(400, 300))
	wide := gifOf(t, 400, 300, frame(image.Rect(0, 0, 400, 300), red))
	tests := []struct {
		name string
		data []byte
		want string // how it begins: the rest is the decoder's
	}{
		{"empty", nil, "neither PNG, JPEG, GIF nor WebP, but text/plain; charset=utf-8"},
		{"HTML", []byte("<!DOCTYPE html><title>Not found</title>"), "neither PNG, JPEG, GIF nor WebP, but text/html; charset=utf-8"},
		{"SVG", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`), "neither PNG, JPEG, GIF nor WebP, but text/xml; charset=utf-8"},
		{"BMP", []byte("BM\x00\x00"), "neither PNG, JPEG, GIF nor WebP, but image/bmp"},
		{"the magic alone", []byte("\xff\xd8\xff"), "broken JPEG: "},
		{"wrong magic", append([]byte("\xff\xd8\xff"), png[3:]...), "broken JPEG: "},
		{"JPEG cut in the middle", whole[:len(whole)/2], "broken JPEG: "},
		{"PNG cut in the middle", png[:len(png)/2], "broken PNG: "},
		{"WebP cut in the middle", webpOf(400, 300, color.NRGBA(red))[:24], "broken WebP: "},
		{"PNG that promises too much", pngHeader(1<<31-1, 1<<31-1), "broken PNG: "},
		{"PNG that promises much", pngHeader(1<<20, 1<<20), "1048576 x 1048576 pixels are too many"},
		{"PNG that promises a little too much", pngHeader(8000, 5001), "8000 x 5001 pixels are too many"},
		{"GIF that promises too much", gifHeader(65535, 65535), "65535 x 65535 pixels are too many"},
		{"WebP of too much in 40 bytes", webpOf(16383, 16383, color.NRGBA(red)), "16383 x 16383 pixels are too many"},
		{"WebP whose pixels are more than its canvas", wideWebP(400, 300), "broken WebP: "},
		{"GIF whose frame is more than its canvas", append(gifHeader(200, 150), wide[13:]...), "broken GIF: "},
		{"no width", pngHeader(0, 400), "broken PNG: "},
		{"no height in a GIF", gifHeader(400, 0), "400 x 0 pixels are too small to be worth showing"},
		{"a pixel that counts readers", gifOf(t, 1, 1, frame(image.Rect(0, 0, 1, 1), white)), "1 x 1 pixels are too small to be worth showing"},
		{"too low", webpOf(400, 119, color.NRGBA(red)), "400 x 119 pixels are too small to be worth showing"},
		{"too narrow", webpOf(119, 200, color.NRGBA(red)), "119 x 200 pixels are too small to be worth showing"},
		{"banner", webpOf(601, 150, color.NRGBA(red)), "601 x 150 pixels are too wide to be worth showing"},
		{"tower", webpOf(150, 301, color.NRGBA(red)), "150 x 301 pixels are too high to be worth showing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := new(Fetcher).picture(t.Context(), tt.data)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("picture: %v, want %s", err, tt.want)
			}
		})
	}
}

// wideWebP has a canvas of this size, and one frame that is far larger.
func wideWebP(w, h int) []byte {
	canvas := []byte{'V', 'P', '8', 'X', 10, 0, 0, 0, 0, 0, 0, 0, byte(w - 1), byte((w - 1) >> 8), 0, byte(h - 1), byte((h - 1) >> 8), 0}
	frame := webpOf(16383, 16383, color.NRGBA(red))
	return riff("VP8L", frame[20:], canvas...)
}

func TestShownAtTheEdge(t *testing.T) {
	for _, size := range []image.Point{{120, 120}, {480, 120}, {120, 240}, {484, 121}, {121, 242}} {
		picture(t, webpOf(size.X, size.Y, color.NRGBA(red)))
	}
}

func TestEdgesKeepTheirColour(t *testing.T) {
	f := Fetcher{Width: 100, MaxHeight: 100}
	img, err := f.picture(t.Context(), webpOf(1403, 1403, color.NRGBA(black)))
	if err != nil {
		t.Fatal(err)
	}
	pixels := pixelsOf(t, img)
	for _, at := range []image.Point{{0, 0}, {0, 199}, {199, 0}, {199, 199}} {
		if got := color.RGBAModel.Convert(pixels.At(at.X, at.Y)); got != black {
			t.Errorf("pixel %v is %v, want %v", at, got, black)
		}
	}
}

func TestSize(t *testing.T) {
	small := Fetcher{Width: 100, MaxHeight: 50}
	tests := []struct {
		name string
		f    Fetcher
		file image.Point
		w, h int
	}{
		{name: "wide: as wide as may be", file: image.Pt(1500, 1000), w: 536, h: 357},
		{name: "high: as high as may be", file: image.Pt(1000, 1500), w: 266, h: 400},
		{name: "exactly the box", file: image.Pt(1072, 800), w: 536, h: 400},
		{name: "small: never larger", file: image.Pt(401, 301), w: 200, h: 150},
		{name: "a smaller box", f: small, file: image.Pt(400, 300), w: 66, h: 50},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			img, err := tt.f.picture(t.Context(), webpOf(tt.file.X, tt.file.Y, color.NRGBA(red)))
			if err != nil || img.Width != tt.w || img.Height != tt.h {
				t.Fatalf("picture of %v: %d x %d, %v, want %d x %d", tt.file, img.Width, img.Height, err, tt.w, tt.h)
			}
			pixelsOf(t, img)
		})
	}
}

func TestType(t *testing.T) {
	many := photo(600, 400, 40)
	gradient := image.NewRGBA(image.Rect(0, 0, 600, 400))
	for i := range 600 * 400 {
		copy(gradient.Pix[4*i:], []byte{byte(i / 4096), byte(i / 16), byte(i % 16), 255})
	}
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"a photograph is a JPEG", pngOf(t, many), "image/jpeg"},
		{"a drawing of few colours is a PNG", pngOf(t, corners(600, 400)), "image/png"},
		{"of more colours than a palette holds, too", pngOf(t, diagonal(600, 400)), "image/png"},
		{"more colours than are counted: a JPEG", pngOf(t, gradient), "image/jpeg"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if img := picture(t, tt.data); img.Type != tt.want {
				t.Errorf("picture: %s, want %s", img.Type, tt.want)
			}
		})
	}
}

// diagonal has 1000 colours, in stripes.
func diagonal(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		stripe := (i%w + i/w) % 1000
		copy(img.Pix[4*i:], []byte{byte(stripe / 4), byte(stripe % 4 * 80), byte(stripe % 2 * 255), 255})
	}
	return img
}

func TestMaxData(t *testing.T) {
	noise := jpegOf(t, photo(300, 200, 150))
	whole := picture(t, noise)
	f := Fetcher{MaxData: len(whole.Data) * 9 / 10}
	most, err := f.picture(t.Context(), noise)
	if err != nil || len(most.Data) > f.MaxData || most.Width != whole.Width {
		t.Errorf("picture in %d bytes: %d bytes, shown %d wide, %v, want %d", f.MaxData, len(most.Data), most.Width, err, whole.Width)
	}
	f.MaxData = len(whole.Data) / 2
	half, err := f.picture(t.Context(), noise)
	if err != nil || len(half.Data) > f.MaxData {
		t.Errorf("picture in %d bytes: %d bytes, %v", f.MaxData, len(half.Data), err)
	}
	if half.Width >= whole.Width || half.Width < whole.Width/2 {
		t.Errorf("picture in half of the bytes: shown %d wide, and %d in all", half.Width, whole.Width)
	}
	pixelsOf(t, half)
	_, err = (&Fetcher{MaxData: 100}).picture(t.Context(), noise)
	if want := "larger than 100 bytes, however small"; err == nil || err.Error() != want {
		t.Errorf("picture in 100 bytes: %v, want %s", err, want)
	}
}

func TestSameBytesAgain(t *testing.T) {
	for _, data := range [][]byte{jpegOf(t, photo(400, 300, 20)), pngOf(t, diagonal(600, 400)), pngOf(t, corners(400, 150))} {
		if a, b := picture(t, data), picture(t, data); !bytes.Equal(a.Data, b.Data) {
			t.Errorf("picture of %d bytes: %d bytes, then other %d", len(data), len(a.Data), len(b.Data))
		}
	}
}

func TestNothingElseComesThrough(t *testing.T) {
	script := "<html><script>alert('canary')</script></html>"
	camera := append(segment(0xE1, exif(littleEndian, 1)), segment(0xFE, script)...)
	png := pngOf(t, corners(400, 300))
	tests := []struct {
		name string
		data []byte
	}{
		{"Exif with a place", after(camera, jpegOf(t, corners(400, 300)))},
		{"JPEG before a web page", append(jpegOf(t, corners(400, 300)), script...)},
		{"PNG before a web page", append(png[:len(png):len(png)], script...)},
		{"GIF before a web page", append(gifOf(t, 400, 300, frame(image.Rect(0, 0, 400, 300), red)), script...)},
		{"WebP before a web page", append(webpOf(400, 300, color.NRGBA(red)), script...)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			img := picture(t, tt.data)
			for _, trace := range []string{"Exif", "anary", "2026:11:19", "script", "html"} {
				if bytes.Contains(img.Data, []byte(trace)) {
					t.Errorf("picture: %q came through", trace)
				}
			}
		})
	}
}

// What takes too long ends when it must, not when it is done.
func TestDecodingEnds(t *testing.T) {
	data := paintedOften(1500, 20_000) // more than ten seconds
	started := time.Now()
	_, err := (&Fetcher{Timeout: 50 * time.Millisecond}).picture(t.Context(), data)
	if want := "not done within 50ms"; !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("picture of %d bytes: %v, want %s", len(data), err, want)
	}
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("picture of %d bytes: %s until it ended", len(data), took)
	}
	if _, err := new(Fetcher).picture(t.Context(), paintedOften(1500, 1)); err != nil {
		t.Errorf("picture that is painted once: %v: the test proves nothing", err)
	}
}

func TestDecoderThatPanics(t *testing.T) {
	f := format{name: "JPEG", decode: func(io.Reader) (image.Image, error) { panic("index out of range") }}
	if _, err := f.read(t.Context(), nil); err == nil || err.Error() != "broken JPEG: its decoder gave up" {
		t.Errorf("read: %v", err)
	}
}

func TestTurnEnds(t *testing.T) {
	turn <- struct{}{}
	defer func() { <-turn }()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := new(Fetcher).picture(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("picture, while another is decoded: %v, want %v", err, context.Canceled)
	}
}
