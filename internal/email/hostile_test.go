package email

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

// harmless is the shape of a letter that shows all that a letter may show.
func harmless(t reporter) shape {
	e := editionOf(
		bookmark.Bookmark{Summary: "A description.", Body: "The body.", Link: "http://example.com/"},
		bookmark.Bookmark{Title: "שלום", Summary: "שלום"},
		bookmark.Bookmark{Markup: bookmark.HTML, Body: "<p><em>a</em><strong>b</strong><i>c</i><b>d</b><code>e</code><q>f</q><cite>g</cite><sub>h</sub><sup>i</sup></p>"},
	)
	e.Sections[0].Title, e.Sections[0].More = "שלום", 2
	e.Sections[0].Next = []bookmark.Bookmark{{Title: "שלום", Link: "https://example.com/next"}}
	return shapeOf(t, draftOf(t, theWeekly(), e).To(reader).HTML())
}

// everywhere is an edition with the payload in all texts of a bookmark, each
// kind of body, and the name of its section.
func everywhere(payload string) selector.Edition {
	e := editionOf(
		bookmark.Bookmark{Title: payload, Summary: payload},
		bookmark.Bookmark{Title: "before " + payload, Summary: "before " + payload + " after"},
		bookmark.Bookmark{Title: "Markdown", Body: payload, Markup: bookmark.Markdown},
		bookmark.Bookmark{Title: "Markdown within", Body: "Before " + payload + " after.\n\n" + payload, Markup: bookmark.Markdown},
		bookmark.Bookmark{Title: "HTML", Body: payload, Markup: bookmark.HTML},
		bookmark.Bookmark{Title: "HTML within", Body: "<p>Before " + payload + " after.</p><em>x</em>" + payload, Markup: bookmark.HTML},
	)
	e.Sections[0].Title = "Design " + payload
	return e
}

// checkInert reports what an edition puts into a letter that ours does not have.
func checkInert(t *testing.T, e selector.Edition, ours shape) {
	t.Helper()
	d, err := tryDraft(t, theWeekly(), e)
	if err != nil {
		t.Fatalf("Render: %v", err)
	}
	m := d.To(reader)
	p := checkParts(t, m)
	checkWire(t, m.Bytes())
	checkText(t, m.Text())
	if r, found := forbidden(p.html); found {
		t.Errorf("the HTML part holds %U", r)
	}
	got := shapeOf(t, p.html)
	if more := got.strangers(ours); len(more) > 0 {
		t.Errorf("the HTML part has %q", more)
	}
	if r, found := forbidden(got.text); found {
		t.Errorf("the HTML part shows %U", r)
	}
	want := []string{"h1"}
	for _, s := range e.Sections {
		want = append(want, "h2")
		want = append(want, slices.Repeat([]string{"h3"}, len(s.Bookmarks))...)
	}
	if !slices.Equal(got.headings, want) {
		t.Errorf("headings are %q, want %q", got.headings, want)
	}
	for _, title := range got.titles {
		if !strings.ContainsFunc(title, visible) {
			t.Errorf("title %q shows nothing", title)
		}
	}
	lines := strings.Split(p.text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimLeft(l, " ")
	}
	for _, link := range got.links {
		if !slices.Contains(lines, link) {
			t.Errorf("%s is no line of the text part", link)
		}
	}
	checkHeader(t, d, p)
}

func checkHeader(t *testing.T, d *Draft, p parsed) {
	t.Helper()
	if r, found := forbidden(d.Subject); found || strings.Contains(d.Subject, "\n") {
		t.Errorf("Subject = %q, holds %U", d.Subject, r)
	}
	if fields := p.head.Fields(); fields.Len() != len(allFields) {
		t.Errorf("%d header fields, want %d", fields.Len(), len(allFields))
	}
}

func TestHostileContentIsInert(t *testing.T) {
	payloads := slices.Concat(hostileMarkup, hostileCharacters)
	for _, link := range hostileLinks {
		payloads = append(payloads, link, "[x]("+link+")", "<"+link+">", "<a href=\""+link+"\">x</a>", "<a href='"+link+"'>x</a>", "[x][1]\n\n[1]: "+link)
	}
	if len(payloads) < 500 {
		t.Errorf("only %d payloads", len(payloads))
	}
	ours := harmless(t)
	for _, payload := range payloads {
		t.Run(fmt.Sprintf("%.60q", payload), func(t *testing.T) {
			checkInert(t, everywhere(payload), ours)
		})
	}
}

// What the letter shows of a file is what its reader made of it.
func TestHostileFilesAreInert(t *testing.T) {
	ours := harmless(t)
	files := bookmark.Reader{Fields: bookmark.DefaultFields()}
	read := 0
	for _, payload := range slices.Concat(hostileMarkup, hostileCharacters) {
		content := fmt.Sprintf("---\ntitle: %s\nlink: https://example.com/\ndescription: %s\ndate: 2026-11-15\n---\n%s\n", quoted(payload), quoted(payload), payload)
		for _, name := range []string{"x.md", "x.html"} {
			b, err := files.Parse(name, []byte(content))
			if err != nil || b.Title == "" {
				continue // and no letter
			}
			read++
			t.Run(fmt.Sprintf("%s %.60q", name, payload), func(t *testing.T) {
				checkInert(t, editionOf(b), ours)
			})
		}
	}
	if read < 300 {
		t.Errorf("only %d of the files were read", read)
	}
}

// quoted is a string in YAML.
func quoted(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\x00", `\0`, "\x1b", `\e`).Replace(s)
	return `"` + s + `"`
}

// A link is either refused with its file, or stands whole in both parts.
func TestHostileLinks(t *testing.T) {
	ours := harmless(t)
	files := bookmark.Reader{Fields: bookmark.DefaultFields()}
	links := slices.Concat(hostileLinks, []string{
		"https://example.com/(a)'b'", "https://example.com/?q=100%", "https://example.com/%zz", "https://example.com/a\"b<c>", "https://example.com/[x]{y}|z^`\\",
		"https://example.com/?a=1&b=2&amp;c=3&lt=4", "https://example.com/#!/a", "https://example.com/.", "https://example.com/a,", "HTTPS://EXAMPLE.COM/%41",
		"https://bücher.example/ü?ü#ü", "https://xn--bcher-kva.example/", "http://127.0.0.1:8080/", "http://[::1]/", "https://example.com/\u202ex", "https://example.com:443/", "https://a@b.example/",
	})
	for _, link := range links {
		t.Run(fmt.Sprintf("%q", link), func(t *testing.T) {
			b := bookmark.Bookmark{Path: "content/x.md", Title: "A title", Link: link}
			if webAddress(link) {
				checkInert(t, editionOf(b), ours)
			} else if _, err := tryDraft(t, theWeekly(), editionOf(b)); err == nil || !strings.HasPrefix(err.Error(), "content/x.md: ") {
				t.Errorf("Render = %v, want an error that names the file", err)
			}
			b, err := files.Parse("x.md", []byte("---\ntitle: A title\nlink: "+quoted(link)+"\ndate: 2026-11-15\n---\n"))
			if err == nil && b.Link != "" {
				checkInert(t, editionOf(b), ours)
			}
		})
	}
}
