package lint

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func FuzzLetter(f *testing.F) {
	letter := golden(f)
	f.Add([]byte(letter))
	f.Add([]byte(small))
	for _, tt := range slices.Concat(brokenHeaders, brokenParts[:12]) {
		f.Add([]byte(tt.to(f, letter)))
	}
	f.Add([]byte("Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n--b--"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		checkFindings(t, raw)
	})
}

// checkFindings is what holds of all findings.
func checkFindings(t *testing.T, raw []byte) []Finding {
	t.Helper()
	findings := Letter(raw)
	if again := Letter(raw); !reflect.DeepEqual(findings, again) {
		t.Errorf("Letter(%q) = %v, and then %v", raw, findings, again)
	}
	l := read(raw)
	lines := map[Part]int{Headers: l.body, Message: strings.Count(string(raw), "\n") + 1}
	for name, p := range l.readable() {
		lines[name] = strings.Count(p.source, "\n") + 1
	}
	rules, at := Rules(), 0
	for _, found := range findings {
		for at < len(rules) && rules[at].ID != found.ID {
			at++
		}
		if at == len(rules) {
			t.Fatalf("Letter(%q) finds %v out of order", raw, found)
		}
		if found.Line < 0 || found.Line > lines[found.Part] {
			t.Errorf("Letter(%q) finds %v, but the part has %d lines", raw, found, lines[found.Part])
		}
	}
	return findings
}

// What a browser would run, load or follow is found, however it is written.
func FuzzHTML(f *testing.F) {
	for _, tt := range brokenHTML {
		for _, e := range tt.change {
			f.Add(e.instead)
		}
	}
	for _, s := range []string{
		"<scr<script>ipt>", "<svg/onload=a()>", "<a href='java\nscript:a()'>", "<image src=x>", "<p hidden><p>a", "<!--[if", "<![endif]",
		"<noscript><script>a()</script>", "<textarea><script>", "<h1>a<h1>b", "</p><table><a href=#><td>", "<style>@{@{", "<title>", "<body style='font:1/a'>",
		"a&#10;{{", "a\r}}", "<style>a\r@{@{",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		found := ids(checkFindings(t, []byte("Content-Type: text/html; charset=utf-8\r\n\r\n"+source)))
		root, err := html.Parse(strings.NewReader(strings.ToValidUTF8(source, "")))
		if err != nil {
			return // nested too deep
		}
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			for _, id := range dangers(n) {
				if !slices.Contains(found, id) && !slices.Contains(found, "letter.forbidden") {
					t.Errorf("Letter(%q) does not find %s of <%s>", source, id, n.Data)
				}
			}
		}
	})
}

// dangers are the rules that an element of a browser's tree breaks.
func dangers(n *html.Node) []string {
	var broken []string
	if banned[n.Data] {
		broken = append(broken, "letter.forbidden")
	}
	alt := false
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") {
			broken = append(broken, "letter.handler")
		}
		if a.Key == "href" && n.Data == "a" && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
			broken = append(broken, "letter.href")
		}
		alt = alt || a.Key == "alt"
	}
	if n.Data == "img" && !alt {
		broken = append(broken, "letter.alt")
	}
	return broken
}
