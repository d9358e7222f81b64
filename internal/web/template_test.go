package web

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"digest/templates"
)

// folder is one of templates with these files of its own.
func folder(t *testing.T, files map[string]string) fs.FS {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return templates.FS(dir)
}

func TestFaults(t *testing.T) {
	tests := []struct{ name, file, content, want string }{
		{"not closed", "web/page.html.tmpl", "<p>\n{{if .Button}}", "web/page.html.tmpl:2: unexpected EOF"},
		{"no such field", "web/join.html.tmpl", "\n{{.Adress}}", "web/join.html.tmpl:2:2: "},
		{"no such phrase", "web/page.html.tmpl", "{{.Say \"hello\"}}", `has no phrase "hello"`},
		{"a part that is not there", "web/page.html.tmpl", "{{template \"web/other.html.tmpl\" .}}", "web/page.html.tmpl:1:"},
		{"the form for other sites", "web/snippet.html.tmpl", "{{.Nope}}", "web/snippet.html.tmpl:1:2: "},
		{"a style attribute", "web/page.html.tmpl", "<p style=\"margin:0\">x</p>", "web/page.html.tmpl: the page "},
		{"a script", "web/page.html.tmpl", "<script>x()</script>", "<script>, which its security policy forbids; write rules into web/page.css"},
		{"a handler", "web/preferences.html.tmpl", "<button onclick=\"x()\">x</button>", "which its security policy forbids"},
		{"a value that is none", "web/page.html.tmpl", "<p {{.Contact}}>x</p>", "html/template does not allow"},
		{"a sheet that ends", "web/page.css", "p{}</style>", "web/page.css: it holds </style"},
		{"words that are missing", "web/languages/sv.yaml", "phrases: {leave: Lämna}", "languages/sv.yaml"},
		{"words that are missing in a language that has letters", "web/languages/de.yaml", "phrases: {leave: x}", "web/languages/de.yaml: phrases: address, asked, "},
		{"an unknown placeholder", "web/languages/de.yaml", "phrases: {leave: '{titel}'}", "web/languages/de.yaml: phrases: leave: there is no {titel}"},
		{"an unknown key", "web/languages/de.yaml", "words: {}", "web/languages/de.yaml: yaml: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := NewPages(theWeekly(), folder(t, map[string]string{tt.file: tt.content}))
			if err == nil || p != nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("NewPages gives pages: %v, error %v, want %q", p != nil, err, tt.want)
			}
		})
	}
	s := theWeekly()
	s.Language = "not a tag"
	if _, err := NewPages(s, builtin); err == nil || !strings.Contains(err.Error(), "no language tag") {
		t.Errorf("NewPages with no language tag = %v", err)
	}
}

func TestOwnTemplates(t *testing.T) {
	p, err := NewPages(theWeekly(), folder(t, map[string]string{
		"web/page.css": "h1{color:red}/* mine */", "web/join.html.tmpl": "<form><input type=hidden name=mine></form><style>p{margin:0}</style>",
	}))
	if err != nil {
		t.Fatal(err)
	}
	doc := written(t, p, full(Join, "en"))
	if !strings.Contains(doc, "/* mine */</style>") || !strings.Contains(doc, "name=mine") || !strings.Contains(doc, "<h1>Subscribe to") {
		t.Errorf("the page is\n%s", doc)
	}
	if policy := answer(p, http.MethodGet, "", full(Join, "en")).Header.Get("Content-Security-Policy"); strings.Count(policy, "'sha256-") != 2 {
		t.Errorf("the policy is %s, want the hashes of both style elements", policy)
	}
}

// A language of one's own from before there were pages has pages in English.
func TestLanguageWithoutWords(t *testing.T) {
	swedish, err := fs.ReadFile(builtin, "languages/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	fsys := folder(t, map[string]string{"languages/sv.yaml": string(swedish), "languages/en.yaml": string(swedish)})
	s := theWeekly()
	s.Language = "sv"
	p, err := NewPages(s, fsys)
	if err != nil {
		t.Fatal(err)
	}
	for accepted, want := range map[string]string{"": "en", "sv": "en", "he": "he"} {
		r := answer(p, http.MethodGet, accepted, full(Leave, ""))
		if got := r.Header.Get("Content-Language"); got != want {
			t.Errorf("accepting %q, the page is in %s, want %s", accepted, got, want)
		}
	}
	if !strings.Contains(written(t, p, Page{Kind: Join, Languages: Languages(fsys, "sv")}), `<option value="sv" lang="sv" selected>Svenska</option>`) {
		t.Error("a reader cannot choose the language that letters can be in")
	}
}
