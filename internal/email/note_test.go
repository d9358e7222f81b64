package email

import (
	"bytes"
	"encoding/json"
	"io"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/net/html"

	"digest/internal/locale"
	"digest/templates"
)

var (
	confirmNote = Note{Kind: ConfirmNote, Link: "https://news.example.org/confirm/Zm9v-YmFy_YmF6cXV4", Expires: issued.AddDate(0, 0, 7), Date: issued}
	knownNote   = Note{Kind: KnownNote, Link: "https://news.example.org/preferences/Zm9v-YmFy_YmF6cXV4", Date: issued}
	dataNote    = Note{Kind: DataNote, Date: issued, Text: "Address: zoe@example.net\nName: Zoé Müller\nSubscribed: 2026-03-01\n\nLetters:\n  weekly-2026-11-13: sent",
		Data: []byte("{\n  \"address\": \"zoe@example.net\",\n  \"name\": \"Zoé Müller\",\n  \"letters\": [{\"edition\": \"weekly-2026-11-13\", \"status\": \"sent\"}]\n}\n")}
)

func notesIn(t reporter, language string) *Renderer {
	t.Helper()
	n := theWeekly()
	n.Language, n.ReplyTo = language, "editor@example.org"
	r, err := NewRenderer(n, templates.FS(""))
	if err != nil {
		t.Fatalf("NewRenderer: %v", err)
	}
	return r
}

func noteOf(t reporter, r *Renderer, n Note) Message {
	t.Helper()
	d, err := r.Note(n)
	if err != nil {
		t.Fatalf("Note: %v", err)
	}
	return d.To(reader)
}

func TestGoldenNotes(t *testing.T) {
	for name, m := range map[string]Message{
		"note-confirm-en": noteOf(t, notesIn(t, "en"), confirmNote),
		"note-known-he":   noteOf(t, notesIn(t, "he"), knownNote),
		"note-data-en":    noteOf(t, notesIn(t, "en"), dataNote),
	} {
		golden(t, name+".html", []byte(m.HTML()))
		golden(t, name+".txt", []byte(m.Text()))
		golden(t, name+".eml", m.Bytes())
	}
}

// Every kind in every language is whole, and says so itself.
func TestNotesInEveryLanguage(t *testing.T) {
	for _, language := range locale.Languages(templates.FS("")) {
		r := notesIn(t, language)
		for _, n := range []Note{confirmNote, knownNote, {Kind: KnownNote, Date: issued}, dataNote} {
			m := noteOf(t, r, n)
			checkParts(t, m)
			for part, text := range map[string]string{"HTML": shapeOf(t, m.HTML()).text, "text": m.Text()} {
				if strings.ContainsAny(text, "{}") || !strings.Contains(text, "The Weekly Digest") || !strings.Contains(text, n.Link) {
					t.Errorf("%s: the %s part of %s has a placeholder, or lacks the title or its link:\n%s", language, part, n.Kind, text)
				}
			}
			if s := shapeOf(t, m.HTML()); len(s.headings) != 1 || s.headings[0] != "h1" {
				t.Errorf("%s: %s has the headings %v, want one h1", language, n.Kind, s.headings)
			}
			root := elementOf(t, m.HTML(), "html")
			if attribute(root, "lang") != language || attribute(root, "dir") != r.locale.Dir() {
				t.Errorf("%s: %s is %v", language, n.Kind, root.Attr)
			}
		}
		if m := noteOf(t, r, confirmNote); !strings.Contains(m.Text(), r.locale.Date(confirmNote.Expires)) {
			t.Errorf("%s: the day on which the link expires is missing:\n%s", language, m.Text())
		}
	}
}

func elementOf(t reporter, doc, name string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(doc))
	if err != nil {
		t.Fatalf("HTML: %v", err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			return n
		}
	}
	t.Fatalf("no %s in %.200s", name, doc)
	return nil
}

