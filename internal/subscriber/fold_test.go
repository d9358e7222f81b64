package subscriber

import (
	"testing"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// The short way of ASCII ends where the long way does.
func TestFoldOfASCII(t *testing.T) {
	for r := range rune(0x80) {
		s := "a" + string(r) + "Z"
		long := norm.NFKC.String(cases.Fold().String(cases.Lower(language.Und).String(norm.NFKC.String(s))))
		if got := fold(s); got != long {
			t.Errorf("fold(%q) = %q, want %q", s, got, long)
		}
	}
}
