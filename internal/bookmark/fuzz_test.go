package bookmark

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

var fuzzDocuments = []string{
	"",
	"\ufeff\r\n---\r\ntitle: a\r\n---\r\nbody",
	"---\ntitle: A title\nlink: https://example.org/a?utm_source=x\ndate: 2026-11-19T13:47:49Z\ncategories: [design, ~, 3]\n---\nThe opening.\n",
	"---\ntitle: \"a\\u0000\\nb\\u202Ec\"\ndescription: >\n  folded\n\n  text\nsocialScore: -1\n---",
	"---\nlink: [ftp://a, 'http://user:pw@EXAMPLE.org:80/a b?\"q\"#f']\ndate: 0\n---",
	"---\na: &a {title: x}\n<<: *a\nb: [*a, *a]\n---",
	"---\na: &a [*a]\n---",
	"---\ntitle: \"\\uD83D\\uDE00\"\n---",
	"---\ntitle: a\ntitle: b\n---",
	"---\ntitle: 'it's'\n---",
	"---\ndate: [\"\\e[31m\"]\n---",
	"---\nparams: {Title: a, title: b, link: http://[::1%25eth0]:8080/}\n---",
	"---\n? [a]\n: b\n? *b\n: &b c\n---",
	"+++\ntitle = \"a\"\ndate = 2020-01-02T03:04:05\nlink = 'http://xn--bcher-kva.example/%2F%2f'\n[taxonomies]\ntags = [1, 1.5, 1979-05-27, 07:32:00]\n+++\n",
	"+++\n\"a\\u001b\" = 1\n\"a\\u001b\" = 2\n+++",
	"{\"title\": \"a\\u2028b\", \"link\": \"http://bücher.example/é?é#é\", \"date\": 1e999, \"tags\": [\"\\ud800\"]} body",
	"{{< shortcode >}}",
	"- list",
	"+++\nunclosed",
	"---\r--- # x\rbody",
}

func FuzzParse(f *testing.F) {
	for _, doc := range fuzzDocuments {
		f.Add("content/2020-01-02-x.md", []byte(doc))
	}
	f.Add("content/new\nline.html", []byte("---\ndate: no\n---"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		fields := DefaultFields()
		fields.Date = append(fields.Date, filenameKey)
		r := Reader{Fields: fields}
		b, err := r.Parse(name, data)
		if b.Path != name {
			t.Errorf("Parse(%q).Path = %q", name, b.Path)
		}
		if err != nil {
			checkFileError(t, name, data, err)
			return
		}
		if b.Link != "" {
			checkLink(t, b.Link)
		}
		for _, s := range append([]string{b.Title, b.Summary, b.Image, b.BadLink, b.NotListed, b.Host()}, b.Categories...) {
			checkText(t, s)
		}
		for _, c := range b.Categories {
			if c == "" {
				t.Errorf("Parse(%q).Categories = %q, one is empty", data, b.Categories)
			}
		}
		if !utf8.ValidString(b.Body) {
			t.Errorf("Parse(%q).Body = %q, not UTF-8", data, b.Body)
		}
		if b.Score.Known && b.Score.Value < 0 {
			t.Errorf("Parse(%q).Score = %v, known and negative", data, b.Score)
		}
		if again, _ := r.Parse(name, data); again.Title != b.Title || again.Link != b.Link || !again.Date.Equal(b.Date) {
			t.Errorf("Parse(%q) = %+v, the second time %+v", data, b, again)
		}
	})
}

func checkFileError(t *testing.T, name string, data []byte, err error) {
	t.Helper()
	var fe *FileError
	if !errors.As(err, &fe) {
		t.Fatalf("Parse(%q) error = %T, want a *FileError", data, err)
	}
	if fe.Path != name || fe.Hint == "" {
		t.Errorf("Parse(%q) error = %+v, want the path %q and a hint", data, fe, name)
	}
	if lines := 1 + lineEnds(data); fe.Line < 0 || fe.Line > lines {
		t.Errorf("Parse(%q) error is at line %d of %d", data, fe.Line, lines)
	}
	checkText(t, strings.TrimSpace(fe.Error()))
}

// checkText holds s against the promises of [Clean].
func checkText(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) || strings.ContainsAny(s, "\u2028\u2029\u202e\u2066\u200b\ufeff") {
		t.Errorf("%q is no clean line of text", s)
	}
}

// checkLink holds link against the promises of [Bookmark].
func checkLink(t *testing.T, link string) {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil {
		t.Errorf("the link %q is no http URL without a user: %+v, %v", link, u, err)
	}
	if strings.ContainsFunc(link, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r) }) {
		t.Errorf("the link %q holds a character that no URL may", link)
	}
	if again, ok := parseLink(link); again != link || !ok {
		t.Errorf("parseLink(%q) = %q, %v, want the same", link, again, ok)
	}
	key := Canonical(link)
	if strings.HasPrefix(key, "http://") || strings.HasPrefix(key, "https://") {
		t.Errorf("Canonical(%q) = %q, with a scheme", link, key)
	}
	if got := Canonical(WithoutTracking(link)); got != key {
		t.Errorf("Canonical(WithoutTracking(%q)) = %q, want %q", link, got, key)
	}
	if got := Canonical("http://" + key); got != key {
		t.Errorf("Canonical(http://%s) = %q, want the same: %q is canonical", key, got, key)
	}
}

