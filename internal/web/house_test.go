package web

import (
	"bytes"
	"context"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"digest/internal/ledger"
	"digest/internal/sqlite"
	"digest/internal/subscriber"
	"digest/templates"
)

var (
	keys = subscriber.NewKeys("the secret of these tests")
	ctx  = context.Background()
)

const newsletter = "weekly"

// A house is a server with its database.
type house struct {
	*Server
	db      *sqlite.DB
	handler http.Handler
	clock   time.Time
	log     bytes.Buffer
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{clock: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return h.clock }
	db, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "digest.db"), now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	pages, err := NewPages(Site{Title: "The Weekly Digest", Language: "en", Contact: "editor@example.org"}, templates.FS(""))
	if err != nil {
		t.Fatal(err)
	}
	h.db = db
	h.Server = &Server{
		Newsletter: newsletter, From: "digest@example.org", Keys: func() subscriber.Keys { return keys }, Store: db, Pages: pages, Kept: true,
		LeavePath: "/u/", PreferencesPath: "/p/", JoinPath: "/join/",
		Categories: []Choice{{Value: "design", Title: "Design"}, {Value: "open source", Title: "Open Source"}},
		Ticked:     byName,
		Speaks:     func(language string) string { return language },
		Languages:  Languages(templates.FS(""), ""), Metrics: NewMetrics(), Now: now,
		Log: slog.New(slog.NewTextHandler(&h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	h.handler = h.Handler()
	return h
}

// byName knows the categories of a house by their names alone.
func byName(names []string) (at []int) {
	for i, name := range []string{"design", "open source"} {
		if names == nil || slices.Contains(names, name) {
			at = append(at, i)
		}
	}
	return at
}

func somebody(t testing.TB, address string) subscriber.Subscriber {
	t.Helper()
	s, err := subscriber.New(address, "")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// member is somebody on the list whom an edition is on its way to.
func (h *house) member(t testing.TB, address string) subscriber.Subscriber {
	t.Helper()
	s := somebody(t, address).With("design", "")
	if _, err := h.db.Subscribe(ctx, newsletter, s); err != nil {
		t.Fatal(err)
	}
	h.plan(t, s)
	return s
}

func (h *house) plan(t testing.TB, all ...subscriber.Subscriber) {
	t.Helper()
	e := ledger.Edition{ID: "weekly-1", Newsletter: newsletter, Content: []byte("{}")}
	if _, err := h.db.Open(ctx, e, func(int) ([]byte, error) { return []byte("{}"), nil }); err != nil {
		t.Fatal(err)
	}
	var list iter.Seq2[ledger.Recipient, error] = func(yield func(ledger.Recipient, error) bool) {
		for _, s := range all {
			if !yield(ledger.Recipient{Key: s.Key, Address: s.Address.Address, Tag: keys.Tag(newsletter, s.Key)}, nil) {
				return
			}
		}
	}
	if _, err := h.db.Plan(ctx, ledger.Run{Edition: e.ID, Owner: 1}, list, ledger.Plan{AllowShrunk: true}); err != nil {
		t.Fatal(err)
	}
}

func (h *house) state(t testing.TB, s subscriber.Subscriber) subscriber.State {
	t.Helper()
	is, err := h.db.State(ctx, newsletter, s.Key)
	if err != nil {
		t.Fatal(err)
	}
	return is
}

// do answers a request. A body makes it a form.
func (h *house) do(method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://news.example.org"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return h.answer(r)
}

func (h *house) answer(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

func leaving(s subscriber.Subscriber) string {
	return "/u/" + keys.Token(subscriber.Leaving, newsletter, s.Key)
}

func choosing(s subscriber.Subscriber) string {
	return "/p/" + keys.Token(subscriber.Preferences, newsletter, s.Key)
}

const oneClick = "List-Unsubscribe=One-Click"
