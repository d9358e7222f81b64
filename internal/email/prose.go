package email

import (
	"iter"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"digest/internal/bookmark"
)

// A Prose is what the editor of an edition wrote in Markdown: paragraphs, lists
// and quotes. Both parts of the letter hold the same words and links of it; the
// template function prose makes its HTML.
type Prose struct {
	Text string // wrapped, each link on a line of its own; empty: there is nothing to show
	Side string // on which its first line begins: left or right

	blocks []block
}

// A block is a paragraph, or a list, an item of it or a quote with the blocks
// in it.
type block struct {
	kind   atom.Atom // P, Ul, Ol, Li or Blockquote
	spans  []span    // of a P
	blocks []block   // of all others
	dir    string    // of a P, if it is not the letter's
}

// A span is text with the emphasis it stands in and the link that it is, or a
// line break of the paragraph.
type span struct {
	text  string
	marks []atom.Atom
	link  string
}

const lineBreak = "\n"

// prose reads Markdown for a letter of that direction. What HTML it holds is
// sanitised, and of that the text is kept.
func (c *converter) prose(markdown, dir string, columns int) Prose {
	if strings.TrimSpace(markdown) == "" {
		return Prose{}
	}
	nodes, err := parseFragment(c.convert(c.editors, markdown))
	if err != nil { // it nests too deep: no word may be lost
		nodes = []*html.Node{{Type: html.TextNode, Data: markdown}}
	}
	p := Prose{Side: "left", blocks: blocksOf(slices.Values(nodes), 0)}
	if first := directed(p.blocks, dir); first == "rtl" {
		p.Side = "right"
	}
	p.Text = textOfBlocks(p.blocks, columns)
	return p
}

// maxNesting is how deep lists and quotes nest; what nests deeper is shown as if
// it did not.
const maxNesting = 4

// blocksOf makes paragraphs of all text that stands in none.
func blocksOf(nodes iter.Seq[*html.Node], depth int) []block {
	var all []block
	var line []span
	flush := func() {
		if spans := folded(line); len(spans) > 0 {
			all = append(all, block{kind: atom.P, spans: spans})
		}
		line = nil
	}
	nest := func(kind atom.Atom, inner []block) {
		flush()
		switch {
		case len(inner) == 0:
		case depth < maxNesting:
			all = append(all, block{kind: kind, blocks: inner})
		case kind == atom.Blockquote:
			all = append(all, inner...)
		default:
			for _, item := range inner {
				all = append(all, item.blocks...)
			}
		}
	}
	for n := range nodes {
		switch n.DataAtom {
		case atom.Ul, atom.Ol:
			nest(n.DataAtom, itemsOf(n, depth+1))
		case atom.Blockquote:
			nest(n.DataAtom, blocksOf(n.ChildNodes(), depth+1))
		case atom.P, atom.Li:
			flush()
			all = append(all, blocksOf(n.ChildNodes(), depth)...)
		case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6: // the letter's own headings are its order
			flush()
			line = spansOf(nil, n, []atom.Atom{atom.Strong}, "")
			flush()
		case atom.Pre:
			flush()
			for text := range strings.Lines(strings.TrimSpace(textWithin(n))) {
				line = append(line, span{text, []atom.Atom{atom.Code}, ""}, span{text: lineBreak})
			}
			flush()
		case atom.Hr:
			flush()
		default:
			line = spansOf(line, n, nil, "")
		}
	}
	flush()
	return all
}

func itemsOf(list *html.Node, depth int) []block {
	var items []block
	for n := range list.ChildNodes() {
		if inner := blocksOf(slices.Values([]*html.Node{n}), depth); len(inner) > 0 {
			items = append(items, block{kind: atom.Li, blocks: inner})
		}
	}
	return items
}

// spansOf appends the text of a node that stands in a line.
func spansOf(line []span, n *html.Node, marks []atom.Atom, link string) []span {
	switch {
	case n.Type == html.TextNode:
		return append(line, span{n.Data, marks, link})
	case n.DataAtom == atom.Br:
		return append(line, span{text: lineBreak})
	}
	switch n.DataAtom {
	case atom.Em, atom.Strong, atom.I, atom.B, atom.Code, atom.Cite, atom.Sub, atom.Sup:
		if !slices.Contains(marks, n.DataAtom) {
			marks = append(marks[:len(marks):len(marks)], n.DataAtom)
		}
	case atom.A:
		if link = proseLink(attributeOf(n, "href")); link == "" {
			break
		}
		// Of an address as the text of a link, readers need what tells it from others.
		if text := textWithin(n); strings.Contains(text, "://") || !strings.ContainsFunc(text, visible) {
			_, address, _ := strings.Cut(link, ":")
			return append(line, span{strings.Trim(address, "/"), marks, link})
		}
	}
	for c := range n.ChildNodes() {
		line = spansOf(line, c, marks, link)
	}
	return line
}

// proseLink is a link as both parts can show it, or empty if it leads nowhere.
func proseLink(href string) string {
	if u, err := url.Parse(href); err == nil && u.Scheme == "mailto" && u.Opaque != "" {
		link := unambiguous(href)
		if strings.ContainsFunc(link, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return ""
		}
		return link
	}
	link, _ := bookmark.Link(href)
	if link = unambiguous(link); !webAddress(link) {
		return ""
	}
	return link
}

// folded is a line with each run of blanks as one, none at its ends, and nothing
// that a reader cannot see but a mail program may obey.
func folded(line []span) []span {
	var kept []span
	blank := true // what comes next needs no blank before it
	for _, s := range line {
		if s.text != lineBreak {
			text := bookmark.Clean("x" + strings.ReplaceAll(s.text, "\uFFFD", "") + "x")
			s.text = text[1 : len(text)-1]
			if blank {
				s.text = strings.TrimPrefix(s.text, " ")
			}
			if s.text == "" {
				continue
			}
			blank = strings.HasSuffix(s.text, " ")
		} else if kept = trimmed(kept); len(kept) == 0 {
			continue
		} else {
			blank = true
		}
		kept = append(kept, s)
	}
	for len(kept) > 0 && kept[len(kept)-1].text == lineBreak {
		kept = trimmed(kept[:len(kept)-1])
	}
	return trimmed(kept)
}

// trimmed is a line without the blank at its end.
func trimmed(line []span) []span {
	if len(line) == 0 || line[len(line)-1].text == lineBreak {
		return line
	}
	last := &line[len(line)-1]
	if last.text = strings.TrimSuffix(last.text, " "); last.text == "" {
		return trimmed(line[:len(line)-1])
	}
	return line
}

// directed notes which paragraphs run the other way than the letter, and returns
// the direction of the first.
func directed(blocks []block, letter string) (first string) {
	for i := range blocks {
		b := &blocks[i]
		dir := letter
		if b.kind == atom.P {
			if dir = direction(b.text()); dir != letter {
				b.dir = dir
			}
		} else {
			dir = directed(b.blocks, letter)
		}
		if i == 0 {
			first = dir
		}
	}
	return first
}

// text is that of a paragraph.
func (b block) text() string {
	var all strings.Builder
	for _, s := range b.spans {
		all.WriteString(s.text)
	}
	return all.String()
}

func textWithin(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := range n.ChildNodes() {
		b.WriteString(textWithin(c))
	}
	return b.String()
}

func attributeOf(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
