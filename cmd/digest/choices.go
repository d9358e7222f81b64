package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"digest/internal/ledger"
	"digest/internal/selector"
	"digest/internal/subscriber"
)

// A choice is what a subscriber wants of an edition: some of its sections, in a
// language.
type choice struct {
	sections []int  // positions in the edition
	language string // whose words are used
}

// choices finds what subscribers have chosen of an edition. However they wrote it,
// there are no more choices than there can be letters: categories of which the
// edition has nothing make no difference, and a language without words of its own is
// that of the newsletter.
type choices struct {
	edition selector.Edition
	chooser *selector.Chooser
	words   func(language string) string
	own     string // the newsletter's language

	byKey map[string]choice // what was chosen, but for the whole and nothing
	found map[wish]string   // keys of wishes that came lately
	odd   map[wish]bool     // wishes of which no category is known

	strangers strangers
}

// A wish is a choice as a list has it.
type wish struct {
	categories subscriber.Categories
	language   string
}

// strangers are those who have chosen only categories that there are not.
type strangers struct {
	count int
	names []string // some of what they chose
}

func (n *newsletter) choicesOf(e selector.Edition) *choices {
	return &choices{
		edition: e, chooser: n.policy.Chooser(e), words: n.words, own: n.words(n.Language),
		byKey: map[string]choice{}, found: map[wish]string{}, odd: map[wish]bool{},
	}
}

// mostWishes is how many wishes are remembered: a list holds the same ones again and
// again, but somebody may have written a million different ones.
const mostWishes = 10_000

// of is the key of what a subscriber gets: empty is the whole edition, and
// [ledger.Nothing] that there is nothing in it for them.
func (c *choices) of(s subscriber.Subscriber) string {
	if s.Categories == "" && s.Language == "" || c.edition.Len() == 0 {
		return ""
	}
	w := wish{s.Categories, s.Language}
	key, ok := c.found[w]
	if !ok {
		if len(c.found) >= mostWishes {
			clear(c.found)
			clear(c.odd)
		}
		key = c.find(w)
		c.found[w] = key
	}
	if c.odd[w] {
		c.strangers.add(s.Categories.Names())
	}
	return key
}

func (c *choices) find(w wish) string {
	chosen, unknown := c.choose(w)
	if len(unknown) > 0 && len(unknown) == len(w.categories.Names()) {
		c.odd[w] = true
	}
	key := c.key(chosen)
	if key != "" && key != ledger.Nothing {
		c.byKey[key] = chosen
	}
	return key
}

// choose is the choice that a wish comes to, and the categories of it that nobody
// knows.
func (c *choices) choose(w wish) (chosen choice, unknown []string) {
	chosen.sections, unknown = c.chooser.Choose(w.categories.Names())
	chosen.language = cmp.Or(c.words(w.language), c.own)
	return chosen, unknown
}

// key is "2,3 de" for the second and third section in German.
func (c *choices) key(of choice) string {
	if len(of.sections) == 0 {
		return ledger.Nothing
	}
	var parts []string
	if len(of.sections) < len(c.edition.Sections) {
		positions := make([]string, len(of.sections))
		for i, at := range of.sections {
			positions[i] = strconv.Itoa(at + 1)
		}
		parts = append(parts, strings.Join(positions, ","))
	}
	if of.language != c.own {
		parts = append(parts, of.language)
	}
	return strings.Join(parts, " ")
}

// describe is a choice in words.
func (c *choices) describe(of choice) string {
	var titles []string
	for _, s := range c.edition.Part(of.sections).Sections {
		titles = append(titles, s.Title)
	}
	if len(titles) == len(c.edition.Sections) {
		return "all in " + of.language
	}
	const most = 5
	words := strings.Join(titles[:min(most, len(titles))], ", ")
	if more := len(titles) - most; more > 0 {
		words += fmt.Sprintf(" and %d more", more)
	}
	if of.language != c.own {
		words += " in " + of.language
	}
	return words
}

func (s *strangers) add(names []string) {
	const most = 5
	s.count++
	for _, name := range names {
		if len(s.names) < most && !slices.Contains(s.names, name) {
			s.names = append(s.names, name)
		}
	}
}

// warnStrangers says whose choice is not heeded, since nobody knows what they chose.
func (n *newsletter) warnStrangers(s strangers) {
	if s.count > 0 {
		n.log.Warn(fmt.Sprintf("%s: of %s no category is known (%s), so they get the whole edition; digest check names them",
			n.listName(), count(s.count, "subscriber"), strings.Join(s.names, ", ")))
	}
}
