package web

import (
	"bytes"
	"flag"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"digest/internal/locale"
	"digest/templates"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var builtin = templates.FS("")

func theWeekly() Site {
	return Site{
		Title: "The Weekly Digest", Language: "en", Contact: "digest@example.org", Home: "https://example.org/",
		Postal: "The Weekly Digest, 1 Example Street, Springfield", JoinPath: "/join",
	}
}

// full is a page with all that a page can have.
func full(k Kind, language string) Page {
	return Page{
		Kind: k, Language: language, Action: "/preferences/Zm9v",
		Categories: []Choice{{"design", "Design & Type", true}, {"open source", "Open source", false}, {"科学", "科学", true}, {"עברית", "עברית", false}},
		Languages:  Languages(builtin, language), Address: "zoe@example", Name: "Zoé", BadAddress: k == Join,
	}
}

func newPages(t *testing.T, s Site) *Pages {
	t.Helper()
	p, err := NewPages(s, builtin)
	if err != nil {
		t.Fatalf("NewPages: %v", err)
	}
	return p
}

// answer is what is written to a request with these languages.
func answer(p *Pages, method, accepted string, page Page) *http.Response {
	r := httptest.NewRequest(method, "/", nil)
	r.Header.Set("Accept-Language", accepted)
	w := httptest.NewRecorder()
	p.Write(w, r, http.StatusOK, page)
	return w.Result()
}

func written(t *testing.T, p *Pages, page Page) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := b.ReadFrom(answer(p, http.MethodGet, "", page).Body); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	p := newPages(t, theWeekly())
	for name, doc := range map[string]string{
		"leave.html": written(t, p, full(Leave, "en")), "join.html": written(t, p, full(Join, "en")), "saved.he.html": written(t, p, full(Saved, "he")),
		"blocked.html": written(t, p, full(Blocked, "en")),
		"snippet.html": p.Snippet("https://news.example.org/join"),
	} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(doc), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if doc != string(want) {
			t.Errorf("%s is now\n%s\nif that is right: go test ./internal/web -update", path, doc)
		}
	}
}

// Every page in every language is whole, small, and says in which one it is.
func TestEveryPage(t *testing.T) {
	p := newPages(t, theWeekly())
	for _, language := range locale.WebLanguages(builtin) {
		titles := map[string]Kind{}
		for k := range kinds {
			doc := written(t, p, full(k, language))
			page := parsed(t, doc)
			page.check(t)
			root := page.one("html")
			if want := map[bool]string{true: "rtl", false: "ltr"}[language == "ar" || language == "he"]; attr(root, "lang") != language || attr(root, "dir") != want {
				t.Errorf("%s in %s: html has %v", k, language, root.Attr)
			}
			if strings.ContainsAny(page.text(), "{}") || !strings.Contains(page.text(), "The Weekly Digest") {
				t.Errorf("%s in %s has a placeholder, or lacks the title:\n%s", k, language, page.text())
			}
			if len(doc) > 12<<10 {
				t.Errorf("%s in %s: %d bytes, want at most %d", k, language, len(doc), 12<<10)
			}
			title := textOf(page.one("title"))
			if other, taken := titles[title]; taken && k != Saved && other != Saved && k != Confirm && k != Leave {
				t.Errorf("%s and %s in %s have the same title %q", k, other, language, title)
			}
			titles[title] = k
		}
	}
}

// Nothing was left in English, and no placeholder was lost.
func TestEveryLanguageHasItsOwnWords(t *testing.T) {
	english, err := locale.LoadWeb(builtin, "en")
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range locale.WebLanguages(builtin) {
		words, err := locale.LoadWeb(builtin, language)
		if err != nil {
			t.Fatal(err)
		}
		same := 0
		for _, phrase := range spoken() {
			a, _ := english.Say(phrase, 0)
			b, err := words.Say(phrase, 0)
			if err != nil {
				t.Error(err)
			}
			if a == b {
				same++
			}
			for _, placeholder := range []string{"{title}", "{address}", "{date}"} {
				if strings.Contains(a, placeholder) != strings.Contains(b, placeholder) {
					t.Errorf("%s: %s is %q, in English %q: one has %s", language, phrase, b, a, placeholder)
				}
			}
		}
		if language != "en" && same > 1 { // Error is Error in Spanish
			t.Errorf("%s has %d phrases that are English", language, same)
		}
	}
}

func TestForms(t *testing.T) {
	p := newPages(t, theWeekly())
	tests := []struct {
		kind Kind
		want []string // of each form: its fields and buttons
	}{
		{Leave, []string{"List-Unsubscribe=One-Click"}},
		{Left, []string{"back=1"}},
		{Confirm, []string{"confirm=1"}},
		{Join, []string{"address=zoe@example name=Zoé website= category=design category=open source category=科学 category=עברית language"}},
		{Preferences, []string{"category=design category=open source category=科学 category=עברית language do=save", "do=leave", "do=data", "sure=1 do=erase"}},
		{Asked, nil}, {Back, nil}, {Joined, nil}, {DataSent, nil}, {Erased, nil}, {Blocked, nil}, {BadLink, nil}, {TooMany, nil}, {Odd, nil}, {Fault, nil}, {NotFound, nil},
	}
	for _, tt := range tests {
		page := parsed(t, written(t, p, full(tt.kind, "en")))
		var got []string
		for _, form := range page.all("form") {
			if attr(form, "method") != "post" || attr(form, "action") != "/preferences/Zm9v" || attr(form, "accept-charset") != "utf-8" {
				t.Errorf("%s: a form has %v", tt.kind, form.Attr)
			}
			got = append(got, strings.Join(fields(form), " "))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s has the forms %q, want %q", tt.kind, got, tt.want)
		}
	}
}

