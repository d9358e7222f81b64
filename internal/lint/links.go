package lint

import (
	"net/url"
	"strings"
	"unicode"
)

var linkRules = []rule{
	{Rule{"letter.href", Error, "every link is a whole address: http, https, mailto or tel",
		"a letter has no page around it; and links within it do not work in most mail programs"}, hrefs},
	{Rule{"letter.link-text", Warning, "a link's text says where it leads", "screen readers list links without what is around them"}, linkTexts},
	{Rule{"letter.link-twice", Warning, "links of one text lead to one place", "add what tells them apart"}, linkTwice},
	{Rule{"letter.link-target", Warning, "no link has a target", "mail programs decide where links open"}, linkTarget},
}

func hrefs(l *letter, found report) {
	for _, a := range l.doc.links {
		if href := a.value("href"); !isWhole(href) {
			found(HTML, a.line, "the link %.80q is no whole address", href)
		}
	}
}

// isWeb reports whether an address is one of the web.
func isWeb(href string) bool {
	scheme, _, ok := strings.Cut(href, "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

func isWhole(href string) bool {
	u, err := url.Parse(href)
	if err != nil || strings.IndexFunc(href, unicode.IsSpace) >= 0 {
		return false
	}
	if isWeb(href) {
		return u.Host != ""
	}
	return (u.Scheme == "mailto" || u.Scheme == "tel") && u.Opaque != ""
}

// vague are link texts that could be any link's.
var vague = map[string]bool{
	"": true, "click here": true, "here": true, "read more": true, "more": true, "learn more": true, "link": true,
	"this": true, "continue": true, "details": true, "view": true,
}

func linkTexts(l *letter, found report) {
	for _, a := range l.doc.links {
		text := l.doc.says(a)
		word := strings.TrimRightFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" .…>→»", r) })
		switch {
		case a.hidden:
		case vague[word]:
			found(HTML, a.line, "a link says only %q", text)
		case isWeb(word) && !strings.Contains(word, " "):
			found(HTML, a.line, "a link says only its address")
		}
	}
}

func linkTwice(l *letter, found report) {
	targets := map[string]string{}
	for _, a := range l.doc.links {
		text, href := strings.ToLower(l.doc.says(a)), a.value("href")
		if before, ok := targets[text]; ok && before != href && text != "" {
			found(HTML, a.line, "the link %.60q leads elsewhere than before", text)
		}
		targets[text] = href
	}
}

func linkTarget(l *letter, found report) {
	for _, a := range l.doc.links {
		if target, ok := a.attribute("target"); ok {
			found(HTML, a.line, "a link has target=%.20q", target)
		}
	}
}
