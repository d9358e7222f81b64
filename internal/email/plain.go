package email

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"digest/internal/bookmark"
)

// plainText is what a title or description from the web says: entities are
// characters, and the tags of formatted text are gone. Any other "<" is kept as
// it stands, since it may be what the text is about.
func plainText(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return readable(s)
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	for seen := 0; ; {
		kind := z.Next()
		raw := string(z.Raw())
		seen += len(raw)
		if kind == html.ErrorToken {
			b.WriteString(raw + s[min(seen, len(s)):]) // a tag that does not end
			break
		}
		switch kind {
		case html.CommentToken:
			continue
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			if formats, breaks := formatting(atom.Lookup(name)); formats {
				if breaks {
					raw = " "
				} else {
					raw = ""
				}
			}
		}
		b.WriteString(raw)
	}
	return readable(html.UnescapeString(b.String()))
}

// readable is text from the web as its author meant it: feeds escape twice now
// and then, and what could not be decoded is gone.
func readable(s string) string {
	decoded := strings.ToValidUTF8(html.UnescapeString(s), "")
	return bookmark.Clean(strings.ReplaceAll(decoded, "\uFFFD", ""))
}

// formatting reports whether a tag formats text, and whether it ends a word.
func formatting(a atom.Atom) (formats, breaks bool) {
	switch a {
	case atom.Em, atom.Strong, atom.B, atom.I, atom.U, atom.S, atom.Code, atom.Span, atom.A, atom.Font, atom.Small, atom.Big,
		atom.Sub, atom.Sup, atom.Mark, atom.Abbr, atom.Cite, atom.Q, atom.Del, atom.Ins, atom.Kbd, atom.Wbr:
		return true, false
	case atom.P, atom.Br, atom.Div, atom.Li, atom.Ul, atom.Ol, atom.Blockquote, atom.Td, atom.Tr, atom.Table, atom.Hr, atom.Img,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return true, true
	}
	return false, false
}
