package selector_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

// files are bookmarks of the categories, the newest first: "b" is one of host b,
// and "b1" one that links to page 1 there.
func files(byCategory ...string) (all []bookmark.Bookmark) {
	for _, of := range byCategory {
		category, names, _ := strings.Cut(of, ": ")
		for i, name := range strings.Fields(names) {
			link := fmt.Sprintf("https://%s.example.org/%s%d", name[:1], category, i)
			if len(name) > 1 {
				link = fmt.Sprintf("https://%s.example.org/%s", name[:1], name)
			}
			all = append(all, good(fmt.Sprintf("%s%d%s", category, i+1, name), in(category), linked(link), dated(day.Add(-time.Duration(i)*time.Minute))))
		}
	}
	return all
}

func TestShareSlots(t *testing.T) {
	tests := []struct {
		name          string
		limits        [4]int // of x, y, z and Elsewhere
		perHost       int
		only          []string
		files         []string
		want, details []string
	}{
		{"what one leaves, another takes", [4]int{3, 3, 3, 1}, 0, nil, []string{"x: a", "y: a b c d e", "z: a b c"},
			[]string{"x: x1a", "y: y1a y2b y3c y4d y5e", "z: z1a z2b z3c"},
			[]string{`y3c it is number 3 in "y"`, `y4d it is number 4 in "y", with a slot that another category left`, `y5e it is number 5 in "y", with a slot that another category left`}},
		{"in turn, in the order of the sections", [4]int{4, 1, 1, 1}, 0, nil, []string{"x: a", "y: a b c d", "z: a b c d", "w: a b c"},
			[]string{"x: x1a", "y: y1a y2b +2", "z: z1a z2b +2", "Elsewhere: w1a w2b +1"},
			[]string{`y3c it is number 3 in "y", which takes 2`, `y4d it is number 4 in "y", which takes 2`, `w3c it is number 3 in "Elsewhere", which takes 2`}},
		{"a slot more than a turn", [4]int{3, 1, 1, 1}, 0, nil, []string{"x: a", "y: a b c", "z: a b"}, []string{"x: x1a", "y: y1a y2b y3c", "z: z1a z2b"}, nil},
		{"who has no more passes", [4]int{4, 1, 1, 0}, 0, nil, []string{"y: a b", "z: a b c d e"}, []string{"y: y1a y2b", "z: z1a z2b z3c z4d +1"}, nil},
		{"nothing is left", [4]int{1, 1, 0, 0}, 0, nil, []string{"x: a b", "y: a"}, []string{"x: x1a +1", "y: y1a"}, []string{`x2b it is number 2 in "x", which takes 1`}},
		{"no limit gives none", [4]int{1, 0, 0, 0}, 0, nil, []string{"x: a b", "y: a"}, []string{"x: x1a +1", "y: y1a"}, nil},
		{"a section that is not asked for gives none", [4]int{1, 9, 9, 9}, 0, []string{"x"}, []string{"x: a b", "y: a"}, []string{"x: x1a +1"}, nil},
		{"of two that are asked for", [4]int{1, 3, 9, 9}, 0, []string{"y", "x"}, []string{"x: a b c d", "y: a", "z: a"}, []string{"x: x1a x2b x3c +1", "y: y1a"}, nil},
		{"no more of a host", [4]int{1, 3, 0, 0}, 1, nil, []string{"x: a b c d", "y: b"}, []string{"x: x1a x3c x4d", "y: y1b"}, []string{`x2b b.example.org is in the edition 1 times already, and per_host is 1`}},
		{"no page twice", [4]int{1, 4, 0, 0}, 0, nil, []string{"x: a b1 c1 b1 c1 d", "y: b1"}, []string{"x: x1a x3c1 x6d", "y: y1b1"}, []string{"x2b1 y1b1 links to the same page", "x5c1 x3c1 links to the same page"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := selector.Policy{Name: "weekly", Now: now, Window: selector.Span{Days: 7}.Before(now), ShareSlots: true, PerHost: tt.perHost, Only: tt.only,
				Categories: []selector.Category{{Name: "x", Limit: tt.limits[0]}, {Name: "y", Limit: tt.limits[1]}, {Name: "z", Limit: tt.limits[2]}},
				Other:      &selector.Category{Title: "Elsewhere", Limit: tt.limits[3]}}
			edition, verdicts := p.Select(slices.Values(files(tt.files...)), selector.Memory{})
			wantSections(t, edition, tt.want...)
			for _, want := range tt.details {
				if !slices.ContainsFunc(verdicts, func(v *selector.Verdict) bool { return v.Bookmark.Path+" "+v.Detail == want }) {
					t.Errorf("Select: no verdict is %q", want)
				}
			}
		})
	}
}

