package selector

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"unicode"

	"github.com/agext/levenshtein"

	"digest/internal/bookmark"
)

// A Name is a category as bookmarks spell it.
type Name struct {
	Spelling string
	Count    int // of bookmarks
}

// A Group is the spellings that are likely to mean one category, the most
// frequent first: they differ in letter case, punctuation, a plural, or a letter
// or two.
type Group struct {
	Names    []Name
	Category *Category // that some of them are configured for; nil: none
	Unknown  []string  // the spellings that no configured category has, one for each that [Fold] tells apart
}

// Count is the number of bookmarks with one of the spellings.
func (g Group) Count() (n int) {
	for _, name := range g.Names {
		n += name.Count
	}
	return n
}

// Groups tells how bookmarks are filed, the largest group first. Drafts and files
// that are no bookmarks do not count.
func (p Policy) Groups(bookmarks iter.Seq[bookmark.Bookmark]) []Group {
	counts := map[string]int{}
	for b := range bookmarks {
		if b.Draft || b.NotListed != "" || b.Link == "" {
			continue
		}
		seen := map[string]bool{} // a file may name one twice
		for _, name := range b.Categories {
			if !seen[name] {
				counts[name]++
			}
			seen[name] = true
		}
	}
	var names []Name
	for spelling, n := range counts {
		names = append(names, Name{spelling, n})
	}
	slices.SortFunc(names, func(a, b Name) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Spelling, b.Spelling))
	})
	var groups []Group
	for _, name := range names { // the largest comes first, and smaller ones join it
		at := slices.IndexFunc(groups, func(g Group) bool { return twins(g.Names[0].Spelling, name.Spelling) })
		if at < 0 {
			groups = append(groups, Group{Names: []Name{name}})
			continue
		}
		groups[at].Names = append(groups[at].Names, name)
	}
	index := p.index()
	for i := range groups {
		groups[i].place(p, index)
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return cmp.Compare(b.Count(), a.Count()) })
	return groups
}

// place finds the configured category of a group, and what that does not cover.
func (g *Group) place(p Policy, index map[string]int) {
	told := map[string]bool{}
	for _, name := range g.Names {
		folded := Fold(name.Spelling)
		if at, ok := index[folded]; ok {
			if g.Category == nil {
				g.Category = &p.Categories[at]
			}
		} else if !told[folded] {
			g.Unknown = append(g.Unknown, name.Spelling)
		}
		told[folded] = true
	}
}

// twins reports whether two spellings are likely to mean the same.
func twins(a, b string) bool {
	a, b = bareName(a), bareName(b)
	if a == b {
		return true
	}
	if digits(a) != digits(b) { // web 2 is not web 3
		return false
	}
	// A letter in six or more, two in twelve: shorter words differ by less.
	shorter := min(len([]rune(a)), len([]rune(b)))
	return shorter >= 6 && levenshtein.Distance(a, b, nil) <= min(2, shorter/6)
}

// bareName is a name without case, punctuation, blanks and a plural's end.
func bareName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r) {
			return r
		}
		if r == '+' || r == '#' { // C++ and C# are not C
			return r
		}
		return -1
	}, strings.ReplaceAll(Fold(name), "&", "and"))
	if stem, ok := strings.CutSuffix(name, "ies"); ok && len(stem) > 2 {
		return stem + "y"
	}
	if stem, ok := strings.CutSuffix(name, "s"); ok && len(stem) > 2 && !strings.HasSuffix(stem, "s") {
		return stem
	}
	return name
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}
