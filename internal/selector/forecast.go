package selector

import (
	"maps"
	"slices"
	"time"

	"digest/internal/bookmark"
)

// A Forecast is how editions would be, if no file changed from now on.
type Forecast struct {
	Editions []Foretold
	// Never are the bookmarks of the editions' time that would be in none of them,
	// by path, with what the last edition that looked at them says.
	Never []*Verdict
}

// A Foretold edition is one to come.
type Foretold struct {
	Edition
	Waiting int // bookmarks that are too few for an edition, which is empty then
}

// Next is the policy of the edition that follows after so many spans.
func (p Policy) Next(span Span, editions int) Policy {
	p.Now = span.forth(p.Now, editions)
	p.Window = span.Before(p.Now)
	return p
}

// forth is the instant that lies so many spans after t, on t's calendar.
func (s Span) forth(t time.Time, times int) time.Time {
	if s.Hours > 0 {
		return t.Add(time.Duration(times) * s.Hours)
	}
	y, m, d := t.Date()
	if s.Months > 0 {
		first := time.Date(y, m+time.Month(times*s.Months), 1, 0, 0, 0, 0, time.UTC)
		y, m = first.Year(), first.Month()
		d = min(d, daysIn(y, m))
	}
	hour, minute, second := t.Clock()
	return time.Date(y, m, d+times*s.Days, hour, minute, second, t.Nanosecond(), t.Location())
}

// Forecast plays the next editions, which are a span apart; the first is that of
// the policy. One of fewer than least bookmarks is not made: it is empty, and
// what it would have waits for the next.
func (p Policy) Forecast(bookmarks []bookmark.Bookmark, m Memory, span Span, editions, least int) Forecast {
	m = m.clone()
	byDate := slices.SortedFunc(slices.Values(bookmarks), func(a, b bookmark.Bookmark) int { return a.Date.Compare(b.Date) })
	start := p.Reach(m)
	appeared, last := map[string]bool{}, map[string]*Verdict{}
	var f Forecast
	var end time.Time
	for i := range editions {
		next := p.Next(span, i)
		end = next.Window.End
		e, verdicts := next.Select(slices.Values(within(byDate, next.Reach(m), end)), m)
		foretold := Foretold{Edition: e}
		made := e.Len() >= max(1, least)
		for _, v := range verdicts {
			path := v.Bookmark.Path
			appeared[path] = appeared[path] || made && v.Reason == Selected
			if was := last[path]; was == nil || v.Reason != OutsideWindow || was.Reason == Selected {
				last[path] = v
			}
		}
		if made {
			next.record(&m, e, verdicts)
		} else {
			foretold.Waiting, foretold.Sections = e.Len(), nil
		}
		if m.Since.IsZero() {
			m.Since = next.Window.Start
		}
		f.Editions = append(f.Editions, foretold)
	}
	for _, path := range slices.Sorted(maps.Keys(last)) {
		v := last[path]
		date := v.Bookmark.Date
		switch v.Reason {
		case Selected, AlreadyFeatured, NotABookmark:
			continue
		}
		if !appeared[path] && !date.Before(start) && date.Before(end) {
			f.Never = append(f.Never, v)
		}
	}
	return f
}

// within is those of the time from start to end.
func within(byDate []bookmark.Bookmark, start, end time.Time) []bookmark.Bookmark {
	at := func(t time.Time) int {
		i, _ := slices.BinarySearchFunc(byDate, t, func(b bookmark.Bookmark, t time.Time) int { return b.Date.Compare(t) })
		return i
	}
	return byDate[at(start):at(end)]
}

func (m Memory) clone() Memory {
	m.Featured, m.Passed, m.Closed = maps.Clone(m.Featured), maps.Clone(m.Passed), slices.Clone(m.Closed)
	if m.Featured == nil {
		m.Featured = map[string]string{}
	}
	if m.Passed == nil {
		m.Passed = map[string]Passed{}
	}
	return m
}

// record remembers an edition. One of some categories only leaves its time open.
func (p Policy) record(m *Memory, e Edition, verdicts []*Verdict) {
	if len(p.Only) == 0 {
		m.Closed = append(m.Closed, e.Window)
	}
	for _, v := range verdicts {
		switch {
		case v.Reason == Selected:
			m.Featured[v.Bookmark.Key()] = e.ID
		case v.NoPlace() && len(p.Only) == 0:
			m.Passed[v.Bookmark.Key()] = Passed{Edition: e.ID, End: e.Window.End}
		}
	}
}
