package bookmark

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestRedirectorsAreTheirTarget(t *testing.T) {
	const escaped = "https%3A%2F%2Fwww.example.org%2Fa%2F%3Fc%3D2%26b%3D1%26utm_source%3Dx%23top"
	for _, link := range []string{
		"https://www.google.com/url?q=" + escaped + "&sa=D&usg=x", "https://www.google.com/url?sa=t&url=" + escaped, "http://google.co.uk/url?q=" + escaped, "https://www.google.com.br/url?q=" + escaped, "https://www.google.de/url?q=" + escaped,
		"https://news.google.com/news/url?url=" + escaped, "https://plus.url.google.com/url?q=" + escaped, "https://meet.google.com/linkredirect?authuser=0&dest=" + escaped,
		"https://l.facebook.com/l.php?u=" + escaped + "&h=AT0", "http://lm.facebook.com/l.php?u=" + escaped, "https://www.facebook.com/l.php?u=" + escaped, "https://m.facebook.com/l.php?u=" + escaped, "https://l.messenger.com/l.php?u=" + escaped, "https://l.instagram.com/?u=" + escaped, "https://l.instagram.com?u=" + escaped,
		"https://out.reddit.com/t3_abc?url=" + escaped + "&token=x&app_name=y", "https://out.reddit.com/?url=" + escaped,
		"https://www.youtube.com/redirect?event=video_description&redir_token=x&q=" + escaped + "&v=y", "https://m.youtube.com/redirect?q=" + escaped,
		"https://steamcommunity.com/linkfilter/?url=" + escaped, "https://steamcommunity.com/linkfilter/?u=" + escaped,
		"https://t.umblr.com/redirect?z=" + escaped + "&t=x", "https://slack-redir.net/link?url=" + escaped, "https://vk.com/away.php?to=" + escaped, "https://m.vk.com/away.php?to=" + escaped, "https://duckduckgo.com/l/?uddg=" + escaped + "&rut=x",
		"https://www.linkedin.com/redir/redirect?url=" + escaped + "&urlhash=x&trk=y", "https://www.linkedin.com/safety/go?url=" + escaped, "https://medium.com/r/?url=" + escaped, "https://exit.sc/?url=" + escaped, "https://gate.sc/?url=" + escaped,
		"https://eur03.safelinks.protection.outlook.com/?url=" + escaped + "&data=x&reserved=0", "https://nam12.safelinks.protection.outlook.com/ap/w-59584e83/?url=" + escaped,
		"https://linkprotect.cudasvc.com/url?a=" + escaped + "&c=E,1,x", "https://link.zhihu.com/?target=" + escaped, "https://go.redirectingat.com/?id=1X2&url=" + escaped, "https://www.awin1.com/cread.php?awinmid=1&p=" + escaped,
		"https://href.li/?https://example.org/a?c=2&b=1#top", "https://anonym.to/?https://example.org/a?c=2&b=1", "https://www.deviantart.com/users/outgoing?https://example.org/a?c=2&b=1", "https://www.pixiv.net/jump.php?" + escaped,
		"https://www.bing.com/ck/a?!&&p=0a&u=a1aHR0cHM6Ly9leGFtcGxlLm9yZy9hP2I9MSZjPTI&ntb=1",
		"https://r.search.yahoo.com/_ylt=x;_ylu=y/RV=2/RE=1/RO=10/RU=" + escaped + "/RK=2/RS=z-", "https://abc.r.us-east-1.awstrack.me/L0/https:%2F%2Fexample.org%2Fa%3Fb=1%26c=2/1/0100-x/y=1",
		"https://urldefense.proofpoint.com/v1/url?u=" + escaped + "&k=x", "https://urldefense.proofpoint.com/v2/url?u=https-3A__www.example.org_a-3Fb-3D1-26c-3D2&d=DwMF",
		"https://urldefense.com/v3/__https://example.org/a?b=1&c=2__;!!abc$", "https://urldefense.com/v3/__https:/example.org/a?b=1&c=2__;!!abc$", "https://urldefense.us/v3/__https://example.org/a?b*1&c=2*top__;PSM!!abc$x",
	} {
		got, want := Canonical(link), "example.org/a?b=1&c=2"
		if got != want {
			t.Errorf("Canonical(%q) = %q, want %q", link, got, want)
		}
	}
}

func TestHiddenCharactersOfURLDefense(t *testing.T) {
	for link, want := range map[string]string{
		"https://urldefense.com/v3/__https://example.org/a*b__;Iw!!t$":           "example.org/a",              // #
		"https://urldefense.com/v3/__https://example.org/*__;w7w!!t$":            "example.org/%C3%BC",         // ü
		"https://urldefense.com/v3/__https://example.org/a**Ab__;w6TDtg!!t$":     "example.org/a%C3%A4%C3%B6b", // äö, a run of two
		"https://urldefense.com/v3/__https://example.org/a*b*c__;JCQ!!t$":        "example.org/a$b$c",
		"https://urldefense.com/v3/__https://example.org/?utm_source=x__;!!t$":   "example.org",
		"https://urldefense.com/v3/__https://example.org/a*b__;!!t$":             "urldefense.com/v3/__https://example.org/a*b__;!!t$",  // none is given
		"https://urldefense.com/v3/__https://example.org/ab__;Iw!!t$":            "urldefense.com/v3/__https://example.org/ab__;Iw!!t$", // one too many
		"https://urldefense.com/v3/__https://example.org/a**.b__;Iw!!t$":         "urldefense.com/v3/__https://example.org/a**.b__;Iw!!t$",
		"https://urldefense.com/v3/__https://example.org/a":                      "urldefense.com/v3/__https://example.org/a",
		"https://urldefense.com/v3/__ftp://example.org/a__;!!t$":                 "urldefense.com/v3/__ftp://example.org/a__;!!t$",
		"https://urldefense.proofpoint.com/v2/url?u=https-3A__example.org_a-2Db": "example.org/a-b",
		"https://urldefense.proofpoint.com/v2/url?u=https-3A__example.org_a-zz":  "urldefense.proofpoint.com/v2/url?u=https-3A__example.org_a-zz",
	} {
		if got := Canonical(link); got != want {
			t.Errorf("Canonical(%q) = %q, want %q", link, got, want)
		}
	}
}

