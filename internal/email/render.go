package email

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"strings"
	texttemplate "text/template"
	"time"

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

func templateError(err error) error {
	return errors.New(strings.TrimPrefix(strings.TrimPrefix(err.Error(), "html/"), "template: "))
}

// Render makes the draft of an edition that has bookmarks. number counts the
// newsletter's editions from 1; date is the message's, and of the letter. The
// same arguments give the same bytes.
func (r *Renderer) Render(e selector.Edition, number int, date time.Time) (*Draft, error) {
	if e.Len() == 0 {
		return nil, errors.New("the edition has no bookmarks")
	}
	l := r.newsletter.letter(e, number, date)
	subject, err := execute(r.subject, l)
	if err != nil {
		return nil, err
	}
	l.Subject = cut(bookmark.Clean(subject), maxSubject)
	if l.Subject == "" {
		return nil, errors.New("subject: the template gives an empty one")
	}
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
	if strings.Contains(d.html, "ZgotmplZ") {
		return nil, fmt.Errorf("%s: it puts an address where html/template allows none", HTMLTemplate)
	}
	if err := d.build(l); err != nil {
		return nil, err
	}
	return d, nil
}

// maxSubject is what RFC 5322 recommends for a line, without the name of the field.
const maxSubject = 78

func execute(t interface {
	Execute(io.Writer, any) error
}, l Letter) (string, error) {
	b := limitedBuffer{left: MaxMessage}
	if err := t.Execute(&b, l); err != nil {
		return "", templateError(err)
	}
	return b.String(), nil
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

// A limitedBuffer fails when a template has no end.
type limitedBuffer struct {
	bytes.Buffer
	left int
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, fmt.Errorf("more than %d bytes; give the categories limits", MaxMessage)
	}
	return b.Buffer.Write(p)
}
