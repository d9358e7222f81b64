package email

import (
	"strings"

	"github.com/rivo/uniseg"
)

// columns is the width of the text part, as a terminal counts it.
const columns = 72

// wrap breaks text into lines of at most the columns, where Unicode allows it
// (UAX #14), and inside of a word only if a line cannot hold it.
func wrap(s string) string {
	var lines []string
	line, width, state := "", 0, -1
	flush := func() {
		lines = append(lines, strings.TrimRight(line, " "))
		line, width = "", 0
	}
	for s != "" {
		var segment string
		segment, s, _, state = uniseg.FirstLineSegmentInString(s, state)
		if width > 0 && width+uniseg.StringWidth(strings.TrimRight(segment, " ")) > columns {
			flush()
		}
		for uniseg.StringWidth(strings.TrimRight(segment, " ")) > columns {
			line = fit(segment, columns)
			segment = segment[len(line):]
			flush()
		}
		line += segment
		width += uniseg.StringWidth(segment)
	}
	flush()
	return strings.Join(lines, "\n")
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
	s = wrap(s)
	width := 0
	for line := range strings.Lines(s) {
		width = max(width, uniseg.StringWidth(strings.TrimRight(line, "\n")))
	}
	return s + "\n" + strings.Repeat(mark, width)
}
