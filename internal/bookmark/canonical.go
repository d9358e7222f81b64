package bookmark

import (
	"net/url"
	"slices"
	"strings"
)

// An Identity says when two links are of one page.
type Identity struct {
	KeepSlash bool // a slash at the end of the path makes another page
}

// Key identifies what the bookmark links to: two bookmarks with the same key
// are the same, however they were saved. See [Identity.Canonical].
func (b Bookmark) Key() string { return b.Identity.Canonical(b.Link) }

// Canonical is [Identity.Canonical] where a slash at the end makes no difference.
func Canonical(link string) string { return Identity{}.Canonical(link) }

// Canonical is the form of a link in which two addresses of one page are
// equal. It is for comparing, not for opening. It is without
//
//   - scheme, user, "www." and default port, and the host is in lower case;
//   - a slash at the end of the path, unless it is to be kept;
//   - parameters that say nothing of the page, see [WithoutTracking], with the
//     others in order, and the session of a Java server in the path;
//   - the fragment, unless it is a route ("#!..." or "#/...");
//   - a redirector whose target stands in the link, and one of up to five within
//     it: then the target counts;
//   - the form for mobile devices, where it is sure: AMP, and the mobile hosts of
//     some large sites.
//
// It looks at the link alone and takes only what is sure: two pages with one
// form would lose one of them for ever, one page with two forms is only shown
// twice. So these remain pages of their own: short links, whose target nobody
// sees; archived, cached and translated copies, which are linked to on purpose;
// index.html; a host m.* or amp.* that nobody knows.
//
// The form of a form, behind "https://", is the same. A link that is no http or
// https URL is returned as it is.
func (id Identity) Canonical(link string) string {
	first, ok := parseAddress(link)
	if !ok {
		return link
	}
	a := first
	for range maxRedirects {
		target, ok := a.target()
		if !ok {
			return a.key(id)
		}
		a = target
	}
	if _, more := a.target(); more {
		return first.key(id)
	}
	return a.key(id)
}

// maxRedirects is how many redirectors may stand within one another.
const maxRedirects = 5

// An address is a link in its parts, each in one form.
type address struct {
	host   string // the port with it
	path   string // escaped, with the slashes at its end
	params []string
	route  string // a fragment that is part of the address, with its "#"
}

func parseAddress(link string) (a address, ok bool) {
	u, err := url.Parse(link)
	if err != nil || u.Opaque != "" || u.Scheme != "http" && u.Scheme != "https" {
		return a, false
	}
	host, ok := asciiHost(u.Hostname())
	if !ok {
		return a, false
	}
	path := withoutSession(unescape(u.EscapedPath(), "/?#%"))
	a.path = withoutAMP(path)
	a.host = oneHost(strings.TrimSuffix(host, "."), a.path)
	if isGoogle(a.host) { // whose /amp/ is a redirector
		a.path = path
	}
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		a.host += ":" + port
	}
	if a.takesWholeQuery() {
		a.params = []string{escapeUnsafe(u.RawQuery)}
	} else {
		a.params = canonicalParams(u.RawQuery, a.host)
	}
	_, fragment, _ := strings.Cut(link, "#")
	a.route = route(fragment)
	return a, true
}

// key puts the parts together again.
func (a address) key(id Identity) string {
	path := a.path
	switch {
	case !id.KeepSlash:
		path = strings.TrimRight(path, "/")
	case path == "/":
		path = ""
	}
	query := strings.Join(a.params, "&")
	if query != "" {
		query = "?" + query
	}
	return a.host + path + query + a.route
}

// canonicalParams are the parameters of a query that say something of the page,
// in order.
func canonicalParams(query, host string) []string {
	if query == "" {
		return nil
	}
	own := ownTracking(host)
	var params []string
	for p := range strings.SplitSeq(query, "&") {
		for strings.HasPrefix(p, "amp;") { // "&amp;" of HTML
			p = p[len("amp;"):]
		}
		p = unescape(p, "&;=+#%")
		if p != "" && !isTracking(p, own) && !isAMP(p) {
			params = append(params, p)
		}
	}
	slices.Sort(params)
	return params
}

// route is the fragment if it names a page within one that is all script.
func route(fragment string) string {
	if !strings.HasPrefix(fragment, "!") && !strings.HasPrefix(fragment, "/") {
		return ""
	}
	fragment, _, _ = strings.Cut(fragment, ":~:") // text to scroll to
	if strings.Trim(fragment, "!/") == "" {
		return ""
	}
	return "#" + unescape(fragment, "#%")
}

// withoutSession removes ";jsessionid=..." from the segments of a path.
func withoutSession(path string) string {
	if !strings.Contains(path, ";") {
		return path
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if at := strings.Index(strings.ToLower(s), ";jsessionid="); at >= 0 {
			segments[i] = s[:at]
		}
	}
	return strings.Join(segments, "/")
}

// unescape escapes s in one way: of what a URL may hold everything stands for
// itself but the kept characters, which mean another thing where they are
// escaped. A text with a broken escape stays as it is.
func unescape(s, kept string) string {
	if isUnescaped(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		escaped := c == '%'
		if escaped {
			plain, err := url.PathUnescape(s[i:min(i+3, len(s))])
			if err != nil {
				return escapeUnsafe(s)
			}
			c, i = plain[0], i+2
		}
		if inURL(c) && !(escaped && strings.IndexByte(kept, c) >= 0) {
			b.WriteByte(c)
			continue
		}
		writeEscape(&b, c)
	}
	return b.String()
}

func isUnescaped(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' || !inURL(s[i]) {
			return false
		}
	}
	return true
}
