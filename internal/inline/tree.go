package inline

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// A tree is what the rules are matched with.
type tree struct {
	elements []element
	sheets   map[int]bool // by the index of the tag of a <style>
}

// An element can have a style.
type element struct {
	node  *html.Node
	tag   int // its index in the source; -1 if it has none, as many a tbody
	style string
}

// mark is the attribute by which the tree leads back to the source: the parser
// knows no positions.
const mark = "digest-tag"

// parse reads the document as a mail program does that runs no scripts.
func (s *source) parse() (*tree, error) {
	root, err := html.ParseWithOptions(strings.NewReader(s.marked()), html.ParseOptionEnableScripting(false))
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	t := &tree{elements: make([]element, 0, len(s.tags)), sheets: map[int]bool{}}
	t.add(root, make([]bool, len(s.tags)))
	return t, nil
}

// marked is the document with every start tag numbered.
func (s *source) marked() string {
	var b strings.Builder
	b.Grow(len(s.doc) + len(s.tags)*len(` digest-tag="12345"`))
	at := 0
	for i, t := range s.tags {
		b.WriteString(s.doc[at:t.name])
		b.WriteString(" " + mark + `="`)
		b.WriteString(strconv.Itoa(i))
		b.WriteByte('"')
		at = t.name
	}
	b.WriteString(s.doc[at:])
	return b.String()
}

// add collects the elements below n. The parser makes several elements of one
// tag if it is not closed properly; the first has it.
func (t *tree) add(n *html.Node, seen []bool) {
	for c := range n.ChildNodes() {
		if c.Type != html.ElementNode || c.Data == "template" {
			continue
		}
		e := element{node: c, tag: -1}
		for _, a := range c.Attr {
			switch a.Key {
			case mark:
				if i, err := strconv.Atoi(a.Val); err == nil && e.tag < 0 && 0 <= i && i < len(seen) {
					e.tag = i
				}
			case "style":
				e.style = a.Val
			}
		}
		if c.Data == "style" && c.Namespace == "" {
			t.sheets[e.tag] = true
		}
		if (e.tag < 0 || !seen[e.tag]) && !slices.Contains(invisible, c.Data) {
			t.elements = append(t.elements, e)
		}
		if e.tag >= 0 {
			seen[e.tag] = true
		}
		t.add(c, seen)
	}
}

// invisible are the elements that no style is for.
var invisible = []string{"base", "head", "link", "meta", "noscript", "script", "style", "title"}
