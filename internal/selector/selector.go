// Package selector picks the bookmarks that make an edition of the newsletter,
// and says of every other one why it is not in it.
//
// It is pure: the clock, the bookmarks and what was featured before are
// arguments, and the same arguments give the same edition.
//
//	policy := selector.Policy{
//		Name:       "weekly",
//		Now:        now,
//		Window:     selector.Span{Days: 7}.Before(now),
//		Categories: []selector.Category{{Name: "design", Limit: 8}},
//		Other:      &selector.Category{Title: "Elsewhere"},
//	}
//	edition, verdicts := policy.Select(bookmarks, memory)
package selector

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"digest/internal/bookmark"
)

// A Category is a section of the letter: what bookmarks call it, and what the
// letter calls it.
type Category struct {
	Name    string
	Title   string   // shown; empty: Name
	Aliases []string // other names that bookmarks use
	Limit   int      // most bookmarks in an edition; 0: no limit
}

// Heading is the title that the letter shows.
func (c Category) Heading() string { return cmp.Or(c.Title, c.Name) }

// An Order ranks the bookmarks of a section.
type Order string

// The orders. Equal bookmarks stand in the order of their paths.
const (
	ByDate  Order = "date"  // the newest first
	ByScore Order = "score" // the most shared first; those without a known score after them, by date
)

// A Policy says which bookmarks make an edition.
type Policy struct {
	Name       string // of the newsletter
	Now        time.Time
	Window     Window
	Categories []Category // the sections, in their order
	Other      *Category  // the section of all that is in no category; nil: left out
	Only       []string   // if not empty, the names of the only categories wanted
	Order      Order      // empty: ByDate
	PerHost    int        // most bookmarks of one host in an edition; 0: no limit
	ShareSlots bool       // what sections leave of their limits goes to those that have more
	// Late and CatchUp are how far before the window the edition reaches, for
	// bookmarks that came after the edition of their time was made, and for those
	// of a time without an edition. Zero: not at all.
	Late, CatchUp Span
}

// An Edition is one issue of the newsletter.
type Edition struct {
	ID           string
	Window       Window
	Introduction string    `json:",omitempty"` // the editor's, in Markdown; Select sets none
	Edited       bool      `json:",omitempty"` // the editor chose the bookmarks, not Select
	Sections     []Section // never empty ones
}

// A Section is a category with its bookmarks, best first.
type Section struct {
	Category  string // name
	Title     string
	Bookmarks []bookmark.Bookmark
	More      int                 // how many the limit left out
	Next      []bookmark.Bookmark // the best of those
}

// maxNext is how many of those that a limit left out a section names.
const maxNext = 5

// Len is the number of bookmarks in the edition.
func (e Edition) Len() int {
	n := 0
	for _, s := range e.Sections {
		n += len(s.Bookmarks)
	}
	return n
}

// All yields the bookmarks in the order of the letter.
func (e Edition) All() iter.Seq[bookmark.Bookmark] {
	return func(yield func(bookmark.Bookmark) bool) {
		for _, s := range e.Sections {
			for _, b := range s.Bookmarks {
				if !yield(b) {
					return
				}
			}
		}
	}
}

// ID names the edition that ends with the window: the newsletter's name and the
// last instant's date, with the time of day if the window ends within a day. An
// edition of some categories only is another one than that of all, and says so.
func (p Policy) ID() string {
	end := p.Window.End
	layout := "2006-01-02"
	if !end.Equal(StartOfDay(end)) {
		layout = "2006-01-02T1504"
	}
	id := p.Name + "-" + end.Format(layout)
	index := p.index()
	taken := map[string]bool{}
	for i, c := range p.Categories { // whatever they are called and in which order
		name := slug(c.Name)
		if taken[name] { // c++ and c#, say
			name = fmt.Sprintf("%s-%d", name, i+1)
		}
		taken[name] = true
		if slices.ContainsFunc(p.Only, func(name string) bool { at, ok := index[Fold(name)]; return ok && at == i }) {
			id += "-" + name
		}
	}
	return id
}

// candidate is a bookmark in the making of a section.
type candidate struct {
	verdict *Verdict
	key     string
}

