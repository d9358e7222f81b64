package email

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// goldenEdition has something of all that real editions hold.
func goldenEdition() selector.Edition {
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 30, 0, 0, lisbon) }
	return selector.Edition{ID: "weekly-2026-11-20", Window: week, Sections: []selector.Section{
		{Category: "design", Title: "Design & Type", Bookmarks: []bookmark.Bookmark{
			{
				Title: `Grids < frames > tables: "R&D" and 'why'`,
				Link:  "https://www.example.com/grids?page=2&utm_source=feed#ruling",
				Date:  at(18, 22), Markup: bookmark.Markdown,
				Body: "## Ruling\n\nScribes *ruled* their pages long before [printers](https://example.com/p) did. " +
					"A grid is a **promise** to the reader: what you learn on one page holds on the next.\n\n" +
					"```css\ndisplay: grid\n```\n\n" +
					"Then came the screen, and `tables`. Nobody asked a reader whether a table that has one cell is a table. " +
					"Assistive software said that it is, row one, column one, and so it went for twenty years of letters. " +
					"This sentence is beyond the cut.",
			},
			{
				Title: "L’été où la typographie a changé", Link: "https://exemple.fr/%C3%A9t%C3%A9_(1928)",
				Date: at(17, 8), Markup: bookmark.Markdown,
				Summary: "À Dessau, l’œil d’un imprimeur suffisait.",
				Body:    "À Dessau, l’œil d’un imprimeur *suffisait*. Il fallait « voir » la page avant de la composer.",
			},
		}},
		{Category: "science", Title: "科学", Bookmarks: []bookmark.Bookmark{
			{
				Title: "日本語の文字組版の要件と、その歴史について考える",
				Link:  "https://xn--wgv71a119e.jp/kumihan", Date: at(16, 12), Markup: bookmark.Markdown,
				Summary: "行頭禁則・行末禁則・分離禁止。",
				Body:    "About line breaking.",
			},
			{
				Title: "A family 👨‍👩‍👧‍👦 of emoji 🧪, explained", Link: "https://emoji.example.org/family/",
				Date: at(14, 7), Markup: bookmark.HTML,
				Body: `<h2>Joiners</h2><p>Seven <em>code points</em>, one <a href="https://emoji.example.org/g">grapheme</a>.` +
					`<script>alert(1)</script> <img src="https://t.example/p.gif" width="1" height="1">It must never be cut.</p>`,
			},
		}},
		{Category: "other", Title: "Elsewhere", More: 4, Bookmarks: []bookmark.Bookmark{
			{
				Title: "A word without end: Donaudampfschifffahrtsgesellschaftskapitän",
				Link:  "https://example.net/" + "a-path-that-is-so-long-that-a-text-part-cannot-wrap-it-and-a-reader-must-be-able-to-click-it-all-the-same",
				Date:  at(13, 0), Markup: bookmark.Markdown,
			},
		}},
	}}
}

func TestGolden(t *testing.T) {
	draft := draftOf(t, theWeekly(), goldenEdition())
	m := draft.To(reader)
	golden(t, "digest.html", []byte(m.HTML()))
	golden(t, "digest.txt", []byte(m.Text()))
	golden(t, "digest.eml", m.Bytes())
}

// golden compares with a file of testdata, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		at := 0
		for at < min(len(got), len(want)) && got[at] == want[at] {
			at++
		}
		t.Errorf("%s differs at byte %d:\n got %.200q\nwant %.200q\nif that is right: go test ./internal/email -update", path, at, got[at:], want[at:])
	}
}

func TestSameBytesOnEveryRun(t *testing.T) {
	first := draftOf(t, theWeekly(), goldenEdition()).To(reader).Bytes()
	for range 5 {
		if again := draftOf(t, theWeekly(), goldenEdition()).To(reader).Bytes(); !bytes.Equal(first, again) {
			t.Fatal("the same edition gave other bytes")
		}
	}
}

func TestStoredDraftGivesTheSameBytes(t *testing.T) {
	draft := draftOf(t, theWeekly(), goldenEdition())
	data, err := json.Marshal(draft)
	if err != nil {
		t.Fatal(err)
	}
	var stored Draft
	if err := json.Unmarshal(data, &stored); err != nil {
		t.Fatal(err)
	}
	was, is := draft.To(reader), stored.To(reader)
	if !bytes.Equal(was.Bytes(), is.Bytes()) {
		t.Error("Bytes() differ after a round trip")
	}
	if was.HTML() != is.HTML() || was.Text() != is.Text() || was.ID != is.ID || was.From != is.From || was.To != is.To {
		t.Error("the parts or the envelope differ after a round trip")
	}
	again, err := json.Marshal(&stored)
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("MarshalJSON differs after a round trip (error %v)", err)
	}
}

func TestUnmarshalRefusesWhatIsNoDraft(t *testing.T) {
	for _, data := range []string{``, `[]`, `{}`, `{"Placeholder":"short"}`, `{"Raw":7}`} {
		var d Draft
		if err := json.Unmarshal([]byte(data), &d); err == nil {
			t.Errorf("Unmarshal(%s) gives no error", data)
		}
	}
}
