package thumbnail

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"

	"golang.org/x/image/webp"
)

// What is smaller, wider or higher is not worth its place in a letter: icons,
// banners, pixels that count readers.
const (
	minSide = 120 // pixels, each way
	maxWide = 4   // times the height
	maxHigh = 2   // times the width
)

// A format is a kind of file that is decoded.
type format struct {
	name   string
	magic  string // how it begins; ? is any byte
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

var formats = []format{
	{"PNG", "\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode},
	{"JPEG", "\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode},
	{"GIF", "GIF8?a", gif.DecodeConfig, gif.Decode},
	{"WebP", "RIFF????WEBPVP8", webp.DecodeConfig, webp.Decode},
}

// formatOf is the format of a file, by its first bytes.
func formatOf(data []byte) (format, error) {
	for _, f := range formats {
		if matches(data, f.magic) {
			return f, nil
		}
	}
	return format{}, fmt.Errorf("neither PNG, JPEG, GIF nor WebP, but %s", http.DetectContentType(data))
}

func matches(data []byte, magic string) bool {
	if len(data) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != data[i] {
			return false
		}
	}
	return true
}

// A decoded picture is drawn from the pixels of its canvas. It is to be seen
// as its orientation says.
type decoded struct {
	format        string
	pixels        image.Image
	canvas        image.Rectangle // of a GIF it may be larger than its first frame
	orientation   orientation
	width, height int // as seen
}

// decode reads the picture in data. What the file says of itself is judged
// before room is made for a single pixel.
func decode(ctx context.Context, data []byte, maxPixels int) (decoded, error) {
	f, err := formatOf(data)
	if err != nil {
		return decoded{}, err
	}
	config, err := f.config(bytes.NewReader(data))
	if err != nil {
		return decoded{}, fmt.Errorf("broken %s: %w", f.name, err)
	}
	if int64(config.Width)*int64(config.Height) > int64(maxPixels) {
		return decoded{}, fmt.Errorf("%d x %d pixels are too many", config.Width, config.Height)
	}
	d := decoded{format: f.name, canvas: image.Rect(0, 0, config.Width, config.Height), orientation: upright, width: config.Width, height: config.Height}
	if f.name == "JPEG" {
		d.orientation = orientationOf(data)
	}
	if d.orientation.turned() {
		d.width, d.height = d.height, d.width
	}
	if err := worth(d.width, d.height); err != nil {
		return decoded{}, err
	}
	d.pixels, err = f.read(ctx, data)
	return d, err
}

// worth says why a picture of this size is not worth showing.
func worth(w, h int) error {
	switch {
	case w < minSide || h < minSide:
		return fmt.Errorf("%d x %d pixels are too small to be worth showing", w, h)
	case w > maxWide*h:
		return fmt.Errorf("%d x %d pixels are too wide to be worth showing", w, h)
	case h > maxHigh*w:
		return fmt.Errorf("%d x %d pixels are too high to be worth showing", w, h)
	}
	return nil
}

// read decodes data until ctx is done. A panic of a decoder, which has happened
// to some, costs this picture and not the edition.
func (f format) read(ctx context.Context, data []byte) (img image.Image, err error) {
	defer func() {
		if recover() != nil {
			img, err = nil, fmt.Errorf("broken %s: its decoder gave up", f.name)
		}
	}()
	img, err = f.decode(&stoppable{ctx, bytes.NewReader(data)})
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, fmt.Errorf("broken %s: %w", f.name, err)
	}
	return img, nil
}

// stoppable ends a decoder that goes on for too long: a progressive JPEG of a few
// megabytes can paint its pixels ten thousand times. It reads little at once, as
// that can mean much work.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p[:min(len(p), 512)])
}
