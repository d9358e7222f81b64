package thumbnail

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
)

var (
	white = color.RGBA{255, 255, 255, 255}
	black = color.RGBA{0, 0, 0, 255}
	red   = color.RGBA{200, 30, 30, 255}
	green = color.RGBA{20, 150, 40, 255}
	blue  = color.RGBA{30, 40, 200, 255}
)

// corners is a picture of four colours: red, green, and below them blue, black.
func corners(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, [2][2]color.RGBA{{red, green}, {blue, black}}[2*y/h][2*x/w])
		}
	}
	return img
}

// photo has as many colours as a photograph: soft hills, and this much noise.
func photo(w, h, noise int) *image.RGBA {
	random := rand.New(rand.NewPCG(1, 2))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			n := random.IntN(noise + 1)
			img.SetRGBA(x, y, color.RGBA{byte(200*x/w + n), byte(200*y/h + n), byte(100*(x+y)/(w+h) + n), 255})
		}
	}
	return img
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// gifOf is an animation on a canvas of this size.
func gifOf(t testing.TB, w, h int, frames ...*image.Paletted) []byte {
	t.Helper()
	var b bytes.Buffer
	animation := &gif.GIF{Image: frames, Delay: make([]int, len(frames)), Config: image.Config{Width: w, Height: h}}
	if err := gif.EncodeAll(&b, animation); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// frame is one of a single colour.
func frame(r image.Rectangle, c color.Color) *image.Paletted {
	return image.NewPaletted(r, color.Palette{c, color.Transparent})
}

// webpOf is a lossless WebP of one colour: each of its five alphabets has a single
// letter, so that no pixel takes any room.
func webpOf(w, h int, c color.NRGBA) []byte {
	var bits uint64
	var n int
	pixels := []byte{0x2F}
	put := func(value, width int) {
		bits |= uint64(value) << n
		for n += width; n >= 8; n -= 8 {
			pixels = append(pixels, byte(bits))
			bits >>= 8
		}
	}
	put(w-1, 14)
	put(h-1, 14)
	put(1, 1) // alpha is used
	put(0, 3) // version
	put(0, 3) // no transform, no cache, no more alphabets
	for _, letter := range []byte{c.G, c.R, c.B, c.A, 0} {
		put(0b101, 3) // simple; one letter; of eight bits
		put(int(letter), 8)
	}
	put(0, 8)
	return riff("VP8L", pixels)
}

// riff is a WebP of one chunk, after others that are whole.
func riff(kind string, data []byte, before ...byte) []byte {
	if len(data)%2 == 1 {
		data = append(data, 0)
	}
	chunk := append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(data))), data...)
	body := append(append([]byte("WEBP"), before...), chunk...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// pngHeader is the beginning of a PNG that promises this size.
func pngHeader(w, h uint32) []byte {
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	chunk = append(binary.BigEndian.AppendUint32(chunk, h), 8, 6, 0, 0, 0)
	data := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(chunk))
}

// gifHeader is the beginning of a GIF that promises this size.
func gifHeader(w, h uint16) []byte {
	data := binary.LittleEndian.AppendUint16([]byte("GIF89a"), w)
	return append(binary.LittleEndian.AppendUint16(data, h), 0, 0, 0)
}

// segment is a part of a JPEG.
func segment(kind byte, data string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xFF, kind}, uint16(len(data)+2)), data...)
}

// after puts segments at the begin of a JPEG.
func after(segments []byte, jpeg []byte) []byte {
	return append(append([]byte{0xFF, 0xD8}, segments...), jpeg[2:]...)
}

