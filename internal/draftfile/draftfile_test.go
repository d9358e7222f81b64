package draftfile

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"
)

var eastern = time.FixedZone("", -5*60*60)

func example() *File {
	return &File{
		Edition: "weekly-2026-11-20",
		Start:   time.Date(2026, 11, 13, 0, 0, 0, 0, eastern), End: time.Date(2026, 11, 20, 0, 0, 0, 0, eastern),
		Sections: []Section{
			{Category: "design", Title: "Design", Bookmarks: []Bookmark{{Path: "content/grids.md", Title: `Grids: "why?"`}, {Path: "content/7", Title: "7", Note: "Skip to the *second half*."}}},
			{Title: "Elsewhere", Bookmarks: []Bookmark{{Path: "content/a\nb.md", Title: "yes", Note: "- one\n- two"}}},
		},
		Offered: []string{"https://example.org/grids", "https://example.org/\n"},
	}
}

func ExampleFile_Bytes() {
	f := example()
	f.Introduction = "Dear readers,\n\nthis week: grids."
	_, body, _ := strings.Cut(string(f.Bytes()), "\n\n")
	fmt.Print(body)
	// Output:
	// introduction: |
	//   Dear readers,
	//
	//   this week: grids.
	//
	// # Which edition this is; leave it as it stands.
	// edition: weekly-2026-11-20
	// window:
	//   start: 2026-11-13T00:00:00-05:00
	//   end: 2026-11-20T00:00:00-05:00
	//
	// sections:
	//   - category: design
	//     title: Design
	//     bookmarks:
	//       - path: content/grids.md
	//         title: 'Grids: "why?"'
	//         note: ""
	//       - path: content/7
	//         title: "7"
	//         note: Skip to the *second half*.
	//   - category: ""
	//     title: Elsewhere
	//     bookmarks:
	//       - path: "content/a\nb.md"
	//         title: "yes"
	//         note: |
	//           - one
	//           - two
	//
	// # What there was to choose from when this was written; leave it as it stands. What
	// # is here and not above was left out by you, and does not come later.
	// offered:
	//   - https://example.org/grids
	//   - "https://example.org/\n"
}

// without is a file that does not say where it was read.
func without(f *File) *File {
	for i := range f.Sections {
		for j := range f.Sections[i].Bookmarks {
			f.Sections[i].Bookmarks[j].Line = 0
		}
	}
	return f
}

// sameAs reports whether two files say the same; times in other zones are equal.
func sameAs(a, b *File) bool {
	x, y := *a, *b
	x.Start, x.End, y.Start, y.End = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return a.Start.Equal(b.Start) && a.End.Equal(b.End) && reflect.DeepEqual(without(&x), without(&y))
}

// someText is any text, mostly what YAML takes for something else.
func someText() *rapid.Generator[string] {
	runes := rapid.OneOf(
		rapid.RuneFrom([]rune("abc \t\n-:#'\"|>&*!%@`,[]{}?\\~=<")),
		rapid.RuneFrom([]rune("\x00\x01\x1b\r\u007f\u0085\u00a0\u2028\u2029\ufeff\ufffd\ufffe\u202e漢é👩")),
		rapid.RuneFrom(nil, unicode.L, unicode.P, unicode.S, unicode.Z, unicode.C),
	)
	traps := rapid.SampledFrom([]string{"yes", "no", "null", "~", "123", "1e3", "0x1F", "2026-11-20", "12:30:00", "- a", "? a", "a: b", "a #b", "#", "---", "...", "--- a", "<<", "=",
		"!!binary x", "!x", "&a b", "*a", "{a: b}", "[a", "|", "> a", "'", `"`, "%YAML 1.1", "@a", "`a`", "true", "\\", " a", "a ", "\ta", "\n\n a\n  b\n", "a\n\n\nb", "a\n \nb", "a\n\tb", "", "\xff\xfe", "a\xc3"})
	return rapid.OneOf(traps, rapid.StringOf(runes), rapid.Map(rapid.SliceOfN(traps, 0, 4), func(s []string) string { return strings.Join(s, "\n") }))
}