func TestNoteHeaders(t *testing.T) {
	m, err := netmail.ReadMessage(bytes.NewReader(noteOf(t, notesIn(t, "en"), confirmNote).Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "List-Id": `"The Weekly Digest" <weekly.example.org>`,
		"Reply-To": "<editor@example.org>", "Subject": "Please confirm: The Weekly Digest", "Date": "Fri, 20 Nov 2026 09:00:00 +0000",
		"List-Unsubscribe": "", "List-Unsubscribe-Post": "", "Precedence": "",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	body, err := io.ReadAll(m.Body)
	if err != nil || !bytes.Contains(body, []byte("Content-Type: text/plain")) || !bytes.Contains(body, []byte("Content-Type: text/html")) {
		t.Errorf("the body lacks a part (%v)", err)
	}
}

func TestNotesDifferWhereTheySayOtherThings(t *testing.T) {
	r := notesIn(t, "en")
	first := noteOf(t, r, confirmNote)
	if again := noteOf(t, notesIn(t, "en"), confirmNote); !bytes.Equal(first.Bytes(), again.Bytes()) {
		t.Error("the same note gave other bytes")
	}
	other, later := confirmNote, confirmNote
	other.Link += "x"
	later.Date = later.Date.Add(time.Second)
	for name, m := range map[string]Message{"link": noteOf(t, r, other), "date": noteOf(t, r, later), "kind": noteOf(t, r, knownNote)} {
		if m.ID == first.ID {
			t.Errorf("a note with another %s has the same Message-ID", name)
		}
	}
	d, err := r.Note(confirmNote)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := reader
	elsewhere.Address.Address = "other@example.net"
	if d.To(elsewhere).ID == first.ID {
		t.Error("a note to another address has the same Message-ID")
	}
	data, err := json.Marshal(d)
	var stored Draft
	if err == nil {
		err = json.Unmarshal(data, &stored)
	}
	if err != nil || !bytes.Equal(stored.To(reader).Bytes(), first.Bytes()) {
		t.Errorf("a stored note gives other bytes (%v)", err)
	}
}

// The data are in the message as they were given, for programs, and in its text
// for people, who can copy it.
func TestDataNote(t *testing.T) {
	r := notesIn(t, "en")
	d, err := r.Note(dataNote)
	if err != nil {
		t.Fatal(err)
	}
	m := d.To(reader)
	if p := checkParts(t, m); !bytes.Equal(p.data, dataNote.Data) {
		t.Errorf("data.json is\n%s\nwant\n%s", p.data, dataNote.Data)
	}
	for part, text := range map[string]string{"HTML": m.HTML(), "text": m.Text()} {
		if strings.Contains(text, "\u00a0") || strings.Contains(text, "&nbsp;") || !strings.Contains(text, "  weekly-2026-11-13: sent") {
			t.Errorf("the %s part has blanks that do not break, or lacks those that were given:\n%s", part, text)
		}
	}
	stored, err := json.Marshal(d)
	var again Draft
	if err == nil {
		err = json.Unmarshal(stored, &again)
	}
	if err != nil || !bytes.Equal(again.To(reader).Bytes(), m.Bytes()) {
		t.Errorf("a stored note gives other bytes (%v)", err)
	}
	if !bytes.Equal(noteOf(t, notesIn(t, "en"), dataNote).Bytes(), m.Bytes()) {
		t.Error("the same note gave other bytes")
	}
	other := dataNote
	other.Data = []byte("{}")
	if noteOf(t, r, other).ID == m.ID {
		t.Error("a note of other data has the same Message-ID")
	}
	for _, data := range [][]byte{bytes.Repeat([]byte(`["Zoé"],`), 9000), []byte("--part-1\r\n.\r\n")} {
		large := dataNote
		large.Data, _ = json.Marshal(data)
		if p := checkParts(t, noteOf(t, r, large)); !bytes.Equal(p.data, large.Data) {
			t.Errorf("data.json of %d bytes has %d", len(large.Data), len(p.data))
		}
	}
	for _, none := range []Note{{Kind: DataNote, Text: "Text", Date: issued}, {Kind: KnownNote, Data: dataNote.Data, Date: issued}} {
		if p := parse(t, noteOf(t, r, none)); p.data != nil {
			t.Errorf("a note of the kind %s brings %s", none.Kind, p.data)
		}
	}
}

func TestNotesRefuse(t *testing.T) {
	r := notesIn(t, "en")
	for _, tt := range []struct {
		note Note
		want string
	}{
		{Note{Kind: "party"}, `there is no kind "party"`},
		{Note{Kind: ConfirmNote}, `its link "" is no http or https address`},
		{Note{Kind: ConfirmNote, Link: "javascript:alert(1)"}, "is no http or https address"},
		{Note{Kind: KnownNote, Link: "/preferences"}, "is no http or https address"},
		{Note{Kind: DataNote, Text: "Text", Data: []byte("{")}, "its data is no JSON"},
	} {
		if d, err := r.Note(tt.note); err == nil || d != nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Note(%v) = %v, %v, want %q", tt.note, d, err, tt.want)
		}
	}
}

// What is stored may be anybody's text, and the title may hold anything.
func TestNotesOfHostileTexts(t *testing.T) {
	plain := shapeOf(t, noteOf(t, notesIn(t, "he"), dataNote).HTML())
	hostile := append(append(append([]string{}, hostileMarkup...), hostileCharacters...), hostileLinks...)
	n := theWeekly()
	n.Language = "he"
	whole := notesIn(t, "he")
	for _, text := range hostile {
		n.Title = cutCharacters(text, 200)
		r, err := whole.For(n)
		if err != nil {
			t.Fatal(err)
		}
		m := noteOf(t, r, Note{Kind: DataNote, Text: "Name: " + text + "\nNote:  " + text, Date: issued})
		checkText(t, m.Text())
		s := shapeOf(t, m.HTML())
		if more := s.strangers(plain); more != nil {
			t.Errorf("%.80q brings %v", text, more)
		}
	}
}

func TestNotesOfLongLines(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("x", 60) + " a-word-that-is-broken-at-a-hyphen", strings.Repeat("漢字", 60), strings.Repeat("y", 500), "a\tb  c\n\n\n\n  d",
	} {
		m := noteOf(t, notesIn(t, "en"), Note{Kind: DataNote, Text: text, Date: issued})
		checkText(t, m.Text())
	}
}

