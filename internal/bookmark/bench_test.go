package bookmark

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var documents = map[string]string{
	"YAML": `---
archetype: bookmark
title: "A title of usual length, as it stands"
link: https://www.example.org/2026/11/19/a-title-of-usual-length?a=1&b=2
date: 2026-11-19T13:47:49Z
categories: [healthcare it, cybersecurity]
description: One or two sentences, which say what it is about. They are short.
featuredImage: /img/example-org-a-title.jpg
socialScore: 12
socialScoreSimulated: false
slug: example-org-a-title
source: {name: Dropmark, apiendpoint: "https://dropmark.example/1.json"}
---
The opening of the article.
`,
	"TOML": `+++
archetype = "bookmark"
title = "A title of usual length, as it stands"
link = "https://www.example.org/2026/11/19/a-title-of-usual-length?a=1&b=2"
date = 2026-11-19T13:47:49Z
categories = ["healthcare it", "cybersecurity"]
description = "One or two sentences, which say what it is about. They are short."
featuredImage = "/img/example-org-a-title.jpg"
socialScore = 12
slug = "example-org-a-title"
+++
The opening of the article.
`,
	"JSON": `{
"archetype": "bookmark",
"title": "A title of usual length, as it stands",
"link": "https://www.example.org/2026/11/19/a-title-of-usual-length?a=1&b=2",
"date": "2026-11-19T13:47:49Z",
"categories": ["healthcare it", "cybersecurity"],
"description": "One or two sentences, which say what it is about. They are short.",
"featuredImage": "/img/example-org-a-title.jpg",
"socialScore": 12,
"slug": "example-org-a-title"
}
The opening of the article.
`,
}

func BenchmarkRead(b *testing.B) {
	const files = 10_000
	root := b.TempDir()
	for i := range files {
		folder := filepath.Join(root, fmt.Sprintf("%02d", i%100))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("example-org-%05d.md", i)), []byte(documents["YAML"]), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	dir, err := Dir(root)
	if err != nil {
		b.Fatal(err)
	}
	defer dir.Close()
	index := filepath.Join(b.TempDir(), "index")
	after := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) // all files are of a time before
	learn := OpenIndex(index, true)
	learn.before = time.Now().Add(time.Hour).UnixNano()
	for range (&Reader{Since: after, Index: learn}).Read(Source{FS: dir}) {
	}
	if err := learn.Save(); err != nil {
		b.Fatal(err)
	}
	learn.Close()
	for _, bench := range []struct {
		name   string
		since  time.Time
		index  bool
		passed int
	}{{"All", time.Time{}, false, 0}, {"Outside", after, false, files}, {"OutsideIndexed", after, true, files}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				r := Reader{Fields: DefaultFields(), Since: bench.since, Passed: func(files int) { n += files }}
				if bench.index {
					r.Index = OpenIndex(index, false)
				}
				for _, err := range r.Read(Source{FS: dir}) {
					if err != nil {
						b.Fatal(err)
					}
				}
				if r.Index != nil {
					r.Index.Close()
				}
				if n != bench.passed {
					b.Fatalf("Read passes over %d files, want %d", n, bench.passed)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*files), "ns/file")
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for _, format := range []string{"YAML", "TOML", "JSON"} {
		b.Run(format, func(b *testing.B) {
			data := []byte(documents[format])
			r := Reader{Fields: DefaultFields()}
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Parse("content/a.md", data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCanonical(b *testing.B) {
	for _, link := range []struct{ name, link string }{
		{"plain", "https://www.example.org/2026/11/19/a-title-of-usual-length/"},
		{"parameters", "https://www.example.org/2026/11/19/a-title-of-usual-length/?b=2&a=1&utm_source=feed#top"},
		{"redirector", "https://www.google.com/url?sa=t&url=https%3A%2F%2Fwww.example.org%2F2026%2F11%2F19%2Fa-title-of-usual-length%2F&usg=AOvVaw0"},
	} {
		b.Run(link.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Canonical(link.link)
			}
		})
	}
}
