package ledgertest

import (
	"errors"
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

// numberStays: an older edition that is made anew keeps its number, and the
// newest one stays the newest.
func numberStays(t *testing.T, l Ledger) {
	fix(t, l, "weekly-1")
	fix(t, l, "weekly-2")
	if again := fix(t, l, "weekly-1"); again.Number != 1 {
		t.Errorf("made anew it is number %d, want 1", again.Number)
	}
	if n, id, err := l.Newest(ctx, "weekly"); err != nil || n != 2 || id != "weekly-2" {
		t.Errorf("Newest = %d, %s, %v, want 2, weekly-2", n, id, err)
	}
	if e := fix(t, l, "weekly-3"); e.Number != 3 {
		t.Errorf("the next is number %d, want 3", e.Number)
	}
}

// doubtStays: after a person has decided on a reply that was lost, somebody may
// still have the edition.
func doubtStays(t *testing.T, l Ledger) {
	for _, to := range []ledger.State{ledger.Rejected, ledger.Pending} {
		id := "weekly-" + string(to)
		fix(t, l, id)
		check := func(want bool) {
			t.Helper()
			if out, err := l.IsOut(ctx, id); err != nil || out != want {
				t.Errorf("IsOut of %s = %v, %v, want %v", id, out, err, want)
			}
			if err := l.Discard(ctx, id); err != nil {
				t.Error(err)
			}
			if _, err := l.Edition(ctx, id); want && err != nil || !want && !errors.Is(err, ledger.ErrNotFound) {
				t.Errorf("Edition of %s after Discard = %v, want that it is there: %v", id, err, want)
			}
		}
		check(false)
		run := ledger.Run{Edition: fix(t, l, id).ID, Owner: 'a'}
		plan(t, l, run, list(0, 1), ledger.Plan{})
		r := claim(t, l, run, 1)[0]
		if err := errors.Join(l.Commit(ctx, run, r.ID), l.Settle(ctx, run, ledger.Settlement{ID: r.ID, State: ledger.Unknown}), l.Flush(ctx)); err != nil {
			t.Fatal(err)
		}
		check(true)
		if n, err := l.Resolve(ctx, id, to, "by hand"); err != nil || n != 1 {
			t.Errorf("Resolve = %d, %v, want 1", n, err)
		}
		check(true)
	}
}

// wrongClock: what began at a later time may turn out to have begun earlier.
func wrongClock(t *testing.T, l Ledger) {
	day := time.Date(2027, 11, 20, 0, 0, 0, 0, time.UTC)
	for _, since := range []time.Time{day, day.AddDate(-1, 0, 0), day} {
		if err := l.Begin(ctx, "weekly", since); err != nil {
			t.Fatal(err)
		}
	}
	if m, err := l.Memory(ctx, "weekly", time.Time{}); err != nil || !m.Since.Equal(day.AddDate(-1, 0, 0)) {
		t.Errorf("Memory = %+v, %v, want since %v", m, err, day.AddDate(-1, 0, 0))
	}
}
