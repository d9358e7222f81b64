package subscriber

import (
	"slices"
	"strings"

	"golang.org/x/text/language"

	"digest/internal/bookmark"
)

// Categories are the names of categories, in one text: each once, with a
// semicolon and a blank between them. No name has a semicolon in it.
type Categories string

// ParseCategories reads names that semicolons separate; or commas, if they may
// and there is no semicolon.
func ParseCategories(text string, commas bool) Categories {
	separator := ";"
	if commas && !strings.Contains(text, ";") {
		separator = ","
	}
	if !strings.Contains(text, separator) {
		return Categories(bookmark.Clean(text))
	}
	var names []string
	for name := range strings.SplitSeq(text, separator) {
		if name = bookmark.Clean(name); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return JoinCategories(names)
}

// JoinCategories are names, none of which has a semicolon in it.
func JoinCategories(names []string) Categories { return Categories(strings.Join(names, "; ")) }

// Names are the names one by one.
func (c Categories) Names() []string {
	if c == "" {
		return nil
	}
	return strings.Split(string(c), "; ")
}

// text is what ParseCategories reads as c.
func (c Categories) text(commas bool) string {
	if commas && strings.Contains(string(c), ",") && !strings.Contains(string(c), ";") {
		return string(c) + ";" // one name, with a comma
	}
	return string(c)
}

// parseLanguage returns the tag of a language in its usual form, or what is not
// one as it is written.
func parseLanguage(text string) string {
	text = bookmark.Clean(text)
	if text == "" || len(text) > maxLanguage {
		return text
	}
	tag, err := language.Parse(text)
	if err != nil {
		return text
	}
	return tag.String()
}

// maxLanguage is more bytes than any tag in use has.
const maxLanguage = 64
