package email

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"digest/internal/bookmark"
	"digest/internal/selector"
	"digest/templates"
)

// overlaid renders with templates of a directory over the built-in ones.
func overlaid(t *testing.T, files map[string]string, e ...bookmark.Bookmark) (*Draft, error) {
	t.Helper()
	if e == nil {
		return overlaidEdition(t, files, goldenEdition())
	}
	return overlaidEdition(t, files, editionOf(e...))
}

func overlaidEdition(t *testing.T, files map[string]string, e selector.Edition) (*Draft, error) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := NewRenderer(theWeekly(), templates.FS(dir))
	if err == nil {
		err = r.CheckNotes()
	}
	if err != nil {
		return nil, err
	}
	return r.Render(e, 7, issued)
}

func TestOverlayReplacesOneTemplate(t *testing.T) {
	d, err := overlaid(t, map[string]string{TextTemplate: "{{range .Sections}}{{range .Items}}* {{.Title}}\n{{.Link}}\n{{end}}{{end}}\n{{.UnsubscribeLink}}"})
	if err != nil {
		t.Fatal(err)
	}
	m := d.To(reader)
	if want := "* Grids < frames > tables: \"R&D\" and 'why'\nhttps://www.example.com/grids?page=2#ruling\n* L’été"; !strings.HasPrefix(m.Text(), want) {
		t.Errorf("Text() = %q, want it to begin with %q", m.Text(), want)
	}
	if builtin := draftOf(t, theWeekly(), goldenEdition()).To(reader); m.HTML() != builtin.HTML() {
		t.Error("HTML() is not that of the built-in template")
	}
	checkParts(t, m)
}

func TestTemplatesShowTheWholeBody(t *testing.T) {
	d, err := overlaid(t, map[string]string{HTMLTemplate: "<!DOCTYPE html><html><body>{{range .Sections}}{{range .Items}}<div><a href=\"{{.Link}}\">x</a>{{.Body}}</div>{{end}}{{end}}<a href=\"{{.UnsubscribeLink}}\">x</a></body></html>"})
	if err != nil {
		t.Fatal(err)
	}
	got := d.To(reader).HTML()
	for _, want := range []string{
		`<h2>Ruling</h2>`, `<a href="https://example.com/p">printers</a>`, `<strong>promise</strong>`, "beyond the cut.",
		`Seven <em>code points</em>, one <a href="https://emoji.example.org/g">grapheme</a>. It must never be cut.`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("HTML() lacks %s:\n%s", want, got)
		}
	}
	if strings.Contains(got, "script") || strings.Contains(got, "<img") {
		t.Errorf("HTML() has what the sanitiser removes:\n%s", got)
	}
}

