package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"digest/internal/delivery"
)

// A progress bar shows on a terminal only, so that cron's mail stays empty.
type progress struct {
	mu       sync.Mutex
	w        io.Writer // nil: nothing is drawn
	what     string
	total, n int // total 0: unknown
	note     string
	started  time.Time
	drawn    time.Time
}

func (a *app) newProgress(what string, total int) *progress {
	p := &progress{what: what, total: total, started: time.Now()}
	if f, ok := a.stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) && !a.flags.noProgress && !a.flags.quiet && !a.flags.verbose {
		p.w = a.stderr
	}
	return p
}

func (p *progress) add(n int) { p.set(p.n+n, "") }

// report shows how far a job is.
func (p *progress) report(r delivery.Report) {
	if p.w == nil {
		return
	}
	note := ""
	for _, c := range []struct {
		n    int
		what string
	}{{r.Deferred, "deferred"}, {r.Rejected, "rejected"}, {r.Unknown, "unknown"}} {
		if c.n > 0 {
			note += fmt.Sprintf(", %d %s", c.n, c.what)
		}
	}
	p.set(r.Total(), note)
}

// set draws at most ten times a second, and nothing in the first half.
func (p *progress) set(n int, note string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n, p.note = n, note
	if p.w == nil {
		return
	}
	now := time.Now()
	if now.Sub(p.started) < 500*time.Millisecond || now.Sub(p.drawn) < 100*time.Millisecond {
		return
	}
	p.drawn = now
	fmt.Fprint(p.w, "\r\x1b[K"+p.line(now.Sub(p.started)))
}

// line is what shows after a time.
func (p *progress) line(after time.Duration) string {
	rate := float64(p.n) / after.Seconds()
	if p.total == 0 {
		return fmt.Sprintf("%s %d (%.0f a second)%s", p.what, p.n, rate, p.note)
	}
	const width = 30
	full := min(width, width*p.n/p.total)
	left := time.Duration(float64(p.total-p.n) / max(rate, 0.001) * float64(time.Second))
	return fmt.Sprintf("%s [%s%s] %d of %d, %.0f a second, %s left%s", p.what,
		strings.Repeat("=", full), strings.Repeat(" ", width-full), p.n, p.total, rate, left.Round(time.Second), p.note)
}

// done removes the bar.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w != nil && !p.drawn.IsZero() {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
