package inline

import (
	"strings"

	"github.com/tdewolff/parse/v2/css"
	"golang.org/x/net/html"
)

// An index has the selectors by a key that an element must have to match them.
// Without it, every element would be tried with every selector.
type index map[string][]*selector

func newIndex(sheets []*sheet) index {
	x := index{}
	order := 0
	for _, sheet := range sheets {
		for _, r := range sheet.rules {
			for _, s := range r.selectors {
				if s.match != nil {
					s.rule, s.order = r, order
					x[s.key] = append(x[s.key], s)
				}
			}
			order++
		}
	}
	return x
}

// matching is the selectors that match, some of them perhaps twice.
func (x index) matching(n *html.Node) []*selector {
	var found []*selector
	try := func(key string) {
		for _, s := range x[key] {
			if s.match.Match(n) {
				found = append(found, s)
			}
		}
	}
	try("")
	try(n.Data)
	for _, a := range n.Attr {
		switch a.Key {
		case "id":
			try("#" + a.Val)
		case "class":
			for class := range strings.FieldsFuncSeq(a.Val, func(r rune) bool { return strings.ContainsRune(" \t\n\f\r", r) }) {
				try("." + class)
			}
		}
	}
	return found
}

// keyOf is a class, an ID or the type that the last compound of a selector asks
// for, the first being the rarest; it is empty if there is none.
func keyOf(tokens []token) string {
	if strings.Contains(text(tokens), `\`) { // a name is not what is written
		return ""
	}
	key, ended := "", false
	for len(tokens) > 0 {
		n, _ := component(tokens)
		t := tokens[0]
		if t.isBlank() || t.isDelim(">") || t.isDelim("+") || t.isDelim("~") {
			ended = true
			tokens = tokens[n:]
			continue
		}
		if ended {
			key, ended = "", false
		}
		switch {
		case t.TokenType == css.ColonToken:
			n = min(len(tokens), 2)
			if tokens[n-1].TokenType == css.FunctionToken {
				m, _ := component(tokens[1:])
				n = 1 + m
			}
		case t.TokenType == css.HashToken:
			key = t.text
		case t.isDelim(".") && len(tokens) > 1:
			n = 2
			key = "." + tokens[1].text
		case t.TokenType == css.IdentToken:
			key = strings.ToLower(t.text)
		}
		tokens = tokens[n:]
	}
	return key
}
