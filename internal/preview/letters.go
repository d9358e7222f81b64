package preview

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
)

// letters composes, and keeps what it has composed until something changes.
type letters struct {
	compose func(ctx context.Context, asOf string) (*Letter, error)
	ctx     context.Context // of all composing: a page that goes away does not end it
	run     string          // tells versions of this run from those of another

	mu      sync.Mutex
	count   int           // of changes
	changed chan struct{} // closed by the next change
	kept    map[string]*composed
}

// composed is a letter in the making, and made as soon as done is closed.
type composed struct {
	version string // when it was begun
	done    chan struct{}

	letter *Letter
	hash   string // of what the frame shows
	err    error
}

// most is how many letters are kept.
const most = 8

func newLetters(ctx context.Context, compose func(context.Context, string) (*Letter, error)) *letters {
	return &letters{
		compose: compose, ctx: ctx, run: rand.Text(),
		changed: make(chan struct{}), kept: map[string]*composed{},
	}
}

// at is the letter as of a moment. All who ask for the same one at the same time
// share one composing. An error is not kept.
func (l *letters) at(ctx context.Context, asOf string) *composed {
	c, mine := l.take(asOf)
	if mine {
		l.make(c, asOf)
	}
	select {
	case <-c.done:
		return c
	case <-ctx.Done():
		return &composed{version: c.version, err: ctx.Err()}
	}
}

// take finds the letter, or makes a place for it that is the caller's to fill.
func (l *letters) take(asOf string) (c *composed, mine bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.kept[asOf]; c != nil {
		return c, false
	}
	if len(l.kept) >= most {
		clear(l.kept)
	}
	c = &composed{version: l.version(), done: make(chan struct{}), err: errors.New("composing broke off")}
	l.kept[asOf] = c
	return c, true
}

func (l *letters) make(c *composed, asOf string) {
	defer close(c.done)
	defer func() {
		if c.err != nil {
			l.drop(asOf, c)
		}
	}()
	if c.letter, c.err = l.compose(l.ctx, asOf); c.err == nil {
		c.hash = frameHash(c.letter)
	}
}

func (l *letters) drop(asOf string, c *composed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.kept[asOf] == c {
		delete(l.kept, asOf)
	}
}

// change forgets all letters, also those in the making, and tells everyone.
func (l *letters) change() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	clear(l.kept)
	close(l.changed)
	l.changed = make(chan struct{})
}

// now is the version that is composed now, and what ends it.
func (l *letters) now() (version string, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.version(), l.changed
}

func (l *letters) version() string { return fmt.Sprintf("%s-%d", l.run, l.count) }

// frameHash is the same for letters that look the same, so that their frame can
// stay as it is, scrolled to where it was.
func frameHash(l *Letter) string {
	h := sha256.New()
	io.WriteString(h, l.HTML)
	for _, id := range slices.Sorted(maps.Keys(l.Images)) {
		fmt.Fprintf(h, "\x00%q %q ", id, l.Images[id].Type)
		h.Write(l.Images[id].Data)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
