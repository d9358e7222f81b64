package thumbnail

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
)

// qualities of JPEG, best first. Below the last one the faults show, and fewer
// pixels look better.
var qualities = []int{82, 74, 66}

// encode makes the Image of at most this many bytes, w times h pixels as seen, or
// fewer of both if it must be.
func (s sketch) encode(ctx context.Context, w, h, most int) (Image, error) {
	for eighths := 8; eighths > 1; eighths-- {
		if ctx.Err() != nil {
			return Image{}, context.Cause(ctx)
		}
		img, err := encodeWithin(s.scale(fit(w, h, w*eighths/8, h*eighths/8)), most)
		if err != nil {
			return Image{}, err
		}
		if len(img.Data) <= most {
			return img, nil
		}
	}
	return Image{}, fmt.Errorf("larger than %d bytes, however small", most)
}

// encodeWithin is the picture in most bytes if that can be, and as few as it
// takes if not: as a PNG, which looks better, if the best JPEG is not smaller.
func encodeWithin(pixels *image.RGBA, most int) (Image, error) {
	drawing, err := encodePNG(pixels)
	if err != nil {
		return Image{}, err
	}
	img := Image{Width: pixels.Rect.Dx() / 2, Height: pixels.Rect.Dy() / 2}
	for _, quality := range qualities {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, pixels, &jpeg.Options{Quality: quality}); err != nil {
			return Image{}, err
		}
		img.Data, img.Type = b.Bytes(), "image/jpeg"
		if drawing != nil && len(drawing) <= len(img.Data) {
			img.Data, img.Type = drawing, "image/png"
		}
		if len(img.Data) <= most {
			break
		}
	}
	return img, nil
}

// encodePNG is nil for a photograph, of which a PNG would be many times as large
// as a JPEG: a picture of very many colours.
func encodePNG(pixels *image.RGBA) ([]byte, error) {
	colours, ok := coloursOf(pixels, 4096)
	if !ok {
		return nil, nil
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if len(colours) > 256 {
		err := encoder.Encode(&b, pixels)
		return b.Bytes(), err
	}
	palette := make(color.Palette, len(colours))
	for c, i := range colours {
		palette[i] = c
	}
	indexed := image.NewPaletted(pixels.Rect, palette)
	for i := range indexed.Pix {
		indexed.Pix[i] = byte(colours[at(pixels, i)])
	}
	err := encoder.Encode(&b, indexed)
	return b.Bytes(), err
}

// coloursOf numbers the colours in the order in which they appear; it is false if
// there are more than most.
func coloursOf(pixels *image.RGBA, most int) (map[color.RGBA]int, bool) {
	colours := map[color.RGBA]int{}
	var last color.RGBA // is transparent, as no pixel is
	for i := range len(pixels.Pix) / 4 {
		c := at(pixels, i)
		if c == last {
			continue
		}
		last = c
		if _, known := colours[c]; known {
			continue
		}
		if len(colours) == most {
			return nil, false
		}
		colours[c] = len(colours)
	}
	return colours, true
}

func at(pixels *image.RGBA, i int) color.RGBA {
	p := pixels.Pix[4*i:][:4]
	return color.RGBA{p[0], p[1], p[2], p[3]}
}
