package lint

import "strings"

var typeRules = []rule{
	{Rule{"letter.font-size", Warning, "text has at least 14 px", "smaller text cannot be read on phones"}, fontSize},
	{Rule{"letter.line-height", Warning, "running text has lines of at least 1.4 times its size", "set line-height, as 1.5 or in px"}, lineHeight},
	{Rule{"letter.font-inline", Warning, "text has its font in an inline style, within its own table",
		"many webmails drop style elements, and Word passes no font on to nested tables"}, fontInline},
}

const (
	smallest = 14  // px, of any text
	running  = 20  // px, the largest text that runs over lines
	tightest = 1.4 // times the size
)

// faces calls yield for every element that itself has text to be seen, once.
func (d *document) faces(yield func(e *element, line int)) {
	seen := map[*element]bool{}
	for _, r := range d.runs {
		e := r.in
		if e == nil || e.hidden || e.name == "title" || seen[e] || strings.TrimSpace(r.text) == "" {
			continue
		}
		seen[e] = true
		yield(e, r.line)
	}
}

func fontSize(l *letter, found report) {
	l.doc.faces(func(e *element, line int) {
		if n := e.face.size; n > 0 && n < smallest {
			found(HTML, line, "the text of a %s has %g px", e.name, n)
		}
	})
}

// lineHeight spares headings and other large text, which may be set tighter.
func lineHeight(l *letter, found report) {
	l.doc.faces(func(e *element, line int) {
		n := e.face.leading()
		if n > 0 && n < tightest && !e.heading && e.face.sizeOr16() <= running {
			found(HTML, line, "the lines of a %s have %.2f times its size", e.name, n)
		}
	})
}

func fontInline(l *letter, found report) {
	l.doc.faces(func(e *element, line int) {
		if !e.face.family {
			found(HTML, line, "the text of a %s has no font-family", e.name)
		}
	})
}
