package selector_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

var now = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

// day is an instant on the last whole day of the window.
var day = now.AddDate(0, 0, -1)

// weekly selects from the seven days before now.
func weekly() selector.Policy {
	return selector.Policy{
		Name:       "weekly",
		Now:        now,
		Window:     selector.Span{Days: 7}.Before(now),
		Categories: []selector.Category{{Name: "design", Aliases: []string{"ux"}}, {Name: "Open Source"}},
		Other:      &selector.Category{Title: "Elsewhere"},
	}
}

// good is a bookmark that is selected, but for what change does to it.
func good(path string, change ...func(*bookmark.Bookmark)) bookmark.Bookmark {
	b := bookmark.Bookmark{Path: path, Title: "Title of " + path, Link: "https://example.org/" + path, Date: day, Publish: day, Categories: []string{"design"}}
	for _, c := range change {
		c(&b)
	}
	return b
}

func TestReason(t *testing.T) {
	type change = func(b *bookmark.Bookmark)
	notListed := func(b *bookmark.Bookmark) { b.NotListed = "it is a section" }
	draft := func(b *bookmark.Bookmark) { b.Draft = true }
	noLink := func(b *bookmark.Bookmark) { b.Link = "" }
	noTitle := func(b *bookmark.Bookmark) { b.Title = "" }
	noDate := func(b *bookmark.Bookmark) { b.Date = time.Time{} }
	future := func(b *bookmark.Bookmark) { b.Publish = now.Add(time.Hour) }
	expired := func(b *bookmark.Bookmark) { b.Expiry = now.Add(-time.Hour) }
	old := func(b *bookmark.Bookmark) { b.Date = now.AddDate(0, -1, 0) }
	known := func(b *bookmark.Bookmark) { b.Link = "https://example.org/featured" }
	foreign := func(b *bookmark.Bookmark) { b.Categories = []string{"cooking"} }
	tests := []struct {
		name   string
		change []change
		want   selector.Reason
		detail string
	}{
		{"good is selected", nil, selector.Selected, "number 1"},
		{"no page", []change{notListed}, selector.NotABookmark, "it is a section"},
		{"draft", []change{draft}, selector.Draft, "draft"},
		{"no link", []change{noLink}, selector.NoLink, "none of the keys"},
		{"bad link is shown", []change{noLink, func(b *bookmark.Bookmark) { b.BadLink = "ftp://x" }}, selector.NoLink, `"ftp://x"`},
		{"long bad link is cut", []change{noLink, func(b *bookmark.Bookmark) { b.BadLink = strings.Repeat("ä", 1000) }}, selector.NoLink, strings.Repeat("ä", 80) + "…"},
		{"no title", []change{noTitle}, selector.NoTitle, "title"},
		{"no date", []change{noDate}, selector.NoDate, "date"},
		{"year 1 is no date", []change{func(b *bookmark.Bookmark) { b.Date = time.Date(1, 12, 31, 0, 0, 0, 0, time.UTC) }}, selector.NoDate, "date"},
		{"future", []change{future}, selector.Future, "2026-11-20 09:00 +00:00, after 2026-11-20 08:00 +00:00"},
		{"expired", []change{expired}, selector.Expired, "2026-11-20 07:00 +00:00"},
		{"old", []change{old}, selector.OutsideWindow, "before the window 2026-11-13 to 2026-11-19"},
		{"featured", []change{known}, selector.AlreadyFeatured, "weekly-2026-11-13"},
		{"other category", []change{foreign}, selector.OtherCategory, "cooking"},
		{"no category", []change{func(b *bookmark.Bookmark) { b.Categories = nil }}, selector.OtherCategory, "no category"},

		// With several reasons, the first in the order of the constants.
		{"no page before draft", []change{notListed, draft, noLink, noTitle, noDate, future, expired, old, foreign}, selector.NotABookmark, ""},
		{"draft before no link", []change{draft, noLink, noTitle, noDate, future, expired, old, foreign}, selector.Draft, ""},
		{"no link before no title", []change{noLink, noTitle, noDate, future, expired, old, foreign}, selector.NoLink, ""},
		{"no title before no date", []change{noTitle, noDate, future, expired, old, foreign}, selector.NoTitle, ""},
		{"no date before future", []change{noDate, future, expired, foreign}, selector.NoDate, ""},
		{"future before expired", []change{future, expired, old, known, foreign}, selector.Future, ""},
		{"expired before window", []change{expired, old, known, foreign}, selector.Expired, ""},
		{"featured before window", []change{old, known, foreign}, selector.AlreadyFeatured, ""},
		{"featured before category", []change{known, foreign}, selector.AlreadyFeatured, ""},
	}
	policy := weekly()
	policy.Other = nil
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, verdicts := policy.Select(slices.Values([]bookmark.Bookmark{good("a.md", tt.change...)}), featured)
			if v := verdicts[0]; v.Reason != tt.want || !strings.Contains(v.Detail, tt.detail) {
				t.Errorf("Select: %s (%s), want %s (%s)", v.Reason, v.Detail, tt.want, tt.detail)
			}
		})
	}
}

