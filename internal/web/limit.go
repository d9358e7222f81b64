package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// What one network may do, and how often one mailbox may be written to: so many times
// at once, and once more in each interval.
const (
	mailEvery, mailBurst   = 2 * time.Hour, 3
	joinEvery, joinBurst   = 30 * time.Second, 5
	guessEvery, guessBurst = time.Second, 30
)

// A limiter counts by network or mailbox, in a bounded memory: it forgets who has not
// been seen for long, or among more than it can keep for shorter.
type limiter[K comparable] struct {
	every time.Duration
	burst int

	mu           sync.Mutex
	recent, past map[K]*rate.Limiter
	since        time.Time // of recent
}

// maxRecent is how many of them are recent.
const maxRecent = 10_000

func newLimiter[K comparable](every time.Duration, burst int) *limiter[K] {
	return &limiter[K]{every: every, burst: burst, recent: map[K]*rate.Limiter{}}
}

// allow reports whether one may do it once more.
func (l *limiter[K]) allow(who K, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	// Whoever was not seen in that time may do all of it again.
	if len(l.recent) >= maxRecent || now.Sub(l.since) > l.every*time.Duration(l.burst) {
		l.past, l.recent, l.since = l.recent, map[K]*rate.Limiter{}, now
	}
	of := l.recent[who]
	if of == nil {
		if of = l.past[who]; of == nil {
			of = rate.NewLimiter(rate.Every(l.every), l.burst)
		}
		l.recent[who] = of
	}
	return of.AllowN(now, 1)
}
