//go:build bench

package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// A record is what the manifest says of a file.
type record struct {
	Path       string // below the content folder
	Date       time.Time
	Categories []string
	Title      string
	Draft      bool
	Odd        []string

	reason string // that digest must give
}

// path is the file's as digest names it.
func (r record) path() string { return "content/" + r.Path }

// title is on one line in a letter.
func (r record) title() string { return strings.Join(strings.Fields(r.Title), " ") }

// publish is the file's publishDate, which is an hour after the date, or else
// the date.
func (r record) publish() time.Time {
	if slices.Contains(r.Odd, "publishdate") {
		return r.Date.Add(time.Hour)
	}
	return r.Date
}

// link stands for the file's link, which is made of what the file's name is made
// of, but for the number at the end.
func (r record) link() string {
	name := strings.TrimSuffix(path.Base(r.Path), ".md")
	return name[:strings.LastIndexByte(name, '-')]
}

// An expectation is what follows from a manifest for an edition.
type expectation struct {
	start, end time.Time
	read       int
	selected   []record // the newest first
	all        []record // by path
}

// expect reads a manifest. The window is of the seven days before now's, in UTC.
func expect(manifest string, now time.Time, all bool) (*expectation, error) {
	f, err := os.Open(manifest)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	e := &expectation{end: now.Truncate(24 * time.Hour)}
	e.start = e.end.AddDate(0, 0, -7)
	for d := json.NewDecoder(bufio.NewReader(f)); ; e.read++ {
		r := record{reason: "selected"}
		if err := d.Decode(&r); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", manifest, err)
		}
		switch {
		case r.Draft:
			r.reason = "draft"
		case r.publish().After(now):
			r.reason = "future"
		case r.Date.Before(e.start) || !r.Date.Before(e.end):
			r.reason = "outside-window"
		default:
			e.selected = append(e.selected, r)
		}
		if all {
			e.all = append(e.all, r)
		}
	}
	slices.SortFunc(e.all, func(a, b record) int { return cmp.Compare(a.Path, b.Path) })
	return e, e.order()
}

// order puts the newest first. All must have links of their own, since the
// manifest does not say enough of those that are left out for another.
func (e *expectation) order() error {
	slices.SortFunc(e.selected, func(a, b record) int { return cmp.Or(b.Date.Compare(a.Date), cmp.Compare(a.Path, b.Path)) })
	taken := map[string]string{}
	for _, r := range e.selected {
		if other, ok := taken[r.link()]; ok {
			return fmt.Errorf("%s and %s have the same link; make the corpus with another seed", other, r.Path)
		}
		taken[r.link()] = r.Path
	}
	return nil
}
