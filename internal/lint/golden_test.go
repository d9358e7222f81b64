package lint

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// golden is the letter that the program makes, which these tests break.
func golden(t testing.TB) string {
	t.Helper()
	raw, err := os.ReadFile("../email/testdata/digest.eml")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// A change is what is done to a letter to break it.
type change []edit

// An edit puts something in the place of what matches a pattern in a part.
type edit struct {
	part     Part
	pattern  string
	instead  string // with $1 for what the pattern holds
	anywhere bool   // every match, not the first
}

// to is the letter with the change.
func (c change) to(t testing.TB, letter string) string {
	t.Helper()
	for _, e := range c {
		letter = e.to(t, letter)
	}
	return letter
}

func (e edit) to(t testing.TB, letter string) string {
	t.Helper()
	kind := "text/html"
	switch e.part {
	case Message:
		return e.replace(t, letter)
	case Headers:
		head, body, _ := strings.Cut(letter, "\r\n\r\n")
		return e.replace(t, head) + "\r\n\r\n" + body
	case Text:
		kind = "text/plain"
	}
	encoded := partOf(t, letter, kind)
	plain, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(encoded)))
	if err != nil {
		t.Fatal(err)
	}
	source := e.replace(t, strings.ReplaceAll(string(plain), "\r\n", "\n"))
	return strings.Replace(letter, encoded, quoted(t, source), 1)
}

func (e edit) replace(t testing.TB, s string) string {
	t.Helper()
	pattern := regexp.MustCompile(e.pattern)
	at := pattern.FindStringSubmatchIndex(s)
	switch {
	case at == nil:
		t.Fatalf("the golden letter's %s has nothing like %s", e.part, e.pattern)
	case e.anywhere:
		return pattern.ReplaceAllString(s, e.instead)
	}
	return s[:at[0]] + string(pattern.ExpandString(nil, e.instead, s, at)) + s[at[1]:]
}

// quoted is a text as quoted-printable.
func quoted(t testing.TB, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	if _, err := w.Write([]byte(strings.ReplaceAll(s, "\n", "\r\n"))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// partOf is the encoded part of that kind, wherever it is in a letter.
func partOf(t testing.TB, letter, kind string) string {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(letter))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		t.Fatal(err)
	}
	if s, ok := within(t, m.Header.Get("Content-Type"), string(body), kind); ok {
		return s
	}
	t.Fatalf("the golden letter has no %s", kind)
	return ""
}

func within(t testing.TB, contentType, body, kind string) (string, bool) {
	t.Helper()
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(media, "multipart/") {
		return body, media == kind
	}
	for r := multipart.NewReader(strings.NewReader(body), params["boundary"]); ; {
		p, err := r.NextRawPart()
		if err != nil {
			return "", false
		}
		inner, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := within(t, p.Header.Get("Content-Type"), string(inner), kind); ok {
			return s, true
		}
	}
}

// ids are the rules that the findings are of, in their order.
func ids(findings []Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, f.ID)
	}
	return slices.Compact(all)
}

func TestTheProgramsOwnLetterIsClean(t *testing.T) {
	edited, err := os.ReadFile("../email/testdata/edited.eml")
	if err != nil {
		t.Fatal(err)
	}
	for name, letter := range map[string][]byte{"digest.eml": []byte(golden(t)), "edited.eml": edited} {
		for _, f := range Letter(letter) {
			if f.Severity == Error {
				t.Errorf("%s: %v", name, f)
			} else {
				t.Logf("%s: %v", name, f)
			}
		}
	}
}
