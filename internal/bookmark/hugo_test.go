package bookmark

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// corpus is where content of real sites lies, with Hugo's view of it. It comes
// beside a checkout, not with it.
const corpus = "../../../shared/corpus"

func needCorpus(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no corpus of real sites beside this checkout")
	}
}

// The probes on which we differ from Hugo, each for a reason of the table in
// the package comment.
var toleratedProbes = map[string]string{
	"e43.md":                 "WordPress's zero date is no date",
	"e44.md":                 "a zero date is no date",
	"d65-url-http.md":        "url is not read",
	"h07-published-false.md": "Jekyll's published: false is a draft",
	"d39-yaml-casedup.md":    "Hugo takes any of the two titles",
}

func TestHugoProbes(t *testing.T) {
	needCorpus(t)
	type view struct {
		Accepted    bool
		Title       string
		Date        string
		PublishDate string
		ExpiryDate  string
		Draft       bool
		Categories  any
		Link        any
		Body        string
	}
	var probes []struct {
		File          string
		Content       string
		ContentBase64 string
		Hugo          view
		NewYork       *view `json:"hugoTimeZoneNewYork"`
	}
	data, err := os.ReadFile(filepath.Join(corpus, "hugo-probes/probes.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &probes); err != nil {
		t.Fatal(err)
	}
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	agreed := 0
	for _, p := range probes {
		content := []byte(p.Content)
		if p.ContentBase64 != "" {
			content, _ = base64.StdEncoding.DecodeString(p.ContentBase64)
		}
		r := Reader{Fields: DefaultFields()}
		got, err := r.Parse(p.File, content)
		if (err == nil) != p.Hugo.Accepted {
			if why := toleratedProbes[p.File]; why == "" || err != nil {
				t.Errorf("Parse(%s) error = %v, Hugo accepted: %v\n%q", p.File, err, p.Hugo.Accepted, content)
			}
			continue
		}
		if err != nil {
			agreed++
			continue
		}
		if want := Clean(p.Hugo.Title); got.Title != want && toleratedProbes[p.File] == "" {
			t.Errorf("Parse(%s).Title = %q, Hugo's %q", p.File, got.Title, want)
		}
		if !sameDate(got.Date, p.Hugo.Date) {
			t.Errorf("Parse(%s).Date = %v, Hugo's %v", p.File, got.Date, p.Hugo.Date)
		}
		if !sameDate(got.Publish, p.Hugo.PublishDate) {
			t.Errorf("Parse(%s).Publish = %v, Hugo's %v", p.File, got.Publish, p.Hugo.PublishDate)
		}
		if !sameDate(got.Expiry, p.Hugo.ExpiryDate) {
			t.Errorf("Parse(%s).Expiry = %v, Hugo's %v", p.File, got.Expiry, p.Hugo.ExpiryDate)
		}
		if got.Draft != p.Hugo.Draft {
			t.Errorf("Parse(%s).Draft = %v, Hugo's %v", p.File, got.Draft, p.Hugo.Draft)
		}
		if link, _ := p.Hugo.Link.(string); got.Link != link && got.BadLink != link {
			t.Errorf("Parse(%s).Link = %q, Hugo's %q", p.File, got.Link, link)
		}
		if got.Body != p.Hugo.Body {
			t.Errorf("Parse(%s).Body = %q, Hugo's %q", p.File, got.Body, p.Hugo.Body)
		}
		if p.NewYork != nil && p.NewYork.Date != "" {
			r.Location = newYork
			got, err := r.Parse(p.File, content)
			if err != nil || !sameDate(got.Date, p.NewYork.Date) {
				t.Errorf("in New York, Parse(%s).Date = %v, %v, Hugo's %v", p.File, got.Date, err, p.NewYork.Date)
			}
		}
		agreed++
	}
	t.Logf("%d of %d probes agree with Hugo", agreed, len(probes))
}

// sameDate compares an instant with Hugo's; 0001-01-01T00:00:00Z is none. Hugo
// prints a year over 9999 that RFC 3339 has no form for.
func sameDate(got time.Time, want string) bool {
	if want == "" {
		return true
	}
	if got.Year() > 9999 {
		return got.Format(time.RFC3339Nano) == want
	}
	w, err := time.Parse(time.RFC3339Nano, want)
	// Local mean times have seconds, which RFC 3339 drops.
	return err == nil && got.Sub(w).Abs() < time.Minute
}

func TestHugoSites(t *testing.T) {
	needCorpus(t)
	for _, site := range []string{"digitalgov", "digitalgov-json", "nhoizey", "rgb-zola", "rubenerd"} {
		t.Run(site, func(t *testing.T) { compareSite(t, filepath.Join(corpus, site)) })
	}
}

func compareSite(t *testing.T, dir string) {
	type page struct {
		Path, Kind, Title, Date, PublishDate, ExpiryDate, Permalink string
		Draft                                                       bool
	}
	pages := map[string]page{}
	f, err := os.Open(filepath.Join(dir, "hugo-pages.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var p page
		if err := json.Unmarshal(s.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		if p.Path != "" { // sections that exist without a file have none
			pages[p.Path] = p
		}
	}
	rejects := map[string]string{}
	if data, err := os.ReadFile(filepath.Join(dir, "hugo-rejects.tsv")); err == nil {
		for line := range strings.Lines(string(data)) {
			name, why, _ := strings.Cut(strings.TrimSpace(line), "\t")
			rejects[name] = why
		}
	}
	fsys, err := Dir(filepath.Join(dir, "content"))
	if err != nil {
		t.Fatal(err)
	}
	defer fsys.Close()
	// No key for links, so that each page is linked to at the site.
	r := Reader{Site: "https://example.org", MaxFrontMatter: 256 << 10}
	var files, agreed, refused, tolerated, unlisted int
	for b, err := range r.Read(Source{FS: fsys}) {
		files++
		want, isPage := pages[b.Path]
		switch {
		case err != nil && isPage:
			t.Errorf("%v; Hugo accepts it", err)
		case err != nil:
			refused++
		case b.NotListed != "":
			if isPage && want.Kind == "page" {
				t.Errorf("%s: not listed since %s; Hugo lists it as a page", b.Path, b.NotListed)
			}
			unlisted++
		case !isPage:
			tolerated++
			t.Logf("%s: accepted here, by Hugo not: %s", b.Path, rejects[b.Path])
		case b.Link != "https://example.org"+strings.TrimSuffix(want.Permalink, "pages.txt"):
			t.Errorf("%s: Link = %s, Hugo's %s", b.Path, b.Link, want.Permalink)
		case b.Title != Clean(want.Title) || !sameDate(b.Date, want.Date) || !sameDate(b.Publish, want.PublishDate) || !sameDate(b.Expiry, want.ExpiryDate) || b.Draft != want.Draft:
			t.Errorf("%s: title %q, date %v, publish %v, expiry %v, draft %v; Hugo's %+v", b.Path, b.Title, b.Date, b.Publish, b.Expiry, b.Draft, want)
		default:
			agreed++
		}
	}
	t.Logf("%d files: %d agree with Hugo, %d refused by both, %d not listed by both, %d accepted only here", files, agreed, refused, unlisted, tolerated)
	if agreed < len(pages)*9/10 {
		t.Errorf("only %d of Hugo's %d pages were compared", agreed, len(pages))
	}
}
