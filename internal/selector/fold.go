package selector

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// Fold is the form of a category's name in which two spellings of it are
// equal: without regard to case, Unicode form and the number of blanks.
func Fold(name string) string {
	// Fold alone turns small Cherokee letters into capitals, and those into small ones.
	folded := cases.Fold().String(cases.Lower(language.Und).String(norm.NFKC.String(name)))
	return strings.Join(strings.Fields(norm.NFKC.String(folded)), " ")
}

// slug is a category's name as it can be part of a file's name.
func slug(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return '-'
	}, Fold(name))
}