var featured = selector.Memory{Featured: map[string]string{"example.org/featured": "weekly-2026-11-13"}}

func TestEveryReasonHasARemedy(t *testing.T) {
	for _, r := range []selector.Reason{
		selector.NotABookmark, selector.Draft, selector.NoLink, selector.NoTitle, selector.NoDate, selector.Future, selector.Expired, selector.OutsideWindow,
		selector.AlreadyFeatured, selector.OtherCategory, selector.Duplicate, selector.OverLimit, selector.TooLarge, selector.Unreadable, selector.Selected,
	} {
		if r.Remedy() == "" {
			t.Errorf("%s.Remedy() is empty", r)
		}
	}
}

// An instant is out of the edition before it is published, and from the one on
// at which it expires; a window is half open.
func TestEdges(t *testing.T) {
	window := weekly().Window
	tests := []struct {
		name   string
		change func(*bookmark.Bookmark)
		want   selector.Reason
	}{
		{"start is in", func(b *bookmark.Bookmark) { b.Date = window.Start }, selector.Selected},
		{"before start is out", func(b *bookmark.Bookmark) { b.Date = window.Start.Add(-1) }, selector.OutsideWindow},
		{"before end is in", func(b *bookmark.Bookmark) { b.Date = window.End.Add(-1) }, selector.Selected},
		{"end is out", func(b *bookmark.Bookmark) { b.Date = window.End }, selector.OutsideWindow},
		{"published now is in", func(b *bookmark.Bookmark) { b.Publish = now }, selector.Selected},
		{"published a moment later is out", func(b *bookmark.Bookmark) { b.Publish = now.Add(1) }, selector.Future},
		{"published never is in", func(b *bookmark.Bookmark) { b.Publish = time.Time{} }, selector.Selected},
		{"expires now is out", func(b *bookmark.Bookmark) { b.Expiry = now }, selector.Expired},
		{"expires a moment later is in", func(b *bookmark.Bookmark) { b.Expiry = now.Add(1) }, selector.Selected},
		{"expires in year 1 is never", func(b *bookmark.Bookmark) { b.Expiry = time.Date(1, 1, 1, 5, 0, 0, 0, time.UTC) }, selector.Selected},
		{"same instant in another zone is in", func(b *bookmark.Bookmark) {
			b.Date = window.Start.In(time.FixedZone("", 13*3600))
		}, selector.Selected},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, verdicts := weekly().Select(slices.Values([]bookmark.Bookmark{good("a.md", tt.change)}), selector.Memory{})
			if v := verdicts[0]; v.Reason != tt.want {
				t.Errorf("Select: %s (%s), want %s", v.Reason, v.Detail, tt.want)
			}
		})
	}
}

func TestWaits(t *testing.T) {
	for at, want := range map[time.Time]bool{day: false, now.AddDate(0, -1, 0): false, weekly().Window.End: true, now.AddDate(1, 0, 0): true} {
		_, verdicts := weekly().Select(slices.Values([]bookmark.Bookmark{good("a.md", func(b *bookmark.Bookmark) { b.Date = at })}), selector.Memory{})
		if got := verdicts[0].Waits; got != want {
			t.Errorf("Select: date %s: Waits = %v, want %v", at, got, want)
		}
	}
}

