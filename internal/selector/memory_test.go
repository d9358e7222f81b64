package selector_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

func TestLate(t *testing.T) {
	at := func(day string) time.Time {
		date, err := time.ParseInLocation("2006-01-02", day, now.Location())
		if err != nil {
			t.Fatal(err)
		}
		return date
	}
	window := func(from, to string) selector.Window { return selector.Window{Start: at(from), End: at(to)} }
	// There were editions of 10-16 and 11-13, and none of 11-06 or any before.
	m := selector.Memory{
		Since:    at("2026-10-02"),
		Closed:   []selector.Window{window("2026-10-09", "2026-10-16"), window("2026-11-06", "2026-11-13")},
		Featured: map[string]string{"example.org/featured": "weekly-2026-11-13"},
		Passed: map[string]selector.Passed{
			"example.org/passed": {Edition: "weekly-2026-11-13", End: at("2026-11-13")}, "example.org/left-out": {Edition: "weekly-2026-11-13", End: at("2026-11-13"), Final: true},
		},
	}
	for _, tt := range []struct {
		name, day, page string
		late, catchUp   selector.Span
		pin             bool
		want            selector.Reason
	}{
		{"in the window", "2026-11-13", "a", selector.Span{}, selector.Span{}, false, selector.Selected},
		{"after its edition", "2026-11-12", "a", selector.Span{Days: 14}, selector.Span{}, false, selector.Selected},
		{"after its edition, and that is not wanted", "2026-11-12", "a", selector.Span{}, selector.Span{Days: 28}, false, selector.OutsideWindow},
		{"of a week without an edition", "2026-11-05", "a", selector.Span{}, selector.Span{Days: 28}, false, selector.Selected},
		{"of a week without an edition, not wanted", "2026-11-05", "a", selector.Span{Days: 14}, selector.Span{}, false, selector.OutsideWindow},
		{"at the first moment that late reaches", "2026-11-06", "a", selector.Span{Days: 7}, selector.Span{}, false, selector.Selected},
		{"too late", "2026-11-06", "a", selector.Span{Days: 6}, selector.Span{}, false, selector.OutsideWindow},
		{"too late after its edition, however far a missed one reaches", "2026-10-15", "a", selector.Span{Days: 14}, selector.Span{Days: 60}, false, selector.OutsideWindow},
		{"missed too long ago", "2026-10-08", "a", selector.Span{Days: 60}, selector.Span{Days: 28}, false, selector.OutsideWindow},
		{"before the first window", "2026-10-01", "a", selector.Span{Days: 360}, selector.Span{Days: 360}, false, selector.OutsideWindow},
		{"late, and featured then", "2026-11-12", "featured", selector.Span{Days: 14}, selector.Span{}, false, selector.AlreadyFeatured},
		{"it was there, and had no place", "2026-11-12", "passed", selector.Span{Days: 14}, selector.Span{}, false, selector.OverLimit},
		{"it had no place and is pinned now", "2026-11-12", "passed", selector.Span{Days: 14}, selector.Span{}, true, selector.Selected},
		{"an editor left it out", "2026-11-12", "left-out", selector.Span{Days: 14}, selector.Span{}, false, selector.OverLimit},
		{"an editor left it out, and it is pinned", "2026-11-12", "left-out", selector.Span{Days: 14}, selector.Span{}, true, selector.OverLimit},
		{"an editor left it out, and it has a new date", "2026-11-13", "left-out", selector.Span{Days: 14}, selector.Span{}, false, selector.Selected},
		{"it had no place and has a new date", "2026-11-13", "passed", selector.Span{Days: 14}, selector.Span{}, false, selector.Selected},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := weekly()
			p.Late, p.CatchUp = tt.late, tt.catchUp
			b := good("a.md", func(b *bookmark.Bookmark) {
				b.Date, b.Link, b.Pin = at(tt.day), "https://example.org/"+tt.page, tt.pin
				b.Publish = b.Date
			})
			_, verdicts := p.Select(slices.Values([]bookmark.Bookmark{b}), m)
			v := verdicts[0]
			if v.Reason != tt.want {
				t.Errorf("Reason = %s (%s), want %s", v.Reason, v.Detail, tt.want)
			}
			if late := tt.day < "2026-11-13"; tt.want == selector.Selected && (v.Late != late || !tt.pin && strings.Contains(v.Detail, "late") != late) {
				t.Errorf("Late = %v, %q, want %v", v.Late, v.Detail, late)
			}
			if reach := p.Reach(m); v.Reason == selector.Selected && b.Date.Before(reach) {
				t.Errorf("Reach = %v, after what is in the edition", reach)
			}
			if _, verdicts = p.Select(slices.Values([]bookmark.Bookmark{b}), selector.Memory{}); verdicts[0].Late {
				t.Error("without a memory something is late")
			}
		})
	}
}

// A site of the test: a bookmark has a date, appears at some time and may move.
type saved struct {
	bookmark.Bookmark
	appears int // the run that finds it first
}

