package web

import (
	"html/template"
	"regexp"
	"slices"
	"strings"

	"digest/internal/locale"
)

// A View is what the templates show: a page in a language.
type View struct {
	Page
	Site
	Language string // of the words that are shown
	Dir      string // ltr or rtl
	Style    template.CSS

	kind  kind
	words *locale.Locale
}

// A Field is what a form sends unseen.
type Field struct{ Name, Value string }

// A kind is what makes a page, in phrases.
type kind struct {
	heading string
	texts   []string
	form    string // join or preferences; or a button with a field
	button  string
	field   Field
	status  string // what has just been done
	help    string // whom to write to, if there is somebody
	join    bool   // a link to join
}

var kinds = map[Kind]kind{
	Leave:       {heading: "leave", texts: []string{"leave-text"}, button: "leave-button", field: Field{"List-Unsubscribe", "One-Click"}},
	Left:        {heading: "left", texts: []string{"left-text"}, button: "left-button", field: Field{"back", "1"}, join: true},
	Back:        {heading: "back", texts: []string{"back-text"}},
	Join:        {heading: "join", texts: []string{"join-text"}, form: "join"},
	Asked:       {heading: "asked", texts: []string{"asked-text", "asked-more"}},
	Confirm:     {heading: "confirm", texts: []string{"confirm-text"}, button: "confirm-button", field: Field{"confirm", "1"}},
	Joined:      {heading: "joined", texts: []string{"joined-text"}},
	Preferences: {heading: "preferences", form: "preferences"},
	Saved:       {heading: "preferences", form: "preferences", status: "saved"},
	DataSent:    {heading: "data-sent", texts: []string{"data-sent-text"}},
	Erased:      {heading: "erased", texts: []string{"erased-text"}, join: true},
	Blocked:     {heading: "blocked", texts: []string{"blocked-text"}, help: "blocked-help"},
	BadLink:     {heading: "bad-link", texts: []string{"bad-link-text"}, help: "help"},
	TooMany:     {heading: "too-many", texts: []string{"too-many-text"}},
	Odd:         {heading: "odd", texts: []string{"odd-text"}, help: "help"},
	Fault:       {heading: "fault", texts: []string{"fault-text"}, help: "help"},
	NotFound:    {heading: "not-found", texts: []string{"not-found-text"}, join: true},
}

func newView(p *Pages, page Page, words *locale.Locale) View {
	v := View{Page: page, Site: p.site, Language: words.Tag(), Dir: words.Dir(), Style: p.style, kind: kinds[page.Kind], words: words}
	isChosen := func(c Choice) bool { return c.Chosen }
	if !slices.ContainsFunc(v.Languages, isChosen) { // then that of the page is
		v.Languages = slices.Clone(v.Languages)
		for i := range v.Languages {
			v.Languages[i].Chosen = v.Languages[i].Value == v.Language
		}
	}
	return v
}

// Say is a phrase with the newsletter's title and the address to write to, which
// have a direction of their own.
func (v View) Say(phrase string) (template.HTML, error) {
	text, err := v.words.Say(phrase, 0)
	title := "<bdi>" + template.HTMLEscapeString(v.Title) + "</bdi>"
	address := template.HTMLEscapeString(v.Contact)
	filled := strings.NewReplacer("{title}", title, "{address}", `<a href="mailto:`+address+`"><bdi>`+address+`</bdi></a>`)
	return template.HTML(filled.Replace(template.HTMLEscapeString(text))), err // #nosec: all of it is escaped
}

// Text is a phrase where there can be no markup.
func (v View) Text(phrase string) (string, error) {
	return v.words.Say(phrase, 0, "title", v.Title, "address", v.Contact)
}

// PageTitle is the name of the page, after an error if there is one.
func (v View) PageTitle() (string, error) {
	title, err := v.Text(v.kind.heading)
	if !strings.Contains(title, v.Title) {
		title += " · " + v.Title
	}
	if err != nil || !v.BadAddress {
		return title, err
	}
	said, err := v.Text("error")
	return said + " · " + title, err
}

// Heading is what the page is about. The newsletter's title is in a span with the
// marks beside it, to stay on one line with them where there is room.
func (v View) Heading() (template.HTML, error) {
	said, err := v.Say(v.kind.heading)
	return template.HTML(titled.ReplaceAllString(string(said), "<span>$0</span>")), err // #nosec: escaped by Say
}

// Marks may be written as entities, which are not to be cut.
var titled = regexp.MustCompile(`(&#34;|[\p{Ps}\p{Pi}])*<bdi>[^<]*</bdi>(&#?\w+;|[\p{Pe}\p{Pf}\p{Po}\x{A0}])*`)

// Paragraphs are what it says under the heading.
func (v View) Paragraphs() ([]template.HTML, error) {
	names := v.kind.texts
	if v.kind.help != "" && v.Contact != "" {
		names = append(slices.Clone(names), v.kind.help)
	}
	texts := make([]template.HTML, len(names))
	for i, name := range names {
		var err error
		if texts[i], err = v.Say(name); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// Status is the phrase that says what has just been done, or empty.
func (v View) Status() string { return v.kind.status }

// Form is join or preferences, or empty.
func (v View) Form() string { return v.kind.form }

// Button is the phrase of a page's only button, or empty.
func (v View) Button() string { return v.kind.button }

// Hidden is what that button sends.
func (v View) Hidden() Field { return v.kind.field }

// Subscribe is the address of the page to join, where the page leads there, or empty.
func (v View) Subscribe() string {
	if !v.kind.join {
		return ""
	}
	return v.JoinPath
}
