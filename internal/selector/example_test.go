package selector_test

import (
	"fmt"
	"slices"
	"time"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

func ExamplePolicy_Select() {
	now := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	bookmarks := []bookmark.Bookmark{
		{Path: "content/grid.md", Title: "Grids", Link: "https://example.org/grid", Date: now.AddDate(0, 0, -1), Categories: []string{"Design"}},
		{Path: "content/type.md", Title: "Type", Link: "https://example.org/type", Date: now.AddDate(0, 0, -2), Categories: []string{"design"}},
		{Path: "content/tea.md", Title: "Tea", Link: "https://example.org/tea", Date: now.AddDate(0, 0, -3)},
		{Path: "content/old.md", Title: "Old", Link: "https://example.org/old", Date: now.AddDate(0, 0, -30), Categories: []string{"design"}},
	}
	policy := selector.Policy{
		Name:       "weekly",
		Now:        now,
		Window:     selector.Span{Days: 7}.Before(now),
		Categories: []selector.Category{{Name: "design", Limit: 1}},
		Other:      &selector.Category{Title: "Elsewhere"},
	}
	edition, verdicts := policy.Select(slices.Values(bookmarks), selector.Memory{})
	fmt.Println(edition.ID, edition.Window)
	for _, s := range edition.Sections {
		fmt.Printf("%s: %s, and %d more\n", s.Title, s.Bookmarks[0].Title, s.More)
	}
	for _, v := range verdicts {
		fmt.Println(v.Bookmark.Path, v.Reason)
	}
	// Output:
	// weekly-2026-11-20 2026-11-13 to 2026-11-19
	// design: Grids, and 1 more
	// Elsewhere: Tea, and 0 more
	// content/grid.md selected
	// content/type.md over-limit
	// content/tea.md selected
	// content/old.md outside-window
}

func ExampleSpan_Before() {
	now := time.Date(2026, 3, 31, 8, 30, 0, 0, time.UTC)
	fmt.Println(selector.Span{Days: 7}.Before(now))
	fmt.Println(selector.Span{Months: 1}.Before(now))
	fmt.Println(selector.Span{Hours: 36 * time.Hour}.Before(now))
	// Output:
	// 2026-03-24 to 2026-03-30
	// 2026-02-28 to 2026-03-30
	// 2026-03-29 20:30 +00:00 to 2026-03-31 08:30 +00:00
}

func ExampleParseSpan() {
	span, err := selector.ParseSpan("2w")
	fmt.Println(span.Days, err)
	_, err = selector.ParseSpan("a fortnight")
	fmt.Println(err)
	// Output:
	// 14 <nil>
	// "a fortnight" is not a length of time such as 7d, 2w, 1mo or 36h
}
