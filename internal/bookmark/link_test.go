package bookmark

import (
	"strings"
	"testing"
)

func TestParseLink(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"https", "https://example.org/a", "https://example.org/a"},
		{"http", "http://example.org", "http://example.org"},
		{"blanks around it go", " https://example.org/a\n", "https://example.org/a"},
		{"scheme and host are lower case", "HTTPS://Example.ORG/Path", "https://example.org/Path"},
		{"a port stays", "https://example.org:8443/", "https://example.org:8443/"},
		{"a user is a disguise", "https://bank.example:pw@evil.example/", "https://evil.example/"},
		{"the query stays as it stands", "https://example.org/?b=2&a=1&fbclid=x&a=1", "https://example.org/?b=2&a=1&fbclid=x&a=1"},
		{"the fragment stays", "https://example.org/#top", "https://example.org/#top"},
		{"blanks and quotes are escaped", `https://example.org/a b"c?d e"f<g>#h "i`, "https://example.org/a%20b%22c?d%20e%22f%3Cg%3E#h%20%22i"},
		{"other letters are escaped", "https://example.org/é?é#é", "https://example.org/%C3%A9?%C3%A9#%C3%A9"},
		{"bidirectional overrides are escaped", "https://example.org/\u202e", "https://example.org/%E2%80%AE"},
		{"escapes stay", "https://example.org/a%2Fb%20c", "https://example.org/a%2Fb%20c"},
		{"an international host becomes punycode", "https://Bücher.example/", "https://xn--bcher-kva.example/"},
		{"full-width letters and dots are plain ones", "https://ｅxample。org/", "https://example.org/"},
		{"an underscore in a host is real", "https://a_b.example.org/", "https://a_b.example.org/"},
		{"an IPv4 address", "http://192.0.2.1/", "http://192.0.2.1/"},
		{"an IPv6 address", "http://[2001:DB8::1]:8080/a", "http://[2001:db8::1]:8080/a"},
		{"a dot at the end of a host", "http://example.org./", "http://example.org./"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := parseLink(tt.in)
			if got != tt.want || !ok {
				t.Errorf("parseLink(%q) = %q, %v, want %q", tt.in, got, ok, tt.want)
			}
			checkLink(t, got)
		})
	}
}

func TestNotALink(t *testing.T) {
	for name, in := range map[string]string{
		"nothing":                            "",
		"a relative path":                    "/a/b",
		"a host without a scheme":            "example.org/a",
		"//host":                             "//example.org/a",
		"javascript":                         "javascript:alert(1)",
		"javascript with a host":             "javascript://example.org/%0Aalert(1)",
		"javascript in other case":           "JaVaScRiPt:alert(1)",
		"data":                               "data:text/html,a",
		"ftp":                                "ftp://example.org/a",
		"mailto":                             "mailto:a@example.org",
		"file":                               "file:///etc/passwd",
		"no host":                            "https:///a",
		"one slash":                          "https:/example.org",
		"no slash":                           "https:example.org",
		"backslashes":                        `https:\\example.org`,
		"a backslash before a second host":   `https://good.example\@evil.example/`,
		"a newline within":                   "https://example.org/a\nb",
		"a NUL":                              "https://example.org/\x00",
		"a control before it":                "\x01https://example.org/",
		"a port that is no number":           "https://example.org:x/",
		"a blank in the host":                "https://exam ple.org/",
		"a broken escape in the path":        "https://example.org/%zz",
		"a host of a dot":                    "https://./",
		"an empty label":                     "https://a..example.org/",
		"a host of bad UTF-8":                "https://0\x88/",
		"broken punycode":                    "https://xn--a/",
		"punycode of plain ASCII":            "https://xn--example-.com/",
		"an IPv6 address that is none":       "http://[::g]/",
		"a zone, which is of one machine":    "http://[fe80::1%25eth0]/",
		"too long":                           "https://example.org/" + strings.Repeat("a", maxLink),
		"too long once it is escaped":        "https://example.org/" + strings.Repeat("ü", maxLink/3),
		"a right-to-left override in a host": "https://example\u202e.org/",
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := parseLink(in); ok || got != "" {
				t.Errorf("parseLink(%q) = %q, %v, want none", in, got, ok)
			}
		})
	}
}

func TestCanonicalIsTheSame(t *testing.T) {
	for name, links := range map[string][]string{
		"of one page": {
			"https://example.org/a", "http://example.org/a", "HTTPS://EXAMPLE.ORG/a", "https://www.example.org/a",
			"https://example.org/a/", "https://example.org:443/a", "http://example.org:80/a", "https://example.org./a",
			"https://user@example.org/a", "https://example.org/a#top", "https://example.org/a?", "https://example.org/a?&",
			"https://example.org/%61", "https://example.org/a?utm_source=x&UTM_medium=y&fbclid=z", "https://example.org/a?gclid=1#:~:text=b",
		},
		"of a home page":             {"https://example.org", "https://example.org/", "https://example.org//", "https://www.example.org/?mc_eid=1"},
		"of parameters in any order": {"https://example.org/?a=1&b=2", "https://example.org/?b=2&a=1", "https://example.org/?b=2&mtm_x=1&a=1"},
		"of escapes in any case":     {"https://example.org/%c3%bc", "https://example.org/%C3%BC", "https://example.org/ü"},
		"of an escaped slash":        {"https://example.org/a%2fb%7Ec", "https://example.org/a%2Fb~c"},
		"of a host in any letters":   {"https://bücher.example/", "https://BÜCHER.example/", "https://xn--bcher-kva.example/"},
		"of a route":                 {"https://example.org/#/a", "http://www.example.org#/a"},
		"of an IPv6 address":         {"http://[2001:DB8::1]/", "https://[2001:db8::1]:443"},
	} {
		t.Run(name, func(t *testing.T) {
			want := Canonical(links[0])
			for _, l := range links {
				if got := Canonical(l); got != want {
					t.Errorf("Canonical(%q) = %q, want %q as of %q", l, got, want, links[0])
				}
			}
		})
	}
}

