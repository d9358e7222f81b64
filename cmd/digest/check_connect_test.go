package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"digest/internal/certtest"
	"digest/internal/deliverability/dnstest"
	"digest/internal/email/smtptest"
)

// leavePage answers as a page for unsubscribing must, and counts its requests.
func leavePage(t *testing.T) (url string, certificate []byte, requests *atomic.Int64) {
	t.Helper()
	requests = new(atomic.Int64)
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, "<!DOCTYPE html><title>Leave</title>")
	}))
	t.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	certificate = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	return "https://news.example.com:" + port + "/u", certificate, requests
}

// connected is a newsroom with a login, a key, a page and return paths.
func connected(t *testing.T, config smtptest.Config) (n *newsroom, page *atomic.Int64) {
	t.Helper()
	config.TLS, config.Username, config.Password, config.Mechanisms = smtptest.STARTTLS, "news", "pass word", []string{"PLAIN", "SCRAM-SHA-256"}
	n = newNewsroom(t, smtptest.Start(t, config), "starttls")
	url, certificate, page := leavePage(t)
	n.write("ca.pem", slices.Concat(n.server.CA, certificate))
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	n.write("dkim.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	n.env = append(n.env, "DIGEST_SMTP_USERNAME=news", "DIGEST_SMTP_PASSWORD=pass word", "DIGEST_UNSUBSCRIBE_URL="+url,
		"DIGEST_DKIM_SELECTOR=k1", "DIGEST_DKIM_KEY_FILE=dkim.key", "DIGEST_BOUNCE_ADDRESS=bounces@bounce.example.org",
		"HTTPS_PROXY=http://127.0.0.1:1") // which is not heeded
	return n, page
}

// findingsOf runs check over the network and returns its findings by ID.
func (n *newsroom) findingsOf(status int, dns string) map[string][]finding {
	n.t.Helper()
	var list []finding
	if err := json.Unmarshal([]byte(n.digest(status, "", "check", "--connect", "--dns", dns, "--as-of", "2026-11-20", "--format", "json")), &list); err != nil {
		n.t.Fatal(err)
	}
	found := map[string][]finding{}
	for _, f := range list {
		found[f.ID] = append(found[f.ID], f)
	}
	return found
}

// Whoever publishes what check says has a check without an error.
func TestCheckConnect(t *testing.T) {
	n, page := connected(t, smtptest.Config{Size: 5_000_000})
	dns := dnstest.Start(t, "news.example.com. A 127.0.0.1\nexample.org. A 198.51.100.24\nbounce.example.org. A 198.51.100.24")
	found := n.findingsOf(1, dns.Addr)
	server := found["server"]
	if len(server) != 1 || server[0].Message != "ready: TLS 1.3, logged in with SCRAM-SHA-256; offers PIPELINING, 8BITMIME, SMTPUTF8, SIZE 5000000, CHUNKING" {
		t.Errorf("server: %+v", server)
	}
	if f := found["unsubscribe.url"]; len(f) != 1 || f[0].Severity != "info" || page.Load() != 2 {
		t.Errorf("unsubscribe.url: %+v, %d requests", f, page.Load())
	}
	for id, want := range map[string]string{"dns.mx": "warning", "dns.spf": "warning", "dns.dkim": "error", "dns.dmarc": "warning"} {
		if len(found[id]) == 0 {
			t.Errorf("no finding %s", id)
		}
		for _, f := range found[id] {
			_, line, ok := strings.Cut(f.Hint, "publish: ")
			if f.Severity != want || !ok {
				t.Errorf("%+v, want a %s with a line to publish", f, want)
			}
			line, _, _ = strings.Cut(line, " (")
			dns.Publish(t, strings.ReplaceAll(line, "ip4:ADDRESS", "ip4:198.51.100.25"))
		}
	}

	said := n.digest(0, "0 errors among", "check", "--connect", "--dns", dns.Addr, "--as-of", "2026-11-20")
	for _, want := range []string{
		"info     server            127.0.0.1:", "info     dns.mx            example.org: answers go to example.org", "info     dns.mx            bounce.example.org: bounces go to",
		"info     dns.spf           bounce.example.org: there is a record", "info     dns.dkim          k1._domainkey.example.org: the record is that of the key (SHA-256 ",
		"info     dns.dmarc         _dmarc.example.org: the policy is none; in the name of example.org are SPF of bounce.example.org and DKIM of example.org",
		"info     unsubscribe.url   https://news.example.com:",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("check says\n%s\nwant %q", said, want)
		}
	}
	n.delivered(0)
}

