package bookmark

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// A redirector is a host that sends readers on to a target that stands in the
// link.
type redirector struct {
	path  string // "*": any
	param string // that holds the target; empty: the query is the target

	decode func(value string) (target string, ok bool) // nil: percent-encoded
}

// redirectors are those that are well known. The name of a parameter alone does
// not make one: url=, u= or q= elsewhere is what the page is about.
var redirectors = map[string][]redirector{
	"anonym.to":                          {{path: ""}},
	"awin1.com":                          {{path: "/cread.php", param: "ued"}, {path: "/cread.php", param: "p"}},
	"away.vk.com":                        {{path: "/away.php", param: "to"}},
	"bing.com":                           {{path: "/ck/a", param: "u", decode: decodeBing}},
	"click.linksynergy.com":              {{path: "/deeplink", param: "murl"}},
	"deviantart.com":                     {{path: "/users/outgoing"}},
	"douban.com":                         {{path: "/link2", param: "url"}},
	"duckduckgo.com":                     {{path: "/l", param: "uddg"}},
	"exit.sc":                            {{path: "", param: "url"}}, // SoundCloud
	"facebook.com":                       {{path: "/l.php", param: "u"}, {path: "/flx/warn", param: "u"}},
	"gate.sc":                            {{path: "", param: "url"}}, // SoundCloud
	"getpocket.com":                      {{path: "/redirect", param: "url"}},
	"gitee.com":                          {{path: "/link", param: "target"}},
	"go.redirectingat.com":               {{path: "*", param: "url"}}, // Skimlinks
	"go.skimresources.com":               {{path: "*", param: "url"}},
	"href.li":                            {{path: ""}}, // Tumblr
	"l.facebook.com":                     {{path: "/l.php", param: "u"}},
	"l.instagram.com":                    {{path: "", param: "u"}},
	"l.messenger.com":                    {{path: "/l.php", param: "u"}},
	"l.threads.com":                      {{path: "", param: "u"}},
	"l.threads.net":                      {{path: "", param: "u"}},
	"l.wl.co":                            {{path: "/l", param: "u"}}, // WhatsApp
	"l.workplace.com":                    {{path: "/l.php", param: "u"}},
	"link.csdn.net":                      {{path: "", param: "target"}},
	"link.juejin.cn":                     {{path: "", param: "target"}},
	"link.zhihu.com":                     {{path: "", param: "target"}},
	"linkedin.com":                       {{path: "/redir/redirect", param: "url"}, {path: "/safety/go", param: "url"}},
	"linkprotect.cudasvc.com":            {{path: "/url", param: "a"}}, // Barracuda
	"links.jianshu.com":                  {{path: "/go", param: "to"}},
	"lm.facebook.com":                    {{path: "/l.php", param: "u"}},
	"medium.com":                         {{path: "/r", param: "url"}},
	"meet.google.com":                    {{path: "/linkredirect", param: "dest"}},
	"news.google.com":                    {{path: "/news/url", param: "url"}},
	"oschina.net":                        {{path: "/action/GoToLink", param: "url"}},
	"out.reddit.com":                     {{path: "*", param: "url"}},
	"pinterest.com":                      {{path: "/offsite", param: "url"}},
	"pixiv.net":                          {{path: "/jump.php"}},
	"plus.url.google.com":                {{path: "/url", param: "q"}, {path: "/url", param: "url"}},
	"redirect.viglink.com":               {{path: "*", param: "u"}},
	"slack-redir.net":                    {{path: "/link", param: "url"}},
	"sspai.com":                          {{path: "/link", param: "target"}},
	"statics.teams.cdn.office.net":       {{path: "/evergreen-assets/safelinks/1/atp-safelinks.html", param: "url"}},
	"steamcommunity.com":                 {{path: "/linkfilter", param: "url"}, {path: "/linkfilter", param: "u"}},
	"t.umblr.com":                        {{path: "/redirect", param: "z"}}, // Tumblr
	"twitter.com":                        {{path: "/i/redirect", param: "url"}},
	"urldefense.proofpoint.com":          {{path: "/v1/url", param: "u"}, {path: "/v2/url", param: "u", decode: decodeDefense2}},
	"vk.com":                             {{path: "/away.php", param: "to"}},
	"weibo.cn":                           {{path: "/sinaurl", param: "u"}, {path: "/sinaurl", param: "toasturl"}},
	"youtube.com":                        {{path: "/redirect", param: "q"}},
	"google.*":                           {{path: "/url", param: "q"}, {path: "/url", param: "url"}}, // of any country
	"*.safelinks.protection.outlook.com": {{path: "*", param: "url"}},                                // of any region
}

