package email

import (
	"bytes"
	"html"
	"net/mail"
	"strings"
	"testing"

	"github.com/rivo/uniseg"

	"digest/internal/bookmark"
)

// allowedShape is what the sanitiser lets pass.
func allowedShape() shape {
	s := shape{parts: map[string]bool{"html": true, "head": true, "body": true,
		"a": true, "a@href": true, "a@href=http:": true, "a@href=https:": true, "a@href=mailto:": true}}
	for name := range strings.FieldsSeq("p br em strong b i code pre blockquote ul ol li h1 h2 h3 h4 h5 h6 hr q cite sub sup del ins") {
		s.parts[name] = true
	}
	return s
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range hostileMarkup {
		f.Add(s, false)
		f.Add(s, true)
	}
	for _, s := range hostileLinks {
		f.Add("[x]("+s+") <"+s+">", false)
		f.Add("<a href='"+s+"'>x</a>", true)
	}
	allowed := allowedShape()
	c := newConverter()
	f.Fuzz(func(t *testing.T, body string, isHTML bool) {
		markup := bookmark.Markdown
		if isHTML {
			markup = bookmark.HTML
		}
		safe := c.html(body, markup)
		s := shapeOf(t, "<body>"+safe)
		if more := s.strangers(allowed); len(more) > 0 {
			t.Errorf("html(%q) has %q: %q", body, more, safe)
		}
		if r, found := forbidden(s.text + strings.Join(s.links, "")); found {
			t.Errorf("html(%q) shows %U", body, r)
		}
		e := excerpt(safe, 100)
		if _, found := forbidden(e.Text); found || len(e.Text) > marksPerColumn*100+len("…") {
			t.Errorf("excerpt(%q) = %q", safe, e.Text)
		}
		if got := shapeOf(t, "<body>"+string(e.HTML)); bookmark.Clean(got.text) != e.Text || len(got.links) > 0 || len(got.strangers(allowed)) > 0 {
			t.Errorf("excerpt(%q) = %q, but its HTML is %q", safe, e.Text, e.HTML)
		}
	})
}

func FuzzHeader(f *testing.F) {
	for i, s := range hostileCharacters {
		f.Add(s, hostileCharacters[(i+1)%len(hostileCharacters)])
	}
	f.Add("=?utf-8?q?=0D=0ABcc:_x?=", `Zoé "Z" <evil@example.com>, \`)
	weekly := theWeekly()
	weekly.Subject = "{{.Lead}}"
	f.Fuzz(func(t *testing.T, title, name string) {
		d := draftOf(t, weekly, editionOf(bookmark.Bookmark{Title: title}))
		m := d.To(Recipient{Address: mail.Address{Name: name, Address: "zoe@example.net"}, Token: reader.Token})
		raw := m.Bytes()
		checkWire(t, raw)
		p := checkParts(t, m)
		checkHeader(t, d, p)
		std, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("net/mail cannot read the header: %v", err)
		}
		want := cut(bookmark.Clean(name), maxName)
		if to, err := std.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Name != want || to[0].Address != m.To {
			t.Errorf("To = %q reads as %v (error %v), want %q", std.Header.Get("To"), to, err, want)
		}
	})
}

func FuzzPlainText(f *testing.F) {
	for _, s := range hostileMarkup {
		f.Add(s)
	}
	for _, s := range hostileCharacters {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := plainText(s)
		if bookmark.Clean(got) != got {
			t.Errorf("plainText(%q) = %q, which is not clean", s, got)
		}
		if len(got) > 3*len(s) {
			t.Errorf("plainText(%q) = %q, which is longer", s, got)
		}
		if text := bookmark.Clean(strings.ReplaceAll(bookmark.Clean(s), "\uFFFD", "")); !strings.Contains(text, "&") {
			if got := plainText(html.EscapeString(text)); got != text {
				t.Errorf("plainText of %q escaped = %q", text, got)
			}
		}
	})
}

func FuzzWrap(f *testing.F) {
	for _, s := range hostileCharacters {
		f.Add(s)
		f.Add(strings.Repeat("word ", 14) + s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "\uFFFD")
		checkWrap(t, s)
		checkWrap(t, bookmark.Clean(s))
	})
}

// checkWrap reports lines that are too wide for what they hold, and characters
// that were lost.
func checkWrap(t reporter, s string) {
	t.Helper()
	got := wrap(s)
	if squeeze(got) != squeeze(s) {
		t.Errorf("wrap(%q) = %q, which has other characters", s, got)
	}
	for line := range strings.SplitSeq(got, "\n") {
		if width := uniseg.StringWidth(line); width > columns && uniseg.GraphemeClusterCount(line) > 1 && !strings.Contains(line, "://") {
			t.Errorf("wrap(%q) has a line of %d columns: %q", s, width, line)
		}
		if strings.HasSuffix(line, " ") {
			t.Errorf("wrap(%q) has a blank at the end of %q", s, line)
		}
	}
	if again := wrap(got); again != got {
		t.Errorf("wrap(%q) = %q, and wrapped again %q", s, got, again)
	}
}
