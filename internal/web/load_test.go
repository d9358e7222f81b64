package web

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"digest/internal/subscriber"
)

// many is how often a test does it: more often with the variable set.
func many(t *testing.T, variable string, n int) int {
	t.Helper()
	s := os.Getenv(variable)
	if s == "" {
		return n
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// Mail programs and scanners follow every link of a letter, as often as they like.
func TestPrefetchersChangeNothing(t *testing.T) {
	h := newHouse(t)
	ada := h.member(t, "ada@example.net")
	bo := somebody(t, "bo@example.net")
	if err := h.db.Ask(ctx, newsletter, subscriber.JoinRequest, bo); err != nil {
		t.Fatal(err)
	}
	waiting, err := h.db.Waiting(ctx, newsletter, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.db.Answer(ctx, newsletter, waiting[0], keys.Tag(newsletter, bo.Key)); err != nil {
		t.Fatal(err)
	}
	links := []string{leaving(ada), choosing(ada), "/join/" + keys.Token(subscriber.Confirming, newsletter, bo.Key), "/join", leaving(ada) + "?" + oneClick, choosing(ada) + "?do=erase&sure=1"}
	for i := range many(t, "DIGEST_PREFETCHES", 1000) {
		w := h.do([]string{"GET", "HEAD"}[i%2], links[i%len(links)], "")
		if w.Code != 200 {
			t.Fatalf("%s = %d", links[i%len(links)], w.Code)
		}
	}
	if a, b := h.state(t, ada), h.state(t, bo); a != subscriber.Active || b != subscriber.Pending {
		t.Errorf("they are %s and %s, want active and pending", a, b)
	}
	if waiting, err := h.db.Waiting(ctx, newsletter, 9); err != nil || len(waiting) > 0 {
		t.Errorf("Waiting = %+v, %v, want nothing", waiting, err)
	}
}

// DIGEST_FORGERIES is how many tokens are forged, half of them with all but the HMAC
// of a reader's own.
func TestForgedTokensAreRefused(t *testing.T) {
	h := newHouse(t)
	ada := h.member(t, "ada@example.net")
	right, err := base64.RawURLEncoding.DecodeString(keys.Token(subscriber.Leaving, newsletter, ada.Key))
	if err != nil {
		t.Fatal(err)
	}
	h.Log = nil
	h.handler = h.Handler()
	var refused, made atomic.Int64
	n := int64(many(t, "DIGEST_FORGERIES", 2000))
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := made.Add(1); i <= n; i = made.Add(1) {
				forged := make([]byte, len(right))
				_, _ = rand.Read(forged) // it does not fail
				if i%2 == 0 {
					copy(forged, right[:8])
				}
				if w := h.do("POST", "/u/"+base64.RawURLEncoding.EncodeToString(forged), oneClick); w.Code == 404 || w.Code == 429 {
					refused.Add(1)
				}
			}
		})
	}
	group.Wait()
	if is := h.state(t, ada); refused.Load() != n || is != subscriber.Active {
		t.Errorf("%d of %d were refused, and they are %s", refused.Load(), n, is)
	}
}

// Whether an address is known makes no difference to what is done before the answer.
// The figures are for people: compare them.
func BenchmarkJoin(b *testing.B) {
	for _, known := range []bool{true, false} {
		b.Run(fmt.Sprint("known ", known), func(b *testing.B) {
			h := newHouse(b)
			for i := range 1000 {
				if _, err := h.db.Subscribe(ctx, newsletter, somebody(b, fmt.Sprintf("known-%d@example.net", i))); err != nil {
					b.Fatal(err)
				}
			}
			who := map[bool]string{true: "known-", false: "other-"}[known]
			i := 0
			for b.Loop() {
				h.clock = h.clock.Add(time.Minute)
				if w := h.do("POST", "/join", fmt.Sprintf("address=%s%d%%40example.net", who, i%1000)); w.Code != 200 {
					b.Fatal(w.Code)
				}
				i++
			}
		})
	}
}
