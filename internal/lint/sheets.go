package lint

import (
	"regexp"
	"strings"
)

// Style sheets are what a letter can lose, and some webmails drop all of one for
// a single rule.
var sheetRules = []rule{
	{Rule{"letter.style-size", Warning, "style elements have at most 8 KB in all", "Gmail drops what is over its limit"}, styleSize},
	{Rule{"letter.style-place", Warning, "style elements are in head", "Gmail drops others"}, stylePlace},
	{Rule{"letter.style-rules", Warning, "no style element has what makes webmails drop it: @import, an @ in an @, url(), rgb(0 0 0 / 1)",
		"or has position:fixed or expression(); leave it out, or give it a style element of its own"}, styleRules},
	{Rule{"letter.dark", Warning, "there is a dark scheme", "write @media (prefers-color-scheme: dark)"}, darkScheme},
}

func styleSize(l *letter, found report) {
	sum := 0
	for _, s := range l.doc.styles {
		if sum += len(s.css); sum > 8<<10 {
			found(HTML, s.line, "the style elements have %d bytes so far", sum)
		}
	}
}

func stylePlace(l *letter, found report) {
	for _, s := range l.doc.styles {
		if s.inBody {
			found(HTML, s.line, "a style element in body")
		}
	}
}

var risky = regexp.MustCompile(`(?i)@import|expression\(|position\s*:\s*fixed|url\(|rgba?\([^),]*\s[^),]*\)`)

func styleRules(l *letter, found report) {
	for _, s := range l.doc.styles {
		if at := risky.FindStringIndex(s.css); at != nil {
			found(HTML, s.after(s.css[:at[0]]), "a style element has %.40q", s.css[at[0]:at[1]])
		}
		depth, nested := 0, -1
		for i, c := range s.css {
			switch {
			case c == '{':
				depth++
			case c == '}':
				depth--
			case c == '@' && depth > 0 && nested < 0:
				nested = i
			}
		}
		if nested >= 0 {
			found(HTML, s.after(s.css[:nested]), "a style element has an @-rule in another")
		}
		if depth != 0 {
			found(HTML, s.line, "the braces of a style element do not match")
		}
	}
}

func darkScheme(l *letter, found report) {
	for _, s := range l.doc.styles {
		if strings.Contains(s.css, "prefers-color-scheme") {
			return
		}
	}
	found(HTML, lineOf(l.doc.first("head")), "no style element has prefers-color-scheme")
}
