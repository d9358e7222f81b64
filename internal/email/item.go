package email

import (
	"fmt"
	"html/template"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/bidi"

	"digest/internal/bookmark"
)

// An Item is a bookmark as the letter shows it.
type Item struct {
	Title   string
	Link    string
	Host    string    // of the link, as a reader knows it
	Date    time.Time // in the newsletter's time zone
	Minutes int       // to read the body; 0: it is a teaser, or there is none
	Note    Prose     // what the editor says of it; its Text may be empty
	Summary string    // the description, unless the body begins with it
	Excerpt Excerpt   // the opening of the body
	Image   *Image    // nil: none
	Dir     string    // of the title, if it is not the letter's
	TextDir string    // of summary and excerpt, if it is not the letter's

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

// Most of what the letter shows of one bookmark: columns, and sentences.
const (
	maxTitle     = 300
	maxSummary   = 360
	maxSentences = 3
)

// item makes the model of a bookmark.
func (c *converter) item(b bookmark.Bookmark, zone *time.Location) Item {
	safe := c.html(b.Body, b.Markup)
	i := Item{
		Title:   cut(plainText(b.Title), maxTitle),
		Link:    unambiguous(bookmark.WithoutTracking(b.Link)),
		Host:    b.Host(),
		Date:    b.Date.In(zone),
		Minutes: minutes(safe),
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

// directed notes which of its texts run the other way than the letter.
func (i Item) directed(l Letter) Item {
	i.Dir = l.foreign(i.Title)
	if text := i.Summary + i.Excerpt.Text; text != "" {
		i.TextDir = l.foreign(text)
	}
	return i
}

// shortened is the item with at most so many columns of text; 0 is none.
func (i Item) shortened(columns int) Item {
	if columns == 0 {
		i.Summary, i.Excerpt = "", Excerpt{}
		return i
	}
	i.Summary = cutSentences(i.Summary, columns)
	if i.Summary == "" {
		i.Excerpt = excerpt(i.safe, columns)
	}
	return i
}

// minutes is how long the body takes to read, as Hugo counts: 213 words a
// minute, or 500 characters of Chinese, Japanese or Korean. A body of less than
// half of that is not the article.
func minutes(safe string) int {
	words, ideographs, inTag, inWord := 0, 0, false, false
	for _, r := range safe {
		switch {
		case inTag:
			inTag = r != '>'
		case r == '<':
			inTag, inWord = true, false
		case r < unicode.MaxASCII && r <= ' ':
			inWord = false
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			ideographs++
			inWord = false
		case !inWord:
			words++
			inWord = true
		}
	}
	spent := float64(words)/213 + float64(ideographs)/500
	if spent < 0.5 {
		return 0
	}
	return int(spent + 0.999)
}

// direction is that of the first letter which has one (UAX #9, P2), ltr or rtl;
// ltr if none has.
func direction(text string) string {
	for _, r := range text {
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.L:
			return "ltr"
		case bidi.R, bidi.AL:
			return "rtl"
		}
	}
	return "ltr"
}

// turns reports whether a letter in the text runs against a direction.
func turns(text, dir string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		p, _ := bidi.LookupRune(r)
		class := p.Class()
		return dir == "rtl" && class == bidi.L || dir == "ltr" && (class == bidi.R || class == bidi.AL)
	})
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

func itoa(n int) string { return strconv.Itoa(n) }
