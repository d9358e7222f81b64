package web

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"digest/internal/subscriber"
)

// wantPlain fails if an answer is not one that a mail program can take for what it
// is (RFC 8058 3.1, 3.2).
func wantPlain(t *testing.T, w *httptest.ResponseRecorder, status int) {
	t.Helper()
	if w.Code != status || w.Header().Get("Location") != "" || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("the answer is %d with the header %v, want %d, no redirect and no cookie", w.Code, w.Header(), status)
	}
}

func TestOnlyAPostLeaves(t *testing.T) {
	h := newHouse(t)
	ada := h.member(t, "ada@example.net")
	for _, r := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", leaving(ada), "", 200},
		{"HEAD", leaving(ada), "", 200},
		{"OPTIONS", leaving(ada), "", 405},
		{"DELETE", leaving(ada), "", 405},
		{"PUT", leaving(ada), oneClick, 405},
		{"GET", leaving(ada) + "?" + oneClick, "", 200},
		{"GET", leaving(ada), oneClick, 200},
		{"POST", leaving(ada) + "?" + oneClick, "", 400},
		{"POST", leaving(ada) + "?" + oneClick, "x=y", 400},
		{"POST", leaving(ada), "x=y", 400},
		{"POST", leaving(ada), "List-Unsubscribe=Two-Click", 400},
		{"POST", leaving(ada), strings.Repeat("x", 10_000) + "&" + oneClick, 413},
		{"POST", choosing(ada), oneClick, 400},
		{"POST", "/" + leaving(ada), oneClick, 404},
		{"POST", leaving(ada) + "/", oneClick, 404},
	} {
		w := h.do(r.method, r.path, r.body)
		wantPlain(t, w, r.status)
		if is := h.state(t, ada); is != subscriber.Active {
			t.Fatalf("%s %s with %.30q: they are %s, want active", r.method, r.path, r.body, is)
		}
		if r.method == "HEAD" && w.Body.Len() > 0 {
			t.Error("the answer to HEAD has a body")
		}
	}
	for range 2 {
		wantPlain(t, h.do("POST", leaving(ada), oneClick), 200)
		if is := h.state(t, ada); is != subscriber.Unsubscribed {
			t.Errorf("they are %s, want unsubscribed", is)
		}
	}
}

func TestLeaveInEitherForm(t *testing.T) {
	const part = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
	for kind, body := range map[string]string{
		"application/x-www-form-urlencoded":                oneClick,
		"application/x-www-form-urlencoded; charset=UTF-8": oneClick + "&x=y",
		"multipart/form-data; boundary=b":                  part,
	} {
		h := newHouse(t)
		ada := h.member(t, "ada@example.net")
		r := httptest.NewRequest("POST", leaving(ada), strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		wantPlain(t, h.answer(r), 200)
		if is := h.state(t, ada); is != subscriber.Unsubscribed {
			t.Errorf("%s: they are %s, want unsubscribed", kind, is)
		}
	}
	for _, kind := range []string{"", "text/plain", "application/json", "multipart/form-data", "multipart/form-data; boundary=c", "x;;"} {
		h := newHouse(t)
		ada := h.member(t, "ada@example.net")
		r := httptest.NewRequest("POST", leaving(ada), strings.NewReader(part))
		r.Header.Set("Content-Type", kind)
		wantPlain(t, h.answer(r), 400)
		if is := h.state(t, ada); is != subscriber.Active {
			t.Errorf("%q: they are %s, want active", kind, is)
		}
	}
}

// Whatever is wrong with a link, the answer is the same, byte for byte.
func TestBadLinks(t *testing.T) {
	h := newHouse(t)
	ada := h.member(t, "ada@example.net")
	right := keys.Token(subscriber.Leaving, newsletter, ada.Key)
	other := subscriber.NewKeys("a key that is not ours any more")
	tokens := map[string]string{
		"cut":             right[:len(right)-1],
		"longer":          right + "A",
		"altered":         right[:20] + flip(right[20]) + right[21:],
		"other list":      keys.Token(subscriber.Leaving, "daily", ada.Key),
		"other purpose":   keys.Token(subscriber.Preferences, newsletter, ada.Key),
		"other key":       other.Token(subscriber.Leaving, newsletter, ada.Key),
		"of a stranger":   keys.Token(subscriber.Leaving, newsletter, "stranger@example.net"),
		"no token":        "x",
		"an address":      "ada@example.net",
		"a path":          right + "/" + right,
		"that ended":      keys.TokenUntil(subscriber.Leaving, newsletter, ada.Key, h.clock.Add(-time.Second)),
		"not UTF-8":       "%ff%fe",
		"a very long one": strings.Repeat("A", 8000),
	}
	for _, method := range []string{"GET", "POST"} {
		first := ""
		for name, token := range tokens {
			h.clock = h.clock.Add(time.Second)
			w := h.do(method, "/u/"+token, map[string]string{"POST": oneClick}[method])
			wantPlain(t, w, 404)
			got := fmt.Sprint(w.Header(), w.Body)
			if first == "" {
				first = got
			}
			if got != first {
				t.Errorf("%s of a token that is %s is answered with\n%s\nwant\n%s", method, name, got, first)
			}
		}
	}
	if is := h.state(t, ada); is != subscriber.Active {
		t.Errorf("they are %s, want active", is)
	}
}

func flip(b byte) string {
	if b == 'A' {
		return "B"
	}
	return "A"
}

func TestMistake(t *testing.T) {
	for _, kept := range []bool{true, false} {
		h := newHouse(t)
		h.Kept = kept
		ada := somebody(t, "ada@example.net")
		want := subscriber.State("")
		if kept {
			ada, want = h.member(t, "ada@example.net"), subscriber.Active
		}
		h.plan(t, ada)
		w := h.do("POST", leaving(ada), oneClick)
		if !strings.Contains(w.Body.String(), `name="back"`) {
			t.Errorf("there is no way back on the page\n%s", w.Body)
		}
		for range 2 {
			wantPlain(t, h.do("POST", leaving(ada), "back=1"), 200)
			if is := h.state(t, ada); is != want {
				t.Errorf("they are %q, want %q", is, want)
			}
		}
	}
}
