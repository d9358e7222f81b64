package lint

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// A document is an HTML part, read as a mail program does: what is wrong in it
// does not stop the reading.
type document struct {
	source   string
	elements []*element // in their order
	links    []*element // those with a href
	headings []*element // that are seen
	runs     []run      // of text, with titles and what is hidden
	title    string
	styles   []sheet
	outlook  []*element // in conditional comments, which only Outlook's Word engine reads
	faults   []fault    // of conditional comments
	dpi      bool       // one of them sets the dots an inch
	visible  strings.Builder
	hidden   strings.Builder // such as a preheader
}

// An element is one of a document, with what it inherits.
type element struct {
	name       string
	attributes []html.Attribute
	line       int
	hidden     bool // it or one that holds it
	heading    bool // likewise
	face       face
	from, to   int // its text, in the document's visible or hidden one
}

// A run is a text between two tags.
type run struct {
	in   *element // nil: in none
	text string
	span
}

// A sheet is a style element.
type sheet struct {
	css    string
	inBody bool
	span
}

// A span is where a text is, from line to last.
type span struct{ line, last int }

// after is the line of what comes after the beginning of the text. Some of the
// line ends that it shows may be written otherwise, such as &#10;.
func (s span) after(beginning string) int { return min(s.line+strings.Count(beginning, "\n"), s.last) }

// attribute is the value of one, if it is there.
func (e *element) attribute(name string) (string, bool) {
	for _, a := range e.attributes {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// value is that of an attribute, or empty.
func (e *element) value(name string) string {
	s, _ := e.attribute(name)
	return strings.TrimSpace(s)
}

// first is the first element of that name, or nil.
func (d *document) first(name string) *element {
	for _, e := range d.elements {
		if e.name == name {
			return e
		}
	}
	return nil
}

// most is how much of an element's text is looked at: an element that does not
// end holds the rest of the letter.
const most = 1000

// says is the text of an element, with what its images say in words.
func (d *document) says(e *element) string {
	all := d.visible.String()
	if e.hidden {
		all = d.hidden.String()
	}
	return collapse(strings.ToValidUTF8(all[e.from:min(e.to, e.from+most)], ""))
}

// collapse is text as HTML shows it, with single spaces.
func collapse(s string) string { return strings.Join(strings.FieldsFunc(s, unicode.IsSpace), " ") }

// parse reads an HTML part.
func parse(source string) *document {
	p := parser{document: &document{source: source}, open: map[string]int{}, line: 1}
	p.read(source)
	for len(p.stack) > 0 {
		p.pop()
	}
	if p.reveals > 0 {
		p.faults = append(p.faults, fault{p.revealed, "the conditional comment does not end"})
	}
	return p.document
}

// A parser reads a document in one pass.
type parser struct {
	*document
	stack    []*element
	open     map[string]int // how many of the stack, by name
	line     int
	inBody   bool
	reveals  int // conditional comments that are open around what all can see
	revealed int // where the last one began
}

func (p *parser) read(source string) {
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		kind := z.Next()
		raw := string(z.Raw())
		switch kind {
		case html.ErrorToken:
			return
		case html.TextToken:
			p.text(string(z.Text()), span{p.line, p.line + strings.Count(raw, "\n")})
		case html.StartTagToken, html.SelfClosingTagToken:
			p.start(z.Token())
		case html.EndTagToken:
			name, _ := z.TagName()
			p.end(string(name))
		case html.CommentToken:
			p.comment(raw)
		}
		p.line += strings.Count(raw, "\n")
	}
}

var void = set("area base br col embed hr img input link meta param source track wbr")

// unseen elements hold what is text to the parser, but not to readers.
var unseen = set("iframe noembed noframes noscript script")

// again are elements that end where another of the name begins.
var again = set("a p li td th tr h1 h2 h3 h4 h5 h6")

func (p *parser) start(token html.Token) {
	e := &element{name: token.Data, attributes: token.Attr, line: p.line}
	if e.name == "image" { // as browsers do
		e.name = "img"
	}
	if top := p.top(); top != nil {
		if top.name == e.name && again[e.name] {
			p.pop()
			top = p.top()
		}
		if top != nil {
			e.hidden, e.heading, e.face = top.hidden, top.heading, top.face
		}
	}
	_, hides := e.attribute("hidden")
	style := e.value("style")
	display, _ := declared(style, "display")
	e.hidden = e.hidden || hides || strings.EqualFold(display, "none")
	e.heading = e.heading || isHeading(e.name)
	e.face = e.face.under(e.name, style)
	buffer := p.buffer(e.hidden)
	if e.name == "img" {
		buffer.WriteString(" " + e.value("alt") + " ")
	}
	e.from, e.to = buffer.Len(), buffer.Len()
	p.elements = append(p.elements, e)
	p.note(e)
	if void[e.name] {
		return
	}
	p.stack = append(p.stack, e)
	p.open[e.name]++
}

// note puts an element where it is looked for.
func (p *parser) note(e *element) {
	_, linked := e.attribute("href")
	switch {
	case e.name == "body":
		p.inBody = true
	case linked && (e.name == "a" || e.name == "area"):
		p.links = append(p.links, e)
	case isHeading(e.name) && !e.hidden:
		p.headings = append(p.headings, e)
	case e.name == "style":
		p.styles = append(p.styles, sheet{inBody: p.inBody, span: span{e.line, e.line}})
	}
}

func (p *parser) text(s string, where span) {
	top := p.top()
	switch {
	case top == nil:
	case top.name == "style":
		sheet := &p.styles[len(p.styles)-1]
		sheet.css, sheet.span = sheet.css+s, where
		return
	case unseen[top.name]:
		return
	}
	p.runs = append(p.runs, run{top, s, where})
	switch {
	case top != nil && top.name == "title":
		p.title += s
	case top != nil && top.hidden:
		p.hidden.WriteString(s)
	default:
		p.visible.WriteString(s)
	}
}

// end closes an element, and those that have been left open in it.
func (p *parser) end(name string) {
	if p.open[name] == 0 {
		return
	}
	for p.pop() != name {
	}
}

func (p *parser) top() *element {
	if len(p.stack) == 0 {
		return nil
	}
	return p.stack[len(p.stack)-1]
}

// pop ends the innermost open element, and is its name.
func (p *parser) pop() string {
	e := p.top()
	e.to = p.buffer(e.hidden).Len()
	p.stack = p.stack[:len(p.stack)-1]
	p.open[e.name]--
	return e.name
}

func (p *parser) buffer(hidden bool) *strings.Builder {
	if hidden {
		return &p.hidden
	}
	return &p.visible
}

func isHeading(name string) bool {
	return len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6'
}

// set is the words of s.
func set(s string) map[string]bool {
	m := map[string]bool{}
	for word := range strings.FieldsSeq(s) {
		m[word] = true
	}
	return m
}