// redirectorsOf are those of a host.
func redirectorsOf(host string) []redirector {
	switch {
	case isGoogle(host):
		host = "google.*"
	case strings.HasSuffix(host, ".safelinks.protection.outlook.com"):
		host = "*.safelinks.protection.outlook.com"
	}
	return redirectors[host]
}

// at reports whether the path is that of the redirector.
func (r redirector) at(path string) bool {
	return r.path == "*" || r.path == strings.TrimRight(path, "/")
}

// takesWholeQuery reports whether the query is no list of parameters but the
// target of a redirector, or part of it.
func (a address) takesWholeQuery() bool {
	if isDefense3(a.host, a.path) {
		return true
	}
	for _, r := range redirectorsOf(a.host) {
		if r.param == "" && r.at(a.path) {
			return true
		}
	}
	return false
}

// target is the address that this one is a redirector to.
func (a address) target() (address, bool) {
	for _, r := range redirectorsOf(a.host) {
		if !r.at(a.path) {
			continue
		}
		for _, p := range a.params {
			value, ok := strings.CutPrefix(p, r.param+"=")
			if r.param == "" {
				value, ok = p, true
			}
			if !ok {
				continue
			}
			if t, ok := r.read(value); ok {
				return t, true
			}
		}
	}
	if link, ok := a.pathTarget(); ok {
		return parseAddress(link)
	}
	return address{}, false
}

// read is the address that a value stands for.
func (r redirector) read(value string) (address, bool) {
	var ok bool
	switch {
	case r.decode != nil:
		if value, ok = r.decode(value); !ok {
			return address{}, false
		}
	case r.param == "" && strings.Contains(value, "://"): // as it is
	default:
		var err error
		if value, err = url.PathUnescape(value); err != nil { // a "+" is no blank: an address has none
			return address{}, false
		}
	}
	return parseAddress(value)
}

// pathTarget is the link that this address is a redirector to by its path.
func (a address) pathTarget() (link string, ok bool) {
	query := strings.Join(a.params, "&")
	if origin, ok := ampOrigin(a.host, a.path); ok {
		return "https://" + origin + "?" + query, true
	}
	switch {
	case a.host == "youtu.be":
		id := strings.Trim(a.path, "/")
		return "https://youtube.com/watch?v=" + id + "&" + query, id != "" && !strings.ContainsAny(id, "/&=%")
	case a.host == "r.search.yahoo.com":
		_, rest, _ := strings.Cut(a.path, "/RU=")
		return segment(rest)
	case strings.HasSuffix(a.host, ".awstrack.me"): // Amazon's mail
		return segment(strings.TrimPrefix(a.path, "/L0/"))
	case isDefense3(a.host, a.path):
		if query != "" {
			query = "?" + query
		}
		return decodeDefense3(a.path + query)
	}
	return "", false
}

// segment is what is escaped in the first segment of a path.
func segment(path string) (link string, ok bool) {
	first, _, _ := strings.Cut(path, "/")
	link, err := url.PathUnescape(first)
	return link, err == nil && first != ""
}

// decodeBing reads "a1" and the target in base64.
func decodeBing(value string) (string, bool) {
	encoded, ok := strings.CutPrefix(value, "a1")
	target, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(encoded, "="))
	return string(target), ok && err == nil
}
