// Package templates holds the layout of the letter, embedded in the program:
// digest.html.tmpl and digest.txt.tmpl with the parts that they include, and the
// words of each language in languages/.
//
// They see an email.Letter, and the functions of the package email: style,
// sheet, mso, filler, background, dir, prose, list; wrap, title, heading, subheading.
// note.html.tmpl and note.txt.tmpl are the small mails beside it; they see an
// email.Memo.
//
// The folder web is of the pages: page.html.tmpl with its parts, which sees a
// web.View, page.css, and in languages/ the words of pages and small mails.
package templates

import (
	"embed"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
)

//go:embed *.tmpl languages/*.yaml web/*.tmpl web/*.css web/languages/*.yaml
var builtin embed.FS

// FS is the templates of a directory, and the built-in ones for those that it
// does not have. An empty name means the built-in ones.
func FS(dir string) fs.FS {
	if dir == "" {
		return builtin
	}
	return overlay{os.DirFS(dir)}
}

type overlay struct{ over fs.FS }

// ReadDir is the files of both, each name once.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	own, err := fs.ReadDir(o.over, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	others, err := builtin.ReadDir(name)
	if len(own) > 0 && errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	for _, e := range others {
		if !slices.ContainsFunc(own, func(o fs.DirEntry) bool { return o.Name() == e.Name() }) {
			own = append(own, e)
		}
	}
	slices.SortFunc(own, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return own, err
}

func (o overlay) Open(name string) (fs.File, error) {
	f, err := o.over.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return builtin.Open(name)
	}
	return f, err
}
