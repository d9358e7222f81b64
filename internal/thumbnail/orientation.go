package thumbnail

import (
	"bytes"
	"encoding/binary"
	"image"
)

// An orientation is how a camera was held: the value of Exif's tag of that name,
// 1 to 8.
type orientation int

const upright orientation = 1

// turned reports whether width and height change places.
func (o orientation) turned() bool { return o >= 5 }

// orientationOf reads the orientation of a JPEG. Whatever is odd about it means
// upright.
func orientationOf(data []byte) orientation {
	// A segment is FF, its kind, and its length in two bytes, which count too.
	for at := 2; at+4 <= len(data) && data[at] == 0xFF; {
		kind, length := data[at+1], int(binary.BigEndian.Uint16(data[at+2:]))
		if kind == 0xFF { // a byte that fills
			at++
			continue
		}
		end := at + 2 + length
		if kind == 0xDA || length < 2 || end > len(data) { // DA: the pixels begin
			break
		}
		if tiff, ok := bytes.CutPrefix(data[at+4:end], []byte("Exif\x00\x00")); ok && kind == 0xE1 {
			return orientationTag(tiff)
		}
		at = end
	}
	return upright
}

// orientationTag looks the tag up in the first directory of a TIFF header.
func orientationTag(tiff []byte) orientation {
	const tag, short, long, entry = 0x0112, 3, 4, 12
	if len(tiff) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	start := int64(order.Uint32(tiff[4:]))
	if start+2 > int64(len(tiff)) {
		return upright
	}
	count, rest := int(order.Uint16(tiff[start:])), tiff[start+2:]
	for ; count > 0 && len(rest) >= entry; count-- {
		if order.Uint16(rest) == tag {
			var value uint32
			switch order.Uint16(rest[2:]) {
			case short:
				value = uint32(order.Uint16(rest[8:]))
			case long:
				value = order.Uint32(rest[8:])
			}
			if value >= 1 && value <= 8 {
				return orientation(value)
			}
			return upright
		}
		rest = rest[entry:]
	}
	return upright
}

// upright is the picture as it is to be seen.
func (o orientation) upright(src *image.RGBA) *image.RGBA {
	if o == upright {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if o.turned() {
		dst = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			from := o.source(x, y, w, h)
			copy(dst.Pix[dst.PixOffset(x, y):][:4], src.Pix[src.PixOffset(from.X, from.Y):])
		}
	}
	return dst
}

// source is where the pixel seen at x, y is in a file of w times h pixels.
func (o orientation) source(x, y, w, h int) image.Point {
	switch o {
	case 2:
		return image.Pt(w-1-x, y)
	case 3:
		return image.Pt(w-1-x, h-1-y)
	case 4:
		return image.Pt(x, h-1-y)
	case 5:
		return image.Pt(y, x)
	case 6:
		return image.Pt(y, h-1-x)
	case 7:
		return image.Pt(w-1-y, h-1-x)
	case 8:
		return image.Pt(w-1-y, x)
	}
	return image.Pt(x, y)
}
