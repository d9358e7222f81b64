package email

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

// someText is any text, mostly with what makes trouble.
func someText() *rapid.Generator[string] {
	runes := rapid.OneOf(
		rapid.RuneFrom([]rune("abc ABC.,:;-–—…'\"<>&=?#/()[]{}*_`!\\~|%$")),
		rapid.RuneFrom([]rune("\u0301\u0334\u200d\u200b\u202e\u00ad\u2028\u0085\x1b\r\n\t\x00\ufeff\ufe0f")),
		rapid.RuneFrom([]rune("漢字かなカナ한글، שלוםกขคक्ष👨👩👧🇩🇪🏽é")),
		rapid.RuneFrom(nil, unicode.L, unicode.P, unicode.S, unicode.Zs),
	)
	words := rapid.SampledFrom(slices.Concat(hostileMarkup, hostileLinks, []string{"word ", "https://example.com ", "A sentence. "}))
	return rapid.OneOf(
		rapid.StringOfN(runes, 0, 120, -1),
		rapid.StringOf(runes),
		rapid.Map(rapid.SliceOfN(words, 0, 8), func(s []string) string { return strings.Join(s, " ") }),
	)
}

func someEdition() *rapid.Generator[selector.Edition] {
	return rapid.Custom(func(t *rapid.T) selector.Edition {
		e := selector.Edition{ID: "weekly-2026-11-20", Window: week}
		for i := range rapid.IntRange(1, 40).Draw(t, "bookmarks") {
			if i == 0 || rapid.IntRange(0, 4).Draw(t, "new section") == 0 {
				e.Sections = append(e.Sections, selector.Section{Title: fmt.Sprintf("Section %d", i), More: rapid.IntRange(0, 3).Draw(t, "more")})
			}
			path := rapid.StringOfN(rapid.RuneFrom([]rune("abcXYZ019-._~!$&'()*+,;=:@/%?#[]\"<>^`{|}")), 0, 90, -1).Draw(t, "path")
			s := &e.Sections[len(e.Sections)-1]
			s.Bookmarks = append(s.Bookmarks, bookmark.Bookmark{
				Title:   someText().Draw(t, "title"),
				Link:    fmt.Sprintf("https://example.com/%d/%s", i, path),
				Date:    week.Start.Add(time.Duration(rapid.IntRange(0, 167).Draw(t, "hour")) * time.Hour),
				Summary: someText().Draw(t, "summary"),
				Body:    someText().Draw(t, "body"),
				Markup:  rapid.SampledFrom([]bookmark.Markup{bookmark.Markdown, bookmark.HTML}).Draw(t, "markup"),
			})
		}
		return e
	})
}

func TestBothPartsAreOneLetter(t *testing.T) {
	ours := harmless(t)
	rapid.Check(t, func(r *rapid.T) {
		e := someEdition().Filter(func(e selector.Edition) bool {
			for b := range e.All() {
				if !webAddress(b.Link) {
					return false
				}
			}
			return true
		}).Draw(r, "edition")
		m := draftOf(t, theWeekly(), e).To(reader)
		if again := draftOf(t, theWeekly(), e).To(reader); !bytes.Equal(m.Bytes(), again.Bytes()) {
			r.Fatal("the same edition gave other bytes")
		}
		checkWire(r, m.Bytes())
		p := checkParts(r, m)
		checkText(r, p.text)
		s := shapeOf(r, p.html)
		if more := s.strangers(ours); len(more) > 0 {
			r.Fatalf("the HTML part has %q", more)
		}
		checkSameOrder(r, p.text, s, e.Len())
		for _, residue := range []string{"<no value>", "%!", "{{end", "{{if", "{{range", "{{."} {
			if strings.Contains(p.text, residue) && !holds(e, residue) {
				r.Fatalf("the text part has %q", residue)
			}
		}
	})
}

// checkSameOrder looks for each title of the HTML part, and the link after it,
// in the text part.
func checkSameOrder(t *rapid.T, text string, s shape, count int) {
	if len(s.titles) != count || len(s.links) != count+1 {
		t.Fatalf("%d titles and %d links of %d bookmarks", len(s.titles), len(s.links), count)
	}
	if last := "\n" + s.links[count] + "\n"; !strings.Contains(text, last) {
		t.Fatalf("the text part lacks %q", last)
	}
	rest := squeeze(text)
	for i, title := range s.titles {
		want := squeeze(title) + squeeze(s.links[i])
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("the text part lacks %q, or has it before the bookmark that is before it", want)
		}
		rest = after
		if !strings.Contains(text, "\n"+s.links[i]+"\n") {
			t.Fatalf("%s is not on a line of its own", s.links[i])
		}
	}
}

func holds(e selector.Edition, s string) bool {
	for b := range e.All() {
		if strings.Contains(plainText(b.Title)+plainText(b.Summary)+b.Body, s) {
			return true
		}
	}
	return false
}
