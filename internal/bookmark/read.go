package bookmark

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"strings"
	"time"
)

// The limits of a [Reader] that sets none.
const (
	DefaultMaxFile        = 1 << 20
	DefaultMaxFrontMatter = 64 << 10
)

// A Reader reads content files. Its zero value reads Hugo's own keys with no
// link among them, dates without a zone as UTC, within the default limits.
type Reader struct {
	Fields         Fields
	Location       *time.Location // of dates without a zone
	Site           string         // the site's address: a page without a link is then linked to there; empty: it has none
	MaxFile        int64          // bytes
	MaxFrontMatter int64          // bytes
}

// A Source is a tree of content files with the name that its paths begin with.
type Source struct {
	Name string
	FS   fs.FS
}

// Read yields a Bookmark or a *FileError for each content file of the sources,
// in the order of their names. With an error comes a bookmark of which only the
// path is known. Content files are those named .md, .markdown, .mdown, .html or
// .htm; as in Hugo, names that begin with "." or "#" or end in "~" or ".bak"
// are passed over. Links to other files are not followed, and only regular
// files are opened.
func (r *Reader) Read(sources ...Source) iter.Seq2[Bookmark, error] {
	return func(yield func(Bookmark, error) bool) {
		for _, s := range sources {
			w := walker{r, s, yield}
			if !w.dir(".", false) {
				return
			}
		}
	}
}

type walker struct {
	*Reader
	source Source
	yield  func(Bookmark, error) bool
}

// dir reads a folder. Within a bundle, the folder of an index.md, all other
// files are resources of that page and no pages.
func (w walker) dir(name string, inBundle bool) bool {
	entries, err := fs.ReadDir(w.source.FS, name)
	if err != nil {
		p := w.path(name)
		return w.yield(Bookmark{Path: p}, &FileError{p, 0, bare(err), "its files are left out"})
	}
	bundle := inBundle
	for _, e := range entries {
		bundle = bundle || isIndex(e.Name()) && e.Type().IsRegular() && name != "."
	}
	for _, e := range entries {
		child := path.Join(name, e.Name())
		ok := true
		switch {
		case ignored(e.Name()):
		case e.IsDir():
			ok = w.dir(child, bundle)
		case !isContent(e.Name()):
		case bundle && (inBundle || !isIndex(e.Name())):
			ok = w.yield(Bookmark{Path: w.path(child), NotListed: "it is a resource of the bundle it lies in"}, nil)
		case strings.HasPrefix(e.Name(), "_index."):
			ok = w.yield(Bookmark{Path: w.path(child), NotListed: "it is the page of a section"}, nil)
		default:
			ok = w.yield(w.file(child, e.Type()))
		}
		if !ok {
			return false
		}
	}
	return true
}

// path is where a file of the source is, as users see it.
func (w walker) path(name string) string { return path.Join(w.source.Name, name) }

func (w walker) file(name string, mode fs.FileMode) (Bookmark, error) {
	p := w.path(name)
	fail := func(err error, hint string) (Bookmark, error) {
		return Bookmark{Path: p}, &FileError{p, 0, err, hint}
	}
	if mode&fs.ModeSymlink != 0 {
		return fail(errors.New("is a symbolic link, which is not followed"), "put the file itself there")
	}
	if !mode.IsRegular() {
		return fail(errors.New("is not a regular file"), "remove it")
	}
	f, err := w.source.FS.Open(name)
	if err != nil {
		return fail(bare(err), remedy(err))
	}
	defer f.Close()
	// The name may have come to mean another file since it was listed.
	info, err := f.Stat()
	if err != nil {
		return fail(bare(err), remedy(err))
	}
	if !info.Mode().IsRegular() {
		return fail(errors.New("is not a regular file"), "remove it")
	}
	limit := cmp.Or(w.MaxFile, DefaultMaxFile)
	if info.Size() > limit {
		return fail(fmt.Errorf("%w: %d bytes, over the limit of %d", ErrTooLarge, info.Size(), limit), "shorten it, or raise limits.file")
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return fail(bare(err), remedy(err))
	}
	if int64(len(data)) > limit {
		return fail(fmt.Errorf("%w: over the limit of %d bytes", ErrTooLarge, limit), "shorten it, or raise limits.file")
	}
	return w.parse(p, name, data)
}

// Parse reads the content of the file at name. The error is a *FileError, and
// with it comes a bookmark of which only the path is known.
func (r *Reader) Parse(name string, data []byte) (Bookmark, error) { return r.parse(name, name, data) }

// parse reads a file that is at name below its source.
func (r *Reader) parse(file, name string, data []byte) (Bookmark, error) {
	b := Bookmark{Path: file, Markup: Markdown}
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

// remedy is what to do about a file that cannot be opened or read.
func remedy(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it went away meanwhile; run again"
	case errors.Is(err, fs.ErrInvalid):
		return "rename it"
	}
	return "make it readable"
}

// bare is err without the path that *fs.PathError puts before it.
func bare(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

func isContent(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdown", ".html", ".htm":
		return true
	}
	return false
}

func isIndex(name string) bool {
	return isContent(name) && strings.TrimSuffix(name, path.Ext(name)) == "index"
}

func ignored(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "#") || strings.HasSuffix(name, "~") || strings.HasSuffix(name, ".bak")
}
