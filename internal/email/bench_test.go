package email

import (
	"fmt"
	"io"
	"testing"

	"digest/internal/bookmark"
	"digest/internal/selector"
	"digest/templates"
)

func fifty() selector.Edition {
	var bookmarks []bookmark.Bookmark
	for i := range 50 {
		b := goldenEdition().Sections[0].Bookmarks[0]
		b.Link = fmt.Sprintf("https://example.com/%d", i)
		bookmarks = append(bookmarks, b)
	}
	return editionOf(bookmarks...)
}

func BenchmarkRender50(b *testing.B) {
	r, err := NewRenderer(theWeekly(), templates.FS(""))
	if err != nil {
		b.Fatal(err)
	}
	e := fifty()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Render(e, 7, issued); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMessage(b *testing.B) {
	draft := draftOf(b, theWeekly(), fifty())
	b.SetBytes(int64(len(draft.To(reader).Bytes())))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := draft.To(reader).WriteTo(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
