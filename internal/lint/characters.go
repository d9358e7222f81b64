package lint

import (
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// What can be an honest part of a title, in a letter about templates say, is a
// warning.
var characterRules = []rule{
	{Rule{"letter.control", Error, "there are no control characters",
		"Gmail cuts a letter at some of them; look for text of another charset"}, control},
	{Rule{"letter.mojibake", Warning, "no text has been decoded wrongly", "look at the charset of its source"}, mojibake},
	{Rule{"letter.residue", Warning, "nothing is left of a template", "look for a misspelt field, or an action in quotes"}, residue},
	{Rule{"letter.double-escape", Warning, "no entity is escaped again", "the text was HTML already"}, doubleEscape},
}

// readable are the text and the HTML part, if they are there.
func (l *letter) readable() iter.Seq2[Part, *part] {
	return func(yield func(Part, *part) bool) {
		if l.text != nil && !yield(Text, l.text) {
			return
		}
		if l.html != nil {
			yield(HTML, l.html)
		}
	}
}

func control(l *letter, found report) {
	for name, p := range l.readable() {
		line := 1
		for _, r := range p.source {
			switch {
			case r == '\n':
				line++
			case r < ' ' && r != '\t', r >= '\x7f' && r <= '\u009f':
				found(name, line, "the line has %U", r)
			}
		}
	}
	for _, f := range l.fields {
		value := decodeWords(f.value)
		if i := strings.IndexFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r >= '\x7f' && r <= '\u009f' }); i >= 0 {
			r, _ := utf8.DecodeRuneInString(value[i:])
			found(Headers, f.line, "%s has %U", f.name, r)
		}
	}
}

// A trace is a pattern that begins with one of some marks. Most text has none of
// them, which is seen faster than that the pattern does not match.
type trace struct {
	marks   []string
	pattern *regexp.Regexp
}

// in is where a trace is first, or nil.
func (t trace) in(s string) []int {
	if !slices.ContainsFunc(t.marks, func(mark string) bool { return strings.Contains(s, mark) }) {
		return nil
	}
	return t.pattern.FindStringIndex(s)
}

// garbled is UTF-8 that was read as Latin-1 or Windows-1252, or lost.
var garbled = trace{
	[]string{"\ufffd", "\u00c3", "\u00e2\u20ac"},
	regexp.MustCompile(`\x{fffd}|\x{c3}[\x{80}-\x{bf}]|\x{e2}\x{20ac}`),
}

func mojibake(l *letter, found report) {
	for name, p := range l.readable() {
		line := 0
		for row := range strings.Lines(p.source) {
			line++
			if at := garbled.in(row); at != nil {
				found(name, line, "the line has %q", row[at[0]:at[1]])
			}
		}
	}
	if at := garbled.in(l.subject); at != nil {
		found(Headers, l.line("Subject"), "Subject has %q", l.subject[at[0]:at[1]])
	}
}

// leftover is what html/template, text/template and fmt leave where they found
// no value, and what other languages' templates look like.
var leftover = trace{
	[]string{"{{", "}}", "<no value>", "ZgotmplZ", "%!"},
	regexp.MustCompile(`\{\{|\}\}|<no value>|ZgotmplZ|%!\w?\(`),
}

func residue(l *letter, found report) {
	if l.text != nil {
		line := 0
		for row := range strings.Lines(l.text.source) {
			line++
			if at := leftover.in(row); at != nil {
				found(Text, line, "the line has %q", row[at[0]:at[1]])
			}
		}
	}
	if l.html == nil {
		return
	}
	for _, r := range l.doc.runs {
		if at := leftover.in(r.text); at != nil {
			found(HTML, r.after(r.text[:at[0]]), "the text has %q", r.text[at[0]:at[1]])
		}
	}
	for _, e := range l.doc.elements {
		for _, a := range e.attributes {
			if at := leftover.in(a.Val); at != nil {
				found(HTML, e.line, "%s of %s has %q", a.Key, e.name, a.Val[at[0]:at[1]])
			}
		}
	}
}

var entity = trace{[]string{"&"}, regexp.MustCompile(`&(amp|lt|gt|quot|nbsp|#\d+);`)}

func doubleEscape(l *letter, found report) {
	if l.html == nil {
		return
	}
	for _, r := range l.doc.runs {
		if at := entity.in(r.text); at != nil {
			found(HTML, r.after(r.text[:at[0]]), "the text shows %q", r.text[at[0]:at[1]])
		}
	}
}