func TestCheckConnectFaults(t *testing.T) {
	n, _ := connected(t, smtptest.Config{Size: 1000})
	dns := dnstest.Start(t, "org. SERVFAIL\nnews.example.com. A 127.0.0.1")
	n.write("ca.pem", n.server.CA) // the page's is not known any more
	found := n.findingsOf(1, dns.Addr)
	if f := found["server.letter"]; len(f) != 1 || f[0].Severity != "error" || !strings.Contains(f[0].Message, "the server takes 1000") {
		t.Errorf("server.letter: %+v", f)
	}
	if f := found["unsubscribe.url"]; len(f) != 1 || f[0].Severity != "error" || !strings.Contains(f[0].Message, "its certificate is not valid") {
		t.Errorf("unsubscribe.url: %+v", f)
	}
	for _, id := range []string{"dns.mx", "dns.spf", "dns.dkim", "dns.dmarc"} {
		if f := found[id]; len(f) == 0 || f[0].Severity != "warning" || !strings.Contains(f[0].Message, "could not be asked") {
			t.Errorf("%s: %+v", id, f)
		}
	}
	n.write("dkim.key", []byte("no key"))
	if found := n.findingsOf(1, dns.Addr); len(found["dns.dkim"]) != 0 || len(found["dkim.key"]) != 1 {
		t.Errorf("with a broken key: %+v", found)
	}

	for _, c := range []struct{ says, dns string }{
		{"--dns goes with --connect", "127.0.0.1"},
		{"--dns 127.0.0.1:99999: write an address", "127.0.0.1:99999"},
		{"--dns :53: write an address", ":53"},
		{"--dns a:b:c: write an address", "a:b:c"},
	} {
		n.digest(2, c.says, "check", "--dns", c.dns)
	}
}

func TestDNSServer(t *testing.T) {
	for flag, want := range map[string]string{
		"": "", "9.9.9.9": "9.9.9.9:53", "::1": "[::1]:53", "[::1]": "[::1]:53", "[::1]:54": "[::1]:54", "dns.example": "dns.example:53", "dns.example:54": "dns.example:54",
	} {
		if got, err := dnsServer(flag); got != want || err != nil {
			t.Errorf("dnsServer(%q) = %q, %v, want %q", flag, got, err, want)
		}
	}
}

// Without --connect check opens no socket to anybody, and with an outbox it asks
// nobody what is of no use.
func TestCheckStaysHere(t *testing.T) {
	n, page := connected(t, smtptest.Config{})
	dns := dnstest.Start(t, "")
	n.digest(0, "0 errors", "check", "--as-of", "2026-11-20")
	n.env = append(n.env, "DIGEST_DELIVERY_VIA=outbox")
	n.digest(0, "dns +outbox: nothing leaves this machine", "check", "--connect", "--dns", dns.Addr, "--as-of", "2026-11-20")
	if n.server.Connections() != 0 || page.Load() != 0 || len(dns.Asked()) != 0 {
		t.Errorf("%d connections to the mail server, %d requests, and the DNS was asked %q", n.server.Connections(), page.Load(), dns.Asked())
	}

	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip(err)
	}
	n.env = n.env[:len(n.env)-1]
	program := filepath.Join(t.TempDir(), "digest")
	if err := os.Symlink(process(t, n.dir, nil).Path, program); err != nil {
		t.Fatal(err)
	}
	recording := filepath.Join(t.TempDir(), "recording")
	cmd := process(t, n.dir, n.env)
	cmd.Path, cmd.Args = strace, []string{"strace", "-f", "-qq", "-e", "trace=execve,socket,connect", "-o", recording, program, "check", "--as-of", "2026-11-20"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	calls, err := os.ReadFile(recording)
	if err != nil || !strings.Contains(string(calls), "execve(") || strings.Contains(string(calls), "AF_INET") {
		t.Errorf("check, %v, calls\n%s", err, calls)
	}
}

// What digest serve answers is what digest check wants, if both have the same secret.
func TestCheckOfOurOwnPages(t *testing.T) {
	n := newServed(t, smtptest.Config{})
	port := freePort(t)
	certtest.Write(t, n.dir, "news.example.org")
	n.env = append(n.env, "SSL_CERT_FILE="+filepath.Join(n.dir, certtest.Chain), "DIGEST_UNSUBSCRIBE_URL=https://news.example.org:"+port+"/u",
		"DIGEST_SERVE_LISTEN=127.0.0.1:"+port, "DIGEST_SERVE_CERTIFICATE="+certtest.Chain, "DIGEST_SERVE_CERTIFICATE_KEY="+certtest.Key)
	n.digest(0, "", "subscribers", "add", "ada@example.net")
	dns := dnstest.Start(t, "news.example.org. A 127.0.0.1\nexample.org. A 198.51.100.24")
	s := n.serve()
	defer s.stop()
	if f := n.findingsOf(0, dns.Addr)["unsubscribe.url"]; len(f) != 1 || f[0].Severity != "info" {
		t.Errorf("unsubscribe.url: %+v, want that it answers as it must", f)
	}
	n.env = append(n.env, "DIGEST_UNSUBSCRIBE_SECRET=a secret that the server does not have")
	if f := n.findingsOf(0, dns.Addr)["unsubscribe.url"]; len(f) != 1 || f[0].Severity != "warning" || !strings.Contains(f[0].Message, "it refuses a token of ours") {
		t.Errorf("unsubscribe.url with another secret: %+v, want a warning", f)
	}
}
