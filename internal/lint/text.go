package lint

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

var textRules = []rule{
	{Rule{"letter.text-width", Warning, "lines of the text part have at most 78 columns, if they are not one address",
		"break them: {{wrap .Summary}}, {{title .Title}}"}, textWidth},
	{Rule{"letter.text-markup", Warning, "the text part has no tags and no entities", "use .Text of an excerpt, not .HTML"}, textMarkup},
	{Rule{"letter.text-url", Warning, "no address in the text part runs into punctuation",
		"mail programs take it for a part of the address; give the address a line"}, textURL},
	{Rule{"letter.text-blanks", Warning, "no line of the text part ends in blanks, and no more than two are empty in a row",
		"trim them in the template: {{- and -}}"}, textBlanks},
	{Rule{"letter.text-from", Warning, "no line of the text part begins with \"From \"",
		"mailboxes put a > before it; wrap the text elsewhere"}, textFrom},
}

// columns is the most of a terminal, less two.
const columns = 78

func textWidth(l *letter, found report) {
	l.textLines(func(line int, row string) {
		if len(row) <= columns || oneAddress(row) || !strings.Contains(row, " ") { // one word: of some languages, a title
			return
		}
		if n := uniseg.StringWidth(row); n > columns {
			found(Text, line, "the line has %d columns", n)
		}
	})
}

// oneAddress reports whether a line is an address, perhaps with a word before
// it: it must not be broken.
func oneAddress(row string) bool {
	words := strings.Fields(row)
	last := words[max(0, len(words)-1):]
	return len(words) <= 2 && len(last) > 0 && (strings.Contains(last[0], "://") || strings.Contains(last[0], "mailto:"))
}

var markup = regexp.MustCompile(`(?i)</?(p|a|div|td|tr|br|span|strong|em|b|i|h\d)\b[^<>]*>|&(nbsp|amp|lt|gt|quot|#\d+);`)

func textMarkup(l *letter, found report) {
	l.textLines(func(line int, row string) {
		if s := markup.FindString(row); s != "" {
			found(Text, line, "the line has %.40q", s)
		}
	})
}

var address = regexp.MustCompile(`https?://[^\s<>]+`)

func textURL(l *letter, found report) {
	l.textLines(func(line int, row string) {
		for _, s := range address.FindAllString(row, -1) {
			if strings.ContainsAny(s[len(s)-1:], `.,;:!?)]'"`) {
				found(Text, line, "the address ends in %q", s[len(s)-1:])
			}
		}
	})
}

func textBlanks(l *letter, found report) {
	empty := 0
	l.textLines(func(line int, row string) {
		if row != strings.TrimRightFunc(row, unicode.IsSpace) && row != "-- " { // the mark of a signature
			found(Text, line, "the line ends in blanks")
		}
		if row != "" {
			empty = 0
			return
		}
		if empty++; empty == 3 {
			found(Text, line, "the third empty line in a row")
		}
	})
}

func textFrom(l *letter, found report) {
	l.textLines(func(line int, row string) {
		if strings.HasPrefix(row, "From ") {
			found(Text, line, "the line begins with \"From \"")
		}
	})
}

// textLines calls yield for every line of the text part, without its end.
func (l *letter) textLines(yield func(line int, row string)) {
	line := 0
	for row := range strings.Lines(l.text.source) {
		line++
		yield(line, strings.TrimSuffix(row, "\n"))
	}
}

// Who reads the text part gets the same letter as who reads the HTML part.
var twinRules = []rule{
	{Rule{"letter.text-thin", Error, "the text part is a letter, if the HTML part is one",
		"write it out: filters and readers take it for the whole"}, textThin},
	{Rule{"letter.text-links", Error, "every link of the HTML part is in the text part", "add {{.Link}} to the text template"}, textLinks},
	{Rule{"letter.text-headings", Warning, "the headings of the HTML part are in the text part, in the same order",
		"keep both templates in one order"}, textHeadings},
}

func textThin(l *letter, found report) {
	text, html := utf8.RuneCountInString(collapse(l.text.source)), utf8.RuneCountInString(collapse(l.doc.visible.String()))
	if text <= 200 && html >= 2*200 {
		found(Text, 0, "the part has %d characters, the HTML part %d", text, html)
	}
}

func textLinks(l *letter, found report) {
	there := map[string]bool{}
	for _, s := range address.FindAllString(l.text.source, -1) {
		there[strings.TrimSuffix(s, "/")] = true
	}
	for _, a := range l.doc.links {
		href := strings.TrimSpace(a.value("href"))
		if isWeb(href) && !there[strings.TrimSuffix(href, "/")] {
			found(HTML, a.line, "the text part has no %.80q", href)
		}
	}
}

func textHeadings(l *letter, found report) {
	rest := squeeze(l.text.source)
	for _, h := range l.doc.headings {
		_, after, ok := strings.Cut(rest, squeeze(l.doc.says(h)))
		if !ok { // those after it cannot be judged
			found(HTML, h.line, "the text part has no %.60q here", l.doc.says(h))
			return
		}
		rest = after
	}
}

// squeeze is a text without white space, which wrapping adds where words have
// none, and without case.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}
