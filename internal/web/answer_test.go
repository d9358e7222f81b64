package web

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestHeaders(t *testing.T) {
	p := newPages(t, theWeekly())
	for k := range kinds {
		r := answer(p, http.MethodGet, "", full(k, "he"))
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte(textOf(parsed(t, string(body)).one("style"))))
		policy := fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'", base64.StdEncoding.EncodeToString(sum[:]))
		for name, want := range map[string]string{
			"Content-Type": "text/html; charset=utf-8", "Content-Language": "he", "Content-Length": fmt.Sprint(len(body)), "Vary": "Accept-Language",
			"Cache-Control": "no-store", "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
			"X-Frame-Options": "DENY", "X-Robots-Tag": "noindex", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", k, name, got, want)
			}
		}
	}
}

func TestHeadHasHeadersOnly(t *testing.T) {
	p := newPages(t, theWeekly())
	head, whole := answer(p, http.MethodHead, "", full(Leave, "en")), answer(p, http.MethodGet, "", full(Leave, "en"))
	if n, err := io.Copy(io.Discard, head.Body); n != 0 || err != nil {
		t.Errorf("HEAD has a body of %d bytes (%v)", n, err)
	}
	if fmt.Sprint(head.Header) != fmt.Sprint(whole.Header) {
		t.Errorf("HEAD has the headers %v, GET %v", head.Header, whole.Header)
	}
}

func TestLanguageOfAPage(t *testing.T) {
	tests := []struct{ name, newsletter, own, accepted, want string }{
		{"the reader's own", "en", "ja", "de", "ja"},
		{"a kind of it", "en", "de-AT", "fr", "de"},
		{"what the request accepts", "en", "", "de-CH,fr;q=0.5", "de"},
		{"the best of it", "en", "", "nl;q=0.9,fr;q=0.2,pt-BR;q=0.7", "pt"},
		{"nothing is asked for", "de", "", "", "de"},
		{"nothing that has words", "de", "", "nl,sw", "de"},
		{"a reader's own without words", "de", "sw", "fr", "fr"},
		{"no tag", "de", "x y", "fr", "fr"},
		{"nonsense", "de", "", "\x00;;q=,-,-", "de"},
		{"too long", "de", "", "fr," + strings.Repeat("en-", 500), "de"},
		{"a kind of the newsletter's", "pt-BR", "", "", "pt-BR"},
		{"a newsletter without words", "en", "", "*", "en"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := theWeekly()
			s.Language = tt.newsletter
			r := answer(newPages(t, s), http.MethodGet, tt.accepted, full(Leave, tt.own))
			if got := r.Header.Get("Content-Language"); got != tt.want {
				t.Errorf("the page is in %q, want %q", got, tt.want)
			}
		})
	}
}

func TestTheSelectShowsTheLanguageOfThePage(t *testing.T) {
	p := newPages(t, theWeekly())
	for _, tt := range []struct{ chosen, want string }{{"", "fr"}, {"de", "de"}} {
		page := full(Join, "fr")
		page.Languages = Languages(builtin, tt.chosen)
		var got []string
		for _, o := range parsed(t, written(t, p, page)).all("option") {
			for _, a := range o.Attr {
				if a.Key == "selected" {
					got = append(got, attr(o, "value"))
				}
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("selected is %v, want %s", got, tt.want)
		}
		for _, c := range page.Languages {
			if c.Chosen != (c.Value == tt.chosen) {
				t.Errorf("the caller's choices were changed: %v", page.Languages)
			}
		}
	}
}

func TestLanguages(t *testing.T) {
	said := fmt.Sprint(Languages(builtin, "de"))
	for _, want := range []string{"{de Deutsch true}", "{en English false}", "{fr Français false}", "{ja 日本語 false}", "{he עברית false}", "{pt Português false}"} {
		if !strings.Contains(said, want) {
			t.Errorf("Languages = %s, want %s in it", said, want)
		}
	}
}
