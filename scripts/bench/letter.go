//go:build bench

package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The words of the letter. What a bookmark says is put together from them, so
// that no two say the same.
var (
	who = []string{
		"A village library", "The night shift", "An old mail server", "One patient translator", "The harbour office", "A retired surveyor",
		"The second-hand bookshop", "A class of nine-year-olds", "The committee for street names", "A small observatory", "The ferry's engineer",
	}
	did = []string{
		"has counted", "takes apart", "gave away", "draws a map of", "wrote a letter about", "keeps a diary of", "repaired", "measured",
		"asked its neighbours for", "found a use for", "stopped paying for",
	}
	what = []string{
		"forty years of weather", "a drawer full of keys", "every bench in the park", "the slowest query of the month", "its own mistakes",
		"a clock without hands", "three kinds of silence", "the last paper timetable", "a parser for shopping lists", "all unanswered mail",
		"the colour of rust", "a bridge that hums in the wind",
	}
	how = []string{
		"with a ruler and a pot of tea", "before anybody else was awake", "at a tenth of the usual price", "and published the numbers",
		"without a single meeting", "over one long weekend", "and would do it again", "in plain words", "as a gift to whoever comes next",
		"for reasons that become clear on the last page",
	}
	topics = []string{"healthcare it", "artificial intelligence", "cybersecurity", "open source", "design"}
)

// bookmark is a content file of the week before asOf, the same at every call.
func bookmark(i int) []byte {
	r := rand.New(rand.NewPCG(uint64(i), 7))
	pick := func(of []string) string { return of[r.IntN(len(of))] }
	sentence := func() string { return strings.Join([]string{pick(who), pick(did), pick(what), pick(how)}, " ") + "." }
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %q\n", fmt.Sprintf("%s %s %s (%d)", pick(who), pick(did), pick(what), i))
	fmt.Fprintf(&b, "link: https://example.org/stories/%d\ndate: 2026-11-%02dT%02d:00:00Z\n", i, 14+i%5, i%24)
	fmt.Fprintf(&b, "categories: [%s]\n---\n", topics[i%len(topics)])
	for range 4 {
		for range 6 {
			b.WriteString(sentence() + " ")
		}
		b.WriteString("\n\n")
	}
	return []byte(b.String())
}
