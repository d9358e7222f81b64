// Package web is the pages that `digest serve` shows to readers who leave, join
// or choose, in the look of the letter and the language of the reader:
//
//	pages, err := web.NewPages(site, templates.FS(""))
//	pages.Write(w, r, http.StatusOK, web.Page{Kind: web.Leave, Action: r.URL.Path})
//
// They need no script and no second request, and their own security policy lets
// them have neither.
package web

import (
	"bytes"
	"html/template"
	"io/fs"
	"net/http"
	"strconv"

	"digest/internal/locale"
	"digest/internal/theme"
)

// A Kind is what a page is about.
type Kind string

// The kinds of pages.
const (
	Leave       Kind = "leave"       // asks whether one wants to leave; changes nothing
	Left        Kind = "left"        // one has left, and may take it back
	Back        Kind = "back"        // that was taken back
	Join        Kind = "join"        // the form to subscribe
	Asked       Kind = "asked"       // the same for every address, known or not
	Confirm     Kind = "confirm"     // asks whether one wants to join; changes nothing
	Joined      Kind = "joined"      // one is on the list
	Preferences Kind = "preferences" // what one gets, one's data, the end
	Saved       Kind = "saved"       // the same after a change
	DataSent    Kind = "data-sent"   // a mail with one's data is on its way
	Erased      Kind = "erased"      // one's data is gone
	Blocked     Kind = "blocked"     // nothing is sent to one's address: letters came back, or were reported
	BadLink     Kind = "bad-link"    // the same whatever is wrong with a link
	TooMany     Kind = "too-many"    // a limit is reached
	Odd         Kind = "odd"         // a request that cannot be read
	Fault       Kind = "fault"       // ours
	NotFound    Kind = "not-found"
)

// A Choice is a category or a language that a reader can choose.
type Choice struct {
	Value, Title string
	Chosen       bool
}

// A Page is what one reader is shown. Its texts may be anybody's.
type Page struct {
	Kind Kind
	// Language is the reader's own (BCP 47). If it is empty or has no words, the
	// request decides, then the newsletter.
	Language   string
	Action     string // the path that its forms are sent to
	Categories []Choice
	Languages  []Choice // see [Languages]; fewer than two are not shown
	// Address and Name are what was typed, shown again.
	Address, Name string
	BadAddress    bool // the address is none, and the page says so beside it
}

// A Site is what all pages say of the newsletter.
type Site struct {
	Title    string
	Theme    theme.Theme
	Language string // BCP 47
	Contact  string // a mailbox that people read, or empty
	Home     string // the newsletter's site, or empty
	Postal   string // the postal address of the sender, or empty
	JoinPath string // of the page Join, or empty
}

// Pages writes pages. It is safe for concurrent use.
type Pages struct {
	site     Site
	template *template.Template
	style    template.CSS
	policy   string
	own      *locale.Locale            // of the newsletter, or English
	words    map[string]*locale.Locale // by tag
}

// NewPages parses the templates and words, and tries every kind of page in every
// language. Its errors name the file, and the line where that can be known.
func NewPages(s Site, fsys fs.FS) (*Pages, error) {
	if s.Theme == (theme.Theme{}) {
		s.Theme = theme.Default()
	}
	p := &Pages{site: s}
	for _, step := range []func(fs.FS) error{p.loadWords, p.loadStyle, p.parse, p.try} {
		if err := step(fsys); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Write answers a request with a page. It may not be kept, framed or indexed.
func (p *Pages) Write(w http.ResponseWriter, r *http.Request, status int, page Page) {
	if _, known := kinds[page.Kind]; !known {
		status, page = http.StatusInternalServerError, Page{Kind: Fault}
	}
	words := p.wordsFor(page.Language, r.Header.Get("Accept-Language"))
	doc, err := p.render(page, words)
	if err != nil { // of a template that did well when it was tried
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", words.Tag())
	h.Set("Content-Length", strconv.Itoa(len(doc)))
	h.Set("Vary", "Accept-Language")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", p.policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer") // the address of a page is a reader's secret
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Robots-Tag", "noindex")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(doc) // a reader who has gone
	}
}

func (p *Pages) render(page Page, words *locale.Locale) ([]byte, error) {
	var b bytes.Buffer
	if err := p.template.ExecuteTemplate(&b, pageTemplate, newView(p, page, words)); err != nil {
		return nil, templateError(err)
	}
	return b.Bytes(), nil
}
