package inline

import (
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
)

// A token is a part of a style sheet; the texts of all are the sheet.
type token struct {
	css.TokenType
	text string
}

// lex is the tokens of a style sheet, or of the value of a style attribute.
func lex(src string) []token {
	var tokens []token
	l := css.NewLexer(parse.NewInputString(src))
	for at := 0; ; {
		kind, data := l.Next()
		if kind == css.ErrorToken {
			return tokens
		}
		tokens = append(tokens, token{kind, src[at : at+len(data)]})
		at += len(data)
	}
}

// text is the part of the source that the tokens are.
func text(tokens []token) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString(t.text)
	}
	return b.String()
}

// isBlank reports whether the token says nothing. CDO and CDC are the comment
// marks in which sheets were once hidden from browsers that knew none.
func (t token) isBlank() bool {
	switch t.TokenType {
	case css.WhitespaceToken, css.CommentToken, css.CDOToken, css.CDCToken:
		return true
	}
	return false
}

func (t token) isDelim(s string) bool { return t.TokenType == css.DelimToken && t.text == s }

// skipBlank is the number of tokens at the start that say nothing.
func skipBlank(tokens []token) int {
	n := 0
	for n < len(tokens) && tokens[n].isBlank() {
		n++
	}
	return n
}

// component is the number of tokens in the component value at the start: one,
// or with an opening bracket all to its closing one. Those of another kind in
// between close nothing. closed is false if the end is missing.
func component(tokens []token) (n int, closed bool) {
	var open []css.TokenType
	for n < len(tokens) {
		kind := tokens[n].TokenType
		n++
		switch end := closing(kind); {
		case end != css.ErrorToken:
			open = append(open, end)
		case len(open) > 0 && kind == open[len(open)-1]:
			open = open[:len(open)-1]
		}
		if len(open) == 0 {
			return n, true
		}
	}
	return n, false
}

// closing is the token that ends what a token opens.
func closing(kind css.TokenType) css.TokenType {
	switch kind {
	case css.LeftParenthesisToken, css.FunctionToken:
		return css.RightParenthesisToken
	case css.LeftBracketToken:
		return css.RightBracketToken
	case css.LeftBraceToken:
		return css.RightBraceToken
	}
	return css.ErrorToken
}

// until is the number of tokens before the first of that kind outside of
// brackets, and all if there is none.
func until(tokens []token, kinds ...css.TokenType) int {
	n := 0
	for n < len(tokens) {
		for _, k := range kinds {
			if tokens[n].TokenType == k {
				return n
			}
		}
		m, _ := component(tokens[n:])
		n += m
	}
	return n
}
