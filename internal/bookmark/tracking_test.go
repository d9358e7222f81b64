package bookmark

import (
	"slices"
	"testing"
)

func TestTracking(t *testing.T) {
	for _, link := range []string{
		"https://example.org/?fb_action_ids=1&fb_source=x&__cft__[0]=y&__tn__=z&mibextid=a", "https://example.org/?_ga=1&_gl=2&gad_source=1&gbraid=x", "https://example.org/?mtm_campaign=a&pk_kwd=b&piwik_kwd=c&matomo_source=d",
		"https://example.org/?hsa_acc=1&_hsenc=2&__hstc=3", "https://example.org/?elqTrackId=1&elq=2&s_cid=3&mkt_tok=4", "https://example.org/?at_medium=x&xtor=y&ns_mchannel=z", "https://example.org/?ref_src=twsrc%5Etfw", "https://example.org/?WT.mc_id=x&cm_mmc=y-_-z",
	} {
		if got, want := Canonical(link), "example.org"; got != want {
			t.Errorf("Canonical(%q) = %q, want %q", link, got, want)
		}
		if got, want := WithoutTracking(link), "https://example.org/"; got != want {
			t.Errorf("WithoutTracking(%q) = %q, want %q", link, got, want)
		}
	}
}

// On one site a name says nothing of the page, and on another it may.
func TestTrackingOfOneSite(t *testing.T) {
	for link, want := range map[string]string{
		"https://www.alibaba.com/a?spm=1&scm=2&id=3": "https://www.alibaba.com/a?id=3", "https://de.aliexpress.com/item/1.html?spm=x": "https://de.aliexpress.com/item/1.html", "https://de.linkedin.com/in/a?trk=x": "https://de.linkedin.com/in/a",
		"https://twitter.com/a/status/1?s=20&t=x": "https://twitter.com/a/status/1", "https://x.com/a/status/1?s=20": "https://x.com/a/status/1", "https://m.youtube.com/watch?v=a&si=b&feature=share&t=9": "https://m.youtube.com/watch?v=a&t=9",
		"https://medium.com/a/b-1?source=rss": "https://medium.com/a/b-1", "https://someone.substack.com/p/a?r=1": "https://someone.substack.com/p/a",
		"https://www.theguardian.com/a?CMP=share": "https://www.theguardian.com/a", "https://aws.amazon.com/a?trk=b": "https://aws.amazon.com/a",
		"http://us3.campaign-archive2.com/?u=4a&id=6d&e=94": "http://us3.campaign-archive2.com/?u=4a&id=6d",
	} {
		if got := WithoutTracking(link); got != want {
			t.Errorf("WithoutTracking(%q) = %q, want %q", link, got, want)
		}
	}
	for _, name := range []string{
		"spm", "scm", "trk", "e", "s", "t", "si", "source", "r", "cmp", "mod", "share", "pp", // of the sites above, and others
		"ref", "src", "from", "via", "cid", "id", "tag", "campaign", "campaign_id", "ga_id", "sid", "session", "referrer", "medium", "q", "p", "page", "lang", "v", "amp_", "sk", // never
	} {
		link := "https://example.org/?" + name + "=1"
		if got := WithoutTracking(link); got != link {
			t.Errorf("WithoutTracking(%q) = %q, want it as it is", link, got)
		}
		if Canonical(link) == "example.org" {
			t.Errorf("Canonical(%q) knows nothing of %s", link, name)
		}
	}
	if names := ownTracking("notyoutube.com"); names != nil {
		t.Errorf("ownTracking(notyoutube.com) = %v, want none", names)
	}
	if names := ownTracking("music.youtube.com"); !slices.Contains(names, "si") {
		t.Errorf("ownTracking(music.youtube.com) = %v, want those of youtube.com", names)
	}
}

// Where a whole link is the query, its parameters are not the redirector's.
func TestWithoutTrackingLeavesWholeQueries(t *testing.T) {
	for _, link := range []string{"https://href.li/?https://example.org/?utm_source=x", "https://urldefense.com/v3/__https://example.org/?utm_source=x__;!!t$"} {
		if got := WithoutTracking(link); got != link {
			t.Errorf("WithoutTracking(%q) = %q, want it as it is", link, got)
		}
	}
}
