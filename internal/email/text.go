package email

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// columns is the width of the text part, as a terminal counts it.
const columns = 72

// wrap breaks text into lines of at most the columns, where Unicode allows it
// (UAX #14), and inside of a word only if a line cannot hold it. Lines that the
// text has already stay.
func wrap(s string) string {
	var lines []string
	line, used, state := "", 0, -1
	flush := func() {
		lines = append(lines, strings.TrimRightFunc(line, unicode.IsSpace))
		line, used = "", 0
	}
	s = strings.TrimRightFunc(s, unicode.IsSpace)
	for s != "" {
		var segment string
		var ends bool
		segment, s, ends, state = uniseg.FirstLineSegmentInString(s, state)
		if line != "" && used+width(segment) > columns {
			flush()
		}
		for {
			word := strings.TrimRightFunc(segment, unicode.IsSpace)
			if widthOf(word) <= columns {
				break
			}
			line = fit(word, columns)
			segment = segment[len(line):]
			flush()
		}
		line += segment
		used += widthOf(segment)
		if ends && s != "" {
			flush()
		}
	}
	flush()
	return strings.Join(lines, "\n")
}

// wrapTitle breaks a title at its blanks only, so that who looks for it finds it
// in both parts, be it in a language without blanks.
func wrapTitle(s string) string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && widthOf(line)+1+widthOf(word) > columns {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return strings.Join(append(lines, line), "\n")
}

// width is how many columns s takes at the end of a line.
func width(s string) int { return widthOf(strings.TrimRightFunc(s, unicode.IsSpace)) }

// widthOf is how many columns s takes, as a terminal counts them.
func widthOf(s string) int {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return uniseg.StringWidth(s)
		}
	}
	return len(s)
}

// fit is the longest beginning of s, by whole characters, within width; at
// least one character.
func fit(s string, width int) string {
	end, used := 0, 0
	for g := uniseg.NewGraphemes(s); g.Next(); {
		if used += g.Width(); used > width && end > 0 {
			break
		}
		_, end = g.Positions()
	}
	return s[:end]
}

// underline is a heading over a line of the same width.
func underline(mark, s string) string {
	s = wrapTitle(s)
	widest := 0
	for line := range strings.Lines(s) {
		widest = max(widest, min(width(line), columns))
	}
	return s + "\n" + strings.Repeat(mark, widest)
}
