package delivery

import (
	"sync"
	"time"
)

// A pace is how many connections may work: all at first, half of them each time
// the server asks to slow down or breaks off, and slowly more again while all
// goes well.
type pace struct {
	most int
	over chan struct{} // closed at the end of the job

	mu      sync.Mutex
	changed *sync.Cond
	ended   bool
	allowed int
	era     int       // begins anew when the server has been in trouble
	strikes int       // eras that ended so in a row
	good    int       // messages that were accepted since the last change
	last    time.Time // when the server was ready last, or the job began
}

// growth is how many messages go well, for each connection, before there is one
// more.
const growth = 100

func newPace(most int, now time.Time) *pace {
	p := &pace{most: most, allowed: most, last: now, over: make(chan struct{})}
	p.changed = sync.NewCond(&p.mu)
	return p
}

// now is the era. What was begun in an earlier one says nothing new of the
// server's health: when it breaks off, all connections notice.
func (p *pace) now() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.era
}

// may reports whether the connection with this index may work now.
func (p *pace) may(index int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return index < p.allowed
}

// await waits until the connection may work, or the job is over.
func (p *pace) await(index int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for index >= p.allowed && !p.ended {
		p.changed.Wait()
	}
}

// end lets go of all who wait: the job is over.
func (p *pace) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	close(p.over)
	p.changed.Broadcast()
}

// answered notes that the server is ready, and whether it has accepted.
func (p *pace) answered(accepted bool, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.strikes, p.last = 0, now
	if !accepted {
		return
	}
	if p.good++; p.allowed < p.most && p.good >= growth*p.allowed {
		p.good = 0
		p.allowed++
		p.changed.Broadcast()
	}
}

// slow halves the connections. strike says that the server is not ready for us at
// all. It reports how often that was so in a row, 0 if it is no news, and since
// when.
func (p *pace) slow(era int, strike bool) (strikes int, since time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if era != p.era {
		return 0, p.last
	}
	p.era++
	p.good = 0
	p.allowed = max(1, p.allowed/2)
	if strike {
		p.strikes++
	}
	return p.strikes, p.last
}
