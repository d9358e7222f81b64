package email

import (
	"iter"
	"regexp"
	"strings"
)

// A marker is the beginning or the end of a conditional comment in a page.
type marker struct {
	kind       markerKind
	start, end int
}

type markerKind int

const (
	hiding    markerKind = iota // <!--[if mso]>: what follows is a comment to others
	revealing                   // <!--[if !mso]><!-->: others see what follows
	closing
	malformed
)

// markerForm is a marker at the beginning of a text. The forms are, in groups:
// closing; revealing; hiding. They are read without regard to letter case.
var markerForm = regexp.MustCompile(`(?i)^(?:` +
	`(<!--\s*<!\[endif\]\s*-->|<!\[endif\](?:--)?>)|` +
	`(<!--\[if` + condition + `\]>\s*(?:<!--\s*-->|<!-->|-->)|<!\[if` + condition + `\]>)|` +
	`(<!--\[if` + condition + `\]>))`)

// condition is what can stand after the if, such as (gte mso 9)|(IE).
const condition = `[\s(!]+\w[\w\s.()&|!]*`

// markers finds the markers of a page in its text, not in its comments, tags,
// styles, scripts and titles.
func markers(page string) iter.Seq[marker] {
	return func(yield func(marker) bool) {
		for i := 0; ; {
			j := strings.IndexByte(page[i:], '<')
			if j < 0 {
				return
			}
			i += j
			rest := page[i:]
			m, ok := markerAt(rest)
			switch {
			case ok:
				m.start, m.end = i, i+m.end
				if !yield(m) {
					return
				}
				i = m.end
			case strings.HasPrefix(rest, "<!--"):
				i += len("<!--") + after(rest[len("<!--"):], "-->") // html/template reads <!--> as a beginning
			default:
				i += tagEnd(rest)
			}
		}
	}
}

// markerAt is the marker at the beginning of a text.
func markerAt(s string) (m marker, ok bool) {
	g := markerForm.FindStringSubmatchIndex(s)
	if g == nil {
		m.kind, m.end = malformed, len("<!")
		return m, beginsLikeMarker.MatchString(s)
	}
	m.end = g[1]
	switch {
	case g[2] >= 0:
		m.kind = closing
	case g[4] >= 0:
		m.kind = revealing
	}
	return m, true
}

var beginsLikeMarker = regexp.MustCompile(`(?i)^<!(?:--)?\[(?:if|endif)\b`)

// tagEnd is the end of the tag at the beginning of a text, and of the element if
// it holds text alone. What is no tag is its first byte.
func tagEnd(s string) int {
	name := tagName.FindString(s)
	if name == "" {
		return len("<")
	}
	end := closeOfTag(s)
	switch e := strings.ToLower(name[1:]); e {
	case "script", "style", "textarea", "title":
		if i := indexFold(s[end:], "</"+e); i >= 0 {
			return end + i
		}
		return len(s)
	}
	return end
}

var tagName = regexp.MustCompile(`^</?[A-Za-z][^\s/>]*`)

// closeOfTag is the end of a tag. Its attributes may hold angle brackets.
func closeOfTag(s string) int {
	var quote, last byte // last is that before, but for blanks
	for i := range len(s) {
		c := s[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case last == '=' && (c == '"' || c == '\''):
			quote = c
		case c == '>':
			return i + 1
		}
		if !isBlank(c) {
			last = c
		}
	}
	return len(s)
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// after is where s goes on after the first end, or its own end.
func after(s, end string) int {
	if i := strings.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return len(s)
}

func indexFold(s, lower string) int {
	for i := 0; i+len(lower) <= len(s); i++ {
		if s[i] == lower[0] && strings.EqualFold(s[i:i+len(lower)], lower) {
			return i
		}
	}
	return -1
}
