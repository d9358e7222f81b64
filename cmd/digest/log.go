package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
)

// setLog makes the log that the flags ask for.
func (a *app) setLog() error {
	level := slog.LevelInfo
	switch {
	case a.flags.verbose:
		level = slog.LevelDebug
	case a.flags.quiet:
		level = slog.LevelWarn
	}
	switch a.flags.logFormat {
	case "text":
		a.log = slog.New(&plainHandler{w: a.stderr, level: level})
	case "json":
		a.log = slog.New(slog.NewJSONHandler(a.stderr, &slog.HandlerOptions{Level: level}))
	default:
		return usage("--log-format %s: write text or json", a.flags.logFormat)
	}
	return nil
}

// A plainHandler logs lines for people: "digest: warning: message key=value".
type plainHandler struct {
	mu    sync.Mutex
	w     io.Writer
	level slog.Level
}

func (h *plainHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }

func (h *plainHandler) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString("digest: ")
	if r.Level >= slog.LevelWarn {
		b.WriteString(map[bool]string{true: "error: ", false: "warning: "}[r.Level >= slog.LevelError])
	}
	b.WriteString(r.Message)
	r.Attrs(func(attr slog.Attr) bool {
		fmt.Fprintf(&b, " %s=%q", attr.Key, attr.Value.String())
		return true
	})
	b.WriteByte('\n')
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := io.WriteString(h.w, b.String())
	return err
}

// WithAttrs and WithGroup are not used by this program.
func (h *plainHandler) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h *plainHandler) WithGroup(string) slog.Handler      { return h }
