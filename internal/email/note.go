package email

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"strings"
	texttemplate "text/template"
	"time"

	"golang.org/x/net/html"

	"digest/internal/bookmark"
	"digest/internal/locale"
)

// A NoteKind is what a note is about.
type NoteKind string

// The kinds of notes.
const (
	ConfirmNote NoteKind = "confirm" // asks whether the address is to be subscribed
	KnownNote   NoteKind = "known"   // says that it is already
	DataNote    NoteKind = "data"    // says what is stored about it
)

// A Note is a small mail beside the letter, to one reader who asked for it.
type Note struct {
	Kind    NoteKind
	Link    string    // of a ConfirmNote to the page that confirms; of a KnownNote to the preferences, or empty
	Expires time.Time // of a ConfirmNote: the day until which its link works
	Text    string    // of a DataNote: what is stored, in lines
	Data    []byte    // of a DataNote: the same as JSON, which goes along as data.json; or empty
	Date    time.Time // of the message
}

// A Memo is what the templates of notes show. All strings are plain text.
type Memo struct {
	Newsletter
	Subject   string // the heading too
	Preheader string
	Language  string // of the words, which may be English where the letter's are another's
	Dir       string // ltr or rtl
	Opening   []string
	Data      string // what is stored, in lines; or empty
	Link      string // or empty
	Button    string // what the link is for
	Closing   []string

	words *locale.Locale
}

// notePhrases are what notes say.
var notePhrases = []string{
	"note-confirm", "note-confirm-text", "note-confirm-until", "note-confirm-ignore", "confirm-button",
	"note-known", "note-known-text", "note-known-choose", "note-known-button", "note-data", "note-data-text", "note-link",
}

// A noteKit is what notes are made with.
type noteKit struct {
	html  *template.Template
	text  *texttemplate.Template
	words *locale.Locale
}

func newNoteKit(fsys fs.FS, language string, functions map[string]any) (k noteKit, err error) {
	if k.words, err = locale.LoadWeb(fsys, language); err == nil {
		err = k.words.Has(notePhrases...)
	}
	pages, texts, failed := readTemplates(fsys, functions, func(string) bool { return true })
	if err = errors.Join(failed, err); err != nil {
		return k, err
	}
	if k.html, k.text = pages.Lookup(NoteHTMLTemplate), texts.Lookup(NoteTextTemplate); k.html == nil || k.text == nil {
		return k, fmt.Errorf("template %s or %s: %w", NoteHTMLTemplate, NoteTextTemplate, fs.ErrNotExist)
	}
	return k, nil
}

