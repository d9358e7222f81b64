package lint

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

var documentRules = []rule{
	{Rule{"letter.document", Warning, "the HTML part begins with <!DOCTYPE html> and has one html, head and body",
		"else mail programs fall back to rules of 1999"}, wholeDocument},
	{Rule{"letter.lang", Error, "html has lang and dir", "screen readers choose their voice by it: <html lang=\"en\" dir=\"ltr\">"}, lang},
	{Rule{"letter.article", Warning, "an element of role=article has lang, dir, aria-label and aria-roledescription",
		"webmails drop html and body; wrap all in <div role=\"article\" aria-roledescription=\"email\" aria-label=SUBJECT lang dir>"}, article},
	{Rule{"letter.title", Error, "title is not empty", "browsers and notifications show it; put the subject there"}, title},
	{Rule{"letter.title-subject", Warning, "title is the subject", "SpamAssassin counts a difference"}, titleSubject},
	{Rule{"letter.meta", Warning, "meta elements say charset, viewport, color-scheme, format-detection and x-apple-disable-message-reformatting",
		"without them phones shrink the letter, and make links of dates"}, metas},
	{Rule{"letter.zoom", Warning, "readers may zoom", "leave user-scalable and maximum-scale out of the viewport"}, zoom},
	{Rule{"letter.preheader", Warning, "the body begins with a hidden preheader of 30 to 150 characters, which is not the subject",
		"inboxes show it after the subject: <div style=\"display:none\">"}, preheader},
	{Rule{"letter.background", Warning, "the background is on body and on a table with bgcolor",
		"some webmails drop body, others style"}, background},
}

// lineOf is where an element is; 0 if it is nil.
func lineOf(e *element) int {
	if e == nil {
		return 0
	}
	return e.line
}

func wholeDocument(l *letter, found report) {
	const doctype = "<!doctype html>"
	start := strings.TrimLeftFunc(l.doc.source, unicode.IsSpace)
	if !strings.EqualFold(start[:min(len(start), len(doctype))], doctype) {
		found(HTML, 1, "the part does not begin with <!DOCTYPE html>")
	}
	count := map[string]int{}
	for _, e := range l.doc.elements {
		count[e.name]++
	}
	for _, name := range []string{"html", "head", "body"} {
		if count[name] != 1 {
			found(HTML, 0, "there are %d %s elements", count[name], name)
		}
	}
}

var directions = []string{"ltr", "rtl", "auto"}

func lang(l *letter, found report) {
	root := l.doc.first("html")
	if root == nil {
		found(HTML, 1, "there is no html element")
		return
	}
	if root.value("lang") == "" {
		found(HTML, root.line, "html has no lang")
	}
	if !slices.Contains(directions, strings.ToLower(root.value("dir"))) {
		found(HTML, root.line, "html has no dir of ltr, rtl or auto")
	}
}

func article(l *letter, found report) {
	for _, e := range l.doc.elements {
		if e.value("role") != "article" {
			continue
		}
		for _, name := range []string{"lang", "dir", "aria-label", "aria-roledescription"} {
			if e.value(name) == "" {
				found(HTML, e.line, "the %s of role=article has no %s", e.name, name)
			}
		}
		return
	}
	found(HTML, lineOf(l.doc.first("body")), "no element has role=article")
}

func title(l *letter, found report) {
	if collapse(l.doc.title) == "" {
		found(HTML, lineOf(l.doc.first("title")), "the title is missing or empty")
	}
}

func titleSubject(l *letter, found report) {
	if s := collapse(l.doc.title); s != "" && l.subject != "" && s != collapse(l.subject) {
		found(HTML, lineOf(l.doc.first("title")), "the title is %.60q, the subject %.60q", s, l.subject)
	}
}

// meta is the content of the meta element of that name.
func (d *document) meta(name string) (string, bool) {
	for _, e := range d.elements {
		if e.name == "meta" && strings.EqualFold(e.value("name"), name) {
			return strings.ToLower(e.value("content")), true
		}
	}
	return "", false
}

func metas(l *letter, found report) {
	head := lineOf(l.doc.first("head"))
	says := slices.ContainsFunc(l.doc.elements, func(e *element) bool {
		return e.name == "meta" && strings.Contains(strings.ToLower(e.value("charset")+e.value("content")), "utf-8")
	})
	if !says {
		found(HTML, head, "no meta says charset utf-8")
	}
	for _, want := range []struct{ name, content string }{
		{"viewport", "width=device-width"},
		{"x-apple-disable-message-reformatting", ""},
		{"color-scheme", "light"},
		{"color-scheme", "dark"},
		{"format-detection", ""},
	} {
		if content, ok := l.doc.meta(want.name); !ok || !strings.Contains(content, want.content) {
			found(HTML, head, "%s", strings.TrimSpace("no meta "+want.name+" "+want.content))
		}
	}
}

var fixed = regexp.MustCompile(`user-scalable\s*=\s*(no|0)|maximum-scale`)

func zoom(l *letter, found report) {
	if content, _ := l.doc.meta("viewport"); fixed.MatchString(content) {
		found(HTML, lineOf(l.doc.first("head")), "meta viewport forbids to zoom: %.80q", content)
	}
}

func preheader(l *letter, found report) {
	text, line := l.doc.preheader()
	n := utf8.RuneCountInString(text)
	switch {
	case n == 0:
		found(HTML, line, "there is no hidden text before the first that is seen")
	case n < 30 || n > 150:
		found(HTML, line, "the preheader has %d characters", n)
	case strings.EqualFold(text, collapse(l.subject)):
		found(HTML, line, "the preheader is the subject")
	}
}

// preheader is the hidden text before all that is seen, and where that or the
// other begins.
func (d *document) preheader() (text string, line int) {
	var all strings.Builder
	for _, r := range d.runs {
		blank := strings.TrimSpace(r.text) == ""
		switch {
		case r.in != nil && r.in.name == "title":
			continue
		case r.in != nil && r.in.hidden:
			all.WriteString(r.text)
		case !blank:
			return strings.TrimRightFunc(collapse(all.String()), isFiller), cmp.Or(line, r.line)
		}
		if !blank && line == 0 {
			line = r.line
		}
	}
	return strings.TrimRightFunc(collapse(all.String()), isFiller), line
}

// isFiller reports whether r is what keeps the letter out of its own preview.
func isFiller(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == '\u034f' // combining grapheme joiner
}

func background(l *letter, found report) {
	body := l.doc.first("body")
	if body == nil || !strings.Contains(body.value("style"), "background") {
		found(HTML, lineOf(body), "body has no background in its style")
	}
	for _, e := range l.doc.elements {
		if e.name == "table" && e.value("bgcolor") != "" {
			return
		}
	}
	found(HTML, lineOf(body), "no table has a bgcolor")
}
