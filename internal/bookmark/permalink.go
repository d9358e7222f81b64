package bookmark

import (
	"net/url"
	"path"
	"strings"
)

// permalink is the address of a page below its site, as Hugo makes it unless it
// is configured otherwise: url, or the folders and the slug or file name, in
// lower case.
func (m matter) permalink(name string) string {
	if u := m.text([]string{"url"}); strings.HasPrefix(u, "/") {
		return (&url.URL{Path: u}).EscapedPath()
	}
	dir, last := path.Split(strings.TrimSuffix(name, path.Ext(name)))
	if last == "index" && dir != "" {
		dir, last = path.Split(strings.TrimSuffix(dir, "/"))
	}
	if slug := m.text([]string{"slug"}); slug != "" {
		last = slug
	}
	// A slug cannot lead out of the site.
	p := path.Clean("/" + strings.ToLower(strings.ReplaceAll(Clean(dir+last), " ", "-")))
	return (&url.URL{Path: strings.TrimSuffix(p, "/") + "/"}).EscapedPath()
}
