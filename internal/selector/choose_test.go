package selector_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

// chosenFrom is an edition of a newsletter with four categories, of which one has
// nothing this week, and with a section that an editor has made.
func chosenFrom() (selector.Policy, selector.Edition) {
	p := selector.Policy{
		Categories: []selector.Category{
			{Name: "open source", Title: "Open Source", Aliases: []string{"oss", "foss"}}, {Name: "design", Title: "Shapes"}, {Name: "security"},
		},
		Other: &selector.Category{Title: "Elsewhere"},
	}
	e := selector.Edition{ID: "weekly-2026-11-20"}
	for _, s := range []selector.Section{{Category: "open source", Title: "Free Code"}, {Category: "design", Title: "Shapes"}, {Title: "Elsewhere"}, {Category: "events", Title: "Where to meet"}} {
		s.Bookmarks = []bookmark.Bookmark{{Title: s.Title}}
		e.Sections = append(e.Sections, s)
	}
	return p, e
}

func TestChoose(t *testing.T) {
	p, e := chosenFrom()
	for _, tt := range []struct {
		claim, names string
		want         []int
		unknown      []string
	}{
		{"no names are all", "", []int{0, 1, 2, 3}, nil},
		{"one category", "design", []int{1}, nil},
		{"an alias", "FOSS", []int{0}, nil},
		{"a title", "shapes", []int{1}, nil},
		{"a title that the editor changed", "free code", []int{0}, nil},
		{"order and repetition make no difference", "design; open source; oss; Design", []int{0, 1}, nil},
		{"what is in no category, by its title", "elsewhere", []int{2}, nil},
		{"a section of the editor's, by its title", "where to  meet", []int{3}, nil},
		{"a section of the editor's, by its category", "events", []int{3}, nil},
		{"a category without bookmarks makes no difference", "security; design", []int{1}, nil},
		{"nothing of what was chosen is there", "security", nil, nil},
		{"an unknown name is ignored", "golf; design", []int{1}, []string{"golf"}},
		{"nothing there, and an unknown name", "golf; security", nil, []string{"golf"}},
		{"only unknown names are all", "golf; chess", []int{0, 1, 2, 3}, []string{"golf", "chess"}},
		{"all categories are all, the editor's too", "security; elsewhere; design; oss", []int{0, 1, 2, 3}, nil},
	} {
		var names []string
		if tt.names != "" {
			names = strings.Split(tt.names, "; ")
		}
		got, unknown := p.Chooser(e).Choose(names)
		if !slices.Equal(got, tt.want) || !slices.Equal(unknown, tt.unknown) {
			t.Errorf("%s: Choose(%q) = %v, unknown %q, want %v, %q", tt.claim, tt.names, got, unknown, tt.want, tt.unknown)
		}
	}
}

// However a choice is written down, it is the same one: by names, aliases or titles,
// in any order and letter case, with anything unknown between.
func TestChooseIsCanonical(t *testing.T) {
	p, e := chosenFrom()
	c := p.Chooser(e)
	spellings := [][]string{{"open source", "oss", "FOSS", "Free  Code"}, {"design", "Shapes"}, {"security"}, {"Elsewhere"}, {"events", "Where to meet"}}
	rapid.Check(t, func(t *rapid.T) {
		wanted := rapid.SliceOfDistinct(rapid.IntRange(0, len(spellings)-1), rapid.ID).Draw(t, "wanted")
		write := func(label string) (names []string) {
			for _, i := range rapid.Permutation(wanted).Draw(t, label) {
				for range rapid.IntRange(1, 2).Draw(t, "times") {
					name := rapid.SampledFrom(spellings[i]).Draw(t, "name")
					names = append(names, rapid.SampledFrom([]string{name, strings.ToUpper(name), " " + name + " "}).Draw(t, "as"))
				}
			}
			if len(wanted) > 0 {
				for range rapid.IntRange(0, 2).Draw(t, "more") {
					names = slices.Insert(names, rapid.IntRange(0, len(names)).Draw(t, "at"), "golf")
				}
			}
			return names
		}
		once, again := write("once"), write("again")
		got, _ := c.Choose(once)
		same, _ := c.Choose(again)
		if !slices.Equal(got, same) {
			t.Fatalf("Choose(%q) = %v, Choose(%q) = %v, want the same", once, got, again, same)
		}
		own := 0 // categories of the newsletter's own
		for _, i := range wanted {
			if i < 4 {
				own++
			}
		}
		var want []int
		for at, i := range []int{0, 1, 3, 4} { // the categories of the sections
			if len(wanted) == 0 || own == 4 || slices.Contains(wanted, i) {
				want = append(want, at)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("Choose(%q) = %v, want %v", once, got, want)
		}
	})
}

func TestPart(t *testing.T) {
	_, e := chosenFrom()
	e.Introduction = "Dear readers"
	part := e.Part([]int{1, 3})
	if part.ID != e.ID || part.Introduction != e.Introduction || part.Len() != 2 || part.Sections[0].Title != "Shapes" || part.Sections[1].Category != "events" {
		t.Errorf("Part(1, 3) = %+v, want the second and the fourth section", part)
	}
	if whole := e.Part([]int{0, 1, 2, 3}); !reflect.DeepEqual(whole, e) {
		t.Errorf("Part of all = %+v, want %+v", whole, e)
	}
	if len(e.Sections) != 4 {
		t.Errorf("Part changed the edition: %+v", e)
	}
}
