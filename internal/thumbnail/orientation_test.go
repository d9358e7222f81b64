package thumbnail

import (
	"encoding/binary"
	"fmt"
	"image/color"
	"strings"
	"testing"
)

var littleEndian, bigEndian binary.AppendByteOrder = binary.LittleEndian, binary.BigEndian

// The file has red and green above, blue and black below.
func TestOrientation(t *testing.T) {
	tests := []struct {
		o    orientation
		want []color.Color
	}{
		{0, []color.Color{red, green, blue, black}},
		{1, []color.Color{red, green, blue, black}},
		{2, []color.Color{green, red, black, blue}},
		{3, []color.Color{black, blue, green, red}},
		{4, []color.Color{blue, black, red, green}},
		{5, []color.Color{red, blue, green, black}},
		{6, []color.Color{blue, red, black, green}},
		{7, []color.Color{black, green, blue, red}},
		{8, []color.Color{green, black, red, blue}},
		{9, []color.Color{red, green, blue, black}},
	}
	file := jpegOf(t, corners(360, 240))
	for _, tt := range tests {
		for name, order := range map[string]binary.AppendByteOrder{"little": littleEndian, "big": bigEndian} {
			t.Run(fmt.Sprint(tt.o, " ", name), func(t *testing.T) {
				img := picture(t, after(segment(0xE1, exif(order, tt.o)), file))
				wantCorners(t, img, tt.want...)
				if high := img.Height > img.Width; high != tt.o.turned() && tt.o <= 8 {
					t.Errorf("orientation %d: %d x %d", tt.o, img.Width, img.Height)
				}
			})
		}
	}
}

func TestOrientationOfOddFiles(t *testing.T) {
	good := exif(bigEndian, 6)
	jfif := segment(0xE0, "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
	tests := []struct {
		name     string
		segments string
		want     orientation
	}{
		{"after another segment", string(jfif) + string(segment(0xE1, good)), 6},
		{"after XMP", string(segment(0xE1, "http://ns.adobe.com/xap/1.0/\x00")) + string(segment(0xE1, good)), 6},
		{"after bytes that fill", "\xff\xff" + string(segment(0xE1, good)), 6},
		{"as a long number", string(segment(0xE1, strings.Replace(good, "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00", "\x01\x12\x00\x04\x00\x00\x00\x01\x00\x00\x00\x06", 1))), 6},
		{"after the pixels", string(segment(0xDA, "")) + string(segment(0xE1, good)), upright},
		{"in no known form", string(segment(0xE1, strings.Replace(good, "\x01\x12\x00\x03", "\x01\x12\x00\x02", 1))), upright},
		{"in another segment", string(segment(0xE2, good)), upright},
		{"no directory", string(segment(0xE1, good[:14])), upright},
		{"no header", string(segment(0xE1, good[:8])), upright},
		{"directory far away", string(segment(0xE1, "Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff")), upright},
		{"a directory that is cut", string(segment(0xE1, good[:30])), upright},
		{"a segment that is cut", string(segment(0xE1, good)[:20]), upright},
		{"a segment of length 0", "\xff\xe1\x00\x00", upright},
		{"none", "", upright},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := orientationOf([]byte("\xff\xd8" + tt.segments)); got != tt.want {
				t.Errorf("orientationOf = %d, want %d", got, tt.want)
			}
		})
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add([]byte(exif(bigEndian, 6)))
	f.Add([]byte(exif(littleEndian, 3)))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, data := range [][]byte{data, append([]byte("\xff\xd8"), segment(0xE1, string(data[:min(len(data), 60_000)]))...)} {
			if o := orientationOf(data); o < 1 || o > 8 {
				t.Errorf("orientationOf(%q) = %d", data, o)
			}
		}
	})
}
