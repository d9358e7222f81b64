package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"digest/internal/delivery"
)

func TestProgressLine(t *testing.T) {
	for _, tt := range []struct {
		p    *progress
		want string
	}{
		{&progress{what: "reading", n: 500}, "reading 500 (50 a second)"},
		{&progress{what: "sending", n: 250, total: 1000}, "sending [=======                       ] 250 of 1000, 25 a second, 30s left"},
		{&progress{what: "sending", n: 1000, total: 1000, note: ", 3 deferred"}, "sending [==============================] 1000 of 1000, 100 a second, 0s left, 3 deferred"},
	} {
		if got := tt.p.line(10 * time.Second); got != tt.want {
			t.Errorf("line after 10 s = %q, want %q", got, tt.want)
		}
	}
}

func TestProgressReportsWhoIsDeferred(t *testing.T) {
	var b bytes.Buffer
	p := &progress{w: &b, what: "sending", total: 10, started: time.Now().Add(-time.Second)}
	p.report(delivery.Report{Sent: 4, Deferred: 2, Unknown: 1})
	if !strings.Contains(b.String(), "7 of 10") || !strings.HasSuffix(b.String(), ", 2 deferred, 1 unknown") {
		t.Errorf("the bar shows %q", b.String())
	}
	p.done()
	if !strings.HasSuffix(b.String(), "\r\x1b[K") {
		t.Errorf("the bar is not removed: %q", b.String())
	}
}