func someFile() *rapid.Generator[*File] {
	return rapid.Custom(func(t *rapid.T) *File {
		markdown := func(what string) string { return Text(strings.ToValidUTF8(someText().Draw(t, what), "?")) }
		f := &File{Introduction: markdown("introduction"), Edition: someText().Draw(t, "edition"), Start: example().Start, End: example().End}
		for i := range rapid.IntRange(1, 3).Draw(t, "sections") {
			s := Section{Category: someText().Draw(t, "category"), Title: "x" + someText().Draw(t, "section")}
			for j := range rapid.IntRange(1, 3).Draw(t, "bookmarks") {
				s.Bookmarks = append(s.Bookmarks, Bookmark{Path: fmt.Sprintf("%s%d/%d", someText().Draw(t, "path"), i, j), Title: someText().Draw(t, "title"), Note: markdown("note")})
			}
			f.Sections = append(f.Sections, s)
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "offered") {
			f.Offered = append(f.Offered, fmt.Sprintf("%s%d", someText().Draw(t, "path"), i))
		}
		return f
	})
}

func TestReadGivesBackWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := someFile().Draw(r, "file")
		data := f.Bytes()
		got, err := Read("draft.yaml", strings.NewReader(string(data)))
		if err != nil {
			r.Fatalf("Read: %v\n%s", err, data)
		}
		if !sameAs(got, f) {
			r.Fatalf("Read gives %q, want %q\n%s", fmt.Sprint(got), fmt.Sprint(f), data)
		}
	})
}

func TestReadOfEditors(t *testing.T) {
	text := string(example().Bytes())
	for name, change := range map[string]func(string) string{
		"line ends of Windows": func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"a byte order mark":    func(s string) string { return "\uFEFF" + s },
		"no note":              func(s string) string { return strings.ReplaceAll(s, "        note: \"\"\n", "") },
		"a note of nothing":    func(s string) string { return strings.ReplaceAll(s, `note: ""`, "note:") },
		"no introduction":      func(s string) string { return strings.Replace(s, "introduction: |\n", "", 1) },
		"no comments":          func(s string) string { return s[strings.Index(s, "introduction: |"):] },
		"an empty section": func(s string) string {
			return strings.Replace(s, "sections:\n", "sections:\n  - title: Empty\n    bookmarks:\n  - title: Too\n    bookmarks: []\n", 1)
		},
		"a title that is a number": func(s string) string { return strings.Replace(s, `title: "7"`, "title: 7", 1) },
		"a title that is a truth":  func(s string) string { return strings.Replace(s, `title: "yes"`, "title: yes", 1) },
	} {
		got, err := Read("draft.yaml", strings.NewReader(change(text)))
		if err != nil || !sameAs(got, example()) {
			t.Errorf("%s: Read = %+v, %v", name, got, err)
		}
	}
	got, err := Read("draft.yaml", strings.NewReader(strings.Replace(text, "introduction: |\n", "introduction: |\n  Dear *readers*,\n\n  so: \"it\" # goes\n", 1)))
	if err != nil || got.Introduction != "Dear *readers*,\n\nso: \"it\" # goes" {
		t.Errorf("an introduction below its key: %+v, %v", got, err)
	}
	if got.Sections[0].Bookmarks[1].Line != 1+strings.Count(text[:strings.Index(text, "- path: content/7")], "\n")+3 {
		t.Errorf("the line of a bookmark is %d", got.Sections[0].Bookmarks[1].Line)
	}
}