func TestNoteTemplatesAreTried(t *testing.T) {
	for _, tt := range []struct{ file, template, want string }{
		{NoteHTMLTemplate, "<p>\n{{.Nope}}", "note.html.tmpl:2:2: "},
		{NoteTextTemplate, "\n{{.Nope}}", "note.txt.tmpl:2:2: "},
		{NoteTextTemplate, "{{if}}", "note.txt.tmpl:1: "},
		{NoteTextTemplate, "Hello", "note.txt.tmpl: the part that it makes has no link"},
		{NoteTextTemplate, "{{.Link}}", "note.txt.tmpl: the part that it makes lacks what is stored"},
	} {
		if _, err := overlaid(t, map[string]string{tt.file: tt.template}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("NewRenderer with %s = %v, want %q", tt.file, err, tt.want)
		}
	}
}

// A language of one's own from before there were notes has letters, and notes in
// English.
func TestNotesOfALanguageWithoutWords(t *testing.T) {
	swedish, err := templates.FS("").(interface {
		ReadFile(string) ([]byte, error)
	}).ReadFile("languages/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "languages", "sv.yaml")
	if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.ReplaceAll(swedish, []byte("You get this letter"), []byte("Du får detta brev")), 0o644); err != nil {
		t.Fatal(err)
	}
	n := theWeekly()
	n.Language = "sv"
	r, err := NewRenderer(n, templates.FS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if d, err := r.Render(goldenEdition(), 7, issued); err != nil || !strings.Contains(d.text, "Du får detta brev") {
		t.Errorf("Render = %v, want a letter in Swedish", err)
	}
	m := noteOf(t, r, confirmNote)
	if lang := attribute(elementOf(t, m.HTML(), "html"), "lang"); lang != "en" || !strings.Contains(m.Text(), "Yes, subscribe me") {
		t.Errorf("the note is in %q, want en:\n%s", lang, m.Text())
	}
}

func TestNotesNeedAllTheirWords(t *testing.T) {
	base := templates.FS("")
	fsys := fstest.MapFS{}
	for _, name := range []string{HTMLTemplate, TextTemplate, NoteHTMLTemplate, NoteTextTemplate, "languages/en.yaml", "masthead.html.tmpl", "footer.html.tmpl", "footer.txt.tmpl", "item.html.tmpl", "item.txt.tmpl", "more.html.tmpl"} {
		f, err := base.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		fsys[name] = &fstest.MapFile{Data: data}
	}
	fsys["web/languages/en.yaml"] = &fstest.MapFile{Data: []byte("phrases: {note-confirm: x}")}
	r, err := NewRenderer(theWeekly(), fsys)
	if err != nil {
		t.Fatalf("NewRenderer = %v: letters need no words of notes", err)
	}
	if err := r.CheckNotes(); err == nil || !strings.Contains(err.Error(), "web/languages/en.yaml: phrases: note-confirm-text, ") {
		t.Errorf("CheckNotes = %v, want the missing phrases named", err)
	}
}
