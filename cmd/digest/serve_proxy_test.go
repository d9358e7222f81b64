package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"digest/internal/certtest"
	"digest/internal/email/smtptest"
	"digest/internal/subscriber"
)

// needs skips a test without a program, or fails if DIGEST_PROXIES is required.
func needs(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		if os.Getenv("DIGEST_PROXIES") == "required" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// The samples in docs/serve, as they are but for names of files and ports, before the
// pages: a provider's POST comes through, and the network of the client is its own.
func TestProxies(t *testing.T) {
	for _, tt := range []struct {
		program, sample string
		args            []string
		mend            []string // pairs: what is replaced, and by what
	}{
		{"nginx", "nginx.conf", []string{"-e", "stderr", "-c", "CONFIG", "-g", "daemon off; pid nginx.pid;"}, []string{
			"listen 443 ssl;", "listen 127.0.0.1:PORT ssl;", "/var/log/nginx/news.log", "stderr", "    listen [::]:443 ssl;\n", "",
			"/etc/letsencrypt/live/news.example.org/fullchain.pem", "CHAIN", "/etc/letsencrypt/live/news.example.org/privkey.pem", "KEY",
		}},
		{"caddy", "Caddyfile", []string{"run", "--adapter", "caddyfile", "--config", "CONFIG"}, []string{
			"{\n\tlog {", "{\n\tadmin off\n\tauto_https off\n\tlog {", "\nnews.example.org {\n", "\nhttps://news.example.org:PORT {\n\ttls CHAIN KEY\n",
		}},
	} {
		t.Run(tt.program, func(t *testing.T) {
			needs(t, tt.program)
			n := newServed(t, smtptest.Config{})
			n.env = append(n.env, "DIGEST_SERVE_TRUSTED_PROXIES=127.0.0.1")
			for _, who := range []string{"ada@example.net", "bo@example.net"} {
				n.digest(0, "", "subscribers", "add", who)
			}
			n.digest(0, "2 sent", "--as-of", "2026-11-20")
			s := n.serve("--verbose")
			defer s.stop()

			_, roots := certtest.Write(t, n.dir, "news.example.org")
			chain, key := filepath.Join(n.dir, certtest.Chain), filepath.Join(n.dir, certtest.Key)
			port := freePort(t)
			sample, err := os.ReadFile(filepath.Join("..", "..", "docs", "serve", tt.sample))
			if err != nil {
				t.Fatal(err)
			}
			text := string(sample)
			for i := 0; i < len(tt.mend); i += 2 {
				if !strings.Contains(text, tt.mend[i]) {
					t.Fatalf("%s has no %q", tt.sample, tt.mend[i])
				}
				text = strings.Replace(text, tt.mend[i], tt.mend[i+1], 1)
			}
			text = strings.NewReplacer("PORT", port, "CHAIN", chain, "KEY", key, "127.0.0.1:8025", strings.TrimPrefix(s.base, "http://")).Replace(text)
			if tt.program == "nginx" {
				text = "events {}\nhttp {\n" + text + "}\n"
			}
			n.write("proxy.conf", []byte(text))
			args := strings.Split(strings.ReplaceAll(strings.Join(tt.args, "\x00"), "CONFIG", filepath.Join(n.dir, "proxy.conf")), "\x00")
			proxy := exec.CommandContext(t.Context(), tt.program, args...)
			said := &safeLog{}
			proxy.Dir, proxy.Env, proxy.Stderr = n.dir, []string{"HOME=" + n.dir, "PATH=" + os.Getenv("PATH")}, said
			if err := proxy.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() {
				_ = proxy.Process.Signal(os.Interrupt)
				_ = proxy.Wait()
			}()
			client := &http.Client{
				Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DialContext: toLoopback, ForceAttemptHTTP2: true},
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
				Timeout:       20 * time.Second,
			}
			base := "https://news.example.org:" + port
			awaitAnswer(t, client, base+"/healthz", said)

			for who, spoofed := range map[string]string{"ada@example.net": "", "bo@example.net": "198.51.100.77"} {
				form := url.Values{"List-Unsubscribe": {"One-Click"}}.Encode()
				r, err := http.NewRequestWithContext(t.Context(), "POST", base+"/u/"+readersKeys.Token(subscriber.Leaving, "weekly", who), strings.NewReader(form))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				if spoofed != "" {
					r.Header.Set("X-Forwarded-For", spoofed)
				}
				response, err := client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				status, body := readAll(t, response)
				if status != 200 || response.Header.Get("Set-Cookie") != "" || response.Header.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(body, `name="back"`) {
					t.Errorf("POST = %d, %v\n%s", status, response.Header, body)
				}
			}
			n.digest(0, `(?s)ada@example.net +unsubscribed.*bo@example.net +unsubscribed`, "subscribers", "list")
			s.stop()
			if networks := regexp.MustCompile(`page="leave".*network="([^"]*)"`).FindAllStringSubmatch(s.log.String(), -1); len(networks) != 2 || networks[0][1] != "127.0.0.0/24" || networks[1][1] != "127.0.0.0/24" {
				t.Errorf("the clients' networks are %v, want the real one", networks)
			}
			response, err := client.Get(base + "/u/while-it-is-away")
			if err != nil {
				t.Fatal(err)
			}
			if status, _ := readAll(t, response); status != 502 {
				t.Errorf("GET while the server is away = %d", status)
			}
			if strings.Contains(said.String(), "/u/") {
				t.Errorf("the proxy's log has a reader's link:\n%s", said.String())
			}
		})
	}
}

// toLoopback dials this machine whatever the name is.
func toLoopback(ctx context.Context, network, address string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
}

func awaitAnswer(t *testing.T, client *http.Client, address string, said fmt.Stringer) {
	t.Helper()
	for range 200 {
		if response, err := client.Get(address); err == nil {
			if status, _ := readAll(t, response); status == 200 {
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the proxy does not answer: %s", said)
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// The unit of systemd is one, and as closed as it says.
func TestUnit(t *testing.T) {
	needs(t, "systemd-analyze")
	unit, err := os.ReadFile(filepath.Join("..", "..", "docs", "serve", "digest-serve.service"))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "digest-serve.service")
	if err := os.WriteFile(name, []byte(strings.Replace(string(unit), "/usr/local/bin/digest", "/bin/true", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"verify", "--man=no", name}, {"security", "--offline=true", "--threshold=20", name}} {
		if out, err := exec.CommandContext(t.Context(), "systemd-analyze", args...).CombinedOutput(); err != nil || args[0] == "verify" && len(out) > 0 {
			t.Errorf("systemd-analyze %s: %v\n%s", args[0], err, out)
		}
	}
}
