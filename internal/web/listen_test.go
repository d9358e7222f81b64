package web

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"digest/internal/certtest"
)

// serve runs a server until the test ends. stop ends it before and returns what Run
// returned.
func serve(t *testing.T, h http.Handler, certificates *Certificates) (address string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, l, h, certificates, slog.New(slog.DiscardHandler)) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() { _ = stop() })
	return l.Addr().String(), stop
}

// talk sends a text as it is and returns all that comes back.
func talk(t *testing.T, address, says string) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	_, _ = io.WriteString(c, says) // the server may have had enough before the end
	answer, err := io.ReadAll(c)
	if err != nil && !errors.Is(err, net.ErrClosed) && len(answer) == 0 {
		return err.Error()
	}
	return string(answer)
}

// Whoever sends too much, too slowly or nonsense is not waited for.
func TestHostileClients(t *testing.T) {
	h := newHouse(t)
	ada := h.member(t, "ada@example.net")
	address, stop := serve(t, h.handler, nil)
	for _, tt := range []struct{ name, says, want string }{
		{"no headers to the end", "POST " + leaving(ada) + " HTTP/1.1\r\nHost: x\r\n", ""},
		{"too many headers", "GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\n", "431"},
		{"a long body", "POST " + leaving(ada) + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("x", 100000), "413"},
		{"a body without an end", "POST " + leaving(ada) + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("400\r\n"+strings.Repeat("x", 1024)+"\r\n", 100), "413"},
		{"nonsense", "\x16\x03\x01\r\n\r\n", "400"},
		{"two lengths", "POST " + leaving(ada) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", "400"},
		{"no host", "GET / HTTP/1.1\r\n\r\n", "400"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := talk(t, address, tt.says); tt.want != "" && !strings.HasPrefix(got, "HTTP/1.1 "+tt.want) {
				t.Errorf("the answer is %.200q, want %s", got, tt.want)
			}
		})
	}
	t.Run("another host", func(t *testing.T) {
		t.Parallel()
		got := talk(t, address, "POST "+leaving(ada)+" HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n")
		if !strings.HasPrefix(got, "HTTP/1.1 400") || strings.Contains(got, "evil.example") {
			t.Errorf("the answer is %.2000q, want none that heeds the host", got)
		}
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("Run = %v", err)
		}
	})
}

// Requests in hand are answered before the server stops.
func TestGracefulStop(t *testing.T) {
	began, answer := make(chan bool), make(chan bool)
	address, stop := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		began <- true
		<-answer
		_, _ = io.WriteString(w, "done")
	}), nil)
	got := make(chan string)
	go func() { got <- talk(t, address, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") }()
	<-began
	stopped := make(chan error)
	go func() { stopped <- stop() }()
	for { // until it takes no more
		c, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		_ = c.Close()
	}
	close(answer)
	if s := <-got; !strings.HasSuffix(s, "done") {
		t.Errorf("the answer in hand is %q", s)
	}
	if err := <-stopped; err != nil {
		t.Errorf("Run = %v", err)
	}
}

func TestCertificateIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	_, roots := certtest.Write(t, dir, "news.example.org")
	chain, key := filepath.Join(dir, certtest.Chain), filepath.Join(dir, certtest.Key)
	certificates, err := LoadCertificates(chain, key, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	address, _ := serve(t, newHouse(t).handler, certificates)
	get := func(roots *x509.CertPool, version uint16) error {
		c, err := tls.Dial("tcp", address, &tls.Config{ServerName: "news.example.org", RootCAs: roots, MaxVersion: version})
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	if err := get(roots, 0); err != nil {
		t.Fatal(err)
	}
	if err := get(roots, tls.VersionTLS11); err == nil {
		t.Error("it speaks TLS 1.1")
	}
	_, renewed := certtest.Write(t, dir, "news.example.org")
	certificates.checked = time.Time{}
	if err := get(renewed, 0); err != nil {
		t.Errorf("with a renewed certificate: %v", err)
	}
	if err := os.WriteFile(key, []byte("half a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	certificates.checked = time.Time{}
	if err := get(renewed, 0); err != nil {
		t.Errorf("with files that cannot be used: %v", err)
	}
	if _, err := LoadCertificates(chain, filepath.Join(dir, "nowhere"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("LoadCertificates without a key = %v", err)
	}
}
