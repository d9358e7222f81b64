package bookmark

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// parse reads a file of the given YAML.
func parse(t *testing.T, fields Fields, yaml string) Bookmark {
	t.Helper()
	r := Reader{Fields: fields}
	b, err := r.Parse("content/a.md", []byte("---\n"+yaml+"\n---\nbody\n"))
	if err != nil {
		t.Fatalf("Parse(%q): %v", yaml, err)
	}
	return b
}

// The file that the program was made for, with every key its tools ever wrote.
func TestParseLectio(t *testing.T) {
	b := parse(t, DefaultFields(), `archetype: bookmark
title: "A title that is
  folded over two lines - Publisher"
link: https://www.example.org/a?b=2&a=1&fbclid=x
linkBrand: ample.org
date: 2026-11-19T13:47:49Z
categories: [healthcare it, Healthcare IT, ai, AI]
description: |
  One sentence.
  Another one.
featuredImage: "https://cdn.example/a.jpg?Expires=1557430063&Signature=x~y"
socialScore: 12
socialScoreSimulated: false
slug: example-org-a-title
source: {name: Dropmark, apiendpoint: "https://dropmark.example/1.json"}
dropmark.editURL: https://dropmark.example/secret
body.count: 12
haveFrontMatter: true
uniquekey: x
linkOriginal: https://t.example/x
featuredImageCacheErr: none
featuredImage_error: none`)
	want := Bookmark{
		Path:       "content/a.md",
		Title:      "A title that is folded over two lines - Publisher",
		Link:       "https://www.example.org/a?b=2&a=1&fbclid=x",
		Date:       time.Date(2026, 11, 19, 13, 47, 49, 0, time.UTC),
		Categories: []string{"healthcare it", "Healthcare IT", "ai", "AI"},
		Summary:    "One sentence. Another one.",
		Body:       "body\n",
		Markup:     Markdown,
		Image:      "https://cdn.example/a.jpg?Expires=1557430063&Signature=x~y",
		Score:      Score{12, true},
	}
	want.Publish = want.Date
	if got, want := fmt.Sprintf("%+v", b), fmt.Sprintf("%+v", want); got != want {
		t.Errorf("Parse = %s\nwant %s", got, want)
	}
	if strings.Contains(fmt.Sprintf("%+v", b), "secret") {
		t.Errorf("Parse = %+v, which holds the private edit link", b)
	}
	if got, want := b.Host(), "example.org"; got != want {
		t.Errorf("Host() = %q, want %q: linkBrand is often wrong", got, want)
	}
}

func TestTexts(t *testing.T) {
	custom := Fields{Title: []string{"Meta.Head", "name"}, Summary: []string{"dropmark.note"}, Image: []string{"featuredImage", "images.0", "cover"}}
	for _, tt := range []struct{ name, yaml, title, summary, image string }{
		{"missing", "a: 1", "", "", ""},
		{"null and empty go on to the next key", "meta: {head: ~}\nname: ' '\ncover: c", "", "", "c"},
		{"a flat key with a dot", "meta.head: a\ndropmark.note: b", "a", "b", ""},
		{"a path through tables, in any case", "META: {heaD: a}\nDropmark: {Note: b}", "a", "b", ""},
		{"a flat key beats a path", "meta: {head: a}\nmeta.head: b", "b", "", ""},
		{"a path through what is no table", "meta: a\nname: b", "b", "", ""},
		{"a path that ends early", "meta: {other: a}\nname: b", "b", "", ""},
		{"numbers and truth values are texts", "name: 2020\ndropmark.note: true\ncover: 1.10", "2020", "true", "1.1"},
		{"octal counts as in YAML 1.1", "name: 0123", "83", "", ""},
		{"no and 12:30 are texts", "name: no\ndropmark.note: 12:30\ncover: 2020-01-02", "no", "12:30", "2020-01-02"},
		{"a list or a table is no text", "name: [a]\ndropmark.note: {a: b}\nmeta: {head: [x]}", "", "", ""},
		{"the image of another generation", "featuredimage: /img/a.jpg", "", "", "/img/a.jpg"},
		{"an empty image", "featuredImage: ''\ncover: ~", "", "", ""},
		{"entities and tags stay as found", "dropmark.note: 'a &amp; <b>b</b>'", "", "a &amp; <b>b</b>", ""},
		{"params count as keys", "params: {name: a, dropmark.note: b}", "a", "b", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := parse(t, custom, tt.yaml)
			if b.Title != tt.title || b.Summary != tt.summary || b.Image != tt.image {
				t.Errorf("Parse(%q) = %q, %q, %q, want %q, %q, %q", tt.yaml, b.Title, b.Summary, b.Image, tt.title, tt.summary, tt.image)
			}
		})
	}
}

func TestLinks(t *testing.T) {
	for _, tt := range []struct{ name, yaml, link, bad string }{
		{"missing", "a: 1", "", ""},
		{"each well-known key", "bookmark-of: http://e.org/", "http://e.org/", ""},
		{"keys in any case", "ExternalURL: http://e.org/", "http://e.org/", ""},
		{"the first that is a link", "link: 'see below'\nref: http://e.org/", "http://e.org/", ""},
		{"a list", "link: [~, a, http://e.org/, http://f.org/]", "http://e.org/", ""},
		{"an empty one", "link: ''", "", ""},
		{"a bad one is told", "link: 'javascript:alert(1)'\nref: other", "", "javascript:alert(1)"},
		{"a bad one is clean", `link: "ftp://e\nBcc: x\e[0m"`, "", "ftp://e Bcc: x[0m"},
		{"a table is none", "link: {url: http://e.org/}", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := parse(t, DefaultFields(), tt.yaml)
			if b.Link != tt.link || b.BadLink != tt.bad {
				t.Errorf("Parse(%q).Link = %q, bad %q, want %q, bad %q", tt.yaml, b.Link, b.BadLink, tt.link, tt.bad)
			}
		})
	}
	r := Reader{}
	if b, err := r.Parse("a.md", []byte("---\nlink: http://e.org/\n---\n")); err != nil || b.Link != "" {
		t.Errorf("Reader{}.Parse = %q, %v, want no link: no key is named", b.Link, err)
	}
}

