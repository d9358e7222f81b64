package lint

var headingRules = []rule{
	{Rule{"letter.h1", Error, "there is an h1", "screen readers jump by headings; the first is the name of the letter"}, h1},
	{Rule{"letter.headings", Warning, "headings begin with the only h1, skip no level, and are not empty",
		"h1 for the letter, h2 for sections, h3 for bookmarks"}, headings},
}

func level(h *element) int { return int(h.name[1] - '0') }

func h1(l *letter, found report) {
	for _, h := range l.doc.headings {
		if level(h) == 1 {
			return
		}
	}
	found(HTML, lineOf(l.doc.first("body")), "there is no h1")
}

func headings(l *letter, found report) {
	before := 0
	for i, h := range l.doc.headings {
		switch n := level(h); {
		case n == 1 && i > 0:
			found(HTML, h.line, "an h1 that is not the first heading")
		case n > before+1 && i > 0:
			found(HTML, h.line, "an h%d after an h%d", n, before)
		}
		if l.doc.says(h) == "" {
			found(HTML, h.line, "the %s is empty", h.name)
		}
		before = level(h)
	}
}
