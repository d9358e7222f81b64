package bookmark

import "testing"

func TestAMPIsThePage(t *testing.T) {
	for page, links := range map[string][]string{
		"example.org/2026/11/a-slug": {
			"https://example.org/2026/11/a-slug/amp", "https://example.org/2026/11/a-slug/amp/", "https://example.org/amp/2026/11/a-slug", "https://amp.example.org/2026/11/a-slug",
			"https://www.google.com/amp/s/example.org/2026/11/a-slug", "https://www.google.com/amp/s/www.example.org/2026/11/a-slug/amp/", "https://www.google.co.uk/amp/example.org/2026/11/a-slug?amp=1", "https://google.com/amp/s/amp.example.org/2026/11/a-slug#aoh=1",
			"https://example-org.cdn.ampproject.org/c/s/example.org/2026/11/a-slug/amp/?usqp=mq331AQ&amp_js_v=0.1#referrer=x", "https://example-org.cdn.ampproject.org/v/s/example.org/2026/11/a-slug?amp_js_v=0.1", "https://cdn.ampproject.org/c/example.org/2026/11/a-slug", "https://example-org.cdn.ampproject.org/wp/s/example.org/2026/11/a-slug",
			"https://www.bing-amp.com/c/s/www.example.org/2026/11/a-slug?amp=1", "https://example-org.bing-amp.com/c/s/example.org/2026/11/a-slug",
			"https://example.org/2026/11/a-slug?amp", "https://example.org/2026/11/a-slug/?amp=1", "https://example.org/2026/11/a-slug?outputType=amp", "https://example.org/2026/11/a-slug?_amp=true", "https://example.org/2026/11/a-slug?noamp=mobile",
		},
		"example.org/a-slug-of-words.html": {"https://example.org/a-slug-of-words.amp.html", "https://example.org/a-slug-of-words.html/amp", "https://example.org/amp/a-slug-of-words.html", "https://amp.example.org/a-slug-of-words.html"},
		"example.org/a-slug-of-words":      {"https://example.org/a-slug-of-words.amp", "https://amp.www.example.org/a-slug-of-words/amp//"},
		"example.org/watch?v=1":            {"https://example.org/watch?v=1&amp", "https://example.org/watch?amp=true&v=1", "https://example.org/watch?amp&amp;v=1"},
		"example.org":                      {"https://example.org/?amp", "https://example.org/?&amp"},
		"example.org?q=a":                  {"https://example-org.cdn.ampproject.org/c/s/example.org/?q=a"},
	} {
		for _, link := range links {
			if got := Canonical(link); got != page {
				t.Errorf("Canonical(%q) = %q, want %q", link, got, page)
			}
		}
	}
}

// What may be a page about AMP, guitars or something else is one of its own.
func TestNoAMP(t *testing.T) {
	for _, link := range []string{
		"example.org/amp", "example.org/docs/amp", "example.org/amp/docs", "example.org/products/tube-amp", "github.com/someone/amp", "github.com/someone/some-tool.amp", "example.org/2026/11/amp", "example.org/2026/11/19/amp",
		"example.org/amp/2026/11", "example.org/a-slug-of-words/amp/2", "example.org/news/amp/a-slug-of-words", // BBC's form, and many a section of others
		"amp.dev", "amp.dev/documentation/a-slug-of-words", "amp.com.au/about", "amp.example.edu", "amp.example.edu/people", "amp.example.edu/research/plasma",
		"m.example.org/2026/11/a-slug", "mobile.example.org/a-slug-of-words", "campaign.example.org/2026/11/a-slug", // mobile hosts may differ
		"example.org/fuses?amp=10", "example.org/fuses?amp=no", "example.org/fuses?amplifier", "example.org/a?outputtype=pdf", "example.org/a?format=amp",
		"example-org.cdn.ampproject.org/i/s/example.org/a.jpg", "example-org.cdn.ampproject.org/r/s/example.org/a.woff", "cdn.ampproject.org/v0.js", // no pages
		"google.com/amp", "google.com/amp/s", "google.com/amp/s/nothing", "developers.google.com/amp/cache/overview", "google.com/search?q=amp", "bing-amp.com", "blog.google/products/search/amp",
	} {
		if got := Canonical("https://" + link); got != link {
			t.Errorf("Canonical(https://%s) = %q, want it to be a page of its own", link, got)
		}
	}
}

func TestMobileHosts(t *testing.T) {
	for mobile, want := range map[string]string{
		"https://en.m.wikipedia.org/wiki/A": "en.wikipedia.org/wiki/A", "https://de.m.wiktionary.org/wiki/A": "de.wiktionary.org/wiki/A", "https://m.wikidata.org/wiki/Q1": "wikidata.org/wiki/Q1", "https://commons.m.wikimedia.org/wiki/A": "commons.wikimedia.org/wiki/A",
		"https://m.youtube.com/watch?v=a&feature=youtu.be": "youtube.com/watch?v=a", "https://youtu.be/a?t=9&si=b": "youtube.com/watch?t=9&v=a", "https://www.youtu.be/a/": "youtube.com/watch?v=a",
		"https://mobile.twitter.com/a/status/1?s=20&t=x": "twitter.com/a/status/1", "https://x.com/a/status/1": "twitter.com/a/status/1", "https://old.reddit.com/r/a/": "reddit.com/r/a", "https://m.facebook.com/a": "facebook.com/a",
		"https://mobile.nytimes.com/2017/01/01/a.html?smid=tw": "nytimes.com/2017/01/01/a.html",
		// Those that are not known to be the same stay.
		"https://m.example.org/a": "m.example.org/a", "https://m.wikipedia.example.org/": "m.wikipedia.example.org", "https://en.m.example.org/": "en.m.example.org", "https://xm.wikipedia.org/": "xm.wikipedia.org",
		"https://i.redd.it/a.png": "i.redd.it/a.png", "https://youtu.be/": "youtu.be", "https://youtu.be/a/b": "youtu.be/a/b", "https://www.com/a": "www.com/a", "https://www.www.com/a": "www.com/a",
	} {
		if got := Canonical(mobile); got != want {
			t.Errorf("Canonical(%q) = %q, want %q", mobile, got, want)
		}
	}
}
