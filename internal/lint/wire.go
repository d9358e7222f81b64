package lint

import (
	"bytes"
	"strings"
)

var wireRules = []rule{
	{Rule{"letter.line-ends", Error, "lines end in CR LF, and nowhere else is a CR, a LF or a NUL",
		"servers refuse it, since it can hide a second message"}, lineEnds},
	{Rule{"letter.line-length", Error, "no line is longer than 998 bytes",
		"RFC 5322 allows no more; servers break the line, and the signature"}, lineLength},
	{Rule{"letter.line-width", Warning, "no line is longer than 78 bytes",
		"fold headers, and encode the parts as quoted-printable"}, lineWidth},
	{Rule{"letter.seven-bit", Warning, "the body is ASCII", "encode the parts as quoted-printable: not every server takes 8 bits"}, sevenBit},
}

func lineEnds(l *letter, found report) {
	line := 1
	for i, c := range l.raw {
		switch {
		case c == '\n' && (i == 0 || l.raw[i-1] != '\r'):
			found(Message, line, "the line ends in LF alone")
		case c == '\r' && (i+1 == len(l.raw) || l.raw[i+1] != '\n'):
			found(Message, line, "the line has a CR without LF")
		case c == 0:
			found(Message, line, "the line has a NUL")
		}
		if c == '\n' {
			line++
		}
	}
}

func lineLength(l *letter, found report) {
	l.longLines(998, func(line, size int) { found(Message, line, "the line has %d bytes", size) })
}

func lineWidth(l *letter, found report) {
	oneLine := map[int]bool{}
	for _, f := range l.fields {
		if strings.EqualFold(f.name, "List-Unsubscribe") { // some providers read it on one line only
			oneLine[f.line] = true
		}
	}
	l.longLines(78, func(line, size int) {
		if size <= 998 && !oneLine[line] {
			found(Message, line, "the line has %d bytes", size)
		}
	})
}

// longLines calls yield for every line of the message of more than size bytes.
func (l *letter) longLines(size int, yield func(line, size int)) {
	line := 0
	for row := range bytes.Lines(l.raw) {
		line++
		if n := len(bytes.TrimRight(row, "\r\n")); n > size {
			yield(line, n)
		}
	}
}

func sevenBit(l *letter, found report) {
	line := 0
	for row := range bytes.Lines(l.raw) {
		if line++; line < l.body {
			continue // headerASCII's
		}
		if bytes.IndexFunc(row, func(r rune) bool { return r > '\x7f' }) >= 0 {
			found(Message, line, "the line has bytes of 8 bits")
		}
	}
}
