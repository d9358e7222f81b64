package inline

import (
	"strings"

	"github.com/tdewolff/parse/v2/css"
)

// A declaration is a property and its value.
type declaration struct {
	property, value string
	important       bool
}

// parseStyle is the declarations of a style attribute. What is open at its end
// is broken, since more may follow it: of the two line ends, an escape can take
// one, and a string ends at the other.
func parseStyle(style string) []declaration {
	return parseDeclarations(lex(style + "\n\n;"))
}

// parseDeclarations skips those that are broken.
func parseDeclarations(tokens []token) []declaration {
	var list []declaration
	for {
		n := until(tokens, css.SemicolonToken)
		if d, ok := parseDeclaration(tokens[:n]); ok {
			list = append(list, d)
		}
		if n == len(tokens) {
			return list
		}
		tokens = tokens[n+1:]
	}
}

func parseDeclaration(tokens []token) (d declaration, ok bool) {
	tokens = tokens[skipBlank(tokens):]
	if len(tokens) == 0 {
		return d, false
	}
	custom := false
	switch d.property = tokens[0].text; tokens[0].TokenType {
	case css.CustomPropertyNameToken:
		custom = true
	case css.IdentToken:
		d.property = strings.ToLower(d.property)
	default:
		return d, false
	}
	tokens = tokens[1:]
	if tokens = tokens[skipBlank(tokens):]; len(tokens) == 0 || tokens[0].TokenType != css.ColonToken {
		return d, false
	}
	if tokens, d.important = cutImportant(tokens[1:]); !valid(tokens, custom) {
		return d, false
	}
	d.value = value(tokens)
	return d, d.value != "" || custom
}

// cutImportant takes !important from the end of a value.
func cutImportant(tokens []token) (rest []token, important bool) {
	word := lastWord(tokens)
	if word < 0 || !strings.EqualFold(tokens[word].text, "important") {
		return tokens, false
	}
	if mark := lastWord(tokens[:word]); mark >= 0 && tokens[mark].isDelim("!") {
		return tokens[:mark], true
	}
	return tokens, false
}

// lastWord is the index of the last token that says something, or -1.
func lastWord(tokens []token) int {
	i := len(tokens) - 1
	for i >= 0 && tokens[i].isBlank() {
		i--
	}
	return i
}

// valid reports whether CSS can read on after the value. What a property makes
// of it is for the mail program, which may know more than we do.
func valid(tokens []token, custom bool) bool {
	for len(tokens) > 0 {
		n, closed := component(tokens)
		if !closed {
			return false
		}
		for _, t := range tokens[:n] {
			switch {
			case t.TokenType == css.BadStringToken, t.TokenType == css.BadURLToken:
				return false
			case t.TokenType == css.LeftBraceToken && !custom:
				return false
			}
		}
		switch t := tokens[0]; {
		case t.isDelim("!"), t.isDelim(`\`): // which would escape what follows
			return false
		case t.TokenType == css.RightParenthesisToken, t.TokenType == css.RightBracketToken, t.TokenType == css.RightBraceToken:
			return false
		}
		tokens = tokens[n:]
	}
	return true
}

// value is the value in one line, without comments.
func value(tokens []token) string {
	var b strings.Builder
	blank := false
	for _, t := range tokens {
		if t.isBlank() {
			blank = b.Len() > 0
			continue
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		b.WriteString(singleQuoted(t))
	}
	return b.String()
}

// singleQuoted spares the attribute an escape where the string is the same with
// the other quotes.
func singleQuoted(t token) string {
	if t.TokenType != css.StringToken || t.text[0] != '"' || strings.ContainsAny(t.text, `'\`) {
		return t.text
	}
	return "'" + strings.Trim(t.text, `"`) + "'"
}