func TestBadAddress(t *testing.T) {
	p := newPages(t, theWeekly())
	page := parsed(t, written(t, p, full(Join, "de")))
	if title := textOf(page.one("title")); title != "Fehler · The Weekly Digest abonnieren" {
		t.Errorf("the title is %q", title)
	}
	input := page.id("address")
	said := page.id(attr(input, "aria-describedby"))
	if attr(input, "aria-invalid") != "true" || said == nil || !strings.Contains(textOf(said), "name@example.org") {
		t.Errorf("the field %v does not say what is wrong", input.Attr)
	}
	good := full(Join, "de")
	good.BadAddress = false
	if page := parsed(t, written(t, p, good)); attr(page.id("address"), "aria-invalid") != "" || strings.HasPrefix(textOf(page.one("title")), "Fehler") {
		t.Error("an address that is not bad is said to be")
	}
}

// No mark is parted from the title that it belongs to.
func TestHeadings(t *testing.T) {
	s := theWeekly()
	s.Title = "A <b> & $0"
	p := newPages(t, s)
	for _, tt := range []struct {
		kind           Kind
		language, want string
	}{
		{Join, "en", "Subscribe to |A <b> & $0"}, {Confirm, "en", "Subscribe to |A <b> & $0?"}, {Join, "ja", "|「A <b> & $0」|を購読する"},
		{Leave, "fr", "Se désabonner de |A <b> & $0\u00a0?"}, {Leave, "zh", "退订|《A <b> & $0》？"}, {Leave, "ar", "إلغاء الاشتراك في |A <b> & $0؟"},
		{Preferences, "de", "Ihr Abonnement von |A <b> & $0"}, {Fault, "en", "Something went wrong"},
	} {
		var parts []string
		h1 := parsed(t, written(t, p, full(tt.kind, tt.language))).one("h1")
		if h1.FirstChild.Type == html.ElementNode {
			parts = append(parts, "")
		}
		for n := range h1.ChildNodes() {
			if n.Type == html.TextNode {
				parts = append(parts, n.Data)
			} else {
				parts = append(parts, textOf(n))
			}
		}
		if got := strings.Join(parts, "|"); got != tt.want {
			t.Errorf("%s in %s has the heading %q, want %q", tt.kind, tt.language, got, tt.want)
		}
	}
}

func TestHeadingOfOwnWords(t *testing.T) {
	german, err := fs.ReadFile(builtin, "web/languages/de.yaml")
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Replace(string(german), `join: "{title} abonnieren"`, `join: "Komm zu \"{title}\"&'s Kreis"`, 1)
	p, err := NewPages(theWeekly(), folder(t, map[string]string{"web/languages/de.yaml": own}))
	if err != nil {
		t.Fatal(err)
	}
	h1 := parsed(t, written(t, p, full(Join, "de"))).one("h1")
	span := within(h1, "span")
	if len(span) != 1 || textOf(span[0]) != `"The Weekly Digest"&'` || textOf(h1) != `Komm zu "The Weekly Digest"&'s Kreis` {
		t.Errorf("the heading is %q", textOf(h1))
	}
}

func TestLinks(t *testing.T) {
	bare := Site{Title: "T", Language: "en"}
	for _, tt := range []struct {
		site Site
		kind Kind
		want []string
	}{
		{theWeekly(), Left, []string{"https://example.org/", "/join", "mailto:digest@example.org"}},
		{theWeekly(), Leave, []string{"https://example.org/", "mailto:digest@example.org"}},
		{theWeekly(), BadLink, []string{"https://example.org/", "mailto:digest@example.org", "mailto:digest@example.org"}},
		{theWeekly(), Blocked, []string{"https://example.org/", "mailto:digest@example.org", "mailto:digest@example.org"}},
		{theWeekly(), Odd, []string{"https://example.org/", "mailto:digest@example.org", "mailto:digest@example.org"}},
		{bare, Left, nil}, {bare, Blocked, nil}, {bare, BadLink, nil}, {bare, Odd, nil}, {bare, Fault, nil},
	} {
		var got []string
		for _, a := range parsed(t, written(t, newPages(t, tt.site), Page{Kind: tt.kind})).all("a") {
			got = append(got, attr(a, "href"))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s links to %q, want %q", tt.kind, got, tt.want)
		}
	}
}

func TestUnknownKindIsAFault(t *testing.T) {
	w := httptest.NewRecorder()
	newPages(t, theWeekly()).Write(w, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK, Page{Kind: "party"})
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "Something went wrong") {
		t.Errorf("Write of an unknown kind = %d %s", w.Code, w.Body)
	}
}
