package email

import (
	"html/template"
	"slices"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"digest/internal/bookmark"
)

// An Excerpt is the opening of a body, in whole sentences where they fit. Both
// forms hold the same words; the HTML one keeps emphasis, and no links.
type Excerpt struct {
	HTML template.HTML
	Text string
}

// A run is text with the emphasis it stands in.
type run struct {
	text  string
	marks []atom.Atom
}

// excerpt cuts safe HTML after most characters. It passes over headings and
// code blocks.
func excerpt(safe string, most int) Excerpt {
	var g gatherer
	g.most = 4 * most // enough to see where a sentence ends
	for _, n := range fragment(safe) {
		g.gather(n, nil)
	}
	text := cutSentences(bookmark.Clean(g.text.String()), most)
	return Excerpt{HTML: g.render(text), Text: text}
}

// fragment parses HTML that stands in a block.
func fragment(safe string) []*html.Node {
	nodes, err := parseFragment(safe)
	if err != nil {
		return nil // it nests too deep
	}
	return nodes
}

func parseFragment(safe string) ([]*html.Node, error) {
	return html.ParseFragment(strings.NewReader(safe), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
}

type gatherer struct {
	runs []run
	text strings.Builder
	most int
}

func (g *gatherer) gather(n *html.Node, marks []atom.Atom) {
	// The parser nests at most 512 deep.
	if g.text.Len() > g.most {
		return
	}
	if n.Type == html.TextNode {
		g.add(n.Data, marks)
		return
	}
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Pre:
		return
	case atom.Em, atom.Strong, atom.I, atom.B, atom.Code, atom.Q, atom.Cite, atom.Sub, atom.Sup:
		if !slices.Contains(marks, n.DataAtom) { // once is enough, and 500 times too much
			marks = append(marks[:len(marks):len(marks)], n.DataAtom)
		}
	case atom.P, atom.Li, atom.Blockquote, atom.Br, atom.Div:
		g.add(" ", nil)
		defer g.add(" ", nil)
	}
	for c := range n.ChildNodes() {
		g.gather(c, marks)
	}
}

// add appends text with each run of blanks folded into one.
func (g *gatherer) add(s string, marks []atom.Atom) {
	folded := readable("x" + s + "x")
	folded = folded[1 : len(folded)-1]
	if g.text.Len() == 0 || strings.HasSuffix(g.text.String(), " ") {
		folded = strings.TrimPrefix(folded, " ")
	}
	if folded == "" {
		return
	}
	g.text.WriteString(folded)
	g.runs = append(g.runs, run{folded, marks})
}

// render marks up text, which is the beginning of what was gathered, save for
// an ellipsis at its end.
func (g *gatherer) render(text string) template.HTML {
	left, ellipsis := strings.CutSuffix(text, "…")
	var b strings.Builder
	for _, r := range g.runs {
		s := r.text
		if len(s) > len(left) {
			s = left
		}
		left = left[len(s):]
		if strings.TrimSpace(s) == "" {
			b.WriteString(s)
			continue
		}
		for _, m := range r.marks {
			b.WriteString("<" + m.String() + ">")
		}
		b.WriteString(html.EscapeString(s))
		for i := len(r.marks) - 1; i >= 0; i-- {
			b.WriteString("</" + r.marks[i].String() + ">")
		}
		if left == "" {
			break
		}
	}
	if ellipsis {
		b.WriteString("…")
	}
	return template.HTML(b.String()) // #nosec: text is escaped, tags are from a closed set
}

// marksPerColumn is how many bytes of text a column may hold. Families of emoji
// need 13; without a limit, a tower of marks on one letter is one column wide.
const marksPerColumn = 16

func fits(s string, most int) bool {
	if len(s) <= most { // no character has more columns than bytes
		return true
	}
	return len(s) <= marksPerColumn*most && widthOf(s) <= most
}

// cutSentences is s within most columns, as a terminal counts them, and within
// the number of sentences: whole ones if at least one fits, else words and an
// ellipsis.
func cutSentences(s string, most int) string {
	if s == "" {
		return ""
	}
	kept, rest, state := 0, s, -1
	for count, sentences := 0, 0; rest != "" && sentences < maxSentences; {
		var sentence string
		sentence, rest, state = uniseg.FirstSentenceInString(rest, state)
		columns := widthOf(sentence)
		if count += columns; columns >= minSentence {
			sentences++
		}
		if count > most || kept+len(sentence) > marksPerColumn*most {
			break
		}
		kept += len(sentence)
	}
	if kept > 0 {
		return strings.TrimRight(s[:kept], " ")
	}
	return cut(s, most)
}

// minSentence is the least width of what counts as a sentence: Unicode ends one
// after "Dr." too.
const minSentence = 25

// cut is s within most columns, at the end of a word where there is one and
// never inside of a character, with an ellipsis if something is missing. It is
// empty if not even the first character fits.
func cut(s string, most int) string {
	if fits(s, most) {
		return s
	}
	end, width, blank := 0, 0, 0
	for g := uniseg.NewGraphemes(s); g.Next(); {
		_, to := g.Positions()
		if width += g.Width(); width > most-1 || to > marksPerColumn*most {
			break
		}
		if g.Str() == " " {
			blank = end
		}
		end = to
	}
	if end == 0 {
		return ""
	}
	if blank > end/2 {
		end = blank
	}
	return strings.TrimRightFunc(s[:end], func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",;:–—-(", r)
	}) + "…"
}

// repeats reports whether a description says what the body begins with: one is
// the other's beginning, compared by letters and digits.
func repeats(description, opening string) bool {
	d, o := letters(description), letters(opening)
	if d == "" || o == "" {
		return false
	}
	return strings.HasPrefix(o, d) || strings.HasPrefix(d, o)
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
