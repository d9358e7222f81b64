package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"digest/internal/selector"
)

// An emptyError is an edition that is not made, since there is nothing in it or
// too little.
type emptyError struct {
	id    string
	why   string
	files int  // content files in all
	loses bool // what is there will not be in the next edition either
}

func (e *emptyError) Error() string { return e.id + ": " + e.why }

// empty says why there is nothing, or too little, and what would show something.
func (n *newsletter) empty(s *selection) *emptyError {
	e := &emptyError{id: s.edition.ID, files: s.files}
	words := fmt.Sprintf("nothing to send: no bookmark from %s", s.edition.Window)
	switch {
	case s.files == 0:
		e.why = words + "\nthere is no content file at all; set content to the folder of your bookmarks"
		return e
	case s.edition.Len() > 0:
		waits, all := n.whatWaits(s)
		e.loses = !all
		e.why = fmt.Sprintf("nothing to send: %s from %s, fewer than min_items, which is %d; %s",
			count(s.edition.Len(), "bookmark"), s.edition.Window, n.MinItems, waits)
		return e
	}
	left := map[selector.Reason]int{}
	for _, v := range s.verdicts {
		if s.edition.Window.Contains(v.Bookmark.Date) {
			left[v.Reason]++
		}
	}
	if len(left) > 0 {
		var counts []string
		for _, r := range slices.Sorted(maps.Keys(left)) {
			counts = append(counts, fmt.Sprintf("%d %s", left[r], r))
		}
		words += fmt.Sprintf("\nleft out of it: %s; digest list --all says why", strings.Join(counts, ", "))
	}
	if newest := n.newestUnsent(s); newest != nil {
		date := newest.Bookmark.Date.In(s.edition.Window.End.Location())
		words += fmt.Sprintf("\nthe newest that was not sent is of %s, %q; to see it: digest --dry-run --as-of %s",
			date.Format("2006-01-02"), newest.Bookmark.Title, date.AddDate(0, 0, 1).Format("2006-01-02"))
	}
	e.why = words
	return e
}

// whatWaits says what of an edition that is not made the next one can have, and
// whether that is all.
func (n *newsletter) whatWaits(s *selection) (words string, all bool) {
	m := s.memory
	if m.Since.IsZero() || s.edition.Window.Start.Before(m.Since) {
		m.Since = s.edition.Window.Start
	}
	next := n.policy.Next(n.Span, 1)
	var gone []string
	for b := range s.edition.All() {
		if !next.Reaches(b.Date, m) {
			gone = append(gone, printPath(b.Path))
		}
	}
	if len(gone) == 0 {
		return "what is there waits for the next edition", true
	}
	return fmt.Sprintf("the next edition does not reach back to %s: set a longer catch_up, or send them with --since and --until", strings.Join(gone, ", ")), false
}

// sayTooFew warns of an edition that would not be made.
func (n *newsletter) sayTooFew(s *selection) {
	if s.edition.Len() > 0 && s.edition.Len() < n.MinItems {
		n.log.Warn(n.empty(s).Error())
	}
}

// newestUnsent is the bookmark outside of the window with the latest date that
// was in no edition, of the time after the window or of the year before it; or
// nil.
func (n *newsletter) newestUnsent(s *selection) *selector.Verdict {
	var newest *selector.Verdict
	look := func(verdicts []*selector.Verdict) *selector.Verdict {
		for _, v := range verdicts {
			if v.Reason != selector.OutsideWindow || newest != nil && !v.Bookmark.Date.After(newest.Bookmark.Date) {
				continue
			}
			if _, featured := s.memory.Featured[v.Bookmark.Key()]; !featured {
				newest = v
			}
		}
		return newest
	}
	if look(s.verdicts) != nil {
		return newest
	}
	window := s.edition.Window
	r, err := n.read(bounds{window.Start.AddDate(-1, 0, 0), window.End}, none)
	if err != nil {
		return nil // it was only to help
	}
	_, verdicts := n.policy.Select(slices.Values(r.bookmarks), s.memory)
	return look(verdicts)
}

// reportEmpty says that there is nothing to send, which is no failure.
func (n *newsletter) reportEmpty(err error) error {
	var empty *emptyError
	errors.As(err, &empty)
	if empty.files == 0 || empty.loses { // a folder that is not mounted, perhaps: worth a word even from cron
		n.log.Warn(err.Error())
		return n.say(summary{Edition: empty.id, Outcome: "empty"}, "")
	}
	return n.say(summary{Edition: empty.id, Outcome: "empty"}, empty.Error()+"\n")
}
