package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// shared holds real content; it comes beside a checkout, not with it.
const shared = "../../../shared"

// dryRun makes the letter of a folder of content and returns its two parts.
func dryRun(t *testing.T, content, asOf string, more ...string) (html, text string) {
	t.Helper()
	dir := corpusConfig(t)
	args := append([]string{"--dry-run", "--content", content, "--as-of", asOf, "--out", "out"}, more...)
	if stdout, stderr, status := digestIn(t, dir, args...); status != 0 {
		t.Fatalf("digest %v: status %d\n%s%s", args, status, stdout, stderr)
	}
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(dir, "out", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	return read("digest.html"), read("digest.txt")
}

func corpusConfig(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, data := range map[string]string{
		"config.yaml": `{name: corpus, title: Corpus, from: digest@example.org, content: [.], timezone: America/New_York,
			site_url: "https://site.example.org", categories: [{name: Healthcare IT}], other: {title: Everything else}, limits: {front_matter: 256KiB}}`,
		"subscribers.csv": "address\nreader@example.org\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The file that the program was made for becomes a right letter.
func TestSeed(t *testing.T) {
	content, err := filepath.Abs(filepath.Join(shared, "seed"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(content, "nhsx.md")); err != nil {
		t.Skip("no seed beside this checkout")
	}
	html, text := dryRun(t, content, "2019-02-22")
	const title = "Health secretary Matt Hancock announces new unit for digital, data and technology: NHSX"
	for _, want := range []string{
		">" + title + "</a>",
		`href="https://www.healthcareitnews.com/news/health-secretary-matt-hancock-announces-new-unit-digital-data-and-technology-nhsx"`,
		">healthcareitnews.com · 20 February",
		">Healthcare IT</h2>",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the letter lacks %q", want)
		}
	}
	plain := strings.Join(strings.Fields(text), " ")
	for _, once := range []string{title, "During Health and Social Care questions", "the NHS can be a world leader", "healthcareitnews.com · 20 February"} {
		if n := strings.Count(plain, once); n != 1 {
			t.Errorf("the text part has %q %d times, want once", once, n)
		}
	}
	for _, never := range []string{"dropmark", "Signature=", "radhikan", " 41 ", ">41<", "socialScore", "<img"} {
		if strings.Contains(html, never) || strings.Contains(text, never) {
			t.Errorf("the letter has %q", never)
		}
	}
}

// Each real site becomes a letter at the week of its own that has the most.
func TestCorpora(t *testing.T) {
	if _, err := os.Stat(filepath.Join(shared, "corpus")); err != nil {
		t.Skip("no corpus of real sites beside this checkout")
	}
	for _, site := range []string{"digitalgov", "digitalgov-json", "nhoizey", "rgb-zola", "rubenerd", "hugodocs"} {
		t.Run(site, func(t *testing.T) {
			content, err := filepath.Abs(filepath.Join(shared, "corpus", site, "content"))
			if err != nil {
				t.Fatal(err)
			}
			rows := listAll(t, content, "2026-11-20")
			if files := countContent(t, content); len(rows) != files {
				t.Errorf("list --all names %d files, there are %d", len(rows), files)
			}
			asOf, wanted := busiestWeek(rows)
			if asOf == "" {
				t.Logf("%d files, none with a date and a title", len(rows))
				return
			}
			html, text := dryRun(t, content, asOf)
			selected := 0
			quick := listEdition(t, content, asOf)
			for _, r := range listAll(t, content, asOf) {
				if quick[r.Path] != r.Selected {
					t.Errorf("%s of %s is selected: %v by list, %v by list --all", r.Path, r.Date, quick[r.Path], r.Selected)
				}
				if !r.Selected {
					continue
				}
				selected++
				if !strings.Contains(text, "\n"+r.Link+"\n") {
					t.Errorf("%s: its link %s has no line of its own in the text part", r.Path, r.Link)
				}
			}
			if selected == 0 {
				t.Errorf("no bookmark in the letter of %s, want about %d", asOf, wanted)
			}
			if residue := regexp.MustCompile(`\{\{[<%]|<script|<iframe|ZgotmplZ|<no value>`).FindString(html + text); residue != "" {
				t.Errorf("the letter of %s has %q", asOf, residue)
			}
			t.Logf("%s: %d of %d files, %d bytes of HTML", asOf, selected, len(rows), len(html))
		})
	}
}

// countContent counts the files that have a say, by their names alone.
func countContent(t *testing.T, content string) (files int) {
	t.Helper()
	err := filepath.WalkDir(content, func(name string, d fs.DirEntry, err error) error {
		switch filepath.Ext(name) {
		case ".md", ".markdown", ".html":
			if !d.IsDir() && !strings.HasPrefix(d.Name(), ".") {
				files++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// listEdition is the paths in the edition, read without what is not of its time.
func listEdition(t *testing.T, content, asOf string) map[string]bool {
	t.Helper()
	stdout, stderr, status := digestIn(t, corpusConfig(t), "list", "--format", "json", "--content", content, "--as-of", asOf)
	var e editionJSON
	if err := json.Unmarshal([]byte(stdout), &e); err != nil || status != 0 {
		t.Fatalf("digest list: status %d, %v\n%s", status, err, stderr)
	}
	paths := map[string]bool{}
	for _, s := range e.Sections {
		for _, b := range s.Bookmarks {
			paths[b.Path] = true
		}
	}
	return paths
}

func listAll(t *testing.T, content, asOf string) (rows []fileRow) {
	t.Helper()
	stdout, stderr, status := digestIn(t, corpusConfig(t), "list", "--all", "--format", "json", "--content", content, "--as-of", asOf)
	if err := json.Unmarshal([]byte(stdout), &rows); err != nil || status != 0 {
		t.Fatalf("digest list --all: status %d, %v\n%s", status, err, stderr)
	}
	return rows
}

// busiestWeek is the --as-of that selects the most of the rows.
func busiestWeek(rows []fileRow) (asOf string, most int) {
	weeks := map[string]int{}
	for _, r := range rows {
		if date, err := time.Parse(time.RFC3339, r.Date); err == nil && r.Title != "" && r.Link != "" && r.ExpiryDate == "" {
			// The Monday after.
			monday := date.AddDate(0, 0, 7-(int(date.Weekday())+6)%7)
			weeks[monday.Format("2006-01-02")]++
		}
	}
	for week, n := range weeks {
		if n > most || n == most && week > asOf {
			asOf, most = week, n
		}
	}
	return asOf, most
}
