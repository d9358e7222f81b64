package email

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"strings"
	"sync"
	texttemplate "text/template"
	"time"

	"golang.org/x/net/html"

	"digest/internal/inline"
	"digest/internal/locale"
	"digest/internal/selector"
	"digest/internal/theme"
)

// The names of the templates.
const (
	HTMLTemplate     = "digest.html.tmpl"
	TextTemplate     = "digest.txt.tmpl"
	NoteHTMLTemplate = "note.html.tmpl"
	NoteTextTemplate = "note.txt.tmpl"
)

// MaxMessage is the most bytes of a rendered part.
const MaxMessage = 1 << 20

// A Renderer makes drafts of editions. It is safe for concurrent use.
type Renderer struct {
	newsletter Newsletter
	locale     *locale.Locale
	look       look
	html       *template.Template
	text       *texttemplate.Template
	notes      func() (noteKit, error) // read when there is one to be made
	subject    *texttemplate.Template  // nil: the language's own
	pictures   map[string]Picture      // by a bookmark's Image
	converters *sync.Pool
}

// NewRenderer parses the templates of fsys, the words of the language and the
// newsletter's subject. Its errors name file and line.
func NewRenderer(n Newsletter, fsys fs.FS) (*Renderer, error) {
	if n.Theme == (theme.Theme{}) {
		n.Theme = theme.Default()
	}
	r := &Renderer{newsletter: n, look: newLook(n.Theme), converters: &sync.Pool{New: func() any { return newConverter() }}}
	r.notes = sync.OnceValues(func() (noteKit, error) { return newNoteKit(fsys, n.Language, r.look.functions()) })
	errs := []error{r.parse(fsys)}
	var err error
	if r.locale, err = locale.Load(fsys, n.Language); err == nil {
		err = r.locale.Has(phrases...)
	}
	errs = append(errs, err)
	r, err = r.For(n)
	if err = errors.Join(append(errs, err)...); err == nil {
		err = r.try()
	}
	return r, err
}

// try fails where templates would fail for a letter that has all that a letter can
// have: the time to find out is not the day on which one has it.
func (r *Renderer) try() error {
	words := newConverter().prose("Words, and [a link](https://example.com/)\n\n- a list\n\n> a quote", r.locale.Dir(), columns)
	i := Item{Note: words, Title: "Title", Link: "https://example.com/", Host: "example.com", Minutes: 2, Summary: "Summary", Image: &Image{"cid:picture", 1, 1}, Dir: "rtl", TextDir: "rtl"}
	withExcerpt := i
	withExcerpt.Summary, withExcerpt.Image, withExcerpt.Excerpt = "", nil, Excerpt{"Excerpt", "Excerpt"}
	l := Letter{
		Newsletter: r.newsletter, Subject: "Subject", Preheader: "Preheader", Number: 1, Dir: r.locale.Dir(), Lead: "Title", Count: 3, locale: r.locale,
		Sections:        []Section{{Title: "Section", Items: []Item{i, withExcerpt}, More: []Item{i}, Rest: 1}},
		UnsubscribeLink: "https://example.com/", PreferencesLink: "https://example.com/", Introduction: words,
	}
	l.Site, l.Archive, l.Address = "https://example.com/", "https://example.com/", "Address"
	for _, t := range []executor{r.html, r.text} {
		if _, err := execute(t, l); err != nil && !errors.Is(err, errTooLong) {
			return err
		}
	}
	return nil
}

// parse reads the templates of the letter, and the parts that they include.
func (r *Renderer) parse(fsys fs.FS) error {
	pages, texts, err := readTemplates(fsys, r.look.functions(), func(name string) bool { return name != NoteHTMLTemplate && name != NoteTextTemplate })
	if err != nil {
		return err
	}
	if r.html, r.text = pages.Lookup(HTMLTemplate), texts.Lookup(TextTemplate); r.html == nil || r.text == nil {
		return fmt.Errorf("template %s or %s: %w", HTMLTemplate, TextTemplate, fs.ErrNotExist)
	}
	return nil
}

// readTemplates reads all templates that are wanted, of both parts: any may include others of
// its part.
func readTemplates(fsys fs.FS, functions map[string]any, wanted func(name string) bool) (pages *template.Template, texts *texttemplate.Template, err error) {
	pages, texts = template.New("").Funcs(functions).Funcs(template.FuncMap{conditionalFunction: rawMarker}), texttemplate.New("").Funcs(functions)
	names, err := fs.Glob(fsys, "*.tmpl")
	errs := []error{err}
	for _, name := range names {
		if !wanted(name) {
			continue
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			errs = append(errs, fmt.Errorf("template %w", err))
			continue
		}
		if strings.HasSuffix(name, ".txt.tmpl") {
			_, err = texts.New(name).Parse(string(data))
		} else if source, lexed := keepConditionals(name, string(data)); lexed != nil {
			errs = append(errs, lexed)
		} else {
			_, err = pages.New(name).Parse(source)
		}
		if err != nil {
			errs = append(errs, templateError(err))
		}
	}
	return pages, texts, errors.Join(errs...)
}

