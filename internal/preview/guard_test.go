package preview

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestOnlyItsOwnPageIsAnswered(t *testing.T) {
	_, base := start(t, Options{Compose: always(golden(t))})
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(base, "http://"))
	for _, tt := range []struct {
		name, method, host, site string
		want                     int
	}{
		{"its address", "GET", "127.0.0.1:" + port, "", 200},
		{"its name", "GET", "LocalHost:" + port, "", 200},
		{"its other address", "GET", "[::1]:" + port, "", 200},
		{"only the head", "HEAD", "127.0.0.1:" + port, "", 200},
		{"typed by the editor", "GET", "127.0.0.1:" + port, "none", 200},
		{"its own page", "GET", "127.0.0.1:" + port, "same-origin", 200},
		{"a name that leads here", "GET", "rebind.example:" + port, "same-origin", 403},
		{"a name that begins like it", "GET", "localhost.example:" + port, "", 403},
		{"another port", "GET", "127.0.0.1:1", "", 403},
		{"no port", "GET", "localhost", "", 403},
		{"any address", "GET", "0.0.0.0:" + port, "", 403},
		{"no host", "GET", "", "", 403},
		{"another site", "GET", "127.0.0.1:" + port, "cross-site", 403},
		{"another port of this machine", "GET", "127.0.0.1:" + port, "same-site", 403},
		{"a form", "POST", "127.0.0.1:" + port, "", 405},
		{"a form of no page", "POST", "rebind.example:" + port, "", 403},
		{"an unknown method", "BREW", "127.0.0.1:" + port, "", 405},
	} {
		for _, path := range []string{"/", "/letter", "/source", "/page.js"} {
			t.Run(tt.name+path, func(t *testing.T) {
				conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				request := tt.method + " " + path + " HTTP/1.1\r\nHost: " + tt.host + "\r\nConnection: close\r\n"
				if tt.site != "" {
					request += "Sec-Fetch-Site: " + tt.site + "\r\n"
				}
				io.WriteString(conn, request+"\r\n")
				answer, err := io.ReadAll(conn)
				if err != nil {
					t.Fatal(err)
				}
				status, _, _ := strings.Cut(string(answer), "\r\n")
				if want := http.StatusText(tt.want); !strings.HasSuffix(status, want) {
					t.Errorf("%s %s of host %q and site %q = %q, want %s", tt.method, path, tt.host, tt.site, status, want)
				}
				if tt.want != 200 && strings.Contains(string(answer), "Weekly") {
					t.Error("a refusal shows the letter")
				}
			})
		}
	}
}

func TestEveryAnswerKeepsToItself(t *testing.T) {
	_, base := start(t, Options{Compose: always(golden(t))})
	for _, path := range []string{"/", "/?view=source", "/letter", "/source", "/page.css", "/page.js", "/icon.svg", "/nowhere"} {
		r, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		for name, want := range map[string]string{
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cache-Control":                "no-store",
			"Cross-Origin-Resource-Policy": "same-origin",
			"X-Dns-Prefetch-Control":       "off",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s = %q, want %q", path, name, got, want)
			}
		}
		if policy := r.Header.Get("Content-Security-Policy"); path != "/letter" && policy != pagePolicy {
			t.Errorf("%s: policy = %q", path, policy)
		}
	}
}

func TestTheLetterHasItsOwnPolicy(t *testing.T) {
	_, base := start(t, Options{Compose: always(golden(t))})
	for query, want := range map[string]string{
		"":               "img-src data:",
		"?images=off":    "img-src 'none'",
		"?images=remote": "img-src data: https: http:",
		"?images=*":      "img-src data:",
	} {
		_, header := get(t, base+"/letter"+query)
		policy := header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; ") || !strings.HasSuffix(policy, "; "+want) {
			t.Errorf("/letter%s: policy = %q, want sandbox … %s", query, policy, want)
		}
	}
}

func TestRunRefusesAnAddressThatOthersReach(t *testing.T) {
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := New(Options{Compose: always(golden(t))}).Run(t.Context(), l); err == nil {
		t.Error("Run on all addresses = nil, want an error")
	}
}
