package inline

import (
	"cmp"
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
)

// A layer is a step of the cascade; a later one wins.
type layer int

const (
	normalRule layer = iota
	normalAttribute
	importantRule
	importantAttribute
)

// A candidate is a declaration that applies to an element.
type candidate struct {
	declaration
	layer
	specificity cascadia.Specificity
	order       int // of the rule
}

// restyle is the edits that give the elements their styles, and notes at the
// selectors what they matched.
func (s *source) restyle(elements []element, sheets []*sheet) []edit {
	x := newIndex(sheets)
	var edits []edit
	var found []candidate
	for _, e := range elements {
		found = found[:0]
		for _, sel := range x.matching(e.node) {
			if e.tag < 0 {
				sel.missed = true
				continue
			}
			sel.matched = true
			found = addRule(found, sel)
		}
		if len(found) > 0 {
			edits = append(edits, s.withStyle(s.tags[e.tag], cascade(addAttribute(found, e.style))))
		}
	}
	return edits
}

func addRule(found []candidate, s *selector) []candidate {
	by := s.match.Specificity()
	for _, d := range s.rule.declarations {
		l := normalRule
		if d.important {
			l = importantRule
		}
		found = append(found, candidate{d, l, by, s.order})
	}
	return found
}

func addAttribute(found []candidate, style string) []candidate {
	if style == "" {
		return found
	}
	for _, d := range parseStyle(style) {
		l := normalAttribute
		if d.important {
			l = importantAttribute
		}
		found = append(found, candidate{declaration: d, layer: l})
	}
	return found
}

// cascade is the style that the candidates give. They stay in the order in which
// they win, since a property may be part of another, such as margin-top and
// margin; of those with the same name the last is left, so it does no harm that
// a rule is there once for each of its selectors.
func cascade(found []candidate) string {
	slices.SortStableFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.layer, b.layer), slices.Compare(a.specificity[:], b.specificity[:]), cmp.Compare(a.order, b.order))
	})
	var style []string
	seen := map[string]bool{}
	for _, c := range slices.Backward(found) {
		if seen[c.property] {
			continue
		}
		seen[c.property] = true
		text := c.property + ":" + c.value
		// The author's own !important guards against the sheets that stay.
		if c.layer == importantAttribute {
			text += "!important"
		}
		style = append(style, text)
	}
	slices.Reverse(style)
	return strings.Join(style, ";")
}
