package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"digest/internal/bookmark"
	"digest/internal/config"
	"digest/internal/email/smtptest"
	"digest/internal/ledger"
	"digest/internal/selector"
	"digest/internal/subscriber"
)

// A run with many choices is killed again and again. In the end each has one letter,
// the one of their choice; and each letter was made once, before the first kill,
// under a title that the newsletter does not have any more.
func TestChoicesThroughKills(t *testing.T) {
	const recipients = 300
	server := smtptest.Start(t, smtptest.Config{})
	n := newNewsroom(t, server, "none")
	wishes := []struct{ categories, language, want string }{
		{"", "", "Healthcare IT, Artificial Intelligence, Cybersecurity, Open Source, Design, Elsewhere"},
		{"design", "", "Design"}, {"Design; OSS; open source", "en-GB", "Open Source, Design"}, {"ai", "de", "Artificial Intelligence"},
		{"", "fr-CA", "Healthcare IT, Artificial Intelligence, Cybersecurity, Open Source, Design, Elsewhere"}, {"open source; design", "", "Open Source, Design"},
		{"elsewhere; security", "de", "Cybersecurity, Elsewhere"}, {"golf", "xx", "Healthcare IT, Artificial Intelligence, Cybersecurity, Open Source, Design, Elsewhere"},
	}
	letters := 6 // different ones, of which one is the whole edition
	var list bytes.Buffer
	list.WriteString("address,categories,language\n")
	for i := range recipients {
		w := wishes[i%len(wishes)]
		fmt.Fprintf(&list, "r%03d@example.org,%s,%s\n", i, w.categories, w.language)
	}
	n.write("subscribers.csv", list.Bytes())
	n.env = append(n.env, "DIGEST_DELIVERY_RATE=60", "DIGEST_TITLE=First Title")
	for i := range 5 {
		before := len(server.Messages())
		cmd := process(t, n.dir, n.env, "--as-of", "2026-11-20")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for started := time.Now(); len(server.Messages()) < before+20 && time.Since(started) < time.Minute; {
			time.Sleep(time.Millisecond)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if cmd.Wait() == nil {
			t.Fatalf("run %d came to its end before it was killed", i)
		}
		n.env[len(n.env)-1] = "DIGEST_TITLE=Later Title"
	}
	n.env[len(n.env)-2] = "DIGEST_DELIVERY_RATE=0"
	cmd := process(t, n.dir, n.env, "--as-of", "2026-11-20")
	if out, err := cmd.CombinedOutput(); err != nil && cmd.ProcessState.ExitCode() != exitPart { // some are in doubt
		t.Fatalf("the last run: %v\n%s", err, out)
	}

	if got := rows(t, n.dir, "SELECT count(*) FROM variant"); got != letters-1 {
		t.Errorf("%d variants were made, want %d", got, letters-1)
	}
	sent := map[string]bool{}
	title := regexp.MustCompile(`(?m)^(.+)\n=+$`)
	for _, m := range server.Messages() {
		var i int
		if _, err := fmt.Sscanf(m.To, "r%03d@", &i); err != nil || sent[m.To] {
			t.Fatalf("a second letter to %s, %v", m.To, err)
		}
		sent[m.To] = true
		text, err := decode(m.Data)
		if err != nil {
			t.Fatal(err)
		}
		var titles []string
		for _, found := range title.FindAllStringSubmatch(text, -1) {
			titles = append(titles, found[1])
		}
		w := wishes[i%len(wishes)]
		if got := strings.Join(titles[1:], ", "); got != w.want || titles[0] != "First Title" {
			t.Errorf("%s, who chose %q, has %q under %q, want %q under First Title", m.To, w.categories, got, titles[0], w.want)
		}
		if german := strings.Contains(text, " Links vom "); german != (w.language == "de") || !strings.Contains(text, "List-Unsubscribe-Post: List-Unsubscribe=One-Click") {
			t.Errorf("the letter to %s, who reads %q, is German: %v, and says\n%s", m.To, w.language, german, text)
		}
		if _, err := mail.ReadMessage(bytes.NewReader(m.Data)); err != nil {
			t.Error(err)
		}
	}
	doubts := rows(t, n.dir, "SELECT count(*) FROM delivery WHERE state = 'unknown'")
	if len(sent)+doubts < recipients || doubts > 5 {
		t.Errorf("%d of %d have a letter and %d are in doubt, want at most one for each kill", len(sent), recipients, doubts)
	}
}

// rows asks the ledger of a folder for a number.
func rows(t *testing.T, dir, query string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "digest.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// What fails for one letter fails before any leaves.
func TestVariantThatCannotBeMade(t *testing.T) {
	n := newNewsroom(t, smtptest.Start(t, smtptest.Config{}), "none")
	n.write("subscribers.csv", []byte("address,categories,language\na@example.org,,\nb@example.org,design,nl\n"))
	if err := os.MkdirAll(filepath.Join(n.dir, "mine", "languages"), 0o700); err != nil {
		t.Fatal(err)
	}
	n.env = append(n.env, "DIGEST_TEMPLATES=mine")
	n.write("mine/languages/nl.yaml", []byte("months: [januari]\n"))
	n.digest(exitUsage, "languages/nl.yaml: months: 1 of them, not 12", "--as-of", "2026-11-20")
	n.write("mine/languages/nl.yaml", bytes.ReplaceAll(languageFile(t, "de"), []byte("{count} Links vom"), []byte("{count} koppelingen van")))
	// This one is refused by the checks, as it would be if it were the whole edition.
	n.write("mine/footer.txt.tmpl", []byte(`{{if eq .Language "nl"}}{{else}}{{.UnsubscribeLink}}{{end}}`))
	n.digest(exitUsage, `weekly-2026-11-20 \(Design in nl\): `, "--as-of", "2026-11-20")
	n.digest(exitUsage, `weekly-2026-11-20 \(Design in nl\): `, "--dry-run", "--as-of", "2026-11-20")
	n.delivered(0)
	if err := os.Remove(filepath.Join(n.dir, "mine", "footer.txt.tmpl")); err != nil {
		t.Fatal(err)
	}
	n.digest(0, "2 sent", "--as-of", "2026-11-20")
	n.delivered(2)
}

func languageFile(t *testing.T, tag string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "templates", "languages", tag+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A list that is for another newsletter does not fill the screen.
func TestCheckOfManyUnknownChoices(t *testing.T) {
	dir := t.TempDir()
	if _, stderr, status := digestIn(t, dir, "init", "--sample"); status != 0 {
		t.Fatal(stderr)
	}
	list := "address,categories\n"
	for i := range 250 {
		list += fmt.Sprintf("r%03d@example.org,golf\n", i)
	}
	if err := os.WriteFile(filepath.Join(dir, "subscribers.csv"), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _, status := digestIn(t, dir, "check", "--as-of", "2026-11-20")
	if n := strings.Count(out, "subscribers.category"); status != 0 || n != 101 || !strings.Contains(out, "150 more choices of what there is not") {
		t.Errorf("digest check has %d findings of categories, want 100 and the number of the others\n%s", n, out)
	}
}

// Two wishes have the same key if and only if they come to the same letter.
func TestChoiceKeys(t *testing.T) {
	n := &newsletter{Config: &config.Config{Language: "pt-BR"}}
	n.policy = selector.Policy{Categories: []selector.Category{{Name: "a"}, {Name: "b"}, {Name: "c"}, {Name: "not this week"}}}
	e := selector.Edition{}
	for _, name := range []string{"a", "b", "c"} {
		e.Sections = append(e.Sections, selector.Section{Category: name, Title: "The " + name})
	}
	e.Sections[0].Bookmarks = []bookmark.Bookmark{{Title: "One"}}
	languages := map[string]string{"": "pt", "pt": "pt", "PT-br": "pt", "xx": "pt", "no tag": "pt", "de": "de", "de-AT": "de", "de-x-secret": "de", "en": "en", "en-GB": "en"}
	rapid.Check(t, func(t *rapid.T) {
		c := n.choicesOf(e)
		letters := map[string]string{}
		for range rapid.IntRange(1, 30).Draw(t, "subscribers") {
			names := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "A", "b", "the b", "c", "not this week"}), 0, 4).Draw(t, "names")
			language := rapid.SampledFrom([]string{"", "pt", "PT-br", "xx", "no tag", "de", "de-AT", "de-x-secret", "en", "en-GB"}).Draw(t, "language")
			key := c.of(subscriber.Subscriber{Categories: subscriber.Categories(strings.Join(names, "; ")), Language: language})
			all := len(names) == 0
			var titles []string
			for i, ways := range [][]string{{"a", "A"}, {"b", "the b"}, {"c"}} {
				if all || slices.ContainsFunc(names, func(name string) bool { return slices.Contains(ways, name) }) {
					titles = append(titles, e.Sections[i].Title)
				}
			}
			letter := strings.Join(titles, ", ") + " in " + languages[language]
			if titles == nil {
				letter = "nothing"
			}
			if was, ok := letters[key]; ok && was != letter {
				t.Fatalf("%q is the key of %s and of %s", key, was, letter)
			}
			for other, was := range letters {
				if was == letter && other != key {
					t.Fatalf("%q and %q are keys of %s", key, other, letter)
				}
			}
			letters[key] = letter
			if (key == "") != (letter == "The a, The b, The c in pt") || (key == ledger.Nothing) != (letter == "nothing") {
				t.Fatalf("%q is the key of %s", key, letter)
			}
		}
	})
}

// A list of a million different wishes takes no more memory than what is remembered.
func TestWishesAreForgotten(t *testing.T) {
	n := &newsletter{Config: &config.Config{Language: "en"}}
	n.policy = selector.Policy{Categories: []selector.Category{{Name: "a"}}}
	e := selector.Edition{Sections: []selector.Section{{Category: "a", Title: "A"}}}
	e.Sections[0].Bookmarks = []bookmark.Bookmark{{Title: "One"}}
	c := n.choicesOf(e)
	for i := range 3 * mostWishes {
		if key := c.of(subscriber.Subscriber{Categories: subscriber.Categories(fmt.Sprint("unknown ", i)), Language: fmt.Sprint("de-x-", i)}); key != "de" {
			t.Fatalf("of(unknown %d) = %q, want de", i, key)
		}
	}
	if len(c.found) > mostWishes || len(c.odd) > mostWishes || len(c.byKey) != 1 || c.strangers.count != 3*mostWishes || len(c.strangers.names) > 5 {
		t.Errorf("it remembers %d wishes, %d odd ones, %d choices and %d names of %d", len(c.found), len(c.odd), len(c.byKey), len(c.strangers.names), c.strangers.count)
	}
}

// A dry run shows a variant as it would be made now, if nobody has the edition yet.
func TestDryRunOfAVariantThatIsMadeAnew(t *testing.T) {
	n := newNewsroom(t, smtptest.Start(t, smtptest.Config{}), "none")
	n.write("subscribers.csv", []byte("address,categories\na@example.org,design\n"))
	port := n.env[5]
	n.env[5] = "DIGEST_SMTP_PORT=1"
	n.digest(exitFailed, "1 still wait for it", "--as-of", "2026-11-20")
	n.env = append(n.env, "DIGEST_TITLE=Another Title")
	n.env[5] = port
	n.digest(0, "(?s)Another Title\n=+.*\nDesign\n=+", "--dry-run", "--as-of", "2026-11-20")
	n.digest(0, "1 sent", "--as-of", "2026-11-20")
	n.env[len(n.env)-1] = "DIGEST_TITLE=Later Title"
	n.digest(0, "(?s)Another Title\n=+.*\nDesign\n=+", "--dry-run", "--as-of", "2026-11-20")
}
