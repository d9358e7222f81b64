//go:build bench

package main

import (
	"fmt"
	"slices"
	"time"
)

// An edition is what digest list prints.
type edition struct {
	Window   struct{ Start, End time.Time }
	Sections []struct {
		Title     string
		Bookmarks []row
	}
	Counts struct{ Read, Selected int }
}

// A row is a bookmark, or with --all a file, as digest list prints it.
type row struct {
	Path, Title, Reason string
	Date                time.Time
	Categories          []string
	Draft, Selected     bool
}

// says compares what a row says of its file with what is known of it.
func (r row) says(want record) error {
	switch {
	case r.Path != want.path():
		return fmt.Errorf("is %s, want %s", r.Path, want.path())
	case r.Title != want.title():
		return fmt.Errorf("%s: title %q, want %q", r.Path, r.Title, want.title())
	case !r.Date.Equal(want.Date):
		return fmt.Errorf("%s: date %s, want %s", r.Path, r.Date, want.Date)
	case !slices.Equal(r.Categories, want.Categories):
		return fmt.Errorf("%s: categories %q, want %q", r.Path, r.Categories, want.Categories)
	}
	return nil
}

// compare tells the first difference.
func (e *expectation) compare(got edition) error {
	var rows []row
	for _, s := range got.Sections {
		if s.Title != "All" {
			return fmt.Errorf("section %q, want only All", s.Title)
		}
		rows = append(rows, s.Bookmarks...)
	}
	switch {
	case !got.Window.Start.Equal(e.start) || !got.Window.End.Equal(e.end):
		return fmt.Errorf("window %s to %s, want %s to %s", got.Window.Start, got.Window.End, e.start, e.end)
	case got.Counts.Read != e.read:
		return fmt.Errorf("counts.read is %d, want %d", got.Counts.Read, e.read)
	case got.Counts.Selected != len(rows):
		return fmt.Errorf("counts.selected is %d, but there are %d", got.Counts.Selected, len(rows))
	}
	for i := range min(len(rows), len(e.selected)) {
		if err := rows[i].says(e.selected[i]); err != nil {
			return fmt.Errorf("number %d: %w", i+1, err)
		}
	}
	if len(rows) != len(e.selected) {
		return fmt.Errorf("%d bookmarks, want %d", len(rows), len(e.selected))
	}
	return nil
}

// compareAll does it for the rows of --all.
func (e *expectation) compareAll(rows []row) error {
	if len(rows) != len(e.all) {
		return fmt.Errorf("%d files, want %d", len(rows), len(e.all))
	}
	for i, r := range rows {
		want := e.all[i]
		if err := r.says(want); err != nil {
			return fmt.Errorf("number %d: %w", i+1, err)
		}
		if r.Reason != want.reason || r.Draft != want.Draft || r.Selected != (want.reason == "selected") {
			return fmt.Errorf("%s: reason %s, draft %t, selected %t; want %s, %t", r.Path, r.Reason, r.Draft, r.Selected, want.reason, want.Draft)
		}
	}
	return nil
}