func FuzzLink(f *testing.F) {
	for _, s := range []string{
		"https://example.org/", "HTTP://www.Example.ORG:80/a/?b=2&a=1&utm_source=x#top", "https://bank.example@evil.example/",
		"http://[::1%25eth0]:8080/a?#", "http://bücher.example/a b/ü?q=ü \"'<>#ü", "http://a_b.example./%2f%2F%41?%zz&&a==b;c",
		"http://xn--e1afmkfd.xn--p1ai/#!route", "http://example.org/#/route?utm_x=1#y", "javascript:alert(1)", "//example.org/a",
		"http://www.www.com//", "http://example.org?utm_a=b?c", "http:/example.org", "http://.", "http://a/*", "http://a/%2e%2e/;p=1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		link, ok := parseLink(s)
		if !ok {
			if link != "" {
				t.Errorf("parseLink(%q) = %q, false, want none", s, link)
			}
			return
		}
		checkLink(t, link)
		checkText(t, Bookmark{Link: link}.Host())
	})
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{
		"https://www.google.com/url?q=https%3A%2F%2Fexample.org%2F%3Fa%3D1%26b%3D%2526&sa=D", "https://www.google.de/amp/s/amp.example.org/2026/11/19/a/amp/?x=1#!y",
		"https://example-org.cdn.ampproject.org/c/s/example.org/slug-of-four-words.amp.html?usqp=x", "https://href.li/?http://example.org/?a=1&b=2#/c", "https://l.facebook.com/l.php?%75=http%3a%2f%2fexample.org&u=x",
		"https://urldefense.com/v3/__https:/example.org/**Aa*?b=c__;w6TDtiM!!x$", "https://urldefense.proofpoint.com/v2/url?u=http-3A__example.org_-253F", "https://www.bing.com/ck/a?!&u=a1aHR0cHM6Ly9leGFtcGxlLm9yZy8",
		"https://r.search.yahoo.com/_ylt=a;_ylu=b/RU=https%3a%2f%2fexample.org%2f%2525/RK=2", "https://a.awstrack.me/L0/https:%2F%2Fyoutu.be%2Fa%3Ft=1/1", "https://m.youtube.com/redirect?q=https://x.com/a?s=1",
		"https://www.www.a.b//a;jsessionid=1/b;JSESSIONID=2;c/amp//?&amp;amp;b&PHPSESSID=%zz&%75tm_source=%26", "https://en.m.wikipedia.org/wiki/A_(b)?x=%28%2B%5B#!/%23:~:text=a", "https://amp.amp.a.b/1999/12/aaa?outputType=AMP&%41",
		"http://e.org#!", "http://e.org#/", "http://[::1]:80/%2f%3f%25%23?%", "https://youtu.be/?v=", "HTTP://E.ORG:443?A=b", "https://google.com/amp/amp/s/a.b/slug-of-four-words",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_ = Canonical(s) // of whatever it is
		link, ok := parseLink(s)
		if !ok {
			return
		}
		checkLink(t, link)
		keep := Identity{KeepSlash: true}
		exact, key := keep.Canonical(link), Canonical(link)
		if got := keep.Canonical("https://" + exact); got != exact {
			t.Errorf("with slashes: Canonical(https://%s) = %q, want the same", exact, got)
		}
		if got := Canonical("https://" + exact); got != key {
			t.Errorf("Canonical(https://%s) = %q, want %q as of %q", exact, got, key, link)
		}
		// What stood in base64 may have to be escaped, and a video's host is short.
		if limit := len(link)*9/4 + len("youtube.com/watch?v="); len(key) > limit || len(exact) > limit {
			t.Errorf("Canonical(%q) = %q, of more than %d bytes", link, exact, limit)
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for i := range dateLayouts {
		f.Add(int64(1605793669), int64(123456789), int32(-5*3600), uint8(i))
		f.Add(int64(-62135596800), int64(0), int32(0), uint8(i))
		f.Add(int64(253402300799), int64(999999999), int32(14*3600), uint8(i))
	}
	f.Fuzz(func(t *testing.T, sec, nsec int64, offset int32, layout uint8) {
		l := dateLayouts[int(layout)%len(dateLayouts)]
		const day = 24 * 60
		loc := time.FixedZone("EST", int(offset)%day*60) // whole minutes, as in RFC 3339
		want := time.Unix(sec%(1<<36), nsec%1e9).In(loc)
		if y := want.Year(); y < 0 || y > 9999 {
			return
		}
		text := want.Format(l.layout)
		exact, err := time.ParseInLocation(l.layout, text, loc)
		if err != nil {
			return // the name of a zone that a layout cannot read back
		}
		got, ok, err := parseDate(text, loc)
		if err != nil || !ok {
			t.Fatalf("parseDate(%q) = %v, %v, want %v", text, ok, err, exact)
		}
		if !got.Equal(exact) {
			t.Errorf("parseDate(%q) = %v, want %v", text, got, exact)
		}
	})
}
