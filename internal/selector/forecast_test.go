package selector_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

func TestNext(t *testing.T) {
	p := selector.Policy{Now: time.Date(2026, 12, 31, 8, 30, 0, 0, time.UTC)}
	for _, tt := range []struct {
		span     selector.Span
		editions int
		want     string
	}{
		{selector.Span{Days: 7}, 0, "2026-12-31T08:30:00Z"}, {selector.Span{Days: 7}, 2, "2027-01-14T08:30:00Z"}, {selector.Span{Hours: 36 * time.Hour}, 1, "2027-01-01T20:30:00Z"},
		{selector.Span{Months: 1}, 1, "2027-01-31T08:30:00Z"}, {selector.Span{Months: 1}, 2, "2027-02-28T08:30:00Z"}, {selector.Span{Months: 1}, 3, "2027-03-31T08:30:00Z"},
	} {
		next := p.Next(tt.span, tt.editions)
		if got := next.Now.Format(time.RFC3339); got != tt.want || next.Window != tt.span.Before(next.Now) {
			t.Errorf("Next(%v, %d) is of %s, %v, want %s", tt.span, tt.editions, got, next.Window, tt.want)
		}
	}
}

// Each bookmark of the editions' time is in one of them, or said to be in none,
// or waits for what comes after; and what is said is what comes true.
func TestForecast(t *testing.T) {
	span := selector.Span{Days: 7}
	rapid.Check(t, func(t *rapid.T) {
		books := make([]bookmark.Bookmark, rapid.IntRange(0, 40).Draw(t, "bookmarks"))
		for i := range books {
			books[i] = drawBookmark(t, i)
			books[i].Date = books[i].Date.AddDate(0, 0, rapid.IntRange(-14, 28).Draw(t, "days"))
		}
		p := drawPolicy(t)
		p.Late, p.CatchUp = selector.Span{Days: rapid.IntRange(0, 20).Draw(t, "late")}, selector.Span{Days: rapid.IntRange(0, 20).Draw(t, "catch up")}
		least := rapid.IntRange(0, 3).Draw(t, "least")
		memory := featuredPage7
		memory.Since = p.Window.Start.AddDate(0, 0, -rapid.IntRange(0, 20).Draw(t, "since"))
		f := p.Forecast(books, memory, span, 4, least)

		in, pages := map[string]int{}, map[string]bool{"example.org/7": true}
		for i, e := range f.Editions {
			if n := e.Len(); n > 0 && n < least {
				t.Fatalf("edition %d has %d bookmarks, fewer than %d", i, n, least)
			}
			for b := range e.All() {
				in[b.Path]++
				pages[b.Key()] = true
			}
		}
		for _, v := range f.Never {
			if in[v.Bookmark.Path] > 0 {
				t.Fatalf("%s would be in an edition and in none", v.Bookmark.Path)
			}
			in[v.Bookmark.Path]++
		}
		window := selector.Window{Start: p.Window.Start, End: p.Next(span, 3).Window.End}
		for _, b := range books {
			if n := in[b.Path]; n > 1 {
				t.Fatalf("%s is told of %d times", b.Path, n)
			}
			page := b.NotListed == "" && window.Contains(b.Date) && !pages[b.Key()]
			last := p.Next(span, 3).Window.Contains(b.Date) && len(f.Editions[3].Sections) == 0
			if page && in[b.Path] == 0 && !last && least < 2 {
				t.Fatalf("%s of %v is not told of", b.Path, b.Date)
			}
		}

		// Played again, edition by edition, with the memory that a run would have.
		m := selector.Memory{Since: memory.Since, Featured: map[string]string{"example.org/7": "weekly-2026-11-13"}, Passed: map[string]selector.Passed{}}
		for i, e := range f.Editions {
			played, verdicts := p.Next(span, i).Select(slices.Values(books), m)
			if played.Len() < max(1, least) {
				played.Sections = nil
			}
			if !slices.Equal(pathsOf(played), pathsOf(e.Edition)) {
				t.Fatalf("edition %d: played %v, forecast %v", i, pathsOf(played), pathsOf(e.Edition))
			}
			for _, v := range verdicts {
				if played.Len() > 0 && v.Reason == selector.Selected {
					m.Featured[v.Bookmark.Key()] = e.ID
				}
				if played.Len() > 0 && v.NoPlace() && len(p.Only) == 0 {
					m.Passed[v.Bookmark.Key()] = selector.Passed{Edition: e.ID, End: e.Window.End}
				}
			}
			if played.Len() > 0 && len(p.Only) == 0 {
				m.Closed = append(m.Closed, e.Window)
			}
		}
	})
}
