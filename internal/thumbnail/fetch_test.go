package thumbnail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server on loopback.
func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// serveTLS is serve with TLS, and quiet about those who hang up.
func serveTLS(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = newSilentLog()
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

// wantError checks what is promised of every error, and how it ends.
func wantError(t *testing.T, err error, host, cause string) {
	t.Helper()
	if err == nil {
		t.Fatalf("Fetch: no error, want %s", cause)
	}
	text := err.Error()
	if want := "image of " + host + ": " + cause; text != want {
		t.Errorf("Fetch: %q, want %q", text, want)
	}
	if strings.Contains(text, "CANARY") || strings.ContainsFunc(text, unicode.IsControl) {
		t.Errorf("Fetch: %q shows the secret, or has a control character", text)
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if strings.Contains(fmt.Sprintf("%+v", err), "CANARY") {
			t.Errorf("Fetch: %+v shows the secret", err)
		}
	}
}

func TestFetch(t *testing.T) {
	data := jpegOf(t, corners(1200, 800))
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		// The bytes decide, whatever they are called.
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write(data)
	})
	f := Fetcher{Allow: only(server)}
	img, err := f.Fetch(t.Context(), server.URL+"/a.jpg"+secret)
	if err != nil {
		t.Fatal(err)
	}
	wantCorners(t, img, red, green, blue, black)
}

func TestAnswers(t *testing.T) {
	data := jpegOf(t, corners(400, 300))
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code); _, _ = w.Write(data) }
	}
	raw := func(format string, args ...any) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			fmt.Fprintf(conn, format, args...)
		}
	}
	tests := []struct {
		name   string
		answer http.HandlerFunc
		cause  string
	}{
		{"not found", status(404), "404 Not Found"},
		{"a signature that has expired", status(403), "403 Forbidden"},
		{"no content", status(204), "204 No Content"},
		{"a part of it", status(206), "206 Partial Content"},
		{"a redirect to nowhere", status(302), "302 Found"},
		{"a status that no one knows", raw("HTTP/1.1 999 \x1b[31m%s\r\n\r\n", secret), "999"},
		{"a web page with 200, called an image", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "image/jpeg")
			fmt.Fprint(w, "<!DOCTYPE html><title>Please log in</title>")
		}, "neither PNG, JPEG, GIF nor WebP, but text/html; charset=utf-8"},
		{"nothing", status(200)[:0:0], ""},
	}
	_ = tests
}
