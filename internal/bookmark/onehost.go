package bookmark

import "strings"

// sameHost are hosts that show the pages of another one at the same path.
var sameHost = map[string]string{
	"amp.reddit.com":      "reddit.com",
	"m.facebook.com":      "facebook.com",
	"m.imdb.com":          "imdb.com",
	"m.reddit.com":        "reddit.com",
	"m.twitter.com":       "twitter.com",
	"m.vk.com":            "vk.com",
	"m.youtube.com":       "youtube.com",
	"mbasic.facebook.com": "facebook.com",
	"mobile.nytimes.com":  "nytimes.com",
	"mobile.twitter.com":  "twitter.com",
	"mobile.x.com":        "twitter.com",
	"new.reddit.com":      "reddit.com",
	"np.reddit.com":       "reddit.com",
	"old.reddit.com":      "reddit.com",
	"touch.facebook.com":  "facebook.com",
	"x.com":               "twitter.com",
}

// oneHost is the host under which a page is known, of those that show it.
func oneHost(host, path string) string {
	for {
		next := sameHost[host]
		if next == "" {
			next = withoutPrefix(host, "www.")
		}
		if next == "" && isArticle(path) {
			next = withoutPrefix(host, "amp.")
		}
		if next == "" {
			next = desktopWiki(host)
		}
		if next == "" {
			return host
		}
		host = next
	}
}

// withoutPrefix is the host without the prefix, if that leaves more than a
// top-level domain.
func withoutPrefix(host, prefix string) string {
	if rest, ok := strings.CutPrefix(host, prefix); ok && strings.Contains(rest, ".") {
		return rest
	}
	return ""
}

// desktopWiki is the host of a wiki of Wikimedia whose mobile host this is:
// en.m.wikipedia.org, m.wikidata.org.
func desktopWiki(host string) string {
	rest, _ := strings.CutSuffix(host, ".org")
	at := strings.LastIndexByte(rest, '.')
	if at < 0 || len(rest) == len(host) {
		return ""
	}
	language, ok := strings.CutSuffix("."+rest[:at], ".m")
	if !ok {
		return ""
	}
	switch rest[at+1:] {
	case "mediawiki", "wikibooks", "wikidata", "wikimedia", "wikinews", "wikipedia", "wikiquote", "wikisource", "wikiversity", "wikivoyage", "wiktionary":
		return strings.TrimPrefix(language+host[at:], ".")
	}
	return ""
}

// isGoogle reports whether the host is Google's search in some country.
func isGoogle(host string) bool {
	country, ok := strings.CutPrefix(host, "google.")
	if !ok {
		return false
	}
	country = strings.TrimPrefix(strings.TrimPrefix(country, "com."), "co.")
	return country == "com" || len(country) == 2
}
