// Package bookmark reads the content files of a Hugo site into bookmarks.
//
// A bookmark is one Markdown or HTML file with YAML, TOML or JSON front matter
// that names a link:
//
//	---
//	title: A title
//	link: https://example.org/article
//	date: 2026-11-19T13:47:49Z
//	categories: [design]
//	---
//	The opening of the article.
//
// What a file means is what Hugo (0.165) makes of it: which keys count, when a
// date is a date and in which zone, what is a draft. One odd file is one
// [FileError], with its line where that is known, never the end of a run.
//
// The reader is more tolerant than Hugo on purpose in these places:
//
//	input                                   Hugo             here
//	date 0000-00-00, -001-11-30T...         refused          no date (WordPress's and other zero dates)
//	date before year 2                      that date        kept, but counts as no date
//	published: false                        refused          a draft, as in Jekyll
//	url: https://...                        refused          accepted; it is not read
//	a shortcode that is not closed          refused          accepted; shortcodes are dropped from the letter
//	two keys that differ in case only       random           the one in lower case; else the later one, in TOML, JSON and tables by alphabet
//	x.md and x.html in one folder           one of them      both
//
// and more careful in these:
//
//	input                                   Hugo             here
//	NUL and other control characters        kept             removed from every text
//	line breaks and blanks in a title       kept             one blank
//	NUL inside of a quoted YAML key         kept             removed
//	front matter over 64 KiB                read             refused, unless configured
//	file over 1 MiB                         read             refused, unless configured
//	alias that unfolds into 50,000 values   read             refused
package bookmark

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// A Bookmark is what one content file says.
type Bookmark struct {
	Path       string    // of its file: the name of its source, a slash, the path below it
	Title      string    // one line of plain text
	Link       string    // absolute, http or https; without one, its own page of the Reader's site; empty if there is none
	Identity   Identity  `json:"-"` // says which other links are of the same page
	BadLink    string    // the value that was found in place of a link, as it stands
	Date       time.Time // may be meaningless: see HasDate
	Publish    time.Time `json:"-"` // Hugo's publishDate: not before this instant; falls back to the date
	Expiry     time.Time `json:"-"` // Hugo's expiryDate: not from this instant on; zero: never
	Draft      bool
	Categories []string // in the order of the file, as typed
	Summary    string   // one line: the description; may hold HTML entities or tags, as found
	Body       string   // below the front matter, as it stands
	Markup     Markup   // what Body is written in
	Image      string   // as it stands: a path of the site, an absolute URL, or empty
	Score      Score
	Pin        bool   // pin: true in front matter: the first of its section, whatever the limits
	Note       string `json:",omitempty"` // the editor's, in Markdown, of an edition; no file has one

	// NotListed says why Hugo does not list this file as a page, or why it is
	// another archetype; empty for a bookmark.
	NotListed string
}

// HasDate reports whether the date is one: tools write year 1 for "none".
func (b Bookmark) HasDate() bool { return b.Date.Year() > 1 }

// Markup is the language of a body.
type Markup string

// The languages of a body.
const (
	Markdown Markup = "markdown"
	HTML     Markup = "html"
)

// A Score counts how often a link was shared. It ranks only if it is Known: a
// missing, negative or simulated score says nothing.
type Score struct {
	Value int
	Known bool
}

// ErrTooLarge is wrapped by the error of a file over a limit of the [Reader].
var ErrTooLarge = errors.New("too large")

// A FileError is the fault of one content file.
type FileError struct {
	Path string
	Line int // 1 is the first; 0: unknown
	Err  error
	Hint string // what to do about it
}

// Error is one line without control characters, whatever the file holds and
// whatever it is called.
func (e *FileError) Error() string {
	where := e.Path
	if Clean(where) != where {
		where = strconv.Quote(where)
	}
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", where, e.Line)
	}
	text := Clean(e.Err.Error())
	if e.Hint == "" {
		return fmt.Sprintf("%s: %s", where, text)
	}
	return fmt.Sprintf("%s: %s; %s", where, text, e.Hint)
}

func (e *FileError) Unwrap() error { return e.Err }
