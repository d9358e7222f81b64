package preview

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestAllWhoAskAtOnceShareOneComposing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var times atomic.Int32
		release := make(chan struct{})
		l := newLetters(t.Context(), func(_ context.Context, asOf string) (*Letter, error) {
			times.Add(1)
			<-release
			return &Letter{Edition: asOf}, nil
		})
		var asking sync.WaitGroup
		for range 20 {
			asking.Go(func() {
				if c := l.at(t.Context(), "2026-11-20"); c.err != nil || c.letter.Edition != "2026-11-20" {
					t.Errorf("at = %v, %v", c.letter, c.err)
				}
			})
		}
		asking.Go(func() { l.at(t.Context(), "2026-11-21") })
		synctest.Wait()
		if n := times.Load(); n != 2 {
			t.Errorf("composed %d times for 21 who ask for two moments, want 2", n)
		}
		close(release)
		asking.Wait()
		if l.at(t.Context(), "2026-11-20"); times.Load() != 2 {
			t.Error("composed again, though nothing has changed")
		}
	})
}

func TestAChangeWhileComposingComposesOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var times atomic.Int32
		release := make(chan struct{})
		l := newLetters(t.Context(), func(context.Context, string) (*Letter, error) {
			times.Add(1)
			<-release
			return &Letter{}, nil
		})
		var old *composed
		var asking sync.WaitGroup
		asking.Go(func() { old = l.at(t.Context(), "") })
		synctest.Wait()
		l.change()
		close(release)
		asking.Wait()
		if version, _ := l.now(); version == old.version {
			t.Error("a letter that was begun before the change counts as new")
		}
		l.at(t.Context(), "")
		l.at(t.Context(), "")
		if n := times.Load(); n != 2 {
			t.Errorf("composed %d times, want 2", n)
		}
	})
}

func TestAPageThatGoesAwayDoesNotEndComposing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		l := newLetters(t.Context(), func(ctx context.Context, _ string) (*Letter, error) {
			select {
			case <-release:
				return &Letter{}, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		})
		gone, leave := context.WithCancel(t.Context())
		var asking sync.WaitGroup
		asking.Go(func() { l.at(gone, "") })
		synctest.Wait()
		asking.Go(func() {
			if c := l.at(t.Context(), ""); c.err != nil {
				t.Errorf("at = %v after another page went away", c.err)
			}
		})
		asking.Go(func() {
			if c := l.at(gone, ""); !errors.Is(c.err, context.Canceled) {
				t.Errorf("at = %v for a page that went away", c.err)
			}
		})
		synctest.Wait()
		leave()
		synctest.Wait()
		close(release)
		asking.Wait()
	})
}

func TestAnErrorIsNotKept(t *testing.T) {
	fail := true
	l := newLetters(t.Context(), func(context.Context, string) (*Letter, error) {
		if fail {
			return nil, errors.New("not yet")
		}
		return &Letter{}, nil
	})
	if c := l.at(t.Context(), ""); c.err == nil {
		t.Fatal("at = nil, want the error")
	}
	fail = false
	if c := l.at(t.Context(), ""); c.err != nil {
		t.Errorf("at = %v, want a letter", c.err)
	}
}

func TestFewLettersAreKept(t *testing.T) {
	l := newLetters(t.Context(), func(context.Context, string) (*Letter, error) { return &Letter{}, nil })
	for i := range 100 {
		l.at(t.Context(), string(rune('a'+i)))
	}
	if len(l.kept) > most {
		t.Errorf("%d letters are kept, want %d at most", len(l.kept), most)
	}
}
