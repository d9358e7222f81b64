package preview

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/mail"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// golden is the letter that internal/email keeps, with things to say of it.
func golden(tb testing.TB) *Letter {
	tb.Helper()
	read := func(name string) string {
		b, err := os.ReadFile("../email/testdata/" + name)
		if err != nil {
			tb.Fatal(err)
		}
		return string(b)
	}
	l := &Letter{
		Edition: "weekly-2026-11-20", Number: 7, Bookmarks: 5,
		Subject:   `The Weekly Digest: Grids < frames > tables: "R&D" and 'why'`,
		Preheader: "5 bookmarks, 13 to 19 November 2026: L’été où la typographie a changé · 日本語の文字組版の要件と、その歴史について考える",
		From:      `"The Weekly Digest" <digest@example.org>`, Date: "20 Nov",
		HTML: read("digest.html"), Text: read("digest.txt"), Source: []byte(read("digest.eml")),
		Budget: Budget{Decoded: 12028, Encoded: 13911, Limit: 102 << 10},
		Findings: []Finding{
			{ID: "link-insecure", Severity: Warning, Where: "content/grids.md", Message: "The link of “Grids < frames > tables” is http, not https.", Hint: "Use https if the site has it."},
			{ID: "image-alt", Severity: Error, Where: "HTML part, line 41", Message: "An image has no description: without images there is nothing to read.", Hint: "Give it an alt text, or an empty one if it is for decoration only."},
			{ID: "subject-length", Severity: Info, Where: "Subject", Message: "The subject has 59 characters; a phone shows about 40."},
		},
	}
	m, err := mail.ReadMessage(strings.NewReader(string(l.Source)))
	if err != nil {
		tb.Fatal(err)
	}
	for _, name := range []string{"From", "To", "Date", "Subject", "Message-Id", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Precedence", "Content-Type"} {
		l.Headers = append(l.Headers, [2]string{name, m.Header.Get(name)})
	}
	return l
}

// always composes the same letter.
func always(l *Letter) func(context.Context, string) (*Letter, error) {
	return func(context.Context, string) (*Letter, error) { return l, nil }
}

// start serves a page until the end of the test, and says where.
func start(tb testing.TB, o Options) (s *Server, base string) {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(tb.Output(), nil))
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	s = New(o)
	go func() { done <- s.Run(ctx, l) }()
	tb.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		cancel()
		select {
		case err := <-done:
			if err != nil {
				tb.Errorf("Run = %v", err)
			}
		case <-time.After(10 * time.Second):
			tb.Error("Run goes on after its context is done")
		}
	})
	return s, "http://" + l.Addr().String()
}

// get is the body of an answer that must be 200, and its headers.
func get(tb testing.TB, address string) (string, http.Header) {
	tb.Helper()
	r, err := http.Get(address)
	if err != nil {
		tb.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		tb.Fatal(err)
	}
	if r.StatusCode != http.StatusOK {
		tb.Fatalf("GET %s = %s: %s", address, r.Status, b)
	}
	return string(b), r.Header
}