// For is the renderer of another newsletter with the same templates, language
// and theme.
func (r *Renderer) For(n Newsletter) (*Renderer, error) {
	other := *r
	other.newsletter, other.subject = n, nil
	if n.Subject == "" {
		return &other, nil
	}
	var err error
	if other.subject, err = texttemplate.New("subject").Parse(n.Subject); err != nil {
		return nil, templateError(err)
	}
	return &other, nil
}

// templateError begins with the file and line.
func templateError(err error) error {
	s := strings.TrimPrefix(err.Error(), "html/")
	return errors.New(strings.TrimPrefix(strings.TrimPrefix(s, "template:"), " "))
}

// Render makes the draft of an edition that has bookmarks. number counts the
// newsletter's editions from 1; date is the message's, and of the letter. The
// same arguments give the same bytes.
func (r *Renderer) Render(e selector.Edition, number int, date time.Time) (*Draft, error) {
	if e.Len() == 0 {
		return nil, errors.New("the edition has no bookmarks")
	}
	for b := range e.All() {
		if !webAddress(b.Link) {
			return nil, fmt.Errorf("%s: its link %q is no http or https address", b.Path, b.Link)
		}
	}
	l := r.letter(e, number, date)
	err := r.tooLong(l)
	if err != nil {
		return nil, err
	}
	if l.Subject, err = r.subjectOf(l, e); err != nil {
		return nil, err
	}
	if l.Preheader, err = l.preheader(); err != nil {
		return nil, err
	}
	d := &Draft{Edition: e.ID, Subject: l.Subject, newsletter: r.newsletter}
	d.placeholder = placeholder(e, l.Subject)
	l.UnsubscribeLink = r.newsletter.unsubscribeLink(d.placeholder)
	l.PreferencesLink = r.newsletter.preferencesLink(d.preferences())
	if l, err = r.parts(d, l); err != nil {
		return nil, err
	}
	if tag := filtered(d.html); tag != "" {
		return nil, fmt.Errorf("%s: it puts a value into %s that html/template allows none in", HTMLTemplate, tag)
	}
	if err := errors.Join(l.missingFrom(HTMLTemplate, html.UnescapeString(d.html)), l.missingFrom(TextTemplate, d.text)); err != nil {
		return nil, err
	}
	d.Preheader, d.Pictures, d.Size = l.Preheader, r.embedded(l), sizeOf(d.html)
	return d, d.build(l.Date, true)
}

// parts makes both parts of the draft, side by side: the text part again if the
// letter had to be shortened. It returns the letter that they show.
func (r *Renderer) parts(d *Draft, whole Letter) (l Letter, err error) {
	var group sync.WaitGroup
	var failed error
	group.Go(func() { d.text, failed = execute(r.text, whole) })
	l, d.html, d.Shortened, err = r.fitted(whole)
	group.Wait()
	if err != nil {
		return l, err
	}
	if d.Shortened != nil {
		d.text, failed = execute(r.text, l)
	}
	d.text = tidy(d.text)
	return l, failed
}

// htmlOf is the HTML part, with the rules of plain style elements where mail
// programs look for them.
func htmlOf(t *template.Template, shown any) (string, error) {
	part, err := execute(t, shown)
	if err != nil {
		return "", err
	}
	if part, err = inline.Styles(part); err != nil {
		return "", fmt.Errorf("%s: %w", t.Name(), err)
	}
	return part, nil
}

// An executor is a template, of either package.
type executor interface {
	Name() string
	Execute(io.Writer, any) error
}

func execute(t executor, shown any) (string, error) {
	b := limitedBuffer{left: MaxMessage}
	err := t.Execute(&b, shown)
	if errors.Is(err, errTooLong) { // which comes without a place
		return "", fmt.Errorf("%s: %w", t.Name(), err)
	}
	if err != nil {
		return "", templateError(err)
	}
	return b.String(), nil
}

// filtered finds the tag in which html/template put its mark in place of a
// value, or is empty. Texts may hold the mark: an article may be about it.
func filtered(doc string) string {
	const mark = "ZgotmplZ"
	if !strings.Contains(doc, mark) {
		return ""
	}
	z := html.NewTokenizer(strings.NewReader(doc))
	for last := ""; ; {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken, html.SelfClosingTagToken:
			raw := string(z.Raw())
			tag := z.Token()
			for _, a := range tag.Attr {
				if a.Val == "#"+mark && a.Key != "aria-label" || a.Key == "style" && strings.Contains(a.Val, mark) || a.Key == strings.ToLower(mark) {
					return raw
				}
			}
			last = tag.Data
		case html.TextToken:
			if last == "style" && strings.Contains(string(z.Raw()), mark) {
				return "<style>"
			}
		case html.EndTagToken:
			last = ""
		}
	}
}

// tidy ends every line without blanks, the text with one line end, and leaves
// at most one empty line between others.
func tidy(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t")
	}
	s = strings.Join(lines, "\n")
	for strings.Contains(s, "\n\n\n") {
		s = strings.ReplaceAll(s, "\n\n\n", "\n\n")
	}
	return strings.Trim(s, "\n") + "\n"
}

var errTooLong = fmt.Errorf("more than %d bytes; give the categories limits", MaxMessage)

// A limitedBuffer fails when a template has no end.
type limitedBuffer struct {
	bytes.Buffer
	left int
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errTooLong
	}
	return b.Buffer.Write(p)
}
