package selector

import (
	"strings"

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
