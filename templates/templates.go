// Package templates holds the layout of the letter: digest.html.tmpl and
// digest.txt.tmpl, embedded in the program.
//
// They see an email.Letter, and the functions of the package email: style,
// sheet, mso, filler, background; wrap, heading, subheading.
package templates

import (
	"embed"
	"errors"
	"io/fs"
	"os"
)

//go:embed *.tmpl
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

func (o overlay) Open(name string) (fs.File, error) {
	f, err := o.over.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return builtin.Open(name)
	}
	return f, err
}
