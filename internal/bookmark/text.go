package bookmark

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes one line of plain text of s, whatever its source: runs of blanks
// and line ends become one blank, bytes that are no UTF-8 become U+FFFD, and
// characters that a reader cannot see but a mail program may obey are removed:
// controls, bidirectional embeddings, overrides and isolates, zero-width
// blanks, and the tags of U+E0000.
func Clean(s string) string {
	if isClean(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r): // U+0085, U+2028 and U+2029 among them
			return ' '
		case unsafeRune(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

// isClean reports that there is nothing to do, as with most of what comes.
func isClean(s string) bool {
	blank := true // so would be one at the beginning
	for _, r := range s {
		switch {
		case r == ' ':
			if blank {
				return false
			}
		case r > ' ' && r <= '~':
		case r == utf8.RuneError || unicode.IsSpace(r) || unsafeRune(r):
			return false
		}
		blank = r == ' '
	}
	return !blank || s == ""
}

// unsafeRune reports whether a text of ours may not hold r. The joiners U+200C
// and U+200D stay, since emoji and Persian need them.
func unsafeRune(r rune) bool {
	switch {
	case unicode.IsControl(r),
		r >= 0x202A && r <= 0x202E, // embeddings and overrides
		r >= 0x2060 && r <= 0x206F, // word joiner, isolates, deprecated controls
		r == 0x200B, r == 0xFEFF,   // zero-width blanks
		r >= 0xFFF9 && r <= 0xFFFB,   // interlinear annotation
		r >= 0xE0000 && r <= 0xE007F: // tags
		return true
	}
	return false
}
