package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"digest/internal/email"
	"digest/internal/ledger"
	"digest/internal/sqlite"
	"digest/internal/subscriber"
)

// fixedSample is an edition of the sample, in which the clocks change, as a ledger
// has it: with a picture for each bookmark.
func fixedSample(t testing.TB) (*newsletter, *sqlite.DB, ledger.Edition, fixedContent) {
	t.Helper()
	dir := t.TempDir()
	var out bytes.Buffer
	if status := run(t.Context(), []string{"init", "--sample", dir}, &out, &out, time.Now); status != 0 {
		t.Fatal(out.String())
	}
	a := &app{stdout: io.Discard, stderr: io.Discard, clock: time.Now, log: slog.New(slog.DiscardHandler)}
	a.flags.config, a.flags.asOf, a.flags.window, a.flags.noIndex = filepath.Join(dir, "config.yaml"), "2026-11-06", "2w", true
	n, err := a.load()
	if err != nil {
		t.Fatal(err)
	}
	s, err := n.chosen(t.Context(), nil, toLetter)
	if err != nil {
		t.Fatal(err)
	}
	content := fixedContent{s.edition, map[string]email.Picture{}}
	for _, section := range content.Sections {
		for i := range section.Bookmarks {
			b := &section.Bookmarks[i]
			b.Image = "/" + b.Path + ".png"
			content.Pictures[b.Image] = email.Picture{Data: []byte("picture of " + b.Path), Type: "image/png", Width: 12, Height: 10}
		}
	}
	e := ledger.Edition{ID: content.ID, Newsletter: n.Name, Start: content.Window.Start, End: content.Window.End, Date: n.policy.Now}
	if e.Content, err = json.Marshal(content); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), n.Database, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	e, err = db.Open(t.Context(), e, func(number int) ([]byte, error) {
		draft, err := n.renderer.Illustrated(content.Pictures).Render(content.Edition, number, n.policy.Now)
		if err != nil {
			return nil, err
		}
		return json.Marshal(draft)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n, db, e, content
}

// A variant is the same, byte for byte, whether it is made with the edition or later
// from what the ledger keeps of it, with the pictures of then.
func TestVariantIsOfTheEditionAsItWasFixed(t *testing.T) {
	n, db, e, content := fixedSample(t)
	stored, err := db.Edition(t.Context(), e.ID)
	if err != nil {
		t.Fatal(err)
	}
	whole := &email.Draft{}
	if err := json.Unmarshal(stored.Draft, whole); err != nil {
		t.Fatal(err)
	}
	for key, sections := range map[string][]int{"de": {0, 1, 2, 3}, "2": {1}, "1,3 fr": {0, 2}} {
		l, err := n.newLetters(stored, whole, db)
		if err != nil {
			t.Fatal(err)
		}
		language := map[string]string{"de": "de", "2": "en", "1,3 fr": "fr"}[key]
		l.choices.byKey[key] = choice{sections, language}
		later, err := l.variant(key)
		if err != nil {
			t.Fatal(err)
		}
		renderer, err := n.rendererIn(language, n.letterhead())
		if err != nil {
			t.Fatal(err)
		}
		draft, err := renderer.Illustrated(content.Pictures).Render(content.Part(sections), e.Number, n.policy.Now)
		if err != nil {
			t.Fatal(err)
		}
		if now, err := json.Marshal(draft); err != nil || !bytes.Equal(later.Draft, now) {
			t.Errorf("the variant %q is another one when it is made later, %v", key, err)
		}
		if want := content.Part(sections).Len(); len(draft.Pictures) != want {
			t.Errorf("the variant %q has %d pictures, want %d", key, len(draft.Pictures), want)
		}
	}
}

// However many choices there are, each is rendered once, and only a few letters are in
// memory.
func TestLettersAreReadFromTheLedger(t *testing.T) {
	n, db, e, _ := fixedSample(t)
	whole := &email.Draft{}
	if err := json.Unmarshal(e.Draft, whole); err != nil {
		t.Fatal(err)
	}
	l, err := n.newLetters(e, whole, db)
	if err != nil {
		t.Fatal(err)
	}
	categories := []string{"health it", "ai", "security", "open source", "design", "elsewhere"}
	languages := []string{"ar", "de", "en", "es", "fr", "he", "ja", "pt", "zh"}
	list := func(yield func(ledger.Recipient, error) bool) {
		for i := range 1000 {
			var names subscriber.Categories
			for bit, name := range categories {
				if i>>bit&1 == 1 {
					names += subscriber.Categories(name + "; ")
				}
			}
			s := subscriber.Subscriber{Categories: subscriber.ParseCategories(string(names), false), Language: languages[i%len(languages)]}
			if !yield(ledger.Recipient{Key: fmt.Sprintf("r%04d@example.org", i), Address: fmt.Sprintf("r%04d@example.org", i), Choice: l.choices.of(s)}, nil) {
				return
			}
		}
	}
	work := ledger.Run{Edition: e.ID, Owner: 1}
	if _, err := db.Plan(t.Context(), work, list, ledger.Plan{}); err != nil {
		t.Fatal(err)
	}
	if err := l.render(t.Context(), work); err != nil {
		t.Fatal(err)
	}
	if missing, err := db.Missing(t.Context(), e.ID); err != nil || len(missing) > 0 {
		t.Errorf("Missing = %q, %v after all are rendered", missing, err)
	}
	kept := rows(t, filepath.Dir(n.Database), "SELECT count(*) FROM variant")
	parts := 1 << len(l.content.Sections)
	if want := len(languages)*(parts-1) - 1; kept != want || parts < 64 {
		t.Errorf("%d variants are kept, want %d: each part in each language", kept, want)
	}
	read, last := 0, "none"
	for {
		claimed, err := db.Claim(t.Context(), work, 100)
		if err != nil || len(claimed) == 0 {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		for _, r := range claimed {
			m, err := l.message(t.Context(), r)
			if err != nil || m.To != r.Address {
				t.Fatalf("message(%+v) = %s, %v", r, m.To, err)
			}
			if r.Choice != last {
				read, last = read+1, r.Choice
			}
		}
		if len(l.recent) > mostRecent {
			t.Fatalf("%d letters are in memory, want at most %d", len(l.recent), mostRecent)
		}
	}
	if read != kept+1 {
		t.Errorf("letters change %d times, want once for each of %d", read, kept+1)
	}
	if _, err := l.message(t.Context(), ledger.Recipient{Choice: "7 xx"}); err == nil {
		t.Error("message for a choice that nobody knows gives no error")
	}
}

// BenchmarkVariant renders the letter of a choice, and keeps it.
func BenchmarkVariant(b *testing.B) {
	n, db, e, _ := fixedSample(b)
	l, err := n.newLetters(e, &email.Draft{}, db)
	if err != nil {
		b.Fatal(err)
	}
	work := ledger.Run{Edition: e.ID, Owner: 1}
	if _, err := db.Plan(b.Context(), work, func(func(ledger.Recipient, error) bool) {}, ledger.Plan{}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		l.choices.byKey["x"] = choice{[]int{0, 1, 2}, "de"}
		v, err := l.variant("x")
		if err == nil {
			err = db.AddVariants(b.Context(), work, v)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