func TestBadTemplates(t *testing.T) {
	tests := []struct{ name, file, template, want string }{
		{"not closed", HTMLTemplate, "<p>\n{{if .Title}}", "digest.html.tmpl:2: unexpected EOF"},
		{"text not closed", TextTemplate, "\n\n{{range .Sections}", "digest.txt.tmpl:3: "},
		{"no such function", TextTemplate, "{{now}}", `digest.txt.tmpl:1: function "now" not defined`},
		{"no such field", HTMLTemplate, "<p>\n{{.Titel}}</p>", "digest.html.tmpl:2:2: "},
		{"no such field in a range", TextTemplate, "{{range .Sections}}\n{{range .Items}}{{.Url}}{{end}}{{end}}", "digest.txt.tmpl:2:"},
		{"no such template", HTMLTemplate, "\n{{template \"other\"}}", "digest.html.tmpl:2:11: "},
		{"empty", HTMLTemplate, "", "digest.html.tmpl: the part that it makes has no link to https://www.example.com/grids?page=2#ruling; show .Link"},
		{"no way to leave", TextTemplate, "{{range .Sections}}{{range .Items}}{{.Link}}\n{{end}}{{end}}", "digest.txt.tmpl: the part that it makes has no way to unsubscribe"},
		{"no such style", HTMLTemplate, "<p {{style \"h7\"}}>", `no style "h7"; there are body, `},
		{"no such sheet", HTMLTemplate, "<style>{{sheet \"print\"}}</style>", `no sheet "print"; there are base, button, button outlook, dark, outlook`},
		{"no such conditional", HTMLTemplate, "\n\n{{mso \"foot\"}}", `digest.html.tmpl:3:2: `},
		{"branches that end apart", HTMLTemplate, "<p>\n<a {{if .Title}}href=\"{{end}}>", "digest.html.tmpl:2"},
		{"an attribute that does not end", HTMLTemplate, "<a href=\"{{.Title}}", "digest.html.tmpl"},
		{"HTML calls itself", HTMLTemplate, "{{define \"x\"}}{{template \"x\" .}}{{end}}\n{{template \"x\" .}}", "digest.html.tmpl:1:25: "},
		{"text calls itself", TextTemplate, "{{define \"x\"}}\n{{template \"x\" .}}{{end}}{{template \"x\" .}}", "digest.txt.tmpl:2:11: "},
		{"text prints without end", TextTemplate, "{{define \"x\"}}" + strings.Repeat("spam ", 100) + "\n{{template \"x\" .}}{{end}}{{template \"x\" .}}", "more than 1048576 bytes"},
		{"HTML prints too much", HTMLTemplate, "{{range .Sections}}{{range .Items}}" + strings.Repeat("spam ", 50_000) + "{{end}}{{end}}", "show .Link of each of .More"},
		{"one function prints too much", TextTemplate, "\n{{printf \"%2000000d\" 1}}", "more than 1048576 bytes"},
		{"a link that is none", HTMLTemplate, "<a href=\"{{.Subject}}\">x</a>", "digest.html.tmpl: it puts "},
		{"a style that is none", HTMLTemplate, "<p style=\"color:{{.Lead}}\">x</p>", "digest.html.tmpl: it puts "},
		{"a style sheet that is none", HTMLTemplate, "<style>{{.Lead}}</style>", "digest.html.tmpl: it puts "},
		{"an attribute that is none", HTMLTemplate, "<p {{.Lead}}>x</p>", "digest.html.tmpl: it puts "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := overlaid(t, map[string]string{tt.file: tt.template})
			if err == nil {
				t.Fatalf("no error; HTML %.300q, text %.300q", d.html, d.text)
			}
			if d != nil {
				t.Error("a draft beside the error")
			}
			if !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.file) {
				t.Errorf("error %q, want %s and %q in it", err, tt.file, tt.want)
			}
			if strings.Contains(err.Error(), "template:") {
				t.Errorf("error %q begins with a word of the library", err)
			}
		})
	}
}

func TestBadTemplatesAreAllNamed(t *testing.T) {
	weekly := theWeekly()
	weekly.Subject = "{{.Lead"
	dir := t.TempDir()
	for _, name := range []string{HTMLTemplate, TextTemplate} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{{end}}"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, err := NewRenderer(weekly, templates.FS(dir))
	if err == nil {
		t.Fatal("NewRenderer gives no error")
	}
	for _, want := range []string{"digest.html.tmpl:1: ", "digest.txt.tmpl:1: ", "subject:1: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q lacks %q", err, want)
		}
	}
}

func TestBadSubject(t *testing.T) {
	weekly := theWeekly()
	weekly.Subject = "{{.Sections.Nope}}"
	if _, err := tryDraft(t, weekly, goldenEdition()); err == nil || !strings.HasPrefix(err.Error(), "subject:1:") {
		t.Errorf("Render = %v, want an error at subject:1", err)
	}
}

// html/template writes this word in place of what it refuses. It may also be
// what an article is about.
func TestContentMayNameTheMarkOfTheFilter(t *testing.T) {
	b := bookmark.Bookmark{
		Title: "#ZgotmplZ", Summary: `What is <a href="#ZgotmplZ">ZgotmplZ</a>? style="ZgotmplZ"`,
		Link: "https://example.com/ZgotmplZ?x=%22#ZgotmplZ", Body: "It is *#ZgotmplZ*.",
	}
	weekly := theWeekly()
	weekly.Subject = "{{.Lead}}"
	d, err := tryDraft(t, weekly, editionOf(b))
	if err != nil {
		t.Fatalf("Render: %v", err)
	}
	checkParts(t, d.To(reader))
}

func TestLinksThatAreNone(t *testing.T) {
	for _, link := range []string{
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "\x01javascript:alert(1)", "data:text/html,x", "vbscript:x",
		"file:///etc/passwd", "//example.com/x", "/x", "x", "#x", "mailto:a@example.com", "http:", "http://", "https:///x", "https://example.com/\r\nBcc: x",
		"https://example.com/a b", "https://example.com/\u202ex", "https://example.com/é", "https://example.com/\x1b[31m", "ftp://example.com/",
		"https:example.com", "http://[::1", "https://bank.example@evil.example/", "https://exa mple.com/",
	} {
		b := bookmark.Bookmark{Path: "content/x.md", Link: link}
		if _, err := tryDraft(t, theWeekly(), editionOf(b)); err == nil || !strings.HasPrefix(err.Error(), "content/x.md: ") {
			t.Errorf("Render with the link %q gives %v, want an error that names the file", link, err)
		}
	}
}
