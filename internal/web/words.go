package web

import (
	"errors"
	"io/fs"
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"digest/internal/locale"
)

// phrases are what the built-in templates say besides what kinds do.
var phrases = []string{
	"save", "data", "data-text", "data-button", "erase", "erase-text", "sure", "erase-button", "unsubscribe", "subscribe",
	"address", "name", "categories", "categories-hint", "language", "error", "bad-address", "trap", "join-button",
}

// spoken are all phrases of pages.
func spoken() []string {
	all := slices.Clone(phrases)
	for _, k := range kinds {
		all = append(append(all, k.heading, k.button, k.status, k.help), k.texts...)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(s string) bool { return s == "" })
}

// loadWords loads all languages.
func (p *Pages) loadWords(fsys fs.FS) error {
	needed := spoken()
	load := func(tag string) (*locale.Locale, error) {
		l, err := locale.LoadWeb(fsys, tag)
		if err == nil {
			err = l.Has(needed...)
		}
		return l, err
	}
	own, err := load(p.site.Language)
	if err != nil {
		return err
	}
	p.own, p.words = own, map[string]*locale.Locale{own.Tag(): own}
	var errs []error
	for _, tag := range locale.WebLanguages(fsys) {
		l, err := load(tag)
		errs = append(errs, err)
		p.words[tag] = l
	}
	return errors.Join(errs...)
}

// maxAccepted is the longest list of languages of a request that is looked at, in
// bytes.
const maxAccepted = 500

// wordsFor are those of the reader's own language, or of the first one that the
// request accepts and that has words, or of the newsletter's.
func (p *Pages) wordsFor(own, accepted string) *locale.Locale {
	var wanted []language.Tag
	if len(accepted) <= maxAccepted {
		wanted, _, _ = language.ParseAcceptLanguage(accepted) // nonsense accepts nothing
	}
	if t, err := language.Parse(own); err == nil {
		wanted = append([]language.Tag{t}, wanted...)
	}
	for _, t := range wanted {
		for ; t != language.Und; t = t.Parent() {
			if l, ok := p.words[t.String()]; ok {
				return l
			}
		}
	}
	return p.own
}

// Languages are the languages that letters can be in, each by its own name for
// itself, with the chosen one marked.
func Languages(fsys fs.FS, chosen string) []Choice {
	var all []Choice
	for _, tag := range locale.Languages(fsys) {
		all = append(all, Choice{Value: tag, Title: ownName(tag), Chosen: tag == chosen})
	}
	return all
}

func ownName(tag string) string {
	name := display.Self.Name(language.Make(tag))
	if name == "" {
		return tag
	}
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}
