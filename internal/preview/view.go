package preview

import (
	"net/url"
	"slices"
)

// A choice is something about the page that the editor sets. The first of its
// options holds if the address says nothing.
type choice struct {
	key, label string
	options    []option
}

// An option has a note if there is something to say when it is chosen.
type option struct{ value, label, note string }

var (
	shows = choice{"view", "View", []option{
		{"letter", "Letter", ""}, {"text", "Text", ""}, {"headers", "Headers", ""}, {"source", "Source", ""},
	}}
	widths = choice{"width", "Width", []option{{"both", "Both", ""}, {"phone", "Phone", ""}, {"desktop", "Desktop", ""}}}
	themes = choice{"theme", "Theme", []option{
		{"light", "Light", ""}, {"dark", "Dark", ""},
		{"inverted", "Inverted", "Inverted is an approximation of mail programs that turn the colours of every letter around by themselves, as some versions of Gmail and Outlook do."},
	}}
	images = choice{"images", "Images", []option{
		{"embedded", "Embedded", ""},
		{"remote", "All", "Pictures from elsewhere are fetched now, and their servers see that somebody looks."},
		{"off", "Off", "Without images, as before a reader allows them: their descriptions must do."},
	}}
	styles = choice{"styles", "Styles", []option{
		{"on", "On", ""},
		{"off", "Off", "Without style sheets, as in mail programs that drop them: only what each element says of itself is left."},
	}}

	// dressings are the choices about how the letter is shown.
	dressings = []choice{widths, themes, images, styles}
)

// A view is what the page shows and how, as its address has it.
type view struct {
	asOf   string
	chosen map[string]string // by key; what is not in it is the first option
}

// viewOf reads an address. What is no option is not chosen.
func viewOf(q url.Values) view {
	v := view{asOf: q.Get("as-of"), chosen: map[string]string{}}
	for _, c := range append(slices.Clone(dressings), shows) {
		value := q.Get(c.key)
		if slices.ContainsFunc(c.options[1:], func(o option) bool { return o.value == value }) {
			v.chosen[c.key] = value
		}
	}
	return v
}

// value is the option that holds.
func (v view) value(c choice) string {
	if value := v.chosen[c.key]; value != "" {
		return value
	}
	return c.options[0].value
}

// address is that of the same view, but for one choice.
func (v view) address(c choice, o option) string {
	q := v.query()
	q.Set(c.key, o.value)
	if o == c.options[0] {
		q.Del(c.key)
	}
	return address("/", q)
}

// letterAddress is that of the frame's document. The hash is there for the page
// to see that it has changed.
func (v view) letterAddress(frame, hash string) string {
	q := v.query()
	q.Del("view")
	q.Del("width")
	if q.Get("theme") == "dark" { // a matter of the frame alone
		q.Del("theme")
	}
	q.Set("frame", frame)
	q.Set("hash", hash)
	return address("/letter", q)
}

func (v view) query() url.Values {
	q := url.Values{}
	for key, value := range v.chosen {
		q.Set(key, value)
	}
	if v.asOf != "" {
		q.Set("as-of", v.asOf)
	}
	return q
}

func address(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
