package inline

import (
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
	"github.com/tdewolff/parse/v2/css"
)

// A selector is one of a rule's list.
type selector struct {
	source  string
	match   cascadia.Sel // nil if it must stay in the sheet
	key     string       // see index
	rule    *rule
	order   int  // of the rule, among those of all sheets
	matched bool // an element that has a tag
	missed  bool // an element that has none
}

// inlined reports whether the sheet can do without the selector.
func (s *selector) inlined() bool { return s.matched && !s.missed }

func newSelector(tokens []token) *selector {
	s := &selector{source: strings.TrimSpace(text(tokens))}
	if !fixed(tokens) {
		return s
	}
	if match, err := cascadia.Parse(s.source); err == nil {
		s.match, s.key = match, keyOf(tokens)
	}
	return s
}

// structural are the pseudo-classes that depend on the document alone. If they
// stayed, they would lose to the rules that they were written to win over.
var structural = []string{
	"first-child", "last-child", "only-child", "nth-child(", "nth-last-child(",
	"first-of-type", "last-of-type", "only-of-type", "nth-of-type(", "nth-last-of-type(",
	"not(", "root",
}

// fixed reports whether what the selector matches can be known now. Attributes
// are how mail programs mark what they changed, so who names one means that.
func fixed(tokens []token) bool {
	for i, t := range tokens {
		switch t.TokenType {
		case css.LeftBracketToken:
			return false
		case css.ColonToken:
			if i+1 == len(tokens) || !slices.Contains(structural, strings.ToLower(tokens[i+1].text)) {
				return false
			}
		}
	}
	return true
}
