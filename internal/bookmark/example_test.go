package bookmark_test

import (
	"fmt"
	"testing/fstest"

	"digest/internal/bookmark"
)

func ExampleReader_Read() {
	content := fstest.MapFS{
		"a-title.md": {Data: []byte("---\ntitle: A title\nlink: https://example.org/a\ndate: 2026-11-19\n---\n")},
		"odd.md":     {Data: []byte("---\ntitle: One\ntitle: Two\n---\n")},
		"notes.txt":  {Data: []byte("not content")},
	}
	r := bookmark.Reader{Fields: bookmark.DefaultFields()}
	for b, err := range r.Read(bookmark.Source{Name: "content", FS: content}) {
		if err != nil {
			fmt.Println("warning:", err)
			continue
		}
		fmt.Println(b.Path, b.Title, b.Link)
	}
	// Unordered output:
	// content/a-title.md A title https://example.org/a
	// warning: content/odd.md:3: key "title" stands here again, first at line 2; remove one of the two
}

func ExampleReader_Parse() {
	r := bookmark.Reader{Fields: bookmark.DefaultFields()}
	b, err := r.Parse("content/a-title.md", []byte(`---
title: A title
link: https://example.org/article
date: 2026-11-19T13:47:49Z
categories: [design]
---
The opening of the article.
`))
	fmt.Println(b.Title, b.Host(), b.Date, b.Categories, err)
	// Output: A title example.org 2026-11-19 13:47:49 +0000 UTC [design] <nil>
}

func ExampleCanonical() {
	fmt.Println(bookmark.Canonical("http://www.Example.org:80/a/?b=2&a=1&utm_source=feed#top"))
	fmt.Println(bookmark.Canonical("https://example.org/a?a=1&b=2"))
	// Output:
	// example.org/a?a=1&b=2
	// example.org/a?a=1&b=2
}
