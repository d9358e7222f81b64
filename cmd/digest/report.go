package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2"

	"digest/internal/delivery"
	"digest/internal/email"
	"digest/internal/ledger"
	"digest/internal/selector"
	"digest/internal/sqlite"
)

// A summary is what send says at its end.
type summary struct {
	Edition     string  `json:"edition"`
	Outcome     string  `json:"outcome"` // sent, partial, empty, dry-run, failed
	Recipients  int     `json:"recipients"`
	Sent        int     `json:"sent"`
	Deferred    int     `json:"deferred"`
	Rejected    int     `json:"rejected"`
	Unknown     int     `json:"unknown"`
	Suppressed  int     `json:"suppressed"`
	Empty       int     `json:"empty"` // of what they chose there is nothing
	Left        int     `json:"left"`  // while the run was on its way
	AlreadySent int     `json:"already_sent"`
	Bookmarks   int     `json:"bookmarks"`
	Seconds     float64 `json:"seconds"`
}

func (s summary) String() string {
	parts := []string{fmt.Sprintf("%d sent", s.Sent), fmt.Sprintf("%d deferred", s.Deferred)}
	for _, p := range []struct {
		n    int
		what string
	}{{s.Rejected, "rejected"}, {s.Unknown, "unknown"}, {s.Suppressed, "suppressed"}, {s.Empty, "had nothing in what they chose"}, {s.Left, "left before it was their turn"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	parts = append(parts, fmt.Sprintf("%d already had it", s.AlreadySent))
	return fmt.Sprintf("%s: %s", s.Edition, strings.Join(parts, ", "))
}

// report says how the run went, and makes the exit status of it.
func (n *newsletter) report(e ledger.Edition, planned ledger.Counts, did delivery.Report, now ledger.Counts, stopped error, took time.Duration) error {
	s := summary{
		Edition: e.ID, Outcome: "sent", Recipients: now.Total(), Sent: did.Sent, Deferred: now.Deferred, Rejected: now.Rejected,
		Unknown: now.Unknown, Suppressed: now.Suppressed, Empty: now.Empty, AlreadySent: planned.Sent, Bookmarks: len(e.Bookmarks), Seconds: round(took),
	}
	// Who is suppressed meanwhile is counted as such; who comes back is counted again.
	s.Left = max(0, planned.Total()+planned.Suppressed+planned.Empty-now.Total()-now.Suppressed-now.Empty)
	if now.Total() == 0 && now.Empty > 0 {
		n.log.Warn(fmt.Sprintf("%s: there is nothing in it of what %s chose, so nobody gets it", e.ID, count(now.Empty, "subscriber")))
	}
	if now.Total()+now.Empty == 0 && now.Suppressed > 0 {
		n.log.Warn(fmt.Sprintf("%s: all %d on the list are suppressed, so nobody gets it; digest subscribers list --state suppressed shows them", e.ID, now.Suppressed))
	}
	open := now.Pending + now.Claimed + now.Deferred
	rest := fmt.Sprintf("%d still wait for it, and get it when digest is run again", open)
	if now.Committing > 0 { // the ledger failed before it was told of a reply
		rest += fmt.Sprintf("; then digest status %s lists those of whom nobody knows, %d or more", e.ID, now.Committing)
	}
	var err error
	switch {
	case stopped != nil && did.Sent+did.Unknown == 0:
		s.Outcome = "failed"
		err = &exitError{exitFailed, fmt.Errorf("%s: %w; %s", e.ID, said(stopped), rest)}
	case stopped != nil:
		s.Outcome = "partial"
		err = &exitError{exitPart, fmt.Errorf("%s: %w; %s", e.ID, said(stopped), rest)}
	case open > 0:
		s.Outcome = "partial"
		err = &exitError{exitPart, fmt.Errorf("%s did not reach everyone; digest status %s names them, and who is deferred gets it when digest is run again", e.ID, e.ID)}
	case now.Unknown+now.Rejected > 0:
		s.Outcome = "partial"
		err = &exitError{exitPart, fmt.Errorf("%s did not reach everyone; digest status %s names them", e.ID, e.ID)}
	}
	return errors.Join(n.say(s, s.whereTo(n)), err)
}

// said is a cause of stopping in words.
func said(stopped error) error {
	if errors.Is(stopped, context.Canceled) {
		return errors.New("interrupted")
	}
	return stopped
}

func (s summary) whereTo(n *newsletter) string {
	if n.Delivery.Via == "outbox" && s.Sent > 0 {
		return fmt.Sprintf("%s\n%s, into the Maildir %s; nothing left this machine\n", s, count(s.Bookmarks, "bookmark"), n.Delivery.Outbox)
	}
	return s.String() + "\n"
}

// say prints a summary, as JSON or in the given words.
func (n *newsletter) say(s summary, words string) error {
	if n.flags.format == "json" {
		return printJSON(n.stdout, s)
	}
	if n.flags.quiet && s.Outcome != "dry-run" {
		return nil
	}
	_, err := io.WriteString(n.stdout, words)
	return err
}

// sayWaiting says how many bookmarks are of the time after the window.
func (n *newsletter) sayWaiting(verdicts []*selector.Verdict) {
	waiting := 0
	for _, v := range verdicts {
		if v.Waits {
			waiting++
		}
	}
	if waiting > 0 {
		n.log.Info(count(waiting, "bookmark") + " of a date after the window: for the next edition")
	}
}

// sayWaits says why a run that is done with everyone else does not end yet.
func (n *newsletter) sayWaits(deferred int, until time.Time) {
	n.log.Info(fmt.Sprintf("%s deferred; the next try is at %s, Ctrl-C leaves it to the next run",
		count(deferred, "recipient"), until.In(n.Location).Format("15:04:05")))
}

// reportDryRun prints the text part and the summary, and writes the files.
func (n *newsletter) reportDryRun(e ledger.Edition, draft *email.Draft, planned ledger.Counts, l *letters, m *email.Message) error {
	if m == nil {
		first := n.anybody(draft)
		m = &first
		n.log.Warn("nobody would get this edition; it is shown as for nobody@example.org")
	}
	if n.flags.out != "" {
		if err := writeMessage(n.flags.out, *m); err != nil {
			return err
		}
	}
	s := summary{Edition: e.ID, Outcome: "dry-run", Recipients: planned.Total(), Suppressed: planned.Suppressed, Empty: planned.Empty, AlreadySent: planned.Sent, Bookmarks: len(e.Bookmarks)}
	words := fmt.Sprintf("Subject: %s\nTo: %s\n\n%s\n%s: %s for %s; a dry run, nothing was sent or recorded\n",
		m.Subject(), m.To, m.Text(), s.Edition, count(s.Bookmarks, "bookmark"), count(s.Recipients, "recipient"))
	if part := l.shown(); part != "" {
		words += fmt.Sprintf("shown is not the whole edition but what %s chose: %s\n", m.To, part)
	}
	if s.Empty > 0 {
		words += fmt.Sprintf("there is nothing in it of what %s chose\n", count(s.Empty, "subscriber"))
	}
	if n.flags.out != "" {
		words += fmt.Sprintf("written: digest.html, digest.txt and digest.eml in %s\n", n.flags.out)
	}
	return n.say(s, words)
}

// writeMessage writes the message and its two parts, each whole or not at all,
// for the user alone: they hold an address and the way to unsubscribe it.
func writeMessage(dir string, m email.Message) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("--out: %w; name a folder that you can write to", err)
	}
	for name, data := range map[string][]byte{
		"digest.html": []byte(m.HTML()), "digest.txt": []byte(m.Text()), "digest.eml": m.Bytes(),
	} {
		if err := renameio.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return fmt.Errorf("--out: %w; name a folder that you can write to", err)
		}
	}
	return nil
}

// sayUnfinished names earlier editions that somebody still waits for.
func (n *newsletter) sayUnfinished(ctx context.Context, db *sqlite.DB) error {
	if db == nil {
		return nil
	}
	open, err := db.Unfinished(ctx, n.Name, cmp.Or(n.flags.edition, n.id()))
	for _, s := range open {
		n.log.Warn(fmt.Sprintf("%s is not finished: %d sent, %d pending, %d deferred, %d unknown; to go on with it: digest --edition %s",
			s.ID, s.Sent, s.Pending+s.Claimed+s.Committing, s.Deferred, s.Unknown, s.ID))
	}
	return err
}

// listError gives the refusal of a list its remedy.
func (n *newsletter) listError(err error) error {
	var shrunk *ledger.ShrunkError
	if errors.As(err, &shrunk) {
		return fmt.Errorf("%s: %w; nothing was sent; if that is right, run again with --force", n.listName(), err)
	}
	return err
}

// count is a number of things in words.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func round(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }

func printJSON(w io.Writer, v any) error { return newEncoder(w, "").Encode(v) }

// newEncoder begins all lines but the first with a prefix.
func newEncoder(w io.Writer, prefix string) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, "  ")
	return e
}
