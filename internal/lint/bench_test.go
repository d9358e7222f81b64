package lint

import (
	"slices"
	"strings"
	"testing"
)

// A letter of 100 KB must be read in a few milliseconds: it is, before every
// send and at every change of a template.
func BenchmarkLetter(b *testing.B) {
	letter := golden(b)
	paragraph := said(`A sentence of a summary, with <em>some</em> words. <a href="mailto:a@example.org" style="color:#0b4f8a">Write to us</a>`) + "\n"
	raw := []byte(last(strings.Repeat(paragraph, 70<<10/len(paragraph))).to(b, letter))
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if got := ids(Letter(raw)); !slices.Contains(got, "letter.size-near") || slices.Contains(got, "letter.size") {
			b.Fatal(got)
		}
	}
}
