package bookmark

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"
)

// Parse reads the content of the file at name. The error is a *FileError, and
// with it comes a bookmark of which only the path is known.
func (r *Reader) Parse(name string, data []byte) (Bookmark, error) { return r.parse(name, name, data) }

// parse reads a file that is at name below its source.
func (r *Reader) parse(file, name string, data []byte) (Bookmark, error) {
	b := Bookmark{Path: file, Identity: r.Identity, Markup: Markdown}
	if ext := strings.ToLower(path.Ext(name)); ext == ".html" || ext == ".htm" {
		b.Markup = HTML
	}
	p, err := split(data)
	if err != nil {
		return Bookmark{Path: file}, fileError(file, err)
	}
	if limit := cmp.Or(r.MaxFrontMatter, DefaultMaxFrontMatter); int64(len(p.front)) > limit {
		return Bookmark{Path: file}, &FileError{file, p.line, fmt.Errorf("%w: front matter of %d bytes, over the limit of %d", ErrTooLarge, len(p.front), limit),
			"shorten it, or raise limits.front_matter"}
	}
	m, err := p.decode()
	if err != nil {
		return Bookmark{Path: file}, fileError(file, err)
	}
	b.Body = string(bytes.ToValidUTF8(p.body, []byte("\uFFFD")))
	b.NotListed = m.notListed()
	b.Title = Clean(m.text(or(r.Fields.Title, "title")))
	b.Link, b.BadLink = m.link(r.Fields.Link)
	if r.Site != "" && b.Link == "" && b.BadLink == "" {
		b.Link, _ = parseLink(strings.TrimSuffix(r.Site, "/") + m.permalink(name))
	}
	b.Categories = m.list(or(r.Fields.Categories, "categories"))
	b.Summary = Clean(m.text(r.Fields.Summary))
	b.Image = Clean(m.text(r.Fields.Image))
	b.Score = m.score(r.Fields.Score)
	b.Draft = m.isDraft()
	b.Pin = m.says("pin")

	loc := cmp.Or(r.Location, time.UTC)
	dateKeys := or(r.Fields.Date, DefaultFields().Date...)
	if b.Date, err = m.date(dateKeys, name, loc); err != nil {
		return Bookmark{Path: file}, fileError(file, err)
	}
	if b.Publish, err = m.date(publishKeys, name, loc); err != nil {
		return Bookmark{Path: file}, fileError(file, err)
	}
	if b.Publish.IsZero() {
		b.Publish = b.Date
	}
	if b.Expiry, err = m.date(expiryKeys, name, loc); err != nil {
		return Bookmark{Path: file}, fileError(file, err)
	}
	return b, nil
}

func or(keys []string, fallback ...string) []string {
	if len(keys) > 0 {
		return keys
	}
	return fallback
}

func fileError(name string, err error) *FileError {
	fe := &FileError{Path: name, Err: err, Hint: "mend it or remove the file"}
	var le *lineError
	if errors.As(err, &le) {
		fe.Line, fe.Err = le.line, le.err
		if le.hint != "" {
			fe.Hint = le.hint
		}
	}
	return fe
}
