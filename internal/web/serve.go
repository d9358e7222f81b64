package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"digest/internal/subscriber"
)

// A Store is what is known of readers; see package sqlite.
type Store interface {
	Readers(ctx context.Context, newsletter string, tag int64) ([]subscriber.Subscriber, error)
	State(ctx context.Context, newsletter, key string) (subscriber.State, error)
	Leave(ctx context.Context, newsletter string, s subscriber.Subscriber) (was subscriber.State, err error)
	Return(ctx context.Context, newsletter, key string, kept bool) (was subscriber.State, err error)
	Choose(ctx context.Context, newsletter, key string, categories subscriber.Categories, language string) (listed bool, err error)
	Erase(ctx context.Context, newsletter, key string, tag int64) error
	Ask(ctx context.Context, newsletter string, kind subscriber.RequestKind, s subscriber.Subscriber) error
	Confirm(ctx context.Context, newsletter, key string) (listed bool, err error)
	Ping(ctx context.Context) error
}

// A Server answers readers.
type Server struct {
	Newsletter string // short name
	From       string // the sender's address, which joins nothing
	Keys       func() subscriber.Keys
	Store      Store
	Pages      *Pages
	// The paths of the pages, with a slash at their end, behind which the token
	// stands. One that is empty is not served.
	LeavePath, PreferencesPath, JoinPath string
	// Kept is whether the store keeps the list: else one can leave, and no more.
	Kept       bool
	Categories []Choice // that there are
	Languages  []Choice
	// Ticked is which of the categories a reader has chosen who is on the list with
	// these names, and Speaks which of the languages with this one.
	Ticked  func(names []string) []int
	Speaks  func(language string) string
	Proxies []netip.Prefix // whose X-Forwarded-For is believed
	Log     *slog.Logger   // may be nil; it is told no addresses
	Metrics *Metrics       // may be nil
	Now     func() time.Time
	Asked   func() // called when somebody has asked for a mail; may be nil

	joining, guessing *limiter[netip.Prefix]
	mailing           *limiter[string]
}

// Handler is the server's pages. Paths are compared as they are: a redirect to a
// cleaner one would be a redirect, which RFC 8058 (3.1) has providers not follow.
func (s *Server) Handler() http.Handler {
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	s.joining, s.guessing = newLimiter[netip.Prefix](joinEvery, joinBurst), newLimiter[netip.Prefix](guessEvery, guessBurst)
	s.mailing = newLimiter[string](mailEvery, mailBurst)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := &exchange{Server: s, w: &reply{ResponseWriter: w}, r: r, began: time.Now()}
		defer e.end()
		e.route()
	})
}

// An exchange is a request with its answer.
type exchange struct {
	*Server
	w     *reply
	r     *http.Request
	page  string // which, for log and metrics
	began time.Time
}

// A reply remembers its status.
type reply struct {
	http.ResponseWriter
	status int
}

func (r *reply) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (e *exchange) route() {
	path := e.r.URL.Path
	if path == "/healthz" {
		e.page = "health"
		e.health()
		return
	}
	if e.JoinPath != "" && (path == e.JoinPath || path+"/" == e.JoinPath) {
		e.page = "join"
		e.only(e.join)
		return
	}
	for _, p := range e.places() {
		if token, ok := strings.CutPrefix(path, p.path); ok && p.path != "" && token != "" {
			e.page = p.name
			e.only(func() { p.serve(token) })
			return
		}
	}
	e.page = "none"
	e.show(http.StatusNotFound, Page{Kind: NotFound})
}

// A place is a path behind which tokens stand.
type place struct {
	name, path string
	serve      func(token string)
}

// places are all of them, those first that lie within others.
func (e *exchange) places() []place {
	all := []place{{"leave", e.LeavePath, e.leave}, {"preferences", e.PreferencesPath, e.preferences}, {"confirm", e.JoinPath, e.confirm}}
	slices.SortStableFunc(all, func(a, b place) int { return len(b.path) - len(a.path) })
	return all
}

// only serves GET, HEAD and POST.
func (e *exchange) only(serve func()) {
	switch e.r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		serve()
	default:
		e.w.Header().Set("Allow", "GET, HEAD, POST")
		e.show(http.StatusMethodNotAllowed, Page{Kind: NotFound})
	}
}

func (e *exchange) show(status int, p Page) { e.Pages.Write(e.w, e.r, status, p) }

// posts reports whether the request may change anything.
func (e *exchange) posts() bool { return e.r.Method == http.MethodPost }

// fault answers for an error of ours, or of the reader.
func (e *exchange) fault(err error) {
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		e.show(http.StatusRequestEntityTooLarge, Page{Kind: Odd})
	case errors.Is(err, errForm):
		e.show(http.StatusBadRequest, Page{Kind: Odd})
	case errors.Is(err, subscriber.ErrTooMany):
		e.busy(http.StatusServiceUnavailable)
	default:
		e.Log.Error("not answered", "page", e.page, "error", err.Error())
		e.show(http.StatusInternalServerError, Page{Kind: Fault})
	}
}

// busy asks to come again later.
func (e *exchange) busy(status int) {
	e.w.Header().Set("Retry-After", fmt.Sprint(int(joinEvery.Seconds())))
	e.show(status, Page{Kind: TooMany})
}

func (e *exchange) health() {
	status, says := http.StatusOK, "ok\n"
	if err := e.Store.Ping(e.r.Context()); err != nil {
		e.Log.Error("the database does not answer", "error", err.Error())
		status, says = http.StatusServiceUnavailable, "the database does not answer\n"
	}
	e.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	e.w.Header().Set("Cache-Control", "no-store")
	e.w.WriteHeader(status)
	_, _ = e.w.Write([]byte(says)) // or nobody is there any more
}

// end notes what became of the request. Of a path nothing is logged: it is what a
// reader gets in with.
func (e *exchange) end() {
	if fault := recover(); fault != nil {
		e.Log.Error("a bug", "page", e.page, "panic", fmt.Sprintf("%T", fault), "stack", string(debug.Stack()))
		if e.w.status == 0 {
			e.show(http.StatusInternalServerError, Page{Kind: Fault})
		}
	}
	took := time.Since(e.began)
	e.Metrics.request(e.page, e.r.Method, e.w.status, took)
	e.Log.Debug("request", "page", e.page, "method", e.r.Method, "status", e.w.status, "network", e.network().String(), "seconds", took.Seconds())
}

// did logs what has changed, and for whom: by the tag in the reader's links, from
// which nobody learns the address.
func (e *exchange) did(what string, tag int64) {
	e.Metrics.changed(what)
	e.Log.Info(what, "reader", fmt.Sprintf("%014x", tag))
}
