package selector

import "time"

// A Memory is what earlier editions leave for the next one. Its zero value
// remembers nothing.
type Memory struct {
	// Since is when the first window began: what is of a time before it was never
	// meant for this newsletter. Zero: there was no window yet.
	Since time.Time
	// Closed are the windows of the editions that there were.
	Closed []Window
	// Featured and Passed name the edition of a canonical link: the one that it
	// was in, and the one that had no place for it.
	Featured, Passed map[string]string
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

// earlier rules on a bookmark of a time before the window, and reports whether it
// may still be in the edition: it came after the window of its time was closed,
// or there was no edition of its time.
func (p Policy) earlier(v *Verdict, m Memory) bool {
	date := v.Bookmark.Date
	if m.Since.IsZero() || date.Before(m.Since) {
		return false
	}
	closed := false
	for _, w := range m.Closed {
		closed = closed || w.Contains(date)
	}
	span := p.CatchUp
	if closed {
		span = p.Late
	}
	if date.Before(span.back(p.Window.Start)) {
		return false
	}
	v.Late = true
	return true
}

// passed rules on a late bookmark that was not late for an earlier edition. One
// that is pinned gets another chance.
func (p Policy) passed(v *Verdict, key string, m Memory) bool {
	edition, ok := m.Passed[key]
	if !ok || !v.Late || v.Bookmark.Pin {
		return false
	}
	v.rule(OverLimit, "edition %s, of its time, had no place for it", edition)
	v.Change = "pin: true in its front matter brings it in, or a date in the window"
	return true
}
