package bookmark

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/idna"
	"pgregory.net/rapid"
)

func TestCanonicalKeepsTheSlashIfToldTo(t *testing.T) {
	keep := Identity{KeepSlash: true}
	for link, want := range map[string]string{
		"https://www.example.org/a/?utm_source=x": "example.org/a/", "https://example.org/a": "example.org/a", "https://example.org/": "example.org", "https://example.org": "example.org",
		"https://example.org/?b=1": "example.org?b=1", "https://example.org//": "example.org//", "https://example.org/slug-of-four-words/amp/": "example.org/slug-of-four-words/",
		"https://l.facebook.com/l.php?u=https://example.org/a/": "example.org/a/", "https://duckduckgo.com/l?uddg=https://example.org/": "example.org",
	} {
		if got := keep.Canonical(link); got != want {
			t.Errorf("Identity{KeepSlash: true}.Canonical(%q) = %q, want %q", link, got, want)
		}
	}
	r := Reader{Fields: DefaultFields(), Identity: keep}
	b, err := r.Parse("a.md", []byte("---\nlink: https://example.org/a/\n---\n"))
	if err != nil || b.Key() != "example.org/a/" {
		t.Errorf("Parse with slashes kept: key %q, %v, want example.org/a/", b.Key(), err)
	}
}

func TestCanonicalIsTheSameBeyondTheUsual(t *testing.T) {
	for want, links := range map[string][]string{
		"example.org/a_(b)":        {"https://example.org/a_%28b%29", "https://example.org/a_(b)", "https://example.org/%61%5F(b%29"},
		"example.org?q=a%26%C3%BC": {"https://example.org/?q=a%26%c3%bc", "https://example.org?%71=%61%26ü", "https://example.org/?amp;q=a%26%C3%BC"},
		"example.org/a":            {"https://example.org/a#!", "https://example.org/a#/", "https://example.org/a;jsessionid=1A2B", "https://example.org/a;JSESSIONID=1A?PHPSESSID=2&ASPSESSIONIDABC=x", "https://www.www.example.org/a"},
		"example.org#!/a":          {"https://example.org/#!/a", "https://example.org/#!/a:~:text=b"},
		"example.org?a=1&b=2":      {"https://example.org/?a=1&amp;b=2", "https://example.org/?amp;amp;b=2&a=1", "https://example.org/?a=1&%75tm_source=x&b=2&amp;utm_medium=y"},
		"example.org?q=%zz&r=1":    {"https://example.org/?r=1&q=%zz"},
	} {
		for _, link := range links {
			if got := Canonical(link); got != want {
				t.Errorf("Canonical(%q) = %q, want %q", link, got, want)
			}
		}
	}
	for _, link := range []string{"example.org/index.html", "example.org/a?q=a+b", "example.org/a?q=a%2Bb", "example.org/a?q=a%20b", "example.org/a?q", "example.org/a?q=", "example.org/a;b=1", "example.org/a/..", "example.org?q=%2541", "example.org?a%3Bb", "example.org/a?q=%26lt;"} {
		if got := Canonical("https://" + link); got != link {
			t.Errorf("Canonical(https://%s) = %q, want it as it is", link, got)
		}
	}
}

// drawLink makes a link out of parts that mean something somewhere.
func drawLink(t *rapid.T) *url.URL {
	u := &url.URL{Scheme: "https"}
	u.Host = rapid.SampledFrom([]string{"example.org", "m.example.org", "google.com", "google.co.uk", "href.li", "youtu.be", "x.com", "amp.example.org", "en.m.wikipedia.org", "a-b.cdn.ampproject.org", "xn--bcher-kva.example", "192.0.2.1", "[2001:db8::1]"}).Draw(t, "host")
	for _, s := range rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "amp", "url", "s", "c", "2026", "11", "slug-of-four-words", "slug-of-four-words.amp", "x;y", "ü", "a b", "a%b", "a+b", "(c)"}), 0, 5).Draw(t, "path") {
		u.Path += "/" + s
	}
	for _, name := range rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "q", "url", "u", "v", "id"}), 0, 4).Draw(t, "names") {
		value := rapid.SampledFrom([]string{"", "1", "a b", "a&b", "ü", "https://example.com/a?b=c&d=e", "https://www.google.com/url?q=http%3A%2F%2Fexample.org", "javascript:alert(1)"}).Draw(t, "value")
		u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+name+"="+url.QueryEscape(value), "&")
	}
	u.Fragment = rapid.SampledFrom([]string{"", "top", "!a", "/b"}).Draw(t, "fragment")
	return u
}

// What says nothing of the page changes nothing.
func TestCanonicalProperties(t *testing.T) {
	var some []string
	for _, tr := range trackers {
		if tr.site == "" {
			some = append(some, strings.Fields(strings.ReplaceAll(tr.names, "*", "x"))...)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		id := Identity{KeepSlash: rapid.Bool().Draw(t, "keep")}
		u := drawLink(t)
		want := id.Canonical(u.String())
		if got := id.Canonical("https://" + want); got != want {
			t.Fatalf("Canonical(https://%s) = %q, want the same, as of %s", want, got, u)
		}
		if u.Host != "href.li" { // its query is a link
			params := slices.DeleteFunc(strings.Split(u.RawQuery, "&"), func(p string) bool { return p == "" })
			params = append(params, rapid.SampledFrom(some).Draw(t, "tracker")+"=x")
			u.RawQuery = strings.Join(rapid.Permutation(params).Draw(t, "order"), "&")
		}
		if rapid.Bool().Draw(t, "http") {
			u.Scheme = "http"
		}
		if rapid.Bool().Draw(t, "port") {
			u.Host += map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
		}
		if rapid.Bool().Draw(t, "capitals") {
			u.Host = strings.ToUpper(u.Host)
		}
		if !strings.Contains(u.Host, "[") && rapid.Bool().Draw(t, "www") {
			u.Host = "www." + u.Host
		}
		if u.Fragment == "" {
			u.Fragment = rapid.SampledFrom([]string{"", "top", ":~:text=a"}).Draw(t, "section")
		}
		if !id.KeepSlash && u.Path != "" && rapid.Bool().Draw(t, "slash") {
			u.Path += "/"
		}
		if got := id.Canonical(u.String()); got != want {
			t.Fatalf("Canonical(%s) = %q, want %q", u, got, want)
		}
		if got := WithoutTracking(u.String()); id.Canonical(got) != want {
			t.Fatalf("WithoutTracking(%s) = %q, which is %q, want %q", u, got, id.Canonical(got), want)
		}
	})
}

// A host of plain letters needs no idna: it would say the same.
func TestPlainHostsAreAsIDNASays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		host := rapid.StringMatching(`[-a-zA-Z0-9._]{1,20}`).Draw(t, "host")
		want, err := idna.Lookup.ToASCII(host)
		if err != nil {
			return
		}
		if got, ok := asciiHost(host); ok && got != want {
			t.Fatalf("asciiHost(%q) = %q, want %q", host, got, want)
		}
	})
}
