package web

import (
	"fmt"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"digest/internal/subscriber"
)

func TestServedPathsOnly(t *testing.T) {
	h := newHouse(t)
	h.PreferencesPath, h.JoinPath, h.LeavePath = "", "", "/"
	ada := h.member(t, "ada@example.net")
	for path, want := range map[string]int{"/": 404, "/join": 404, choosing(ada): 404, "/healthz": 200, "/" + keys.Token(subscriber.Leaving, newsletter, ada.Key): 200} {
		if w := h.do("GET", path, ""); w.Code != want {
			t.Errorf("GET %s = %d, want %d", path, w.Code, want)
		}
	}
	// Whichever lies within another one.
	for _, paths := range [][3]string{{"/u/", "/p/", "/"}, {"/u/", "/", "/join/"}, {"/n/u/", "/n/", "/n/u/join/"}, {"/", "/p/", "/join/"}} {
		h.LeavePath, h.PreferencesPath, h.JoinPath = paths[0], paths[1], paths[2]
		for path, want := range map[string]string{
			paths[0] + keys.Token(subscriber.Leaving, newsletter, ada.Key):     "leave",
			paths[1] + keys.Token(subscriber.Preferences, newsletter, ada.Key): "preferences",
			paths[2]: "join",
		} {
			if w := h.do("GET", path, ""); w.Code != 200 {
				t.Errorf("with %q GET %s = %d, want the page %s", paths, path, w.Code, want)
			}
		}
	}
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	if w := h.do("GET", "/healthz", ""); w.Code != 503 {
		t.Errorf("GET /healthz without a database = %d, want 503", w.Code)
	}
}

func TestLimits(t *testing.T) {
	h := newHouse(t)
	h.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:ffff::/48")}
	post := func(from, forwarded string) int {
		r := httptest.NewRequest("POST", "/join", strings.NewReader("address=ada%40example.net"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = from
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		return h.answer(r).Code
	}
	for i := range 5 {
		if got := post(fmt.Sprintf("192.0.2.%d:1", i), "198.51.100.1"); got != 200 {
			t.Fatalf("request %d of a network = %d", i, got)
		}
	}
	for _, tt := range []struct {
		name, from, forwarded string
		want                  int
	}{
		{"the same network", "192.0.2.99:1", "", 429},
		{"in IPv6's words", "[::ffff:192.0.2.99]:1", "", 429},
		{"it says it is another", "192.0.2.99:1", "203.0.113.7", 429},
		{"another one", "203.0.113.7:1", "", 200},
		{"behind a proxy", "10.1.2.3:1", "192.0.2.5", 429},
		{"behind two", "[2001:db8:ffff::1]:1", "192.0.2.5, 10.9.9.9", 429},
		{"it put something before", "10.1.2.3:1", "203.0.113.8, 192.0.2.5", 429},
		{"with its port", "10.1.2.3:1", "192.0.2.5:4711", 429},
		{"another behind a proxy", "10.1.2.3:1", "198.51.100.9", 200},
		{"the proxy says nonsense", "10.1.2.3:1", "203.0.113.8, nonsense", 200},
		{"IPv6", "[2001:db8:1::1]:1", "", 200},
	} {
		if got := post(tt.from, tt.forwarded); got != tt.want {
			t.Errorf("%s = %d, want %d", tt.name, got, tt.want)
		}
	}
	h.clock = h.clock.Add(31 * time.Second)
	if got := post("192.0.2.1:1", ""); got != 200 {
		t.Errorf("after a while = %d, want 200", got)
	}
	if got := post("192.0.2.1:1", ""); got != 429 {
		t.Errorf("and at once = %d, want 429", got)
	}
}

// Who guesses is slowed down; who has a link is let in all the same.
func TestGuessing(t *testing.T) {
	h := newHouse(t)
	ada := h.member(t, "ada@example.net")
	seen := map[int]int{}
	for range 100 {
		seen[h.do("POST", "/u/guess", oneClick).Code]++
	}
	if seen[404] != 30 || seen[429] != 70 {
		t.Errorf("100 guesses were answered with %v, want 30 times 404 and then 429", seen)
	}
	wantPlain(t, h.do("POST", leaving(ada), oneClick), 200)
}