func TestFaultsAreToldWithTheirLines(t *testing.T) {
	text := string(example().Bytes())
	tests := []struct{ name, old, new, want string }{
		{"an unknown key", "edition:", "editor: Ada\nedition:", `draft.yaml:14: no such key: "editor"; here there are edition, introduction, offered, sections, window`},
		{"an unknown key of a bookmark", "note: Skip", "notes: Skip", `draft.yaml:28: no such key: "notes"; here there are note, path, title`},
		{"a key twice", "edition:", "edition: x\nedition:", "draft.yaml:15: edition stands here twice; remove one of the two"},
		{"a key is missing", "edition: weekly-2026-11-20\n", "", "edition is missing"},
		{"a path is missing", "path: content/7\n        ", "", "draft.yaml:26: path is missing"},
		{"a path is empty", "path: content/7", "path: ''", "draft.yaml:26: it is empty; write it, or remove the whole entry"},
		{"a path twice", "path: content/7", "path: content/grids.md", `draft.yaml:26: "content/grids.md" is in it twice, first at line 23; remove one of the two`},
		{"a title that is a list", `title: "7"`, "title: [a]", "draft.yaml:27: here should be a text"},
		{"an alias", `title: "7"`, "title: *a", "unknown anchor"},
		{"an alias of an anchor", "title: Design", "title: &a Design", ""},
		{"a colon in a plain text", "note: Skip", "note: Note: Skip", "draft.yaml:28: near here, mapping values are not allowed"},
		{"a tab", "    title: Design", "\ttitle: Design", "draft.yaml:"},
		{"another document", "sections:", "---\nsections:", "a second document begins; remove the line"},
		{"a list at the top", text, "- a", "draft.yaml:1: here should be keys"},
		{"nothing", text, "", "draft.yaml: it is empty; write one with: digest draft"},
		{"a comment only", text, "# x\n", "draft.yaml: it is empty"},
		{"a null", text, "~", "draft.yaml:1: here should be keys"},
		{"no bookmark", text[strings.Index(text, "sections:"):], "sections: []\n", "no bookmark is left; name at least one"},
		{"sections that are none", text[strings.Index(text, "sections:"):], "sections: x\n", "here should be a list"},
		{"a window of words", "start: 2026-11-13T00:00:00-05:00", "start: last week", `draft.yaml:16: "last week" is no instant`},
		{"a window that runs back", "start: 2026-11-13", "start: 2027-11-13", "the window ends before it starts"},
		{"a long introduction", "introduction: |", "introduction: " + strings.Repeat("x", MaxIntroduction+1), "draft.yaml:11: the text has 8193 bytes, and at most 8192 fit into a letter; shorten it"},
		{"a long note", `note: ""`, "note: " + strings.Repeat("x", MaxNote+1), "at most 2048"},
		{"a note of bytes", `note: ""`, "note: !!binary /w==", "it is not UTF-8"},
		{"bytes that are none", `note: ""`, "note: !!binary '!'", "here should be a text"},
		{"not UTF-8", "Design", "Design\xff", "draft.yaml: it is not UTF-8; save it as UTF-8"},
		{"NUL", "Design", "Design\x00", "control characters are not allowed"},
		{"too long", "# An", strings.Repeat("#", MaxFile), "draft.yaml: it has more than 1048576 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(text, tt.old) {
				t.Fatalf("the example has no %q", tt.old)
			}
			f, err := Read("draft.yaml", strings.NewReader(strings.Replace(text, tt.old, tt.new, 1)))
			if tt.want == "" {
				if err != nil {
					t.Errorf("Read: %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "; ") {
				t.Errorf("Read = %+v, %v, want %q", f, err, tt.want)
			}
		})
	}
	_, err := Read("draft.yaml", strings.NewReader(strings.NewReplacer("edition:", "editor:", "note: Skip", "notes: Skip").Replace(text)))
	if err == nil || len(strings.Split(err.Error(), "\n")) != 3 {
		t.Errorf("Read of three faults = %v", err)
	}
}

func FuzzRead(f *testing.F) {
	text := string(example().Bytes())
	f.Add(text)
	f.Add(text[strings.Index(text, "introduction: |"):])
	for _, s := range []string{"a: &a [*a]", "? {a: b}\n: c", "<<: {edition: x}", "sections: [{title: x, bookmarks: [{path: y}]}]", "--- !!map\n", "%YAML 1.2\n---\n", "edition: |2\n   x", strings.Repeat("[", 100)} {
		f.Add(s)
		f.Add(text + s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Read("draft.yaml", strings.NewReader(s))
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !strings.HasPrefix(line, "draft.yaml:") || !strings.Contains(line, "; ") {
					t.Errorf("the error %q has no place or no remedy", line)
				}
			}
			return
		}
		if len(got.Sections) == 0 || !got.Start.Before(got.End) {
			t.Errorf("Read(%q) = %+v", s, got)
		}
		// Of a time, seconds are written.
		got.Start, got.End = got.Start.Truncate(time.Second), got.End.Truncate(time.Second)
		again, err := Read("draft.yaml", strings.NewReader(string(got.Bytes())))
		if err != nil && strings.Contains(err.Error(), "the window ends before") || err == nil && sameAs(again, got) {
			return
		}
		t.Errorf("Read(%q) = %+v, and of what that writes %+v, %v", s, got, again, err)
	})
}
