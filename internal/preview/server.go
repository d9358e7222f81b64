package preview

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options say what is previewed.
type Options struct {
	// Compose makes the letter as of a moment, in the form that --as-of takes;
	// empty: now. It runs for several moments at once, and must not write to what
	// is watched. An error is shown, [Empty] in a calmer voice.
	Compose func(ctx context.Context, asOf string) (*Letter, error)
	// Watch names files, and directories with all beneath, at whose change the
	// letter is composed anew. They need not exist yet.
	Watch []string
	// Log gets what goes wrong and does not end the server; nil: nobody does.
	Log *slog.Logger
}

// A Server is the page. It keeps each letter until something changes.
type Server struct {
	watched []string
	letters *letters
	routes  http.Handler
	log     *slog.Logger
	end     context.CancelFunc
}

// New makes the page. It is to be closed, or to be run.
func New(o Options) *Server {
	ctx, end := context.WithCancel(context.Background())
	s := &Server{watched: o.Watch, letters: newLetters(ctx, o.Compose), log: o.Log, end: end}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("GET /letter", s.letter)
	mux.HandleFunc("GET /source", s.source)
	mux.HandleFunc("GET /events", s.events)
	mux.Handle("GET /page.css", static("page.css", "text/css; charset=utf-8"))
	mux.Handle("GET /page.js", static("page.js", "text/javascript; charset=utf-8"))
	mux.Handle("GET /icon.svg", static("icon.svg", "image/svg+xml"))
	s.routes = guard(mux)
	return s
}

// ServeHTTP answers for the page. The request must have come through an
// [http.Server] that listens on a loopback address.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.routes.ServeHTTP(w, r) }

// Close ends what is being composed, and the events that pages wait for.
func (s *Server) Close() { s.end() }

// grace is how long answers that have begun may take at the end.
const grace = time.Second

// Run serves the page, and watches the files, until ctx is done. It closes the
// listener, which must be on a loopback address, and the Server.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	defer s.Close()
	defer l.Close()
	if !loopback(l.Addr()) {
		return fmt.Errorf("preview: %s is not an address of this machine alone", l.Addr())
	}
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	if watch, err := newWatch(s.watched, s.log); err != nil {
		s.log.Warn("the preview does not notice changes", "cause", err)
	} else {
		watching.Go(func() { watch.run(ctx, s.letters.change) })
	}

	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	select {
	case err := <-served:
		return fmt.Errorf("preview: %w", err)
	case <-ctx.Done():
	}
	s.Close()
	late, stop := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer stop()
	err := server.Shutdown(late)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	<-served
	return err
}
