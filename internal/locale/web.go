package locale

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

// WebDir is the folder of the words that are said beside the letter, on pages
// and in notes. They have files of their own, since whoever wrote the words of
// the letter in a language need not have written these.
const WebDir = "web/languages"

// webFile is what a file of WebDir holds. Its dates are those of the letter.
type webFile struct {
	Phrases map[string]any `yaml:"phrases"`
}

// LoadWeb reads the words of pages and notes in a language (BCP 47), or in English
// where there are none in it: Tag and Dir are of the words that there are. Its
// errors name the file.
func LoadWeb(fsys fs.FS, tag string) (*Locale, error) {
	t, err := language.Parse(tag)
	if err != nil {
		return nil, fmt.Errorf("language %q: it is no language tag", tag)
	}
	name, data, err := find(fsys, WebDir, t)
	if errors.Is(err, errNoWords) && t != language.English {
		return LoadWeb(fsys, language.English.String())
	}
	if err != nil {
		return nil, err
	}
	l, err := Load(fsys, tag)
	if err != nil {
		return nil, err
	}
	var words webFile
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&words); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	l.name = name
	return l, l.take(words.Phrases)
}

// WebLanguages are the tags that have a file in WebDir.
func WebLanguages(fsys fs.FS) []string { return tags(fsys, WebDir) }
