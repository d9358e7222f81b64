package ledgertest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"digest/internal/ledger"
)

func numbersRise(t *testing.T, l Ledger) {
	for want := 1; want <= 3; want++ {
		if e := fix(t, l, fmt.Sprint("weekly-", want)); e.Number != want {
			t.Errorf("Open = number %d, want %d", e.Number, want)
		}
	}
	other, err := l.Open(ctx, ledger.Edition{ID: "monthly-1", Newsletter: "monthly", Content: []byte{}}, func(int) ([]byte, error) { return []byte{}, nil })
	if err != nil || other.Number != 1 {
		t.Errorf("Open of another newsletter = number %d, %v, want 1", other.Number, err)
	}
	for id, want := range map[string]int{"weekly-1": 1, "weekly-3": 3, "weekly-4": 4} {
		if n, err := l.Number(ctx, "weekly", id); err != nil || n != want {
			t.Errorf("Number of %s = %d, %v, want %d", id, n, err, want)
		}
	}
	if n, id, err := l.Newest(ctx, "weekly"); err != nil || n != 3 || id != "weekly-3" {
		t.Errorf("Newest = %d, %s, %v, want 3, weekly-3", n, id, err)
	}
	if n, id, err := l.Newest(ctx, "daily"); err != nil || n != 0 || id != "" {
		t.Errorf("Newest of a newsletter without editions = %d, %q, %v, want none", n, id, err)
	}
}

func featuredOnce(t *testing.T, l Ledger) {
	fix(t, l, "weekly-1")
	m, err := l.Memory(ctx, "weekly", time.Time{})
	if want := []ledger.Seen{{Key: "example.org/weekly-1", Link: "https://example.org/weekly-1", Edition: "weekly-1"}}; err != nil || !slices.Equal(m.Featured, want) {
		t.Errorf("Memory = %+v, %v, want featured %v", m, err, want)
	}
	_, err = l.Open(ctx, ledger.Edition{ID: "weekly-2", Newsletter: "weekly", Content: []byte{}, Bookmarks: []ledger.Bookmark{{Key: "example.org/weekly-1"}}},
		func(int) ([]byte, error) { return []byte{}, nil })
	if err == nil {
		t.Error("Open fixed a second edition with a bookmark of the first")
	}
	if m, err := l.Memory(ctx, "monthly", time.Time{}); err != nil || !reflect.DeepEqual(m, ledger.Memory{}) {
		t.Errorf("Memory of another newsletter = %+v, %v, want none", m, err)
	}
}

// featuredInOrder: two links may become one page by a later rule; then the
// edition that was first counts.
func featuredInOrder(t *testing.T, l Ledger) {
	var want []ledger.Seen
	for i, link := range []string{"https://example.org/b", "https://example.org/a", "https://example.org/A"} {
		e := ledger.Edition{ID: fmt.Sprint("weekly-", 9-i), Newsletter: "weekly", Content: []byte{}, Bookmarks: []ledger.Bookmark{{Key: link, Link: link}}} // the later edition has the smaller name
		if _, err := l.Open(ctx, e, func(int) ([]byte, error) { return []byte{}, nil }); err != nil {
			t.Fatal(err)
		}
		want = append(want, ledger.Seen{Key: link, Link: link, Edition: e.ID})
	}
	if m, err := l.Memory(ctx, "weekly", time.Time{}); err != nil || !slices.Equal(m.Featured, want) {
		t.Errorf("Memory = %+v, %v, want featured in order: %v", m, err, want)
	}
}

func windowsRemembered(t *testing.T, l Ledger) {
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.FixedZone("", -5*3600)) }
	for range 2 {
		if err := l.Begin(ctx, "weekly", day(1)); err != nil {
			t.Fatal(err)
		}
	}
	for i, links := range [][]string{{"a", "b"}, nil, {"c", "a"}} {
		e := ledger.Edition{ID: fmt.Sprint("weekly-", i), Newsletter: "weekly", Start: day(8 + 7*i), End: day(15 + 7*i), Content: []byte{}}
		for _, link := range links {
			e.Passed = append(e.Passed, ledger.Passed{Bookmark: ledger.Bookmark{Key: link, Link: "https://example.org/" + link}, Final: link == "c"})
		}
		if _, err := l.Open(ctx, e, func(int) ([]byte, error) { return []byte{}, nil }); err != nil {
			t.Fatal(err)
		}
	}
	part := ledger.Edition{ID: "weekly-part", Newsletter: "weekly", Start: day(8), End: day(15), Partial: true, Content: []byte{}}
	if _, err := l.Open(ctx, part, func(int) ([]byte, error) { return []byte{}, nil }); err != nil {
		t.Fatal(err)
	}
	for since, want := range map[int]string{1: "weekly-0/a weekly-0/b weekly-2/a weekly-2/c", 15: "weekly-0/a weekly-0/b weekly-2/a weekly-2/c", 16: "weekly-2/a weekly-2/c", 30: ""} {
		m, err := l.Memory(ctx, "weekly", day(since))
		if err != nil || !m.Since.Equal(day(1)) || len(m.Closed) != 3 {
			t.Fatalf("Memory = %+v, %v, want three windows, and the first to begin at %v", m, err, day(1))
		}
		if last := m.Closed[2]; last.Edition != "weekly-2" || !last.Start.Equal(day(22)) || !last.End.Equal(day(29)) {
			t.Errorf("the last window is %+v", last)
		}
		var got []string
		for _, p := range m.Passed {
			if p.Final != strings.HasSuffix(p.Link, "/c") {
				t.Errorf("Passed %s is final: %v", p.Link, p.Final)
			}
			got = append(got, p.Edition+strings.TrimPrefix(p.Link, "https://example.org"))
		}
		if slices.Sort(got); strings.Join(got, " ") != want {
			t.Errorf("Passed since day %d = %q, want %q", since, got, want)
		}
	}
}
