package selector

import (
	"slices"

	"digest/internal/bookmark"
)

// A filling is a section while bookmarks are taken into it.
type filling struct {
	Category
	taken []bookmark.Bookmark
	over  []candidate // that the limit left out, best first
	extra int         // slots that other sections left, of those taken
}

// A choice is what all sections have taken so far.
type choice struct {
	byKey  map[string]*Verdict
	ofHost map[string]int
}

// fill makes the sections of their candidates, in the order of the categories
// with Other's at the end. Empty ones are left out.
func (p Policy) fill(candidates [][]candidate) []Section {
	chosen := choice{map[string]*Verdict{}, map[string]int{}}
	fillings := make([]*filling, len(candidates))
	for i, list := range candidates {
		fillings[i] = p.fillOne(p.category(i), list, chosen)
	}
	if p.ShareSlots {
		p.share(fillings, chosen)
	}
	var sections []Section
	for _, f := range fillings {
		if s := f.section(chosen); len(s.Bookmarks) > 0 {
			sections = append(sections, s)
		}
	}
	return sections
}

// category is that of a section.
func (p Policy) category(at int) Category {
	switch {
	case at < len(p.Categories):
		return p.Categories[at]
	case p.Other != nil:
		return *p.Other
	}
	return Category{}
}

// fillOne ranks the candidates of a section and takes those that are not chosen
// yet, up to its limit and that of their hosts. What is pinned is not limited.
func (p Policy) fillOne(c Category, candidates []candidate, chosen choice) *filling {
	f := &filling{Category: c}
	slices.SortFunc(candidates, func(a, b candidate) int { return p.compare(a.verdict.Bookmark, b.verdict.Bookmark) })
	for _, cand := range candidates {
		cand.verdict.Section = c.Name
		switch {
		case !p.admits(cand, chosen):
		case c.Limit > 0 && len(f.taken) >= c.Limit && !cand.verdict.Bookmark.Pin:
			f.over = append(f.over, cand)
		default:
			f.take(cand, chosen)
			cand.verdict.selected("it is number %d in %q", len(f.taken), c.Heading())
		}
	}
	return f
}

// admits rules on a candidate that no section may take any more.
func (p Policy) admits(c candidate, chosen choice) bool {
	if first, twice := chosen.byKey[c.key]; twice {
		c.verdict.rule(Duplicate, "%s links to the same page", first.Bookmark.Path)
		return false
	}
	if p.PerHost <= 0 || c.verdict.Bookmark.Pin {
		return true
	}
	if host := c.verdict.Bookmark.Host(); chosen.ofHost[host] >= p.PerHost {
		c.verdict.rule(OverLimit, "%s is in the edition %d times already, and per_host is %d", host, chosen.ofHost[host], p.PerHost)
		c.verdict.Change = "raise per_host, or put pin: true into its front matter"
		return false
	}
	return true
}

func (f *filling) take(c candidate, chosen choice) {
	chosen.byKey[c.key] = c.verdict
	chosen.ofHost[c.verdict.Bookmark.Host()]++
	f.taken = append(f.taken, c.verdict.Bookmark)
}

// share gives the slots that sections leave of their limits to those that have
// more, one each in turn.
func (p Policy) share(fillings []*filling, chosen choice) {
	index := p.index()
	free := 0
	for i, f := range fillings {
		if p.wants(i, index) {
			free += max(0, f.Limit-len(f.taken))
		}
	}
	for took := true; took && free > 0; {
		took = false
		for _, f := range fillings {
			if free > 0 && p.takeOver(f, chosen) {
				took = true
				free--
			}
		}
	}
}

// takeOver takes the best of those that the limit left out, if there is one that
// can still be taken.
func (p Policy) takeOver(f *filling, chosen choice) bool {
	for len(f.over) > 0 {
		c := f.over[0]
		f.over = f.over[1:]
		if p.admits(c, chosen) {
			f.take(c, chosen)
			f.extra++
			c.verdict.selected("it is number %d in %q, with a slot that another category left", len(f.taken), f.Heading())
			return true
		}
	}
	return false
}

// section is what the filling has come to. It rules on those that it leaves out;
// a page among them that is in the edition, or stands there twice, counts once.
func (f *filling) section(chosen choice) Section {
	s := Section{Category: f.Name, Title: f.Heading(), Bookmarks: f.taken}
	over := map[string]*Verdict{}
	for _, c := range f.over {
		first := chosen.byKey[c.key]
		if first == nil {
			first = over[c.key]
		}
		if first != nil {
			c.verdict.rule(Duplicate, "%s links to the same page", first.Bookmark.Path)
			continue
		}
		over[c.key] = c.verdict
		if s.More++; len(s.Next) < maxNext {
			s.Next = append(s.Next, c.verdict.Bookmark)
		}
		c.verdict.rule(OverLimit, "it is number %d in %q, which takes %d", len(f.taken)+s.More, f.Heading(), f.Limit+f.extra)
	}
	return s
}
