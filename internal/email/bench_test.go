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

// What a signature adds to a message of the size of the sample's.
func BenchmarkSign(b *testing.B) {
	e := fifty()
	e.Sections[0].Bookmarks = e.Sections[0].Bookmarks[:16]
	draft := draftOf(b, theWeekly(), e)
	unsigned := func(m Message) (Message, error) { return m, nil }
	for _, bb := range []struct {
		name string
		sign func(Message) (Message, error)
	}{
		{"unsigned", unsigned},
		{"Ed25519", signerOf(b, ed25519Key).Sign},
		{"RSA-2048", signerOf(b, rsaKey()).Sign},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(int64(len(draft.To(reader).Bytes())))
			b.ReportAllocs()
			for b.Loop() {
				m, err := bb.sign(draft.To(reader))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := m.WriteTo(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Addressing a draft costs the same however long it is.
func BenchmarkTo(b *testing.B) {
	ascii := reader
	ascii.Address.Name = "Zoe Mueller"
	for _, bb := range []struct {
		name      string
		bookmarks int
		to        Recipient
	}{{"1 bookmark", 1, ascii}, {"50 bookmarks", 50, ascii}, {"50 bookmarks, an encoded name", 50, reader}} {
		b.Run(bb.name, func(b *testing.B) {
			e := fifty()
			e.Sections[0].Bookmarks = e.Sections[0].Bookmarks[:bb.bookmarks]
			draft := draftOf(b, theWeekly(), e)
			b.ReportAllocs()
			for b.Loop() {
				draft.To(bb.to)
			}
		})
	}
}