// Select makes the edition of the bookmarks, and a verdict on each, in the
// order in which they came.
func (p Policy) Select(bookmarks iter.Seq[bookmark.Bookmark], m Memory) (Edition, []*Verdict) {
	var verdicts []*Verdict
	sections := make([][]candidate, len(p.Categories)+1) // the last one is Other's
	index := p.index()
	for b := range bookmarks {
		v := &Verdict{Bookmark: b}
		verdicts = append(verdicts, v)
		if p.unfit(v) {
			continue
		}
		key := b.Key()
		if edition, ok := m.Featured[key]; ok {
			v.rule(AlreadyFeatured, "it was in edition %s", edition)
			continue
		}
		if p.untimely(v, m) || p.passed(v, key, m) {
			continue
		}
		if at, ok := p.section(v, index); ok {
			sections[at] = append(sections[at], candidate{v, key})
		}
	}
	return Edition{ID: p.ID(), Window: p.Window, Sections: p.fill(sections)}, verdicts
}

// unfit rules on the bookmark by itself.
func (p Policy) unfit(v *Verdict) bool {
	b := v.Bookmark
	switch {
	case b.NotListed != "":
		v.rule(NotABookmark, "%s", b.NotListed)
	case b.Draft:
		v.rule(Draft, "its front matter says draft")
	case b.Link == "" && b.BadLink != "":
		v.rule(NoLink, "its link %q is no http or https address", shorten(b.BadLink))
	case b.Link == "":
		v.rule(NoLink, "none of the keys for a link is in its front matter")
	case b.Title == "":
		v.rule(NoTitle, "its title is missing or empty")
	case !b.HasDate():
		v.rule(NoDate, "its date is missing or stands for none")
	case b.Publish.After(p.Now):
		v.rule(Future, "it is published at %s, after %s", p.stamp(b.Publish), p.stamp(p.Now))
	case b.Expiry.Year() > 1 && !b.Expiry.After(p.Now):
		v.rule(Expired, "it expired at %s", p.stamp(b.Expiry))
	default:
		return false
	}
	return true
}

// untimely rules on a bookmark that is of another time than the edition's.
func (p Policy) untimely(v *Verdict, m Memory) bool {
	b := v.Bookmark
	switch {
	case !b.Date.Before(p.Window.End):
		v.rule(OutsideWindow, "its date %s is after the window %s", p.stamp(b.Date), p.Window)
		v.Waits = true
	case !p.Reaches(b.Date, m):
		v.rule(OutsideWindow, "its date %s is before the window %s", p.stamp(b.Date), p.Window)
	case b.Date.Before(p.Window.Start):
		v.Late, v.after = true, ", and late: no edition of its time could have it"
		return false
	default:
		return false
	}
	return true
}

// stamp is an instant in the newsletter's time zone.
func (p Policy) stamp(t time.Time) string { return stamp(t.In(p.Window.End.Location())) }

// index finds a section by each of its folded names; the first section that
// has a name keeps it.
func (p Policy) index() map[string]int {
	index := map[string]int{}
	for i, c := range p.Categories {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if _, taken := index[Fold(name)]; !taken {
				index[Fold(name)] = i
			}
		}
	}
	return index
}

// section finds the first configured category that the bookmark is in.
func (p Policy) section(v *Verdict, index map[string]int) (at int, ok bool) {
	at = len(p.Categories)
	for _, name := range v.Bookmark.Categories {
		if i, ok := index[Fold(name)]; ok {
			at = min(at, i)
		}
	}
	if at == len(p.Categories) && p.Other == nil {
		if len(v.Bookmark.Categories) == 0 {
			v.rule(OtherCategory, "it has no category")
		} else {
			v.rule(OtherCategory, "none of its categories is configured: %s", shorten(strings.Join(v.Bookmark.Categories, ", ")))
		}
		return at, false
	}
	if !p.wants(at, index) {
		v.rule(OtherCategory, "only %s was asked for", strings.Join(p.Only, ", "))
		return at, false
	}
	return at, true
}

// wants reports whether a section is asked for.
func (p Policy) wants(at int, index map[string]int) bool {
	return len(p.Only) == 0 || slices.ContainsFunc(p.Only, func(name string) bool {
		i, named := index[Fold(name)]
		return named && i == at
	})
}

// compare puts the better bookmark first, and what is pinned before all.
func (p Policy) compare(a, b bookmark.Bookmark) int {
	if a.Pin != b.Pin {
		if a.Pin {
			return -1
		}
		return 1
	}
	if p.Order == ByScore {
		if c := cmp.Compare(rank(b.Score), rank(a.Score)); c != 0 {
			return c
		}
	}
	if c := b.Date.Compare(a.Date); c != 0 {
		return c
	}
	return strings.Compare(a.Path, b.Path)
}

// rank is the score as far as it is known.
func rank(s bookmark.Score) int {
	if !s.Known {
		return -1
	}
	return s.Value
}
