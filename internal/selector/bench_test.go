package selector_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

// BenchmarkSelect picks from 100,000 bookmarks, of which one in ten is in the
// window and one in twenty there is a copy of another.
func BenchmarkSelect(b *testing.B) {
	const n = 100_000
	books := make([]bookmark.Bookmark, n)
	for i := range books {
		books[i] = bookmark.Bookmark{
			Path: fmt.Sprintf("content/%06d.md", i), Title: "Title", Link: fmt.Sprintf("https://example.org/%d?utm_source=x", i-i%20/19),
			Date: now.Add(-time.Duration(i%1680) * time.Hour), Categories: []string{"x", []string{"Design", "open source", "other"}[i%3]},
			Score: bookmark.Score{Value: i % 100, Known: i%2 == 0},
		}
	}
	for _, order := range []selector.Order{selector.ByDate, selector.ByScore} {
		b.Run("by "+string(order), func(b *testing.B) {
			policy := weekly()
			policy.Order = order
			policy.Categories[0].Limit = 8
			b.ReportAllocs()
			for b.Loop() {
				if edition, _ := policy.Select(slices.Values(books), selector.Memory{}); edition.Len() == 0 {
					b.Fatal("Select: nothing selected")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/bookmark")
		})
	}
}
