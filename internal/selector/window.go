package selector

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// A Window is the time from Start up to and without End.
type Window struct{ Start, End time.Time }

// Contains reports whether t is in the window.
func (w Window) Contains(t time.Time) bool { return !t.Before(w.Start) && t.Before(w.End) }

// String is the window in words, in its own time zone.
func (w Window) String() string {
	if w.Start.Equal(StartOfDay(w.Start)) && w.End.Equal(StartOfDay(w.End)) {
		return fmt.Sprintf("%s to %s", w.Start.Format("2006-01-02"), w.LastDay().Format("2006-01-02"))
	}
	return fmt.Sprintf("%s to %s", stamp(w.Start), stamp(w.End))
}

// LastDay is an instant on the last day that the window touches.
func (w Window) LastDay() time.Time { return w.End.Add(-time.Nanosecond) }

// A Span is the length of a window: of whole calendar months and days, or of
// hours. Exactly one kind is set.
type Span struct {
	Months, Days int
	Hours        time.Duration
}

var spanForm = regexp.MustCompile(`^(\d{1,6})(h|d|w|mo)$`)

// ParseSpan reads 36h, 7d, 2w or 1mo: at least one hour, at most a year.
func ParseSpan(s string) (Span, error) {
	m := spanForm.FindStringSubmatch(s)
	if m == nil {
		return Span{}, fmt.Errorf("%q is not a length of time such as 7d, 2w, 1mo or 36h", s)
	}
	n, _ := strconv.Atoi(m[1])
	var span Span
	days := n
	switch m[2] {
	case "h":
		span.Hours, days = time.Duration(n)*time.Hour, (n+23)/24
	case "d":
		span.Days = n
	case "w":
		span.Days, days = 7*n, 7*n
	case "mo":
		span.Months, days = n, 30*n
	}
	switch {
	case n == 0:
		return Span{}, errors.New("the window is empty")
	case days > 366:
		return Span{}, fmt.Errorf("%s is longer than a year", s)
	}
	return span, nil
}

// Longer reports whether the span is longer than another one. A month has 30 days
// here.
func (s Span) Longer(than Span) bool { return s.length() > than.length() }

func (s Span) length() time.Duration { return s.Hours + time.Duration(s.Days+30*s.Months)*24*time.Hour }

// Before is the window of this span that ends at now: for hours at that very
// moment, else with the day before now's, in now's time zone. Days and months
// are counted on the calendar, so a change of clocks does not move an edge; in
// a month that is too short for now's day, a window of months starts with the
// last one.
func (s Span) Before(now time.Time) Window {
	if s.Hours > 0 {
		return Window{now.Add(-s.Hours), now}
	}
	y, m, d := now.Date()
	end := startOfDate(y, m, d, now.Location())
	m -= time.Month(s.Months)
	if s.Months > 0 {
		d = min(d, daysIn(y, m))
	}
	return Window{startOfDate(y, m, d-s.Days, now.Location()), end}
}

// StartOfDay is the first instant of t's calendar day in t's time zone.
func StartOfDay(t time.Time) time.Time {
	y, m, d := t.Date()
	return startOfDate(y, m, d, t.Location())
}

// startOfDate is the first instant at which the clocks of loc show the date or
// a later one. It is exact where [time.Date] is not: on days without a
// midnight, with two of them, and for days that a zone left out.
func startOfDate(y int, m time.Month, d int, loc *time.Location) time.Time {
	midnight := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	// No zone ever was a whole day off, so this is before the date anywhere.
	at := midnight.Add(-24 * time.Hour).In(loc)
	for {
		_, offset := at.Zone()
		_, change := at.ZoneBounds()
		start := midnight.Add(-time.Duration(offset) * time.Second)
		if start.Before(at) {
			start = at // the change of clocks jumped over midnight
		}
		if change.IsZero() || start.Before(change) {
			return start.In(loc)
		}
		at = change
	}
}

func daysIn(y int, m time.Month) int {
	return time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
