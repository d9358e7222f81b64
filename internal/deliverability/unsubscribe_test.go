package deliverability_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"digest/internal/deliverability"
	"digest/internal/deliverability/dnstest"
)

// An authority signs certificates of news.example.org.
type authority struct {
	roots *x509.CertPool
	own   *x509.Certificate
	key   *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	own := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, own, own, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if own, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(own)
	return authority{roots, own, key}
}

func (a authority) certify(t *testing.T, until time.Time) tls.Certificate {
	t.Helper()
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until, DNSNames: []string{"news.example.org"},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.own, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.key}
}

// serve runs a page over HTTPS and returns its port.
func serve(t *testing.T, certificate tls.Certificate, page http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewUnstartedServer(page)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return port(t, s.Listener)
}

func port(t *testing.T, l net.Listener) string {
	t.Helper()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// page answers GET with a status and HTML, and POST with another status.
func page(get, post int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Location", "https://elsewhere.example/\u202e")
		if r.Method == http.MethodPost {
			w.WriteHeader(post)
			return
		}
		w.WriteHeader(get)
		fmt.Fprint(w, "<!DOCTYPE html><title>Unknown link</title>")
	}
}

func TestUnsubscribePage(t *testing.T) {
	ca := newAuthority(t)
	good, expired := ca.certify(t, time.Now().Add(time.Hour)), ca.certify(t, time.Now().Add(-time.Hour))
	stranger := newAuthority(t).certify(t, time.Now().Add(time.Hour))
	dns := dnstest.Start(t, "news.example.org. A 127.0.0.1\nother.example.org. A 127.0.0.1\nbroken.example.org. SERVFAIL\nmute.example.org. SILENCE")
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	plain := httptest.NewServer(page(404, 404))
	t.Cleanup(plain.Close)
	says := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = io.WriteString(w, body)
		}
	}
	for _, c := range []struct {
		name, host string
		port       string
		want       string
	}{
		{"all well", "news", serve(t, good, page(200, 200)), "info: it answers GET and POST as it must"},
		{"unknown token", "news", serve(t, good, page(404, 404)), "warning: it refuses a token of ours (GET 404, POST 404)"},
		{"everybody is welcome", "news", serve(t, good, page(200, 200)), "info: it answers GET and POST as it must"},
		{"GET redirected", "news", serve(t, good, page(302, 404)), `error: GET is redirected (302) to "https://elsewhere.example/`},
		{"POST redirected", "news", serve(t, good, page(404, 308)), `error: POST is redirected (308) to "https://elsewhere.example/`},
		{"GET only", "news", serve(t, good, page(404, 405)), "error: POST is not allowed (405)"},
		{"proxy without a server", "news", serve(t, good, page(502, 502)), "error: GET is answered with 502; digest serve is not running"},
		{"fault at POST", "news", serve(t, good, page(200, 500)), "error: POST is answered with 500"},
		{"no HTML", "news", serve(t, good, says("text/plain", "404 page not found")), "error: GET is answered with 200 and no page of HTML"},
		{"no body", "news", serve(t, good, says("text/html", "")), "error: GET is answered with 200 and no page of HTML"},
		{"a cookie", "news", serve(t, good, func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "id", Value: "1"})
			page(404, 404)(w, r)
		}), "warning: a cookie is set"},
		{"a page without end", "news", serve(t, good, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			for {
				if _, err := io.WriteString(w, strings.Repeat("x", 1<<16)); err != nil {
					return
				}
			}
		}), "info: it answers GET and POST as it must"},
		{"headers without end", "news", serve(t, good, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 1<<20))
		}), "error: no answer: "},
		{"a page that hangs", "news", serve(t, good, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), "error: no answer in time"},
		{"expired", "news", serve(t, expired, page(404, 404)), "error: its certificate is not valid: x509: certificate has expired"},
		{"another name", "other", serve(t, good, page(404, 404)), "error: its certificate is not valid: x509: certificate is valid for news.example.org, not other.example.org"},
		{"unknown authority", "news", serve(t, stranger, page(404, 404)), "error: its certificate is not valid: x509: certificate signed by unknown authority"},
		{"no TLS", "news", port(t, plain.Listener), "error: no answer: http: server gave HTTP response to HTTPS client"},
		{"nobody listens", "news", port(t, closed), "error: connection refused; digest serve is not running, or the proxy does not lead there"},
		{"no such host", "gone", "443", "error: no address is known of the host; publish: gone.example.org. A ADDRESS"},
		{"the DNS is silent", "mute", "443", "warning: the address of the host could not be asked: no answer in time"},
		{"the DNS fails", "broken", "443", "warning: the address of the host could not be asked: server misbehaving"},
	} {
		t.Run(c.name, func(t *testing.T) {
			link := "https://" + c.host + ".example.org:" + c.port + "/u/0000"
			checker := deliverability.Checker{Resolver: deliverability.Resolver(dns.Addr), RootCAs: ca.roots, Timeout: 400 * time.Millisecond, URLTimeout: 500 * time.Millisecond}
			var said []string
			for _, f := range checker.Check(t.Context(), deliverability.Sender{From: "example.org", Host: "127.0.0.1", LeaveURL: link}) {
				if f.ID == "unsubscribe.url" && f.Where == link {
					said = append(said, fmt.Sprintf("%s: %s; %s", f.Severity, f.Message, f.Hint))
				}
			}
			if got := strings.Join(said, "\n"); !strings.Contains(got, c.want) || strings.ContainsAny(got, "\x1b\u202e") {
				t.Errorf("Check = %s\nwant %s", got, c.want)
			}
		})
	}
}

// What is asked is what a reader and a mail provider ask, in this order.
func TestUnsubscribeRequests(t *testing.T) {
	ca := newAuthority(t)
	var asked []string
	port := serve(t, ca.certify(t, time.Now().Add(time.Hour)), func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+r.Header.Get("Content-Type")+" "+string(body)))
		page(404, 404)(w, r)
	})
	dns := dnstest.Start(t, "news.example.org. A 127.0.0.1")
	c := deliverability.Checker{Resolver: deliverability.Resolver(dns.Addr), RootCAs: ca.roots}
	c.Check(t.Context(), deliverability.Sender{From: "example.org", Host: "127.0.0.1", LeaveURL: "https://news.example.org:" + port + "/u/0000"})
	want := "GET /u/0000\nPOST /u/0000 application/x-www-form-urlencoded List-Unsubscribe=One-Click"
	if got := strings.Join(asked, "\n"); got != want {
		t.Errorf("the page was asked\n%s\nwant\n%s", got, want)
	}
}
