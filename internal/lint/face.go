package lint

import (
	"strconv"
	"strings"
)

// A face is the type that inline styles ask for: all that is left where mail
// programs drop style sheets.
type face struct {
	family bool
	size   float64 // px; 0: not said
	line   float64 // height of a line, in px or as a factor of the size; 0: not said
	factor bool
}

// under is the face of an element in one of face f. Few mail programs pass
// fonts on to nested tables.
func (f face) under(name, style string) face {
	if name == "table" {
		f.family = false
	}
	if style == "" {
		return f
	}
	if short, ok := declared(style, "font"); ok {
		f = f.shorthand(short)
	}
	if _, ok := declared(style, "font-family"); ok {
		f.family = true
	}
	if s, ok := declared(style, "font-size"); ok {
		f.size = pixels(s, f.sizeOr16())
	}
	if s, ok := declared(style, "line-height"); ok {
		f = f.height(s)
	}
	return f
}

// shorthand reads such as italic 14px/20px Arial.
func (f face) shorthand(s string) face {
	words := strings.Fields(s)
	for i, word := range words {
		size, height, _ := strings.Cut(word, "/")
		px := pixels(size, f.sizeOr16())
		if px == 0 {
			continue
		}
		f = face{size: px, family: i+1 < len(words)}
		return f.height(height)
	}
	return f
}

// height reads a line-height.
func (f face) height(s string) face {
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		f.line, f.factor = n, true
		return f
	}
	f.line, f.factor = pixels(s, f.sizeOr16()), false
	return f
}

func (f face) sizeOr16() float64 {
	if f.size == 0 {
		return 16
	}
	return f.size
}

// leading is the height of a line as a factor of the size; 0: not said.
func (f face) leading() float64 {
	if f.factor {
		return f.line
	}
	return f.line / f.sizeOr16()
}

// units are those of type, in px; em and % are of the size around.
var units = []struct {
	name string
	px   func(around float64) float64
}{
	{"px", func(float64) float64 { return 1 }},
	{"pt", func(float64) float64 { return 4.0 / 3 }},
	{"rem", func(float64) float64 { return 16 }}, // before em, which it ends in
	{"em", func(around float64) float64 { return around }},
	{"%", func(around float64) float64 { return around / 100 }},
}

// pixels is a length in px; 0 if it is none.
func pixels(s string, around float64) float64 {
	for _, u := range units {
		if number, ok := strings.CutSuffix(strings.ToLower(s), u.name); ok {
			if n, err := strconv.ParseFloat(number, 64); err == nil && n > 0 && n < 1e6 {
				return n * u.px(around)
			}
			return 0
		}
	}
	return 0
}

// declared is the value of a property in an inline style, if it is there.
func declared(style, property string) (value string, ok bool) {
	for declaration := range strings.SplitSeq(style, ";") {
		name, s, _ := strings.Cut(declaration, ":")
		if strings.EqualFold(strings.TrimSpace(name), property) { // the last one holds
			s, _, _ = strings.Cut(s, "!")
			value, ok = strings.TrimSpace(s), true
		}
	}
	return value, ok
}