// exif is the metadata of a camera: how it was held, and where it was.
func exif(order binary.AppendByteOrder, o orientation) string {
	tiff := []byte("MM")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		tiff = []byte("II")
	}
	entry := func(tag, kind uint16, count, value uint32) {
		tiff = order.AppendUint32(order.AppendUint16(order.AppendUint16(tiff, tag), kind), count)
		if kind == 3 {
			tiff = order.AppendUint16(order.AppendUint16(tiff, uint16(value)), 0)
			return
		}
		tiff = order.AppendUint32(tiff, value)
	}
	tiff = order.AppendUint32(order.AppendUint16(tiff, 42), 8)
	tiff = order.AppendUint16(tiff, 3)
	entry(0x010F, 2, 7, 50)        // who made the camera
	entry(0x0112, 3, 1, uint32(o)) // the orientation
	entry(0x8825, 4, 1, 57)        // where the place is
	tiff = order.AppendUint32(tiff, 0)
	tiff = append(tiff, "Canary\x00"...)
	tiff = order.AppendUint16(tiff, 1)
	entry(0x001D, 2, 11, 57+2+12+4) // GPS date
	tiff = append(order.AppendUint32(tiff, 0), "2026:11:19\x00"...)
	return "Exif\x00\x00" + string(tiff)
}

// paintedOften is a progressive JPEG of few bytes that paints all of its pixels
// with nothing, this many times.
func paintedOften(size uint16, times int) []byte {
	frame := string(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, size), size))
	data := append([]byte{0xFF, 0xD8}, segment(0xDB, "\x00"+strings.Repeat("\x01", 64))...)
	data = append(data, segment(0xC2, frame+"\x01\x01\x11\x00")...)
	// One code of one bit, which means: nothing in as many blocks as the next 14 bits say.
	data = append(data, segment(0xC4, "\x10\x01"+strings.Repeat("\x00", 15)+"\xE0")...)
	var bits strings.Builder
	for painted := 0; painted < int(size)*int(size)/64; painted += 1<<14 + 0b10101010101010 {
		bits.WriteString("0" + "10101010101010")
	}
	scan := segment(0xDA, "\x01\x01\x00\x01\x3F\x00")
	for s := bits.String() + "0101010"; len(s) >= 8; s = s[8:] {
		var b byte
		for _, bit := range s[:8] {
			b = b<<1 | byte(bit-'0')
		}
		scan = append(scan, b)
	}
	return append(append(data, bytes.Repeat(scan, times)...), 0xFF, 0xD9)
}

// pixelsOf decodes an Image as a mail program would.
func pixelsOf(t testing.TB, img Image) image.Image {
	t.Helper()
	decode := map[string]func([]byte) (image.Image, error){
		"image/jpeg": func(b []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(b)) },
		"image/png":  func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) },
	}[img.Type]
	if decode == nil {
		t.Fatalf("Image.Type = %q", img.Type)
	}
	pixels, err := decode(img.Data)
	if err != nil {
		t.Fatalf("Image.Data: %v", err)
	}
	if got := pixels.Bounds().Size(); got != image.Pt(2*img.Width, 2*img.Height) {
		t.Errorf("Image.Data has %v pixels, shown as %d x %d", got, img.Width, img.Height)
	}
	return pixels
}

// near reports whether two colours look the same.
func near(a, b color.Color) bool {
	r, g, bl, _ := a.RGBA()
	r2, g2, bl2, _ := b.RGBA()
	for _, d := range []int{int(r) - int(r2), int(g) - int(g2), int(bl) - int(bl2)} {
		if max(d, -d) > 0x0C00 {
			return false
		}
	}
	return true
}

// wantCorners checks the colours in the four quarters: above left, above right,
// below left, below right.
func wantCorners(t *testing.T, img Image, want ...color.Color) {
	t.Helper()
	pixels := pixelsOf(t, img)
	size := pixels.Bounds().Size()
	for i, c := range want {
		x, y := size.X*(1+2*(i%2))/4, size.Y*(1+2*(i/2))/4
		if got := pixels.At(x, y); !near(got, c) {
			t.Errorf("pixel %d, %d is %v, want %v", x, y, got, c)
		}
	}
}
