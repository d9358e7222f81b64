package email

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// columns is the width of the text part, as a terminal counts it.
const columns = 72

// wrap breaks text into lines of at most the columns, where Unicode allows it
// (UAX #14), and inside of a word only if a line cannot hold it; never inside of
// an address of the web. Lines that the text has already stay.
func wrap(s string) string { return wrapWithin(s, columns) }

func wrapWithin(s string, columns int) string {
	var lines []string
	line, used, state := "", 0, -1
	flush := func() {
		lines = append(lines, strings.TrimRightFunc(line, unicode.IsSpace))
		line, used = "", 0
	}
	s = strings.TrimRightFunc(s, unicode.IsSpace)
	for s != "" {
		var segment string
		segment, s, state = unbroken(s, state)
		if line != "" && used+width(segment) > columns {
			flush()
		}
		for !strings.Contains(segment, "://") {
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
		if last, _ := utf8.DecodeLastRuneInString(segment); s != "" && strings.ContainsRune("\n\r\v\f\u0085\u2028\u2029", last) {
			flush()
		}
	}
	flush()
	return strings.Join(lines, "\n")
}

// unbroken is the next piece of a text that stays on one line: up to where it may
// be broken, but whole addresses and whole characters. Uniseg says of emoji with a
// skin that they end a line, and breaks what joiners join.
func unbroken(s string, state int) (segment, rest string, newState int) {
	segment, rest, _, state = uniseg.FirstLineSegmentInString(s, state)
	if strings.Contains(segment, "://") && !strings.HasSuffix(segment, " ") {
		end := strings.IndexFunc(rest, unicode.IsSpace)
		if end < 0 {
			end = len(rest)
		}
		for end < len(rest) && (rest[end] == ' ' || rest[end] == '\n') {
			if end++; rest[end-1] == '\n' {
				break
			}
		}
		return s[:len(segment)+end], rest[end:], -1
	}
	for {
		next, _ := utf8.DecodeRuneInString(rest)
		if last, _ := utf8.DecodeLastRuneInString(segment); rest == "" || last != '\u200D' && next != '\u200D' && !unicode.Is(unicode.M, next) && !isSkin(next) {
			return segment, rest, state
		}
		var more string
		more, rest, _, state = uniseg.FirstLineSegmentInString(rest, state)
		segment += more
	}
}

// isSkin reports whether r colours the emoji before it.
func isSkin(r rune) bool { return r >= 0x1F3FB && r <= 0x1F3FF }

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