// Note makes the draft of a note. It has a List-Id, but no way to leave: who gets
// it may not be on the list. The same arguments give the same bytes.
func (r *Renderer) Note(n Note) (*Draft, error) {
	kit, err := r.notes()
	if err != nil {
		return nil, err
	}
	m, err := r.memo(n, kit.words)
	if err != nil {
		return nil, err
	}
	d := &Draft{Edition: "note-" + string(n.Kind), Subject: m.Subject, Preheader: m.Preheader, newsletter: m.Newsletter}
	if d.html, err = htmlOf(kit.html, m); err != nil {
		return nil, err
	}
	if d.text, err = execute(kit.text, m); err != nil {
		return nil, err
	}
	d.text = tidy(d.text)
	if tag := filtered(d.html); tag != "" {
		return nil, fmt.Errorf("%s: it puts a value into %s that html/template allows none in", NoteHTMLTemplate, tag)
	}
	if err := errors.Join(m.missingFrom(NoteHTMLTemplate, html.UnescapeString(d.html)), m.missingFrom(NoteTextTemplate, d.text)); err != nil {
		return nil, err
	}
	if n.Kind == DataNote {
		d.data = n.Data
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%s\x00%s\x00%s", n.Kind, n.Date.UTC().Format(time.RFC3339), d.Subject, d.html, d.text, d.data))
	d.placeholder = hex.EncodeToString(sum[:])
	d.Size = sizeOf(d.html)
	return d, d.build(n.Date, false)
}

// memo is the model of a note.
func (r *Renderer) memo(n Note, words *locale.Locale) (Memo, error) {
	m := Memo{Newsletter: r.newsletter, Language: words.Tag(), Dir: words.Dir(), words: words}
	m.Title = bookmark.Clean(m.Title)
	m.UnsubscribeURL, m.UnsubscribeMailto, m.PreferencesURL = "", "", ""
	name := "note-" + string(n.Kind)
	opening, closing := []string{name + "-text"}, []string(nil)
	switch n.Kind {
	case ConfirmNote:
		m.Button, closing = "confirm-button", []string{"note-confirm-until", "note-confirm-ignore"}
	case KnownNote:
		if n.Link != "" {
			m.Button, opening = "note-known-button", append(opening, "note-known-choose")
		}
	case DataNote:
		if len(n.Data) > 0 && !json.Valid(n.Data) {
			return m, errors.New("note: its data is no JSON")
		}
		m.Data = legible(n.Text)
	default:
		return m, fmt.Errorf("note: there is no kind %q", n.Kind)
	}
	if m.Button != "" {
		if !webAddress(n.Link) {
			return m, fmt.Errorf("note: its link %q is no http or https address", n.Link)
		}
		m.Link = unambiguous(n.Link)
	}
	var err error
	say := func(phrase string) string {
		s, failed := m.words.Say(phrase, 0, "title", m.Title, "date", m.words.Date(n.Expires))
		err = errors.Join(err, failed)
		return bookmark.Clean(s)
	}
	m.Subject = cutCharacters(say(name), maxSubject)
	for _, phrase := range opening {
		m.Opening = append(m.Opening, say(phrase))
	}
	for _, phrase := range closing {
		m.Closing = append(m.Closing, say(phrase))
	}
	if m.Button != "" {
		m.Button = say(m.Button)
	}
	m.Preheader = cut(strings.Join(m.Opening, " "), maxPreheader)
	return m, err
}

// Say is a phrase of the note's language.
func (m Memo) Say(phrase string) (string, error) {
	return m.words.Say(phrase, 0, "title", m.Title)
}

// Lines are those of the data.
func (m Memo) Lines() []string { return strings.Split(m.Data, "\n") }

// missingFrom refuses a part that does not do what the note is for.
func (m Memo) missingFrom(template, part string) error {
	if !strings.Contains(part, m.Link) {
		return fmt.Errorf("%s: the part that it makes has no link to %s; show .Link", template, m.Link)
	}
	whole := strings.Join(strings.Fields(part), "") // lines may be broken within words
	for word := range strings.FieldsSeq(m.Data) {
		if !strings.Contains(whole, word) {
			return fmt.Errorf("%s: the part that it makes lacks what is stored about the reader; show .Data", template)
		}
	}
	return nil
}

// legible is text in lines, without what a reader cannot see but a mail program
// may obey. Blanks within its lines stay, since they may make columns.
func legible(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		words := strings.Split(line, " ")
		for j, w := range words {
			words[j] = bookmark.Clean(w)
		}
		lines[i] = strings.TrimRight(strings.Join(words, " "), " ")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// CheckNotes fails where a note would fail: its templates and words are read when there
// is one to be made, since most who render make none.
func (r *Renderer) CheckNotes() error {
	kit, err := r.notes()
	if err != nil {
		return err
	}
	day := time.Date(2006, 1, 2, 0, 0, 0, 0, time.UTC)
	for _, n := range []Note{
		{Kind: ConfirmNote, Link: "https://example.com/", Expires: day, Date: day},
		{Kind: KnownNote, Date: day},
		{Kind: DataNote, Text: "Text", Date: day},
	} {
		m, err := r.memo(n, kit.words)
		if err != nil {
			return err
		}
		for _, t := range []executor{kit.html, kit.text} {
			part, err := execute(t, m)
			if err == nil {
				err = m.missingFrom(t.Name(), html.UnescapeString(part))
			}
			if err != nil && !errors.Is(err, errTooLong) {
				return err
			}
		}
	}
	return nil
}
