package selector

import "slices"

// A Chooser finds what readers choose of an edition.
type Chooser struct {
	index      map[string]int // categories by each of their folded names
	categories int            // that the newsletter has: who names all of them wants all
	sections   []int          // the category of each section of the edition
}

// Chooser knows the newsletter's categories, Other's among them, by names, aliases
// and titles, and the sections of the edition, which an editor may have made, by
// theirs.
func (p Policy) Chooser(e Edition) *Chooser {
	c := &Chooser{index: p.index()}
	all := slices.Clone(p.Categories)
	if p.Other != nil {
		all = append(all, *p.Other)
	}
	for i, category := range all {
		c.name(i, append([]string{category.Name, category.Title}, category.Aliases...)...)
	}
	c.categories = len(all)
	for i, s := range e.Sections {
		at, ok := c.find(s.Category)
		if !ok {
			at, ok = c.find(s.Title)
		}
		if !ok {
			at = c.categories + i
		}
		c.name(at, s.Category, s.Title)
		c.sections = append(c.sections, at)
	}
	return c
}

// name gives a category names that no other one has.
func (c *Chooser) name(category int, names ...string) {
	for _, name := range names {
		if _, taken := c.find(name); !taken && Fold(name) != "" {
			c.index[Fold(name)] = category
		}
	}
}

func (c *Chooser) find(name string) (category int, ok bool) {
	if name = Fold(name); name != "" {
		category, ok = c.index[name]
	}
	return category, ok
}

// Choose returns the positions of the edition's sections that are in the named
// categories, and the names that nobody knows. Order, letter case and repetition
// make no difference.
//
// Who names no category, or all of them, has chosen all sections. So has who names
// only unknown ones: most likely a category has another name now, and a reader who
// gets more than they want can say so, one who gets nothing does not know.
func (c *Chooser) Choose(names []string) (sections []int, unknown []string) {
	wanted := map[int]bool{}
	known := 0 // of the newsletter's own
	for _, name := range names {
		category, ok := c.find(name)
		switch {
		case !ok:
			unknown = append(unknown, name)
		case !wanted[category]:
			wanted[category] = true
			if category < c.categories {
				known++
			}
		}
	}
	for i, category := range c.sections {
		if len(wanted) == 0 || known == c.categories || wanted[category] {
			sections = append(sections, i)
		}
	}
	return sections, unknown
}

// Part is the edition with only the sections at the given positions, which rise.
func (e Edition) Part(sections []int) Edition {
	whole := e.Sections
	e.Sections = make([]Section, len(sections))
	for i, at := range sections {
		e.Sections[i] = whole[at]
	}
	return e
}