func TestSharingLeavesTheBestOfTheRest(t *testing.T) {
	p := weekly()
	p.Categories[0].Limit, p.Categories[1].Limit, p.ShareSlots = 1, 3, true
	edition, _ := p.Select(slices.Values(files("design: a b c d e f g h i j", "open source: a")), selector.Memory{})
	s := edition.Sections[0]
	var next []string
	for _, b := range s.Next {
		next = append(next, b.Path)
	}
	if len(s.Bookmarks) != 3 || s.More != 7 || strings.Join(next, " ") != "design4d design5e design6f design7g design8h" {
		t.Errorf("Select: %d bookmarks, %d more, next %v, want 3, 7 and the five after them", len(s.Bookmarks), s.More, next)
	}
}

func TestShareSlotsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		books := make([]bookmark.Bookmark, rapid.IntRange(0, 60).Draw(t, "bookmarks"))
		for i := range books {
			books[i] = drawBookmark(t, i)
			books[i].Link = strings.Replace(books[i].Link, "example.org", rapid.SampledFrom([]string{"a.example.org", "b.example.org", "c.example.org"}).Draw(t, "host"), 1)
			books[i].Pin = rapid.IntRange(0, 9).Draw(t, "pin") == 0
		}
		p := drawPolicy(t)
		p.PerHost = rapid.IntRange(0, 5).Draw(t, "per host")
		alone, _ := p.Select(slices.Values(books), featuredPage7)
		p.ShareSlots = true
		shared, verdicts := p.Select(slices.Values(books), featuredPage7)

		// Whoever is in without sharing is in with it, in the same order.
		rest := pathsOf(shared)
		for _, path := range pathsOf(alone) {
			at := slices.Index(rest, path)
			if at < 0 {
				t.Fatalf("with shared slots: %v, without: %v; %s is missing or in another place", sections(shared), sections(alone), path)
			}
			rest = rest[at+1:]
		}
		checkShared(t, p, alone, shared)
		for _, v := range verdicts {
			if v.Reason == "" || v.Detail == "" {
				t.Fatalf("Select: %s has no reason", v.Bookmark.Path)
			}
		}
		again, _ := p.Select(slices.Values(rapid.Permutation(books).Draw(t, "shuffled")), featuredPage7)
		if got, want := fmt.Sprint(sections(again)), fmt.Sprint(sections(shared)); got != want {
			t.Fatalf("Select in another order: %s, want %s", got, want)
		}
	})
}

// checkShared: no more are taken than all limits together allow, slots are left
// only if nobody wants them, and nothing changes where nobody has more.
func checkShared(t *rapid.T, p selector.Policy, alone, shared selector.Edition) {
	limit, unlimited := map[string]int{}, map[string]bool{}
	total := 0
	for _, c := range append(slices.Clone(p.Categories), otherOf(p)) {
		limit[c.Heading()], unlimited[c.Heading()] = c.Limit, c.Limit == 0
		if len(p.Only) == 0 || selector.Fold(c.Name) == selector.Fold(p.Only[0]) {
			total += c.Limit
		}
	}
	taken, more, pins, was := 0, 0, 0, 0
	for _, s := range alone.Sections {
		was += s.More
	}
	for _, s := range shared.Sections {
		more += s.More
		for i, b := range s.Bookmarks {
			switch {
			case unlimited[s.Title]:
			case b.Pin && i >= limit[s.Title]: // beyond the limit
				pins++
			default:
				taken++
			}
		}
		for i := 1; i < len(s.Bookmarks); i++ {
			if a, b := s.Bookmarks[i-1], s.Bookmarks[i]; a.Pin == b.Pin && !ranked(p.Order, a, b) {
				t.Fatalf("Select: %s stands before %s", a.Path, b.Path)
			}
		}
	}
	if taken > total {
		t.Fatalf("Select: %d bookmarks and %d pinned ones beyond, in %v, want at most %d", taken, pins, sections(shared), total)
	}
	if more > 0 && pins == 0 && taken < total {
		t.Fatalf("Select: %d are left out and %d of %d taken: %v", more, taken, total, sections(shared))
	}
	if got, want := fmt.Sprint(sections(shared)), fmt.Sprint(sections(alone)); was == 0 && got != want {
		t.Fatalf("Select: %s, want %s: nobody has more than its limit", got, want)
	}
}

func otherOf(p selector.Policy) selector.Category {
	if p.Other == nil {
		return selector.Category{Title: "Elsewhere"}
	}
	return *p.Other
}
