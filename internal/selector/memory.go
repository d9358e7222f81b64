package selector

import (
	"fmt"
	"time"
)

// A Memory is what earlier editions leave for the next one. Its zero value
// remembers nothing.
type Memory struct {
	// Since is when the first window began: what is of a time before it was never
	// meant for this newsletter. Zero: there was no window yet.
	Since time.Time
	// Closed are the windows of the editions that there were.
	Closed []Window
	// Featured names the edition that a canonical link was in.
	Featured map[string]string
	// Passed tells of the canonical links that were there when an edition was made
	// and are not in it.
	Passed map[string]Passed
}

// A Passed bookmark was left out of an edition.
type Passed struct {
	Edition string
	End     time.Time // of its window
	Final   bool      // an editor decided so, not a limit
}

// Reach is the first instant whose bookmarks may be in the edition: the start of
// the window, or before it of what comes late or was missed.
func (p Policy) Reach(m Memory) time.Time {
	reach := p.Window.Start
	if m.Since.IsZero() {
		return reach
	}
	for _, span := range []Span{p.Late, p.CatchUp} {
		if from := span.back(p.Window.Start); from.Before(reach) {
			reach = from
		}
	}
	if reach.Before(m.Since) {
		reach = m.Since
	}
	if reach.After(p.Window.Start) {
		reach = p.Window.Start
	}
	return reach
}

// back is the instant that lies the span before t, on t's calendar; t itself if
// there is no span.
func (s Span) back(t time.Time) time.Time {
	if s == (Span{}) {
		return t
	}
	return s.Before(t).Start
}

// Reaches reports whether the edition can have what is of that date: it is within
// the window, or before it and came after the window of its time was closed, or
// there was no edition of its time.
func (p Policy) Reaches(date time.Time, m Memory) bool {
	if !date.Before(p.Window.Start) {
		return date.Before(p.Window.End)
	}
	if m.Since.IsZero() || date.Before(m.Since) {
		return false
	}
	span := p.CatchUp
	for _, w := range m.Closed {
		if w.Contains(date) {
			span = p.Late
		}
	}
	return !date.Before(span.back(p.Window.Start))
}

// passed rules on a bookmark that was left out of an edition of its time. Pinned,
// it gets another chance, unless an editor left it out.
func (p Policy) passed(v *Verdict, key string, m Memory) bool {
	by, ok := m.Passed[key]
	if !ok || !v.Bookmark.Date.Before(by.End) {
		return false
	}
	if v.Bookmark.Pin && !by.Final {
		v.after = fmt.Sprintf(", pinned after edition %s had no place for it", by.Edition)
		return false
	}
	v.again = true
	if by.Final {
		v.rule(OverLimit, "the editor of edition %s left it out", by.Edition)
		v.Change = "name it in the draft of an edition, or give it a date after the window of that one"
		return true
	}
	v.rule(OverLimit, "edition %s, of its time, had no place for it", by.Edition)
	v.Change = "pin: true in its front matter gives it another chance, or a date after the window of that edition"
	return true
}