// A quarter of weekly runs, some of them missed or at a wrong time, over a site in which files appear
// late, are dated anew and link to the same page.
func TestEveryBookmarkOnce(t *testing.T) {
	const weeks = 12
	first := time.Date(2026, 3, 6, 8, 0, 0, 0, now.Location())
	run := func(week int) time.Time { return first.AddDate(0, 0, 7*week) }
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(0, 3).Draw(t, "limit")
		late, catchUp := rapid.IntRange(0, 4).Draw(t, "late, weeks"), rapid.IntRange(0, 4).Draw(t, "catch up, weeks")
		missed := rapid.SliceOfN(rapid.Bool(), weeks, weeks).Draw(t, "missed")
		missed[0] = false
		var site []*saved
		for i := range rapid.IntRange(0, 40).Draw(t, "bookmarks") {
			week := rapid.IntRange(0, weeks-1).Draw(t, "week")
			date := run(week).AddDate(0, 0, -rapid.IntRange(1, 7).Draw(t, "day")).Add(time.Duration(rapid.IntRange(-8, 15).Draw(t, "hour")) * time.Hour)
			b := good(fmt.Sprintf("%02d.md", i), func(b *bookmark.Bookmark) {
				b.Link = fmt.Sprintf("https://example.org/%d", rapid.IntRange(0, 60).Draw(t, "page"))
				b.Date, b.Publish = date, date
			})
			site = append(site, &saved{b, week + rapid.SampledFrom([]int{0, 0, 0, 1, 2, 3}).Draw(t, "late by")})
		}
		m := selector.Memory{Featured: map[string]string{}, Passed: map[string]selector.Passed{}}
		first := map[string]int{} // the run that a page was featured in
		for week := range weeks {
			if len(site) > 0 && rapid.IntRange(0, 3).Draw(t, "re-date") == 0 {
				b := rapid.SampledFrom(site).Draw(t, "re-dated")
				b.Date = run(week).AddDate(0, 0, -1)
				b.Publish = b.Date
			}
			if missed[week] {
				continue
			}
			// Cron is not punctual, and a clock may be wrong by days.
			at := run(week).AddDate(0, 0, rapid.SampledFrom([]int{0, 0, 0, 0, 1, 9, 30, -20}).Draw(t, "clock, days")).Add(time.Duration(rapid.IntRange(-480, 900).Draw(t, "clock, minutes")) * time.Minute)
			p := selector.Policy{Name: "weekly", Now: at, Window: selector.Span{Days: 7}.Before(at), Other: &selector.Category{Title: "All", Limit: limit}, Late: selector.Span{Days: 7 * late}, CatchUp: selector.Span{Days: 7 * catchUp}}
			var files []bookmark.Bookmark
			for _, s := range site {
				if s.appears <= week {
					files = append(files, s.Bookmark)
				}
			}
			edition, verdicts := p.Select(slices.Values(files), m)
			for b := range edition.All() {
				if before, twice := first[b.Key()]; twice {
					t.Fatalf("%s was in the edition of week %d and is in that of week %d", b.Link, before, week)
				}
				first[b.Key()] = week
			}
			for i, v := range verdicts {
				if !files[i].Publish.After(at) {
					promised(t, p, m, files[i], v, limit)
				}
			}
			for _, v := range verdicts {
				switch v.Reason {
				case selector.Selected:
					m.Featured[v.Bookmark.Key()] = edition.ID
				case selector.OverLimit:
					m.Passed[v.Bookmark.Key()] = selector.Passed{Edition: edition.ID, End: edition.Window.End}
				}
			}
			if m.Since.IsZero() {
				m.Since = p.Window.Start
			}
			if edition.Len() > 0 {
				m.Closed = append(m.Closed, p.Window)
			}
		}
	})
}

// promised says by other means than the selector's what a run owes a bookmark.
func promised(t *rapid.T, p selector.Policy, m selector.Memory, b bookmark.Bookmark, v *selector.Verdict, limit int) {
	inTime := p.Window.Contains(b.Date)
	closed := slices.ContainsFunc(m.Closed, func(w selector.Window) bool { return w.Contains(b.Date) })
	days := int(math.Ceil(p.Window.Start.Sub(b.Date).Hours() / 24)) // before the window, begun ones
	reached := !m.Since.IsZero() && !b.Date.Before(m.Since) && b.Date.Before(p.Window.Start) &&
		(closed && days <= p.Late.Days || !closed && days <= p.CatchUp.Days)
	_, featured := m.Featured[b.Key()]
	left, passed := m.Passed[b.Key()]
	owed := (inTime || reached) && !featured && !(passed && b.Date.Before(left.End))
	switch {
	case !owed && v.Reason == selector.Selected:
		t.Fatalf("%s of %v is in %s, and should not be: %s", b.Path, b.Date, p.ID(), v.Detail)
	case owed && limit == 0 && v.Reason != selector.Selected && v.Reason != selector.Duplicate:
		t.Fatalf("%s of %v is not in %s: %s, %s", b.Path, b.Date, p.ID(), v.Reason, v.Detail)
	case owed && v.Reason != selector.Selected && v.Reason != selector.Duplicate && v.Reason != selector.OverLimit:
		t.Fatalf("%s of %v is not in %s: %s, %s", b.Path, b.Date, p.ID(), v.Reason, v.Detail)
	}
}
