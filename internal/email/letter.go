package email

import (
	"fmt"
	"html/template"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/text/language"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

// A Newsletter is what every letter says of its sender. Its texts are the
// operator's own and trusted as such; they are escaped all the same.
type Newsletter struct {
	Name     string // short, of the editions and the List-Id
	Title    string
	From     mail.Address
	ReplyTo  string // an address, or empty
	Subject  string // a template; its fields are those of [Letter] and .Lead, the first bookmark's title
	Language string // BCP 47
	Address  string // the postal address of the sender
	// Unsubscribe is where a reader leaves: an https URL to which "/" and the
	// recipient's token are added, and a mailbox. Either may be empty.
	UnsubscribeURL, UnsubscribeMailto string
}

// A Letter is what the templates show: one edition, ready to be laid out. All
// strings are plain text.
type Letter struct {
	Newsletter
	Subject   string
	Preheader string // what a mail program shows beside the subject
	Number    int    // of the edition, from 1
	Date      time.Time
	Window    selector.Window
	Dir       string // ltr or rtl, of the language
	Lead      string // the title of the first bookmark
	Count     int    // of bookmarks
	Sections  []Section
	// UnsubscribeLink is the recipient's own: https, else mailto, else empty.
	UnsubscribeLink string
}

// A Section is a category of the letter.
type Section struct {
	Title string
	Items []Item
	More  int // bookmarks that the limit left out
}

// An Item is a bookmark as the letter shows it.
type Item struct {
	Title   string
	Link    string
	Host    string    // of the link, as a reader knows it
	Date    time.Time // in the newsletter's time zone
	Summary string    // the description, unless the body begins with it
	Excerpt Excerpt   // the opening of the body

	safe string
}

// Body is the whole body, sanitised; it ends all elements that it begins.
func (i Item) Body() template.HTML {
	var b strings.Builder
	for _, n := range fragment(i.safe) {
		_ = html.Render(&b, n) // a builder does not fail
	}
	return template.HTML(b.String()) // #nosec: the sanitiser's output
}

// Most columns of what the letter shows of one bookmark.
const (
	maxTitle   = 300
	maxSummary = 360
)

// letter makes the model of an edition.
func (n Newsletter) letter(e selector.Edition, number int, date time.Time) Letter {
	l := Letter{
		Newsletter: n,
		Number:     number,
		Date:       date.In(e.Window.End.Location()),
		Window:     e.Window,
		Dir:        direction(n.Language),
		Count:      e.Len(),
	}
	c := newConverter()
	for _, s := range e.Sections {
		section := Section{Title: cut(bookmark.Clean(s.Title), maxTitle), More: s.More}
		for _, b := range s.Bookmarks {
			section.Items = append(section.Items, c.item(b, e.Window.End.Location()))
		}
		l.Sections = append(l.Sections, section)
	}
	l.Lead = l.titles()[0]
	return l
}

// item makes the model of a bookmark.
func (c *converter) item(b bookmark.Bookmark, zone *time.Location) Item {
	safe := c.html(b.Body, b.Markup)
	i := Item{
		Title:   cut(plainText(b.Title), maxTitle),
		Link:    unambiguous(bookmark.WithoutTracking(b.Link)),
		Host:    b.Host(),
		Date:    b.Date.In(zone),
		Summary: plainText(b.Summary),
		Excerpt: excerpt(safe, maxSummary),
		safe:    safe,
	}
	if !strings.ContainsFunc(i.Title, visible) { // it was nothing but markup
		i.Title = i.Host
	}
	if repeats(i.Summary, i.Excerpt.Text) {
		i.Summary = ""
	}
	i.Summary = cutSentences(i.Summary, maxSummary)
	return i
}

// webAddress reports whether a link can stand by itself in both parts, as those
// that the package bookmark reads.
func webAddress(link string) bool {
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil &&
		!strings.ContainsFunc(link, func(r rune) bool { return r <= ' ' || r > '~' })
}

// unambiguous is a link with all characters escaped that html/template escapes
// too, so that both parts show the same one, and that programs which look for
// links in text do not count as part of it.
func unambiguous(link string) string {
	var b strings.Builder
	for i := range len(link) {
		if c := link[i]; strings.IndexByte("'()\"<>\\^`{|}", c) >= 0 || c == '%' && !escaped.MatchString(link[i:]) {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(link[i])
	}
	return b.String()
}

var escaped = regexp.MustCompile(`^%[0-9A-Fa-f]{2}`)

// visible reports whether a reader sees r, even by itself.
func visible(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) }

// titles are those of all items, in order.
func (l Letter) titles() []string {
	var all []string
	for _, s := range l.Sections {
		for _, i := range s.Items {
			all = append(all, i.Title)
		}
	}
	return all
}

// Contents says in one line what is inside: sections with their counts.
func (l Letter) Contents() string {
	var parts []string
	for _, s := range l.Sections {
		parts = append(parts, fmt.Sprintf("%s (%d)", s.Title, len(s.Items)))
	}
	return strings.Join(parts, " · ")
}

// Period is the window in words.
func (l Letter) Period() string {
	from, to := l.Window.Start, l.Window.LastDay()
	switch {
	case from.Year() != to.Year():
		return from.Format("2 January 2006") + " to " + to.Format("2 January 2006")
	case from.Month() != to.Month():
		return from.Format("2 January") + " to " + to.Format("2 January 2006")
	case from.Day() != to.Day():
		return from.Format("2") + " to " + to.Format("2 January 2006")
	}
	return to.Format("2 January 2006")
}

// preheader is the titles that come after the lead, as many as fit: the
// subject names the lead already.
func (l Letter) preheader() string {
	const most = 130
	titles := l.titles()
	var b strings.Builder
	b.WriteString(fmt.Sprintf("%d bookmarks, %s", len(titles), l.Period()))
	if len(titles) == 1 {
		b.Reset()
		b.WriteString("One bookmark, " + l.Period())
	}
	for i, t := range titles[1:] {
		sep := " · "
		if i == 0 {
			sep = ": "
		}
		b.WriteString(sep + t)
	}
	return cut(b.String(), most)
}

func direction(lang string) string {
	tag, err := language.Parse(lang)
	if err != nil {
		return "ltr"
	}
	script, _ := tag.Script()
	switch script.String() {
	case "Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm":
		return "rtl"
	}
	return "ltr"
}
