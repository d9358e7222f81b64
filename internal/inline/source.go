package inline

import (
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html"
)

// A source is a document and where its start tags are.
type source struct {
	doc    string
	tags   []tag
	blocks []block
}

// A tag is where a start tag begins, where its name ends, and where it ends.
type tag struct{ start, name, end int }

// A block is a <style> element.
type block struct {
	tag     int // its index
	at      tag
	css     string // which begins at at.end
	end     int    // of the element
	attr    []html.Attribute
	another bool // it is in a conditional comment or of an SVG
}

var errStyleNotClosed = errors.New("<style> is not closed")

// scan finds the start tags. Where a parser would read a tag otherwise because
// of what is around it, in SVG, a mark in the wrong place is no tag in the tree.
func scan(doc string) (*source, error) {
	s := &source{doc: doc}
	z := html.NewTokenizer(strings.NewReader(doc))
	conditional, foreign := 0, 0
	for at := 0; ; {
		kind := z.Next()
		start := at
		at += len(z.Raw())
		switch kind {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return nil, atLine(doc, start, err)
			}
			return s, nil
		case html.CommentToken:
			conditional = max(0, conditional+conditions(doc[start:at]))
		case html.EndTagToken:
			if isForeign(nameOf(doc[start:at])) {
				foreign = max(0, foreign-1)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name := nameOf(doc[start:at])
			t := tag{start, start + len("<") + len(name), at}
			s.tags = append(s.tags, t)
			if isForeign(name) && kind == html.StartTagToken {
				foreign++
			}
			if foreign > 0 || strings.EqualFold(name, "noscript") {
				z.NextIsNotRawText()
				continue
			}
			if !strings.EqualFold(name, "style") {
				continue
			}
			b := block{tag: len(s.tags) - 1, at: t, attr: z.Token().Attr, another: conditional > 0}
			if kind = z.Next(); kind == html.TextToken {
				at += len(z.Raw())
				b.css = doc[t.end:at]
				kind = z.Next()
			}
			if kind != html.EndTagToken {
				return nil, atLine(doc, t.start, errStyleNotClosed)
			}
			at += len(z.Raw())
			b.end = at
			s.blocks = append(s.blocks, b)
		}
	}
}

// conditions is how many conditions more a comment begins than it ends.
func conditions(comment string) int {
	comment = strings.ToLower(comment)
	n := -strings.Count(comment, "<![endif]")
	if strings.HasPrefix(comment, "<!--[if") || strings.HasPrefix(comment, "<![if") {
		n++
	}
	return n
}

// nameOf is the name of a tag, as it is written.
func nameOf(tag string) string {
	name := strings.TrimLeft(tag, "</")
	if i := strings.IndexAny(name, " \t\n\f\r/>"); i >= 0 {
		return name[:i]
	}
	return name
}

// isForeign reports whether what is in the element is no HTML.
func isForeign(name string) bool {
	return strings.EqualFold(name, "svg") || strings.EqualFold(name, "math")
}

// exemption is the attribute by which the author keeps a sheet as it is.
const exemption = "data-inline"

func (b block) exempt() bool {
	return strings.EqualFold(strings.TrimSpace(b.attribute(exemption)), "false")
}

// plain reports whether the sheet is CSS for all that read the letter.
func (b block) plain() bool {
	if b.another {
		return false
	}
	switch strings.ToLower(strings.TrimSpace(b.attribute("type"))) {
	case "", "text/css":
	default:
		return false
	}
	switch strings.ToLower(strings.TrimSpace(b.attribute("media"))) {
	case "", "all", "screen":
		return true
	}
	return false
}

func (b block) attribute(name string) string {
	for _, a := range b.attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func (b block) withoutExemption(doc string) edit {
	start, end := attributeAt(doc[:b.at.end], b.at.name, exemption)
	for start > b.at.name && isSpace(doc[start-1]) {
		start--
	}
	return edit{start: start, end: end}
}
