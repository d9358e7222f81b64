package email

import (
	"net/mail"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"digest/internal/bookmark"
	"digest/internal/locale"
	"digest/internal/selector"
	"digest/internal/theme"
)

// A Newsletter is what every letter says of its sender. Its texts are the
// operator's own and trusted as such; they are escaped all the same.
type Newsletter struct {
	Name     string // short, of the editions and the List-Id
	Title    string
	From     mail.Address
	ReplyTo  string // an address, or empty
	Subject  string // a template whose fields are those of [Letter]; empty: lead, count and date in the language
	Language string // BCP 47
	Address  string // the postal address of the sender
	Site     string // where the bookmarks stand on the web, or empty
	Archive  string // where letters can be read on the web, or empty
	Theme    theme.Theme
	// Unsubscribe is where a reader leaves: an https URL to which "/" and the
	// recipient's token are added, and a mailbox. Either may be empty.
	UnsubscribeURL, UnsubscribeMailto string
	// PreferencesURL is where a reader chooses, with "/" and the token; or empty.
	PreferencesURL string
	// Mark stands before the subject of a letter that is no edition, or is empty.
	Mark string
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
	// Introduction is what the editor says at the top; its Text may be empty.
	Introduction Prose
	// UnsubscribeLink is the recipient's own: https, else mailto, else empty.
	UnsubscribeLink string
	PreferencesLink string // the recipient's own, or empty

	locale *locale.Locale
}

// A Section is a category of the letter.
type Section struct {
	Title string
	Dir   string // of the title, if it is not the letter's
	Items []Item
	More  []Item // shown by title: over the limit of the category, or of the letter
	Rest  int    // bookmarks that are not shown at all

	moved int // of the edition, but shown by title or not at all
}

// letter makes the model of an edition, with all its details.
func (r *Renderer) letter(e selector.Edition, number int, date time.Time) Letter {
	zone := e.Window.End.Location()
	l := Letter{
		Newsletter: r.newsletter,
		Number:     number,
		Date:       date.In(zone),
		Window:     e.Window,
		Dir:        r.locale.Dir(),
		Count:      e.Len(),
		locale:     r.locale,
	}
	c := r.converters.Get().(*converter)
	l.Introduction = c.prose(e.Introduction, l.Dir, columns)
	r.converters.Put(c)
	for _, s := range e.Sections {
		section := Section{Title: cut(bookmark.Clean(s.Title), maxTitle), Rest: s.More - len(s.Next)}
		section.Dir = l.foreign(section.Title)
		section.Items = r.items(l, s.Bookmarks)
		next := slices.DeleteFunc(slices.Clone(s.Next), func(b bookmark.Bookmark) bool { return !webAddress(b.Link) })
		section.More = r.items(l, next)
		section.Rest += len(s.Next) - len(next)
		l.Sections = append(l.Sections, section)
	}
	l.Lead = l.titles()[0]
	return l
}

// items makes the models of bookmarks, as many at once as there are processors:
// to read Markdown is most of the work.
func (r *Renderer) items(l Letter, bookmarks []bookmark.Bookmark) []Item {
	items := make([]Item, len(bookmarks))
	var group sync.WaitGroup
	var taken atomic.Int64
	for range min(runtime.GOMAXPROCS(0), len(bookmarks)) {
		group.Go(func() {
			c := r.converters.Get().(*converter)
			defer r.converters.Put(c)
			for i := taken.Add(1) - 1; i < int64(len(bookmarks)); i = taken.Add(1) - 1 {
				items[i] = c.item(bookmarks[i], l.Date.Location())
				items[i].Note = c.prose(bookmarks[i].Note, l.Dir, columns-len(noteIndent)).indented(noteIndent)
				items[i].Image = r.image(bookmarks[i])
				items[i] = items[i].directed(l)
			}
		})
	}
	group.Wait()
	return items
}

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

// Say is a phrase of the letter's language. A count, if there is one, chooses
// the plural form; {title}, {period}, {date}, {number} and {count} are filled in.
func (l Letter) Say(phrase string, count ...int) (string, error) {
	n := l.Count
	if len(count) > 0 {
		n = count[0]
	}
	return l.say(phrase, n)
}

// SayOf is a phrase about a section.
func (l Letter) SayOf(phrase string, s Section) (string, error) {
	return l.say(phrase, s.Rest, "section", s.Title)
}

func (l Letter) say(phrase string, count int, more ...string) (string, error) {
	return l.locale.Say(phrase, count, append(more, "title", l.Title, "period", l.Period(), "date", l.Day(), "number", itoa(l.Number))...)
}

// phrases are what the built-in templates and the subject say.
var phrases = []string{"number", "subject", "bookmarks", "minutes", "more", "rest", "web", "about", "why", "unsubscribe", "preferences", "archive"}

// Period is the window in words.
func (l Letter) Period() string { return l.locale.Period(l.Window.Start, l.Window.LastDay()) }

// Day is the date of the letter.
func (l Letter) Day() string { return l.locale.Date(l.Date) }

// FullDay is the date of the letter with the day of the week.
func (l Letter) FullDay() string { return l.locale.Full(l.Date) }

// Line is parts beside each other, with a mark of the letter's direction behind
// those that may run the other way, so that each stays whole in its place (UAX #9).
func (l Letter) Line(parts ...string) string {
	mark := "\u200E"
	if l.Dir == "rtl" {
		mark = "\u200F"
	}
	var b strings.Builder
	for _, p := range parts {
		if p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(" · ")
		}
		b.WriteString(p)
		if turns(p, l.Dir) {
			b.WriteString(mark)
		}
	}
	return b.String()
}

// About is where an item is from, of which day, and how long it takes to read.
func (l Letter) About(i Item) (string, error) {
	if i.Minutes == 0 {
		return l.Line(i.Host, l.locale.Day(i.Date)), nil
	}
	minutes, err := l.Say("minutes", i.Minutes)
	return l.Line(i.Host, l.locale.Day(i.Date), minutes), err
}

// Heading is the number and the date.
func (l Letter) Heading() (string, error) {
	number, err := l.Say("number")
	return l.Line(number, l.FullDay()), err
}

// Contents says in one line what is inside: sections with their counts.
func (l Letter) Contents() string {
	parts := make([]string, len(l.Sections))
	for i, s := range l.Sections {
		parts[i] = s.Title + " (" + itoa(len(s.Items)+s.moved) + ")"
	}
	return l.Line(parts...)
}

// foreign is the direction of a text if it is not that of the letter.
func (l Letter) foreign(text string) string {
	if dir := direction(text); dir != l.Dir {
		return dir
	}
	return ""
}

// visible reports whether a reader sees r, even by itself.
func visible(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) }
