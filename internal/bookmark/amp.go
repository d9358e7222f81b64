package bookmark

import "strings"

// withoutAMP is the path of the page of which this is the AMP form. Publishers
// put /amp before it or behind it, or .amp. That can be a page of its own, of
// guitars or a repository, so it is taken for AMP only with what is surely an
// article.
func withoutAMP(path string) string {
	for strings.Contains(path, "amp") {
		bare := strings.TrimRight(path, "/")
		slashes := path[len(bare):]
		page, ok := strings.CutSuffix(bare, "/amp")
		if !ok {
			page, ok = strings.CutSuffix(bare, ".amp")
		}
		if !ok {
			if page, ok = strings.CutSuffix(bare, ".amp.html"); ok {
				page += ".html"
			}
		}
		if !ok && strings.HasPrefix(bare, "/amp/") {
			page, ok = bare[len("/amp"):], true
		}
		if !ok || !isArticle(page) {
			break
		}
		path = page + slashes
	}
	return path
}

// isArticle reports whether a path is surely that of one article: it ends in
// four words, or has a date before its last part.
func isArticle(path string) bool {
	path = strings.TrimRight(path, "/")
	last := path[strings.LastIndexByte(path, '/')+1:]
	if strings.Count(last, "-")+strings.Count(last, "_") >= 3 {
		return true
	}
	if len(last) < 3 { // may be a day
		return false
	}
	segments := strings.Split(path, "/")
	for i := 0; i+2 < len(segments); i++ {
		if year, month := segments[i], segments[i+1]; len(year) == 4 && len(month) == 2 && isNumber(year) && isNumber(month) {
			return true
		}
	}
	return false
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isAMP reports whether a parameter asks for the AMP form of a page, or for
// another than that.
func isAMP(param string) bool {
	switch strings.ToLower(param) {
	case "amp", "amp=", "amp=1", "amp=true", "_amp=true", "outputtype=amp", "noamp", "noamp=available", "noamp=mobile":
		return true
	}
	return false
}

// ampOrigin is the address, without a scheme, of the page that an AMP cache or
// viewer shows. What else a cache holds, images and fonts, is no page.
func ampOrigin(host, path string) (origin string, ok bool) {
	switch {
	case isGoogle(host):
		origin, ok = strings.CutPrefix(path, "/amp/")
	case host == "cdn.ampproject.org" || strings.HasSuffix(host, ".cdn.ampproject.org") || host == "bing-amp.com" || strings.HasSuffix(host, ".bing-amp.com"):
		for _, kind := range []string{"/c/", "/v/", "/wp/"} { // document, viewer, signed exchange
			if origin, ok = strings.CutPrefix(path, kind); ok {
				break
			}
		}
	}
	origin = strings.TrimPrefix(origin, "s/") // as opposed to plain http
	first, _, _ := strings.Cut(origin, "/")
	return origin, ok && strings.Contains(first, ".")
}