// What is no redirector, or leads nowhere, is a page of its own.
func TestNoRedirector(t *testing.T) {
	for _, link := range []string{
		"example.org/url?q=https://example.com/a", "example.org?url=https://example.com/a", "example.org/redirect?url=https://example.com/a", // unknown
		"news.ycombinator.com/submitlink?u=https://example.com/a", "google.com/search?q=https://example.com/a", "facebook.com/sharer.php?u=https://example.com/a",
		"twitter.com/intent/tweet?url=https://example.com/a", "youtube.com/watch?q=https://example.com/a&v=x", "google.example/url?q=https://example.com/a", "google.com:8080/url?q=https://example.com/a",
		"web.archive.org/web/20200101000000/https://example.com/a", "archive.ph/2020/https://example.com/a", "webcache.googleusercontent.com/search?q=cache:https://example.com/a", // copies
		"translate.google.com/translate?u=https://example.com/a", "b.hatena.ne.jp/entry/s/example.com/a", // about the page
		"google.com/url?q=example.com/a", "google.com/url?q=ftp://example.com/a", "google.com/url?q=javascript:alert(1)", "google.com/url?q=https://", "google.com/url?q=", "google.com/url", "google.com/url?q=%25zz",
		"l.facebook.com/l.php", "href.li", "href.li?nothing", "href.li?a=https://example.com/", "bing.com/ck/a?u=a1x", "bing.com/ck/a?u=aHR0cHM6Ly9leGFtcGxlLm9yZw",
		"r.search.yahoo.com/RU=", "abc.awstrack.me/L0", "t.co/abc", "bit.ly/abc",
	} {
		if got := Canonical("https://" + link); got != link {
			t.Errorf("Canonical(https://%s) = %q, want it to be a page of its own", link, got)
		}
	}
}

func TestRedirectorsInRedirectors(t *testing.T) {
	within := []string{"https://www.google.com/url?q=", "https://l.facebook.com/l.php?u=", "https://slack-redir.net/link?url=", "https://vk.com/away.php?to="}
	link := "https://www.example.org/a/"
	for i := range maxRedirects {
		link = within[i%len(within)] + url.QueryEscape(link)
		if got, want := Canonical(link), "example.org/a"; got != want {
			t.Errorf("Canonical(%q) = %q, want %q", link, got, want)
		}
	}
	link = within[1] + url.QueryEscape(link)
	if got := Canonical(link); !strings.HasPrefix(got, "l.facebook.com/l.php?u=") || Canonical("https://"+got) != got {
		t.Errorf("Canonical(%q) = %q, want it as it is: it is too deep", link, got)
	}
	short := "https://www.google.com/url?q=https%3A%2F%2Fout.reddit.com%2F%3Furl%3Dhttps%253A%252F%252Fwww.example.org%252Fslug-of-four-words%252Famp%252F%253Futm_source%253Dx"
	if got, want := Canonical(short), "example.org/slug-of-four-words"; got != want {
		t.Errorf("Canonical(%q) = %q, want %q", short, got, want)
	}
}

// The tables are found by the names that oneHost and the paths that at makes.
func TestTablesAreInOneForm(t *testing.T) {
	for host, list := range redirectors {
		plain := strings.TrimPrefix(strings.Replace(host, "google.*", "google.com", 1), "*.")
		if got := oneHost(plain, ""); got != plain {
			t.Errorf("redirectors: %s is known as %s", host, got)
		}
		for _, r := range list {
			if strings.HasSuffix(r.path, "/") {
				t.Errorf("redirectors: the path %s of %s ends in a slash", r.path, host)
			}
			if isTracking(r.param, ownTracking(plain)) {
				t.Errorf("redirectors: %s of %s is removed as tracking", r.param, host)
			}
		}
	}
	for site, names := range tracking.of {
		if got := oneHost(site, ""); got != site {
			t.Errorf("trackers: %s is known as %s", site, got)
		}
		for _, name := range names {
			if name != strings.ToLower(name) || strings.HasSuffix(name, "*") {
				t.Errorf("trackers: %s of %s will not be found", name, site)
			}
		}
	}
	for name := range tracking.names {
		if name != strings.ToLower(name) {
			t.Errorf("trackers: %s will not be found", name)
		}
	}
	if !slices.IsSortedFunc(trackers, func(a, b struct{ by, names, site string }) int {
		return strings.Compare(strings.ToLower(a.by), strings.ToLower(b.by))
	}) {
		t.Error("trackers are not in order")
	}
}