func TestCategories(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		want       []string
	}{
		{"missing", "a: 1", nil},
		{"a list, as typed and in its order", "categories: [b, A, a]", []string{"b", "A", "a"}},
		{"a string is one", "categories: a, b", []string{"a, b"}},
		{"null and empty ones are dropped", "categories: [~, '', ' ', a]", []string{"a"}},
		{"numbers and truth values count", "categories: [1, 1.5, true, 2020-01-02]", []string{"1", "1.5", "true", "2020-01-02"}},
		{"a number is one", "tags: 7", []string{"7"}},
		{"a table voids it", "categories: {a: b}", nil},
		{"a table within the list voids it", "categories: [a, {b: c}]", nil},
		{"a list within the list voids it", "categories: [a, [b]]", nil},
		{"empty goes on to the next key", "categories: []\ntopics: ~\ntags: [a]", []string{"a"}},
		{"categories beat tags", "tags: [a]\ncategories: [b]", []string{"b"}},
		{"taxonomies", "taxonomies: {categories: [a], tags: [b]}", []string{"a"}},
		{"taxonomies of tags only", "taxonomies: {Tags: [b]}", []string{"b"}},
		{"params", "params: {categories: [a]}", []string{"a"}},
		{"controls are removed", `categories: ["a\nb\0"]`, []string{"a b"}},
		{"dots are a name like others", "categories: [.., ../x]", []string{"..", "../x"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := parse(t, DefaultFields(), tt.yaml).Categories; !slices.Equal(got, tt.want) {
				t.Errorf("Parse(%q).Categories = %q, want %q", tt.yaml, got, tt.want)
			}
		})
	}
}

func TestScores(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		want       Score
	}{
		{"missing", "a: 1", Score{}},
		{"counted", "socialScore: 7", Score{7, true}},
		{"none", "socialScore: 0", Score{0, true}},
		{"a look-up that came to nothing", "socialScore: -1", Score{-1, false}},
		{"simulated", "socialScore: 7\nsocialScoreSimulated: true", Score{7, false}},
		{"simulated, in quotes", "socialScore: 7\nsocialScoreSimulated: 'true'", Score{7, false}},
		{"not simulated", "socialScore: 7\nsocialScoreSimulated: false", Score{7, true}},
		{"null", "socialScore: ~", Score{}},
		{"a text", "socialScore: many", Score{}},
		{"too many for a number", "socialScore: 99999999999999999999", Score{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := parse(t, DefaultFields(), tt.yaml).Score; got != tt.want {
				t.Errorf("Parse(%q).Score = %+v, want %+v", tt.yaml, got, tt.want)
			}
		})
	}
}

func TestDates(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	custom := Fields{Date: []string{"meta.saved", filenameKey, "Published"}}
	for _, tt := range []struct {
		name   string
		fields Fields
		yaml   string
		want   [3]time.Time // Date, Publish, Expiry
	}{
		{"missing", Fields{}, "a: 1", [3]time.Time{}},
		{"year 1 is none", Fields{}, "date: 0001-01-01T00:00:00Z", [3]time.Time{}},
		{"a zero date is none", Fields{}, "date: -001-11-30T00:00:00+00:00", [3]time.Time{}},
		{"published from the date on", Fields{}, "date: 2026-11-19", [3]time.Time{day(19), day(19)}},
		{"each has its key", Fields{}, "date: 2026-11-19\npublishDate: 2026-11-18\nexpiryDate: 2026-11-20", [3]time.Time{day(19), day(18), day(20)}},
		{"a date falls back", Fields{}, "date: ''\nlastmod: 2026-11-19", [3]time.Time{day(19), day(19)}},
		{"Hugo's other names", Fields{}, "pubdate: 2026-11-19\nunpublishdate: 2026-11-20", [3]time.Time{day(19), day(19), day(20)}},
		{"Jekyll's published is no date", Fields{}, "published: true\nlastmod: 2026-11-19", [3]time.Time{day(19), day(19)}},
		{"a key of ours", custom, "meta: {saved: 2026-11-19}\ndate: 2026-11-18", [3]time.Time{day(19), day(18)}},
		{"Jekyll's published by its other case", custom, "published: true", [3]time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := parse(t, tt.fields, tt.yaml)
			if got := [3]time.Time{b.Date, b.Publish, b.Expiry}; got != tt.want {
				t.Errorf("Parse(%q) = %v, want %v", tt.yaml, got, tt.want)
			}
			if got, want := b.HasDate(), !tt.want[0].IsZero(); got != want {
				t.Errorf("Parse(%q).HasDate() = %v, want %v", tt.yaml, got, want)
			}
		})
	}
	r := Reader{Fields: custom}
	if b, err := r.Parse("content/2026-11-19-a.md", nil); err != nil || !b.Date.Equal(day(19)) {
		t.Errorf("Parse(2026-11-19-a.md).Date = %v, %v, want that of its name", b.Date, err)
	}
}