// Every file gets one reason, in the order in which they came, and the
// reasons add up to the edition.
func TestVerdictsAddUp(t *testing.T) {
	policy := weekly()
	policy.Categories[0].Limit = 1
	in := []bookmark.Bookmark{
		good("b.md"), good("a.md"), good("c.md", func(b *bookmark.Bookmark) { b.Draft = true }),
		good("d.md", func(b *bookmark.Bookmark) { b.Link = "http://www.example.org/a.md/?utm_source=x#top" }),
		good("e.md", func(b *bookmark.Bookmark) { b.Link = "https://example.org/featured" }), good("f.md", func(b *bookmark.Bookmark) { b.Categories = nil }),
	}
	edition, verdicts := policy.Select(slices.Values(in), featured)
	got := map[string]selector.Reason{}
	for i, v := range verdicts {
		if v.Bookmark.Path != in[i].Path {
			t.Errorf("Select: verdict %d is on %s, want %s", i, v.Bookmark.Path, in[i].Path)
		}
		got[v.Bookmark.Path] = v.Reason
	}
	want := map[string]selector.Reason{
		"a.md": selector.Selected, "b.md": selector.OverLimit, "c.md": selector.Draft,
		"d.md": selector.Duplicate, "e.md": selector.AlreadyFeatured, "f.md": selector.Selected,
	}
	if !maps.Equal(got, want) {
		t.Errorf("Select: %v, want %v", got, want)
	}
	if paths := pathsOf(edition); !slices.Equal(paths, []string{"a.md", "f.md"}) || edition.Len() != 2 {
		t.Errorf("Select: %v (Len %d), want a.md and f.md", paths, edition.Len())
	}
}

func pathsOf(e selector.Edition) []string {
	var paths []string
	for b := range e.All() {
		paths = append(paths, b.Path)
	}
	return paths
}

func TestNothingIsAnEmptyEdition(t *testing.T) {
	edition, verdicts := selector.Policy{Name: "weekly"}.Select(slices.Values([]bookmark.Bookmark(nil)), selector.Memory{})
	if len(edition.Sections) != 0 || edition.Len() != 0 || len(verdicts) != 0 {
		t.Errorf("Select of nothing = %+v, %v, want an empty edition", edition, verdicts)
	}
}

func TestEditionID(t *testing.T) {
	newYork := zone(t, "America/New_York")
	tests := []struct {
		name string
		end  time.Time
		want string
	}{
		{"days end at midnight", time.Date(2026, 11, 20, 0, 0, 0, 0, newYork), "weekly-2026-11-20"},
		{"hours end within a day", time.Date(2026, 11, 20, 8, 5, 59, 0, newYork), "weekly-2026-11-20T0805"},
		{"midnight elsewhere is within a day", time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC).In(newYork), "weekly-2026-11-19T1900"},
		{"a day without midnight", time.Date(2018, 11, 4, 1, 0, 0, 0, zone(t, "America/Sao_Paulo")), "weekly-2018-11-04"},
		{"the day after a missing day", selector.Span{Days: 1}.Before(time.Date(2011, 12, 31, 9, 0, 0, 0, zone(t, "Pacific/Apia"))).End, "weekly-2011-12-31"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := (selector.Policy{Name: "weekly", Window: selector.Window{End: tt.end}}).ID(); got != tt.want {
				t.Errorf("ID() with end %s = %s, want %s", tt.end, got, tt.want)
			}
		})
	}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// sections is the edition as "title: path path +more" for each section.
func sections(e selector.Edition) []string {
	var list []string
	for _, s := range e.Sections {
		line := s.Title + ":"
		for _, b := range s.Bookmarks {
			line += " " + b.Path
		}
		if s.More > 0 {
			line += fmt.Sprintf(" +%d", s.More)
		}
		list = append(list, line)
	}
	return list
}

func wantSections(t *testing.T, e selector.Edition, want ...string) {
	t.Helper()
	if got := sections(e); !reflect.DeepEqual(got, want) {
		t.Errorf("Select: sections %q, want %q", got, want)
	}
}
