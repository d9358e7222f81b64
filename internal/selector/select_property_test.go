package selector_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

var someCategories = []string{"design", "DESIGN", "ux", "open source", "ai", "cooking", ""}

// drawBookmark makes a bookmark with few different values, so that equal ones
// are common.
func drawBookmark(t *rapid.T, i int) bookmark.Bookmark {
	rare := func(label string) bool { return rapid.IntRange(0, 9).Draw(t, label) == 0 }
	b := bookmark.Bookmark{
		Path: fmt.Sprintf("content/%03d.md", i), Title: "T",
		Link:       "https://example.org/" + strconv.Itoa(rapid.IntRange(0, 30).Draw(t, "page")) + rapid.SampledFrom([]string{"", "/", "?utm_source=x"}).Draw(t, "query"),
		Date:       now.Add(-time.Duration(rapid.IntRange(-30, 200).Draw(t, "age")) * time.Hour),
		Categories: rapid.SliceOfN(rapid.SampledFrom(someCategories), 0, 3).Draw(t, "categories"),
		Score:      bookmark.Score{Value: rapid.IntRange(-1, 5).Draw(t, "score"), Known: rapid.Bool().Draw(t, "known")},
		Draft:      rare("draft"),
	}
	b.Score.Known = b.Score.Known && b.Score.Value >= 0
	if rare("no link") {
		b.Link = ""
	}
	if rare("no title") {
		b.Title = ""
	}
	if rare("expired") {
		b.Expiry = now.Add(-time.Minute)
	}
	if rare("future") {
		b.Publish = now.Add(time.Minute)
	}
	return b
}

func drawPolicy(t *rapid.T) selector.Policy {
	limit := rapid.IntRange(0, 4)
	p := selector.Policy{
		Name: "weekly", Now: now, Window: selector.Span{Days: 7}.Before(now),
		Categories: []selector.Category{
			{Name: "Design", Aliases: []string{"UX"}, Limit: limit.Draw(t, "limit")}, {Name: "AI", Limit: limit.Draw(t, "limit")},
		},
		Order: rapid.SampledFrom([]selector.Order{selector.ByDate, selector.ByScore}).Draw(t, "order"),
	}
	if rapid.Bool().Draw(t, "other") {
		p.Other = &selector.Category{Title: "Elsewhere", Limit: limit.Draw(t, "limit")}
	}
	if rapid.Bool().Draw(t, "only") {
		p.Only = []string{"ai"}
	}
	return p
}

func TestSelectProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 60).Draw(t, "bookmarks")
		books := make([]bookmark.Bookmark, n)
		for i := range books {
			books[i] = drawBookmark(t, i)
		}
		policy := drawPolicy(t)
		edition, verdicts := policy.Select(slices.Values(books), featuredPage7)
		checkVerdicts(t, books, edition, verdicts)
		checkSections(t, policy, edition)

		shuffled := rapid.Permutation(books).Draw(t, "shuffled")
		again, others := policy.Select(slices.Values(shuffled), featuredPage7)
		if got, want := fmt.Sprint(sections(again)), fmt.Sprint(sections(edition)); got != want {
			t.Fatalf("Select in another order: %s, want %s", got, want)
		}
		if got, want := reasons(others), reasons(verdicts); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("Select in another order: reasons %v, want %v", got, want)
		}
	})
}

var featuredPage7 = selector.Memory{Featured: map[string]string{"example.org/7": "weekly-2026-11-13"}}

func reasons(verdicts []*selector.Verdict) map[string]string {
	m := map[string]string{}
	for _, v := range verdicts {
		m[v.Bookmark.Path] = string(v.Reason) + ": " + v.Detail
	}
	return m
}

// checkVerdicts: each bookmark has one reason, and those selected are the
// edition.
func checkVerdicts(t *rapid.T, books []bookmark.Bookmark, e selector.Edition, verdicts []*selector.Verdict) {
	if len(verdicts) != len(books) {
		t.Fatalf("Select: %d verdicts on %d bookmarks", len(verdicts), len(books))
	}
	count := map[selector.Reason]int{}
	var selected []string
	for i, v := range verdicts {
		if v.Bookmark.Path != books[i].Path || v.Reason == "" || v.Detail == "" {
			t.Fatalf("Select: verdict %d is %q (%q) on %s, want a reason for %s", i, v.Reason, v.Detail, v.Bookmark.Path, books[i].Path)
		}
		if v.Change == "" {
			t.Fatalf("Select: %s says not what would change it", v.Reason)
		}
		count[v.Reason]++
		if v.Reason == selector.Selected {
			selected = append(selected, v.Bookmark.Path)
		}
	}
	paths := pathsOf(e)
	slices.Sort(paths)
	if !slices.Equal(paths, selected) {
		t.Fatalf("Select: %v are in the edition, and %v are said to be", paths, selected)
	}
	more := 0
	for _, s := range e.Sections {
		more += s.More
	}
	if more != count[selector.OverLimit] {
		t.Fatalf("Select: More adds up to %d, want %d, those over a limit", more, count[selector.OverLimit])
	}
}

// checkSections: no section is empty or over its limit, none holds what should
// not be there, and no page is in the edition twice.
func checkSections(t *rapid.T, p selector.Policy, e selector.Edition) {
	limits := map[string]int{}
	for _, c := range append(p.Categories, selector.Category{Title: "Elsewhere"}) {
		limits[c.Heading()] = c.Limit
	}
	if p.Other != nil {
		limits["Elsewhere"] = p.Other.Limit
	}
	seen := map[string]bool{}
	for _, s := range e.Sections {
		limit, configured := limits[s.Title]
		if n := len(s.Bookmarks); !configured || n == 0 || limit > 0 && n > limit || s.More > 0 && n != limit {
			t.Fatalf("Select: section %q has %d bookmarks and %d more, its limit is %d", s.Title, n, s.More, limit)
		}
		for i, b := range s.Bookmarks {
			if seen[b.Key()] {
				t.Fatalf("Select: %s is in the edition twice", b.Key())
			}
			seen[b.Key()] = true
			if b.Draft || b.Link == "" || b.Title == "" || b.Publish.After(now) || !b.Expiry.IsZero() || !p.Window.Contains(b.Date) || b.Key() == "example.org/7" {
				t.Fatalf("Select: %+v is in the edition", b)
			}
			if i > 0 && !ranked(p.Order, s.Bookmarks[i-1], b) {
				t.Fatalf("Select by %s: %+v stands before %+v", p.Order, s.Bookmarks[i-1], b)
			}
		}
	}
}

// ranked reports whether a may stand before b.
func ranked(order selector.Order, a, b bookmark.Bookmark) bool {
	if order == selector.ByScore && a.Score.Known != b.Score.Known {
		return a.Score.Known
	}
	if order == selector.ByScore && a.Score.Known && a.Score.Value != b.Score.Value {
		return a.Score.Value > b.Score.Value
	}
	if !a.Date.Equal(b.Date) {
		return a.Date.After(b.Date)
	}
	return a.Path < b.Path
}
