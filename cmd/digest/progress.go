package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// A progress bar shows on a terminal only, so that cron's mail stays empty.
type progress struct {
	mu       sync.Mutex
	w        io.Writer // nil: nothing is drawn
	what     string
	total, n int // total 0: unknown
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

func (p *progress) add(n int) { p.set(p.n + n) }

// set draws at most ten times a second, and nothing in the first half.
func (p *progress) set(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n = n
	now := time.Now()
	if p.w == nil || now.Sub(p.started) < 500*time.Millisecond || now.Sub(p.drawn) < 100*time.Millisecond {
		return
	}
	p.drawn = now
	rate := float64(n) / now.Sub(p.started).Seconds()
	if p.total == 0 {
		fmt.Fprintf(p.w, "\r\x1b[K%s %d (%.0f a second)", p.what, n, rate)
		return
	}
	const width = 30
	full := min(width, width*n/p.total)
	left := time.Duration(float64(p.total-n)/max(rate, 0.001)) * time.Second
	fmt.Fprintf(p.w, "\r\x1b[K%s [%s%s] %d of %d, %.0f a second, %s left", p.what,
		strings.Repeat("=", full), strings.Repeat(" ", width-full), n, p.total, rate, left.Round(time.Second))
}

// done removes the bar.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w != nil && !p.drawn.IsZero() {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
