package thumbnail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"go.uber.org/goleak"
)

// The tests run with a proxy in the environment, which is read once and never used.
func TestMain(m *testing.M) {
	for _, name := range []string{"HTTP_PROXY", "http_proxy"} {
		if err := os.Setenv(name, "http://127.0.0.1:1"); err != nil {
			panic(err)
		}
	}
	goleak.VerifyTestMain(m)
}

// serve starts a server on loopback.
func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// serveTLS is serve with TLS, and silent about those who hang up.
func serveTLS(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// only permits these servers, and no other on loopback.
func only(servers ...*httptest.Server) func(netip.AddrPort) bool {
	return func(to netip.AddrPort) bool {
		return slices.ContainsFunc(servers, func(s *httptest.Server) bool { return s.Listener.Addr().String() == to.String() })
	}
}

// secret is in the query of every URL that is fetched, as a signature would be.
const secret = "?Signature=CANARY&Expires=1557430063"

// wantError checks an error's text, and what is promised of all of them.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Errorf("Fetch: %v, want %s", err, want)
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if text := err.Error(); strings.Contains(text, "CANARY") || strings.ContainsFunc(text, unicode.IsControl) {
			t.Errorf("Fetch: %q shows the secret, or has a control character", text)
		}
	}
}

func TestFetch(t *testing.T) {
	data := jpegOf(t, corners(400, 300))
	handler := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html") // the bytes decide
		_, _ = w.Write(data)
	}
	server, secure := serve(t, handler), serveTLS(t, handler)
	f := Fetcher{Allow: only(server, secure), RootCAs: roots(secure)}
	for _, s := range []*httptest.Server{server, secure} {
		img, err := f.Fetch(t.Context(), s.URL+"/a.jpg"+secret)
		if err != nil {
			t.Fatal(err)
		}
		wantCorners(t, img, red, green, blue, black)
	}
}

// raw answers with these bytes, HTTP or not, and hangs up.
func raw(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, answer)
	}
}

func TestAnswers(t *testing.T) {
	data := string(jpegOf(t, photo(400, 300, 20)))
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) }
	}
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"not found", status(404), "404 Not Found"},
		{"a signature that has expired", status(403), "403 Forbidden"},
		{"no content", status(204), "204 No Content"},
		{"a redirect to nowhere", status(302), "302 Found"},
		{"a part", raw("HTTP/1.1 206 Partial Content\r\n\r\n" + data), "206 Partial Content"},
		{"a status that no one knows", raw("HTTP/1.1 999 \x1b[31m" + secret + "\r\n\r\n"), "999"},
		{"a web page, called an image", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "image/jpeg")
			fmt.Fprint(w, "<!DOCTYPE html><title>Please log in</title>", secret)
		}, "neither PNG, JPEG, GIF nor WebP, but text/html; charset=utf-8"},
		{"nothing", status(200), "neither PNG, JPEG, GIF nor WebP, but text/plain; charset=utf-8"},
		{"compressed", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Encoding", "gzip") }, "the answer is compressed, which was not asked for"},
		{"compressed, unasked and unsaid", raw("HTTP/1.1 200 OK\r\n\r\n\x1f\x8b\x08" + data), "neither PNG, JPEG, GIF nor WebP, but application/x-gzip"},
		{"without an end", endless, "larger than 40000 bytes"},
		{"a length over the limit", raw("HTTP/1.1 200 OK\r\nContent-Length: 40001\r\n\r\n"), "larger than 40000 bytes"},
		{"a length beyond all numbers", raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"), "its server gives no valid answer"},
		{"less than its length", raw("HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n" + data), "the answer breaks off"},
		{"more than its length", raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + data), "broken JPEG: unexpected EOF"},
		{"no header ends", raw("HTTP/1.1 200 OK\r\nX-Pad: " + strings.Repeat("x", 100<<10)), "its server gives no valid answer"},
		{"no HTTP", raw("SSH-2.0-\x1b]0;" + secret + "\r\n"), "its server gives no valid answer"},
		{"a header of anything", raw("HTTP/1.1 200 OK\r\n\x1b[31m" + secret + "\r\n\r\n"), "its server gives no valid answer"},
		{"a redirect that is no URL", raw("HTTP/1.1 302 Found\r\nLocation: http://[" + secret + "\r\n\r\n"), "its server gives no valid answer"},
		{"no answer", raw(""), "the answer breaks off"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := serve(t, tt.answer)
			f := Fetcher{MaxBytes: 40_000, Allow: only(server)}
			_, err := f.Fetch(t.Context(), server.URL+"/a.jpg"+secret)
			wantError(t, err, "image of 127.0.0.1: "+tt.want)
		})
	}
}

// endless sends a picture that never ends, until the other side hangs up.
func endless(w http.ResponseWriter, r *http.Request) {
	for _, err := io.WriteString(w, "\xff\xd8\xff"); err == nil; _, err = w.Write(make([]byte, 4096)) {
	}
}

// stalling sends the begin of a picture, and then nothing.
func stalling(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, "\xff\xd8\xff")
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

func TestTimeout(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"in the body":       stalling,
		"before the answer": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, answer)
			f := Fetcher{Timeout: 30 * time.Millisecond, Allow: only(server)}
			_, err := f.Fetch(t.Context(), server.URL+secret)
			wantError(t, err, "image of 127.0.0.1: not done within 30ms: context deadline exceeded")
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Fetch: %v is no %v", err, context.DeadlineExceeded)
			}
		})
	}
}

func TestContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		stalling(w, r)
	})
	f := Fetcher{Allow: only(server)}
	_, err := f.Fetch(ctx, server.URL+secret)
	wantError(t, err, "image of 127.0.0.1: context canceled")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Fetch: %v is no %v", err, context.Canceled)
	}
}

func TestManyAtOnce(t *testing.T) {
	data := jpegOf(t, photo(600, 400, 20))
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(data) })
	f := Fetcher{Allow: only(server)}
	images := make([]Image, 16)
	var wg sync.WaitGroup
	for i := range images {
		wg.Go(func() {
			var err error
			if images[i], err = f.Fetch(t.Context(), server.URL); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i, img := range images {
		if !bytes.Equal(img.Data, images[0].Data) {
			t.Errorf("image %d differs from the first", i)
		}
	}
}
