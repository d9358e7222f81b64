// Package locale is how a letter speaks a language: its fixed words, its plural
// forms and its dates. Each language is a file of data, so that it can be mended
// or added to without the program:
//
//	l, err := locale.Load(templates.FS(""), "pt-BR")
//	l.Say("bookmarks", 3, "period", l.Period(from, to)) // 3 links de 13 a 19 de novembro de 2026, nil
package locale

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Dir is the folder of the languages' files, each named by its tag: pt-BR.yaml.
const Dir = "languages"

// A Locale is one language. It is safe for concurrent use.
type Locale struct {
	name    string // of the file
	tag     language.Tag
	dir     string
	file    file
	phrases map[string]phrase
}

// file is what a language's file holds.
type file struct {
	Months   []string          `yaml:"months"`   // January first
	Weekdays []string          `yaml:"weekdays"` // Sunday first
	Dates    map[string]string `yaml:"dates"`    // patterns; see date.go
	Phrases  map[string]any    `yaml:"phrases"`  // a text, or a map from plural form to text
}

// Load reads the words of a language (BCP 47). Where there are none for pt-BR,
// those of pt do. Its errors name the file.
func Load(fsys fs.FS, tag string) (*Locale, error) {
	t, err := language.Parse(tag)
	if err != nil {
		return nil, fmt.Errorf("language %q: it is no language tag", tag)
	}
	name, data, err := find(fsys, Dir, t)
	if err != nil {
		return nil, err
	}
	return parse(name, t, data)
}

// find is the file of a language in a folder, or of the one it is a kind of.
func find(fsys fs.FS, dir string, t language.Tag) (name string, data []byte, err error) {
	for at := t; at != language.Und; at = at.Parent() {
		name = path.Join(dir, at.String()+".yaml")
		if data, err = fs.ReadFile(fsys, name); !errors.Is(err, fs.ErrNotExist) {
			return name, data, err
		}
	}
	return "", nil, fmt.Errorf("language %s: %w, only for %s; write %s/%s.yaml into the folder of templates",
		t, errNoWords, strings.Join(tags(fsys, dir), ", "), dir, t)
}

var errNoWords = errors.New("there are no words for it")

// Words is the language whose words Load reads for a tag, by the name of its file:
// pt for pt-BR. It is empty if there are none, or tag is no language tag.
func Words(fsys fs.FS, tag string) string {
	t, err := language.Parse(tag)
	for at := t; err == nil && at != language.Und; at = at.Parent() {
		if _, err := fs.Stat(fsys, path.Join(Dir, at.String()+".yaml")); err == nil {
			return at.String()
		}
	}
	return ""
}

// Languages are the tags that have a file.
func Languages(fsys fs.FS) []string { return tags(fsys, Dir) }

func tags(fsys fs.FS, dir string) []string {
	names, _ := fs.Glob(fsys, dir+"/*.yaml") // the pattern is good
	for i, n := range names {
		names[i] = strings.TrimSuffix(path.Base(n), ".yaml")
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// parse reads a file. Each fault begins with its name.
func parse(name string, t language.Tag, data []byte) (*Locale, error) {
	l := &Locale{name: name, tag: t, dir: direction(t)}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&l.file); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(name+": "+format, args...)) }
	if n := len(l.file.Months); n != 12 {
		fault("months: %d of them, not 12", n)
	}
	if n := len(l.file.Weekdays); n != 7 {
		fault("weekdays: %d of them, not 7", n)
	}
	for _, pattern := range patterns {
		if l.file.Dates[pattern] == "" {
			fault("dates: %s is missing", pattern)
		} else if odd := unknown(l.file.Dates[pattern], dateWords); odd != "" {
			fault("dates: %s: there is no {%s}, only {%s}", pattern, odd, strings.Join(dateWords, "}, {"))
		}
	}
	return l, errors.Join(append(faults, l.take(l.file.Phrases))...)
}

// take makes these the phrases of the locale.
func (l *Locale) take(texts map[string]any) error {
	l.phrases = map[string]phrase{}
	var faults []error
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		p, err := newPhrase(texts[key])
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: phrases: %s: %w", l.name, key, err))
		}
		l.phrases[key] = p
	}
	return errors.Join(faults...)
}

// phraseWords are what phrases may have filled in.
var phraseWords = []string{"count", "title", "period", "date", "number", "lead", "section", "address"}

// unknown is a placeholder of a text that nothing is filled in for, or empty.
func unknown(text string, known []string) (odd string) {
	fill(text, func(name string) (string, bool) {
		if !slices.Contains(known, name) {
			odd = name
		}
		return "", true
	})
	return odd
}

// Tag is the language as HTML and mail name it.
func (l *Locale) Tag() string { return l.tag.String() }

// Dir is the direction of the language's writing, ltr or rtl.
func (l *Locale) Dir() string { return l.dir }

func direction(t language.Tag) string {
	script, _ := t.Script()
	switch script.String() {
	case "Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg":
		return "rtl"
	}
	return "ltr"
}

// A phrase is a text by plural form of the language (CLDR).
type phrase map[plural.Form]string

var forms = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other,
}

func newPhrase(value any) (phrase, error) {
	texts, ok := value.(map[string]any)
	if text, isText := value.(string); isText {
		texts, ok = map[string]any{"other": text}, true
	}
	if !ok {
		return nil, errors.New("it is neither a text nor a table of plural forms")
	}
	p := phrase{}
	for name, value := range texts {
		form, known := forms[name]
		text, isText := value.(string)
		if !known || !isText {
			return nil, fmt.Errorf("%s is no text for zero, one, two, few, many or other", name)
		}
		if strings.TrimSpace(text) == "" {
			return nil, fmt.Errorf("%s is empty", name)
		}
		if odd := unknown(text, phraseWords); odd != "" {
			return nil, fmt.Errorf("there is no {%s}, only {%s}", odd, strings.Join(phraseWords, "}, {"))
		}
		p[form] = text
	}
	if p[plural.Other] == "" {
		return nil, errors.New("the form other is missing")
	}
	return p, nil
}

// Say is a phrase with its placeholders filled in: {count}, and by name what
// follows as pairs. The count chooses the plural form; of none at all that is
// zero, in every language. A phrase that the file does not have is an error.
func (l *Locale) Say(name string, count int, pairs ...string) (string, error) {
	p, ok := l.phrases[name]
	if !ok {
		return "", fmt.Errorf("%s has no phrase %q", l.tag, name)
	}
	text := p[plural.Cardinal.MatchPlural(l.tag, count, 0, 0, 0, 0)]
	if count == 0 {
		text = cmp.Or(p[plural.Zero], text)
	}
	text = cmp.Or(text, p[plural.Other])
	return fill(text, func(name string) (string, bool) {
		if name == "count" {
			return strconv.Itoa(count), true
		}
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}), nil
}

// Has reports whether all phrases are there, as an error that names those that
// are not.
func (l *Locale) Has(names ...string) error {
	missing := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return l.phrases[n] != nil })
	if len(missing) > 0 {
		return fmt.Errorf("%s: phrases: %s missing", l.name, strings.Join(missing, ", "))
	}
	return nil
}

// fill replaces each {name} by what value has for it, once: what is filled in is
// not looked at again. A name without a value stays.
func fill(text string, value func(name string) (string, bool)) string {
	var b strings.Builder
	for {
		before, rest, opened := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		b.WriteString(before)
		if !opened || !closed {
			b.WriteString(text[len(before):])
			return b.String()
		}
		v, ok := value(name)
		if !ok {
			v = "{" + name + "}"
		}
		b.WriteString(v)
		text = after
	}
}
