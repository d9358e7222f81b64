package email

import (
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/net/html"

	"digest/internal/bookmark"
	"digest/internal/selector"
	"digest/templates"
)

var (
	lisbon = time.FixedZone("WET", 0)
	// issued is the date of the letters of these tests.
	issued = time.Date(2026, 11, 20, 9, 0, 0, 0, lisbon)
	week   = selector.Window{Start: time.Date(2026, 11, 13, 0, 0, 0, 0, lisbon), End: time.Date(2026, 11, 20, 0, 0, 0, 0, lisbon)}
	reader = Recipient{
		Address: mail.Address{Name: "Zoé Müller", Address: "zoe@example.net"},
		Token:   "Zm9v-YmFy_YmF6cXV4Zm9vYmFyYmF6cX",
	}
)

// A reporter is what the checks of this package need of a test, also of rapid's.
type reporter interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

func theWeekly() Newsletter {
	return Newsletter{
		Name:              "weekly",
		Title:             "The Weekly Digest",
		From:              mail.Address{Name: "The Weekly Digest", Address: "digest@example.org"},
		Language:          "en",
		Address:           "The Weekly Digest, 1 Example Street, Springfield",
		UnsubscribeURL:    "https://example.org/unsubscribe",
		UnsubscribeMailto: "leave@example.org",
	}
}

// editionOf puts bookmarks in one section and fills in what they leave out.
func editionOf(bookmarks ...bookmark.Bookmark) selector.Edition {
	for i := range bookmarks {
		b := &bookmarks[i]
		if b.Title == "" {
			b.Title = "A title"
		}
		if b.Link == "" {
			b.Link = "https://example.com/article"
		}
		if b.Date.IsZero() {
			b.Date = week.Start.Add(36 * time.Hour)
		}
	}
	return selector.Edition{ID: "weekly-2026-11-20", Window: week, Sections: []selector.Section{
		{Category: "design", Title: "Design", Bookmarks: bookmarks},
	}}
}

// draftOf renders with the built-in templates.
func draftOf(t reporter, n Newsletter, e selector.Edition) *Draft {
	t.Helper()
	d, err := tryDraft(t, n, e)
	if err != nil {
		t.Fatalf("Render: %v", err)
	}
	return d
}

func tryDraft(t reporter, n Newsletter, e selector.Edition) (*Draft, error) {
	t.Helper()
	r, err := NewRenderer(n, templates.FS(""))
	if err != nil {
		t.Fatalf("NewRenderer: %v", err)
	}
	return r.Render(e, 7, issued)
}

// A shape is what an HTML document consists of.
type shape struct {
	parts    map[string]bool // tags, tag@attribute, tag@attribute=scheme:, <!--comments-->
	headings []string        // in order, such as h2
	titles   []string        // the texts of h3
	links    []string        // all href
	text     string          // of the body, without what is hidden
}

func shapeOf(t reporter, doc string) shape {
	t.Helper()
	root, err := html.Parse(strings.NewReader(doc))
	if err != nil {
		t.Fatalf("HTML: %v", err)
	}
	s := shape{parts: map[string]bool{}}
	s.visit(root)
	return s
}

func (s *shape) visit(n *html.Node) {
	switch n.Type {
	case html.CommentNode:
		s.parts["<!--"+n.Data+"-->"] = true
	case html.TextNode:
		s.text += n.Data
	case html.ElementNode:
		s.element(n)
		if hidden(n) {
			return
		}
	}
	for c := range n.ChildNodes() {
		s.visit(c)
	}
	if n.Type == html.ElementNode && n.Data == "h3" {
		s.titles = append(s.titles, textOf(n))
	}
}

func (s *shape) element(n *html.Node) {
	s.parts[n.Data] = true
	if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data != "hr" {
		s.headings = append(s.headings, n.Data)
	}
	for _, a := range n.Attr {
		name := n.Data + "@" + a.Key
		s.parts[name] = true
		switch a.Key {
		case "href", "src", "action", "background", "cite", "formaction", "poster", "data", "srcset", "longdesc":
			s.parts[name+"="+scheme(a.Val)] = true
			s.links = append(s.links, a.Val)
		case "style":
			s.parts[name+"="+a.Val] = true
		}
	}
}

func hidden(n *html.Node) bool {
	return n.Data == "style" || n.Data == "title" ||
		n.Data == "div" && strings.Contains(attribute(n, "class"), "hidden")
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := range n.ChildNodes() {
		b.WriteString(textOf(c))
	}
	return b.String()
}

var schemeForm = regexp.MustCompile(`^[a-z][a-z0-9+.-]*:`)

// scheme is that of an address as a browser reads it, which is not particular.
func scheme(address string) string {
	seen := strings.Map(func(r rune) rune {
		if r <= ' ' || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, address)
	if s := schemeForm.FindString(seen); s != "" {
		return s
	}
	return "relative"
}

// strangers are what s has and other has not.
func (s shape) strangers(other shape) []string {
	var more []string
	for part := range s.parts {
		if !other.parts[part] {
			more = append(more, part)
		}
	}
	return more
}

// checkText reports what a text part may not hold.
func checkText(t reporter, text string) {
	t.Helper()
	if r, found := forbidden(text); found {
		t.Errorf("the text part holds %U", r)
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasSuffix(line, " ") {
			t.Errorf("line %q ends with a blank", line)
		}
		if width := uniseg.StringWidth(line); width > 78 && strings.Contains(line, " ") { // one word may be as long: a link, a title
			t.Errorf("line of %d columns: %q", width, line)
		}
	}
}

// forbidden finds a character that no part may hold.
func forbidden(s string) (rune, bool) {
	for _, r := range s {
		switch {
		case r == '\n':
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069,
			r == 0x2028, r == 0x2029, r == 0x200B, r == 0xFEFF, r >= 0xE0000 && r <= 0xE007F:
			return r, true
		}
	}
	return 0, false
}

// squeeze removes all blanks: a wrapped text and its source become equal.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
