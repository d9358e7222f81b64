package bookmark

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// maxLink is the most bytes of a link: a letter has no room for endless ones, and
// browsers none either.
const maxLink = 2048

// Link is s as a link of a bookmark would be: an absolute http or https URL that
// is safe to print on a line of its own. It is false for what can be none.
func Link(s string) (string, bool) { return parseLink(s) }

// parseLink makes an absolute http or https URL of s that is safe to print on
// a line of its own: ASCII only, without blanks, double quotes or a user name.
func parseLink(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) > maxLink || strings.ContainsFunc(s, unicode.IsControl) {
		return "", false
	}
	u, err := url.Parse(s)
	if err != nil || u.Opaque != "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "", false
	}
	host, ok := asciiHost(u.Hostname())
	if !ok {
		return "", false
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	u.Host, u.User = host, nil // a name before the host is a disguise
	u.RawQuery = escapeUnsafe(u.RawQuery)
	link, fragment, hasFragment := strings.Cut(u.String(), "#")
	link = escapeUnsafe(link)
	if hasFragment {
		link += "#" + escapeUnsafe(fragment)
	}
	return link, true
}

// asciiHost is host in A-labels (RFC 5890), lower case, or an IP address. It
// is false for what can be neither.
func asciiHost(host string) (string, bool) {
	if host == "" {
		return "", false
	}
	if strings.Contains(host, ":") { // IPv6, where a zone after % is of one machine only
		return "[" + strings.ToLower(host) + "]", !strings.Contains(host, "%")
	}
	a, err := idna.Lookup.ToASCII(host)
	if err != nil {
		// Lookup refuses the underscores that real hosts have.
		if a = strings.ToLower(host); strings.ContainsFunc(a, func(r rune) bool { return !hostByte(r) }) || strings.Contains(a, "xn--") {
			return "", false
		}
	} else if again, err := idna.Lookup.ToASCII(a); err != nil || again != a {
		return "", false // some hosts become names that no one may look up
	}
	if slices.Contains(strings.Split(strings.TrimSuffix(a, "."), "."), "") {
		return "", false
	}
	return a, true
}

func hostByte(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_'
}

// escapeUnsafe percent-encodes what RFC 3986 does not allow in a URL, byte by
// byte, and leaves all else as it stands.
func escapeUnsafe(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c <= ' ' || c >= 0x7F || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// Key identifies what the bookmark links to: two bookmarks with the same key
// are the same, however they were saved. See [Canonical].
func (b Bookmark) Key() string { return Canonical(b.Link) }

// Canonical is the form of a link in which two addresses of one page are
// equal: without scheme, user, "www.", default port, trailing slash, tracking
// parameters and fragment (unless the fragment is a route, "#!..." or "#/..."),
// the host in lower case and the parameters in order. It is for comparing, not
// for opening. A link that is no http or https URL is returned as it is.
func Canonical(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return link
	}
	host, ok := asciiHost(u.Hostname())
	if !ok {
		return link
	}
	var b strings.Builder
	b.WriteString(strings.TrimPrefix(strings.TrimSuffix(host, "."), "www."))
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		b.WriteString(":" + port)
	}
	b.WriteString(strings.TrimRight(canonicalPath(u.EscapedPath()), "/"))
	if q := canonicalQuery(u.RawQuery); q != "" {
		b.WriteString("?" + q)
	}
	if f := u.EscapedFragment(); strings.HasPrefix(f, "!") || strings.HasPrefix(f, "/") {
		b.WriteString("#" + f)
	}
	return b.String()
}

var escapedSlash = regexp.MustCompile("%2[Ff]")

// canonicalPath escapes a path in one way. An escaped slash is no slash.
func canonicalPath(escaped string) string {
	segments := escapedSlash.Split(escaped, -1)
	for i, s := range segments {
		if plain, err := url.PathUnescape(s); err == nil {
			segments[i] = (&url.URL{Path: plain}).EscapedPath()
		}
	}
	return strings.Join(segments, "%2F")
}

func canonicalQuery(raw string) string {
	params := withoutTracking(raw)
	slices.Sort(params)
	return strings.Join(params, "&")
}

func withoutTracking(query string) []string {
	params := strings.FieldsFunc(query, func(r rune) bool { return r == '&' })
	return slices.DeleteFunc(params, func(p string) bool {
		name, _, _ := strings.Cut(p, "=")
		return isTracking(strings.ToLower(name))
	})
}

// WithoutTracking is the link without the parameters that say where a reader
// came from, and otherwise as it stands.
func WithoutTracking(link string) string {
	address, fragment, hasFragment := strings.Cut(link, "#")
	address, query, hasQuery := strings.Cut(address, "?")
	if kept := withoutTracking(query); hasQuery && len(kept) > 0 {
		address += "?" + strings.Join(kept, "&")
	}
	if hasFragment {
		address += "#" + fragment
	}
	return address
}

// isTracking reports whether a parameter says where a reader came from, and
// nothing of the page.
func isTracking(name string) bool {
	if strings.HasPrefix(name, "utm_") || strings.HasPrefix(name, "mtm_") || strings.HasPrefix(name, "pk_") {
		return true
	}
	switch name {
	case "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "igshid", "igsh",
		"mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "hsctatracking", "vero_id", "oly_anon_id", "oly_enc_id", "li_fat_id",
		"_openstat", "s_cid", "wickedid", "rb_clickid", "at_medium", "at_campaign", "ns_mchannel", "cmpid", "srsltid":
		return true
	}
	return false
}

// Host is the host of the link as a reader should see it: without "www.", and
// in its own letters if those cannot be taken for others.
func (b Bookmark) Host() string {
	u, err := url.Parse(b.Link)
	if err != nil {
		return ""
	}
	labels := strings.Split(strings.TrimPrefix(u.Hostname(), "www."), ".")
	foreign := strings.HasPrefix(labels[len(labels)-1], "xn--")
	for i, label := range labels {
		if shown, err := idna.Display.ToUnicode(label); err == nil && readable(shown, foreign) {
			labels[i] = shown
		}
	}
	return strings.Join(labels, ".")
}

// readable reports whether a label of a host is of one script, and of one
// whose letters do not pass for Latin ones unless the whole name is foreign.
func readable(label string, foreign bool) bool {
	var latin, cjk, distinct, confusable bool
	for _, r := range label {
		switch {
		case r == '-' || r >= '0' && r <= '9':
		case unicode.Is(unicode.Latin, r):
			if !everydayLatin(r) {
				return false
			}
			latin = true
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			cjk = true
		case unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Thai, unicode.Devanagari) && !unicode.IsDigit(r):
			distinct = true
		default: // Cyrillic and Greek, but also Lisu or the digits of Bengali
			confusable = true
		}
	}
	kinds := 0
	for _, k := range []bool{latin, cjk, distinct, confusable} {
		if k {
			kinds++
		}
	}
	return kinds <= 1 && (!confusable || foreign)
}

// everydayLatin reports whether r is a letter of a European or Vietnamese
// alphabet, and none that is another without its dot, as in phonetic script.
func everydayLatin(r rune) bool {
	return r <= 0x17F && r != 0x131 || r >= 0x218 && r <= 0x21B || r >= 0x1E00 && r <= 0x1EFF
}
