package bookmark

import (
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// Host is the host of the link as a reader should see it: without "www.", and
// in its own letters if those cannot be taken for others.
func (b Bookmark) Host() string {
	u, err := url.Parse(b.Link)
	if err != nil {
		return ""
	}
	labels := strings.Split(strings.TrimPrefix(u.Hostname(), "www."), ".")
	foreign := strings.HasPrefix(labels[len(labels)-1], "xn--")
	for i, label := range labels {
		if shown, err := idna.Display.ToUnicode(label); err == nil && readable(shown, foreign) {
			labels[i] = shown
		}
	}
	return strings.Join(labels, ".")
}

// readable reports whether a label of a host is of one script, and of one
// whose letters do not pass for Latin ones unless the whole name is foreign.
func readable(label string, foreign bool) bool {
	var latin, cjk, distinct, confusable bool
	for _, r := range label {
		switch {
		case r == '-' || r >= '0' && r <= '9':
		case unicode.Is(unicode.Latin, r):
			if !everydayLatin(r) {
				return false
			}
			latin = true
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			cjk = true
		case unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Thai, unicode.Devanagari) && !unicode.IsDigit(r):
			distinct = true
		default: // Cyrillic and Greek, but also Lisu or the digits of Bengali
			confusable = true
		}
	}
	kinds := 0
	for _, k := range []bool{latin, cjk, distinct, confusable} {
		if k {
			kinds++
		}
	}
	return kinds <= 1 && (!confusable || foreign)
}

// everydayLatin reports whether r is a letter of a European or Vietnamese
// alphabet, and none that is another without its dot, as in phonetic script.
func everydayLatin(r rune) bool {
	return r <= 0x17F && r != 0x131 || r >= 0x218 && r <= 0x21B || r >= 0x1E00 && r <= 0x1EFF
}
