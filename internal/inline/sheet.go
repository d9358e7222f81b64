package inline

import (
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2/css"
)

// A sheet is a plain <style>.
type sheet struct {
	block
	rules []*rule
	tail  string // what is after the last rule
}

// A rule is a rule of a sheet with what stands before it. One that begins with @
// or is not whole has no selectors.
type rule struct {
	lead         string // blanks and comments
	source       string
	selectors    []*selector
	block        string // the end of source, from before the brace
	declarations []declaration
}

func parseSheet(b block) *sheet {
	s := &sheet{block: b}
	tokens := lex(b.css)
	for len(tokens) > 0 {
		n := skipBlank(tokens)
		lead := text(tokens[:n])
		if tokens = tokens[n:]; len(tokens) == 0 {
			s.tail = lead
			break
		}
		n, prelude, whole := ruleEnd(tokens)
		r := &rule{lead: lead, source: text(tokens[:n])}
		if whole && tokens[0].TokenType != css.AtKeywordToken {
			r.parse(tokens[:prelude], tokens[prelude:n])
		}
		s.rules = append(s.rules, r)
		tokens = tokens[n:]
	}
	return s
}

// ruleEnd is the number of tokens in the rule at the start, and how many of them
// are before its block. whole is false if a brace is missing.
func ruleEnd(tokens []token) (n, prelude int, whole bool) {
	ends := []css.TokenType{css.LeftBraceToken}
	if tokens[0].TokenType == css.AtKeywordToken {
		ends = append(ends, css.SemicolonToken)
	}
	prelude = until(tokens, ends...)
	if prelude == len(tokens) {
		return prelude, prelude, false
	}
	n, whole = component(tokens[prelude:])
	return prelude + n, prelude, whole
}

// parse gives the rule its parts. A rule in a rule keeps both where they are.
func (r *rule) parse(prelude, block []token) {
	body := block[1 : len(block)-1]
	if slices.ContainsFunc(body, func(t token) bool { return t.TokenType == css.LeftBraceToken }) {
		return
	}
	var selectors []*selector
	for {
		n := until(prelude, css.CommaToken)
		s := newSelector(prelude[:n])
		if s.source == "" { // which makes all of the rule void
			return
		}
		selectors = append(selectors, s)
		if n == len(prelude) {
			break
		}
		prelude = prelude[n+1:]
	}
	r.selectors = selectors
	r.block = text(block)
	r.declarations = parseDeclarations(body)
}

// movable reports whether the sheet has a rule that elements may get.
func (s *sheet) movable() bool {
	return slices.ContainsFunc(s.rules, func(r *rule) bool {
		return slices.ContainsFunc(r.selectors, func(s *selector) bool { return s.match != nil })
	})
}

// remains is the edit that leaves of the sheet what was not inlined, if that is
// not all. What is left begins with its own bytes and ends in a brace or with a
// whole comment, so no </style> can come from joining it.
func (s *sheet) remains() []edit {
	var left strings.Builder
	rules := 0
	for _, r := range s.rules {
		if own := r.remains(); own != "" {
			left.WriteString(r.lead + own)
			rules++
		}
	}
	left.WriteString(s.tail)
	switch {
	case left.String() == s.css:
		return nil
	case rules == 0:
		return []edit{{start: s.at.start, end: s.end}}
	default:
		return []edit{{s.at.end, s.at.end + len(s.css), left.String()}}
	}
}

func (r *rule) remains() string {
	var left []string
	for _, s := range r.selectors {
		if !s.inlined() {
			left = append(left, s.source)
		}
	}
	if len(left) == len(r.selectors) {
		return r.source
	}
	if len(left) == 0 {
		return ""
	}
	return strings.Join(left, ", ") + " " + r.block
}
