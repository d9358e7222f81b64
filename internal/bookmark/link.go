package bookmark

import (
	"net/url"
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
	if len(link) > maxLink { // once it is escaped
		return "", false
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
	if a := strings.ToLower(host); isPlain(a) { // with the underscores that real hosts have, and idna refuses
		return a, !hasEmptyLabel(a)
	}
	a, err := idna.Lookup.ToASCII(host)
	if err != nil {
		return "", false
	}
	if again, err := idna.Lookup.ToASCII(a); err != nil || again != a {
		return "", false // some hosts become names that no one may look up
	}
	return a, !hasEmptyLabel(a)
}

// isPlain reports whether a host is ASCII in lower case, and none that stands
// for other letters.
func isPlain(host string) bool {
	for i := 0; i < len(host); i++ {
		if !hostByte(host[i]) {
			return false
		}
	}
	return !strings.Contains(host, "xn--")
}

func hostByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_'
}

func hasEmptyLabel(host string) bool {
	host = strings.TrimSuffix(host, ".")
	return host == "" || host[0] == '.' || strings.HasSuffix(host, ".") || strings.Contains(host, "..")
}

// escapeUnsafe percent-encodes what RFC 3986 does not allow in a URL, byte by
// byte, and leaves all else as it stands.
func escapeUnsafe(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; inURL(c) {
			b.WriteByte(c)
		} else {
			writeEscape(&b, c)
		}
	}
	return b.String()
}

// inURL reports whether RFC 3986 allows the byte in a URL.
func inURL(c byte) bool { return urlBytes[c] }

var urlBytes = func() (allowed [256]bool) {
	for c := byte('!'); c <= '~'; c++ {
		allowed[c] = strings.IndexByte("\"<>\\^`{|}", c) < 0
	}
	return allowed
}()

func writeEscape(b *strings.Builder, c byte) {
	const hex = "0123456789ABCDEF"
	b.Write([]byte{'%', hex[c>>4], hex[c&15]})
}
