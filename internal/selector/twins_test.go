package selector

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"digest/internal/bookmark"
)

func TestTwins(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"design", "Design", true}, {"open source", "open-source", true}, {"open source", "OpenSource", true},
		{"healthcare it", "Health Care IT", true}, {"tool", "tools", true}, {"library", "libraries", true},
		{"artificial intelligence", "artifical inteligence", true}, {"security", "securty", true}, {"R&D", "r and d", true},
		{"ai", "ar", false}, {"java", "lava", false}, {"web 2", "web 3", false}, {"C", "C++", false}, {"C#", "C", false},
		{"class", "clas", false}, {"us", "u", false}, {"design", "resign of", false}, {"日本", "日本語", false}, {"news", "new", true},
	}
	for _, tt := range tests {
		if got := twins(tt.a, tt.b); got != tt.want {
			t.Errorf("twins(%q, %q) = %v, want %v", tt.a, tt.b, got, tt.want)
		}
		if got := twins(tt.b, tt.a); got != tt.want {
			t.Errorf("twins(%q, %q) = %v, want %v", tt.b, tt.a, got, tt.want)
		}
	}
}

func TestGroups(t *testing.T) {
	p := Policy{Categories: []Category{{Name: "artificial intelligence", Aliases: []string{"ai"}}, {Name: "design"}}}
	file := func(categories ...string) bookmark.Bookmark {
		return bookmark.Bookmark{Link: "https://example.com", Categories: categories}
	}
	draft := file("design")
	draft.Draft = true
	bookmarks := []bookmark.Bookmark{
		file("Artificial Intelligence"), file("Artificial Intelligence", "Design"), file("artifical intelligence"), file("AI"),
		file("Open Source"), file("open-source"), file("open source", "open source"), draft, {Categories: []string{"no link"}}, file(),
	}
	var got []string
	for _, g := range p.Groups(slices.Values(bookmarks)) {
		category := "-"
		if g.Category != nil {
			category = g.Category.Name
		}
		got = append(got, fmt.Sprintf("%d %v %s %q", g.Count(), g.Names, category, g.Unknown))
	}
	want := []string{
		`3 [{Artificial Intelligence 2} {artifical intelligence 1}] artificial intelligence ["artifical intelligence"]`,
		`3 [{Open Source 1} {open source 1} {open-source 1}] - ["Open Source" "open-source"]`,
		`1 [{AI 1}] artificial intelligence []`,
		`1 [{Design 1}] design []`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("Groups =\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
