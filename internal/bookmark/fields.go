package bookmark

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Fields names the front matter keys that a bookmark is read from: of each
// list, the first that holds a value wins. A name with dots is a key, or else a
// path through tables. Case does not matter. In Date, ":filename" means the
// date at the start of the file's name, as in Hugo's configuration.
type Fields struct {
	Title, Link, Date, Categories, Summary, Image, Score []string
}

// DefaultFields are Hugo's own keys and those of well-known link blogs.
func DefaultFields() Fields {
	return Fields{
		Title:      []string{"title"},
		Link:       []string{"link", "source_url", "bookmark_of", "bookmark-of", "externalurl", "originallink", "ref"},
		Date:       []string{"date", "publishdate", "pubdate", "published", "lastmod", "modified"},
		Categories: []string{"categories", "category", "topics", "taxonomies.categories", "taxonomies.category", "tags", "taxonomies.tags", "tag"},
		Summary:    []string{"description", "summary", "abstract", "deck"},
		Image:      []string{"featuredImage"},
		Score:      []string{"socialScore"},
	}
}

var (
	publishKeys = []string{"publishdate", "pubdate", "published", "date"}
	expiryKeys  = []string{"expirydate", "unpublishdate"}
)

const filenameKey = ":filename"

// text is the first value that is one: a string, number or truth value.
func (m matter) text(keys []string) string {
	for _, k := range keys {
		f, ok := m.lookup(k)
		if !ok {
			continue
		}
		if s, ok := scalarText(f.value); ok && strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

func scalarText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case time.Time:
		return v.Format(time.RFC3339Nano), true
	}
	return "", false
}

// list is the first value that is a term or a list of terms: empty ones are
// dropped, and as in Hugo a table or a list within the list voids it.
func (m matter) list(keys []string) []string {
	for _, k := range keys {
		f, ok := m.lookup(k)
		if !ok {
			continue
		}
		items, isList := f.value.([]any)
		if !isList {
			items = []any{f.value}
		}
		var terms []string
		for _, item := range items {
			if item == nil {
				continue
			}
			s, ok := scalarText(item)
			if !ok {
				return nil
			}
			if s = Clean(s); s != "" {
				terms = append(terms, s)
			}
		}
		if len(terms) > 0 {
			return terms
		}
	}
	return nil
}

// link is the first value that is a link, and where none is, the first value.
func (m matter) link(keys []string) (link, bad string) {
	for _, k := range keys {
		f, ok := m.lookup(k)
		if !ok {
			continue
		}
		items, isList := f.value.([]any)
		if !isList {
			items = []any{f.value}
		}
		for _, item := range items {
			s, ok := scalarText(item)
			if !ok || s == "" {
				continue
			}
			if l, ok := parseLink(s); ok {
				return l, ""
			}
			if bad == "" {
				bad = Clean(s)
			}
		}
	}
	return "", bad
}

// date is the first of the dates that is there. As in Hugo, a value that is
// there and is no date is a fault, save for a truth value, which is Jekyll's.
func (m matter) date(keys []string, name string, loc *time.Location) (time.Time, error) {
	for _, k := range keys {
		if k == filenameKey {
			if t, ok := filenameDate(name, loc); ok {
				return t, nil
			}
			continue
		}
		f, ok := m.lookup(k)
		if !ok {
			continue
		}
		if _, truth := f.value.(bool); truth && strings.EqualFold(k, "published") {
			continue
		}
		t, ok, err := parseDate(f.value, loc)
		if err != nil {
			return time.Time{}, &lineError{f.line, fmt.Errorf("%s: %w", k, err), dateHint}
		}
		if ok {
			return t, nil
		}
	}
	return time.Time{}, nil
}

var datedName = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})(?:[-T](\d{2}-\d{2}-\d{2}))?(?:[-_.]|$)`)

// filenameDate reads the date at the start of a file's name, or of its folder's
// if it is the index of a bundle.
func filenameDate(name string, loc *time.Location) (time.Time, bool) {
	base := path.Base(name)
	if strings.HasPrefix(base, "index.") {
		base = path.Base(path.Dir(name))
	}
	m := datedName.FindStringSubmatch(base)
	if m == nil {
		return time.Time{}, false
	}
	layout, text := "2006-01-02", m[1]
	if m[2] != "" {
		layout, text = "2006-01-02T15-04-05", m[1]+"T"+m[2]
	}
	t, err := time.ParseInLocation(layout, text, loc)
	return t, err == nil
}

// isDraft reads Hugo's draft, where only true, "true" and numbers but 0 say
// yes, and Jekyll's published: false.
func (m matter) isDraft() bool {
	if published, ok := m["published"].value.(bool); ok && !published {
		return true
	}
	return m.says("draft")
}

// says reports whether a key is true, as Hugo reads draft.
func (m matter) says(key string) bool {
	switch v := m[key].value.(type) {
	case bool:
		return v
	case int64:
		return v != 0
	case float64:
		return v != 0
	case string:
		b, err := strconv.ParseBool(v)
		return err == nil && b
	}
	return false
}

// score trusts a count only if nothing says that it was made up. The flag that
// says so is named like the score.
func (m matter) score(keys []string) Score {
	for _, k := range keys {
		f, ok := m.lookup(k)
		if !ok {
			continue
		}
		n, ok := f.value.(int64)
		if !ok {
			continue
		}
		simulated, _ := m.lookup(k + "Simulated")
		text, _ := scalarText(simulated.value)
		made, _ := strconv.ParseBool(text)
		return Score{Value: int(n), Known: n >= 0 && !made}
	}
	return Score{}
}

// notListed says why Hugo would not list the page, if it would not.
func (m matter) notListed() string {
	if a, _ := scalarText(m["archetype"].value); a != "" && !strings.EqualFold(a, "bookmark") {
		return fmt.Sprintf("its archetype is %q", Clean(a))
	}
	if m.says("skip") {
		return "its front matter says skip"
	}
	if h, _ := m["headless"].value.(bool); h {
		return "it is headless"
	}
	build, _ := m.lookup("build.list")
	if l, _ := scalarText(build.value); l == "never" || l == "false" {
		return "build.list keeps it out of lists"
	}
	return ""
}