func TestCanonicalDiffers(t *testing.T) {
	for name, links := range map[string][2]string{
		"by host":                {"https://example.org/a", "https://example.com/a"},
		"by subdomain":           {"https://example.org/a", "https://blog.example.org/a"},
		"by path":                {"https://example.org/a", "https://example.org/b"},
		"by case of the path":    {"https://example.org/a", "https://example.org/A"},
		"by port":                {"https://example.org/a", "https://example.org:8443/a"},
		"by a parameter":         {"https://example.org/watch?v=1", "https://example.org/watch?v=2"},
		"by a parameter at all":  {"https://example.org/watch", "https://example.org/watch?v=2"},
		"by a parameter's case":  {"https://example.org/?v=a", "https://example.org/?v=A"},
		"by an escaped slash":    {"https://example.org/a/b", "https://example.org/a%2Fb"},
		"by an escaped question": {"https://example.org/a?b", "https://example.org/a%3Fb"},
		"by an escaped percent":  {"https://example.org/a%2Fb", "https://example.org/a%252Fb"},
		"by a route":             {"https://example.org/#!a", "https://example.org/#!b"},
		"by a slash as a route":  {"https://example.org/#/a", "https://example.org/#/b"},
	} {
		t.Run(name, func(t *testing.T) {
			if a, b := Canonical(links[0]), Canonical(links[1]); a == b {
				t.Errorf("Canonical(%q) = Canonical(%q) = %q, want two", links[0], links[1], a)
			}
		})
	}
}

func TestCanonicalOfNoLink(t *testing.T) {
	for _, s := range []string{"", "a b", "mailto:a@example.org", "/a/", "https://", "https://a..b/", "%"} {
		if got := Canonical(s); got != s {
			t.Errorf("Canonical(%q) = %q, want it as it is", s, got)
		}
	}
	if got, want := (Bookmark{Link: "https://www.example.org/a/"}).Key(), "example.org/a"; got != want {
		t.Errorf("Key() = %q, want %q", got, want)
	}
}

func TestWithoutTracking(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"what is the page's stays in its order", "https://e.org/?b=2&utm_source=x&a=1&fbclid=y", "https://e.org/?b=2&a=1"},
		{"a query of nothing else goes", "https://e.org/a?utm_source=x&mc_cid=y", "https://e.org/a"},
		{"the fragment stays", "https://e.org/a?gclid=x#b?utm_source=c", "https://e.org/a#b?utm_source=c"},
		{"case does not matter", "https://e.org/?UTM_Source=x&FBclid=y&v=1", "https://e.org/?v=1"},
		{"a name that only begins alike stays", "https://e.org/?utm=1&gclidx=2&utmost=3", "https://e.org/?utm=1&gclidx=2&utmost=3"},
		{"a value that looks like it stays", "https://e.org/?q=utm_source", "https://e.org/?q=utm_source"},
		{"without a value", "https://e.org/?fbclid&v", "https://e.org/?v"},
		{"no query", "https://e.org/a", "https://e.org/a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := WithoutTracking(tt.in); got != tt.want {
				t.Errorf("WithoutTracking(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestHost(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"no www", "https://www.example.org/a", "example.org"},
		{"no port", "https://example.org:8443/a", "example.org"},
		{"no user", "https://bank.example@evil.example/", "evil.example"},
		{"IPv4", "http://192.0.2.1/", "192.0.2.1"},
		{"IPv6", "http://[2001:db8::1]:8080/", "2001:db8::1"},
		{"Latin letters with marks are shown", "https://bücher.example/", "bücher.example"},
		{"Vietnamese is shown", "https://việt.example/", "việt.example"},
		{"Chinese is shown", "https://例子.example/", "例子.example"},
		{"Japanese is of three scripts and shown", "https://日本のカナ.example/", "日本のカナ.example"},
		{"Hebrew is shown", "https://דוגמה.example/", "דוגמה.example"},
		{"Devanagari is shown", "https://उदाहरण.example/", "उदाहरण.example"},
		{"Russian is shown in a Russian name", "https://пример.рф/", "пример.рф"},
		{"Cyrillic that reads as Latin is not shown", "https://аррӏе.com/", "xn--80ak6aa92e.com"},
		{"Greek that reads as Latin is not shown", "https://οο.com/", "xn--0xaa.com"},
		{"Cyrillic amid Latin is not shown", "https://pаypal.com/", "xn--pypal-4ve.com"},
		{"Cyrillic amid Latin is not shown in a Russian name", "https://pаypal.рф/", "xn--pypal-4ve.рф"},
		{"an i without its dot is not shown", "https://gıthub.com/", "xn--gthub-n4a.com"},
		{"a phonetic g is not shown", "https://ɡoogle.com/", "xn--oogle-qmc.com"},
		{"a foreign digit amid Latin is not shown", "https://goog৪e.com/", "xn--googe-j2l.com"},
		{"Lisu capitals are not shown", "https://ꓮꓐ.com/", "xn--3l8a6b.com"},
		{"broken punycode is as it stands", "https://xn--a.example/", "xn--a.example"},
		{"no link", "", ""},
		{"no URL", "%", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			link := tt.in
			if l, ok := parseLink(tt.in); ok {
				link = l
			}
			if got := (Bookmark{Link: link}).Host(); got != tt.want {
				t.Errorf("Bookmark{Link: %q}.Host() = %q, want %q", link, got, tt.want)
			}
		})
	}
}
