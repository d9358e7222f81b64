package email

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"strings"
	texttemplate "text/template"
	"time"

	"golang.org/x/net/html"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

// The names of the templates.
const (
	HTMLTemplate = "digest.html.tmpl"
	TextTemplate = "digest.txt.tmpl"
)

// MaxMessage is the most bytes of a rendered part.
const MaxMessage = 1 << 20

// A Renderer makes drafts of editions.
type Renderer struct {
	newsletter Newsletter
	html       *template.Template
	text       *texttemplate.Template
	subject    *texttemplate.Template
}

// NewRenderer parses the templates of fsys and the newsletter's subject. Its
// errors name file and line.
func NewRenderer(n Newsletter, fsys fs.FS) (*Renderer, error) {
	r := &Renderer{}
	var errs []error
	read := func(name string) string {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			errs = append(errs, fmt.Errorf("template %w", err))
		}
		return string(data)
	}
	var err error
	if r.html, err = template.New(HTMLTemplate).Funcs(functions).Parse(read(HTMLTemplate)); err != nil {
		errs = append(errs, templateError(err))
	}
	if r.text, err = texttemplate.New(TextTemplate).Funcs(functions).Parse(read(TextTemplate)); err != nil {
		errs = append(errs, templateError(err))
	}
	if r, err = r.For(n); err != nil {
		errs = append(errs, err)
	}
	return r, errors.Join(errs...)
}

// For is the renderer of another newsletter with the same templates.
func (r *Renderer) For(n Newsletter) (*Renderer, error) {
	subject, err := texttemplate.New("subject").Parse(n.Subject)
	if err != nil {
		err = templateError(err)
	}
	return &Renderer{n, r.html, r.text, subject}, err
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
	l := r.newsletter.letter(e, number, date)
	subject, err := execute(r.subject, l)
	if err != nil {
		return nil, err
	}
	if subject = bookmark.Clean(subject); subject == "" {
		return nil, errors.New("subject: the template gives an empty one")
	}
	// A title of one endless character is no reason to send no letter.
	l.Subject = cmp.Or(cut(subject, maxSubject), cut(l.Title, maxSubject))
	l.Preheader = l.preheader()

	d := &Draft{Edition: e.ID, Subject: l.Subject, newsletter: r.newsletter}
	d.placeholder = placeholder(e, l.Subject)
	l.UnsubscribeLink = r.newsletter.unsubscribeLink(d.placeholder)
	if d.text, err = execute(r.text, l); err != nil {
		return nil, err
	}
	d.text = tidy(d.text)
	if d.html, err = execute(r.html, l); err != nil {
		return nil, err
	}
	if tag := filtered(d.html); tag != "" {
		return nil, fmt.Errorf("%s: it puts a value into %s that html/template allows none in", HTMLTemplate, tag)
	}
	if err := errors.Join(l.missingFrom(HTMLTemplate, html.UnescapeString(d.html)), l.missingFrom(TextTemplate, d.text)); err != nil {
		return nil, err
	}
	if err := d.build(l); err != nil {
		return nil, err
	}
	return d, nil
}

// missingFrom refuses a part that does not do what a letter is for: lead to the
// bookmarks, and let its reader leave.
func (l Letter) missingFrom(template, part string) error {
	for _, s := range l.Sections {
		for _, i := range s.Items {
			if !strings.Contains(part, i.Link) {
				return fmt.Errorf("%s: the part that it makes has no link to %s; show .Link of each item", template, i.Link)
			}
		}
	}
	if !strings.Contains(part, l.UnsubscribeLink) {
		return fmt.Errorf("%s: the part that it makes has no way to unsubscribe; show .UnsubscribeLink", template)
	}
	return nil
}

// maxSubject is what RFC 5322 recommends for a line, without the name of the field.
const maxSubject = 78

func execute(t interface {
	Name() string
	Execute(io.Writer, any) error
}, l Letter) (string, error) {
	b := limitedBuffer{left: MaxMessage}
	err := t.Execute(&b, l)
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
