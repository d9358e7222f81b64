// Package draftfile is an edition as a file that its editor changes before it is
// sent: which bookmarks, in which order, with an introduction and notes.
//
//	introduction: |
//	  Dear readers, ...
//	edition: weekly-2026-11-20
//	window:
//	  start: 2026-11-13T00:00:00-05:00
//	  end: 2026-11-20T00:00:00-05:00
//	sections:
//	  - category: design
//	    title: Design
//	    bookmarks:
//	      - path: content/x.md
//	        title: A title
//	        note: Skip to the *second half*.
//	offered:
//	  - https://example.org/x
//	  - https://example.org/y
//
// It is YAML, and read strictly: an unknown key is more often a slip than a wish.
package draftfile

import (
	"slices"
	"strings"
	"time"
)

// The limits of what is read, in bytes.
const (
	MaxFile         = 1 << 20
	MaxIntroduction = 8 << 10
	MaxNote         = 2 << 10
)

// A File is an edition as its editor wants it.
type File struct {
	Introduction string // Markdown, without blank lines around it
	Edition      string // id
	Start, End   time.Time
	Sections     []Section // never empty ones
	Offered      []string  // links of what there was to choose from when it was written
}

// Names reports whether the file names a bookmark, by its path.
func (f *File) Names(path string) bool {
	return slices.ContainsFunc(f.Sections, func(s Section) bool {
		return slices.ContainsFunc(s.Bookmarks, func(b Bookmark) bool { return b.Path == path })
	})
}

// A Section is one of the letter.
type Section struct {
	Category  string // name; may be empty
	Title     string
	Bookmarks []Bookmark
}

// A Bookmark is a content file by its path, with what the editor makes of it.
type Bookmark struct {
	Path  string
	Title string // empty: that of the content file
	Note  string // Markdown, without blank lines around it
	Line  int    // of the file, where it was read; 0: it was not
}

// Text is Markdown without blank lines around it and with the line ends of Unix.
func Text(s string) string {
	s = strings.TrimRight(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s), " \t\n")
	for {
		line, rest, found := strings.Cut(s, "\n")
		if !found || strings.TrimSpace(line) != "" {
			return s
		}
		s = rest
	}
}
