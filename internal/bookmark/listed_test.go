package bookmark

import (
	"strings"
	"testing"
)

func TestDrafts(t *testing.T) {
	for _, tt := range []struct {
		yaml string
		want bool
	}{
		{"a: 1", false}, {"draft: false", false}, {"draft: no", false}, {"draft: yes", false}, {"draft: maybe", false},
		{"draft: 0", false}, {"draft: ~", false}, {"draft: [true]", false}, {"published: true", false},
		{"draft: true", true}, {"Draft: true", true}, {`draft: "true"`, true}, {"draft: 1", true}, {"draft: 0.5", true},
		{"params: {draft: true}", true}, {"published: false", true}, {"published: false\ndraft: false", true},
	} {
		if got := parse(t, DefaultFields(), tt.yaml).Draft; got != tt.want {
			t.Errorf("Parse(%q).Draft = %v, want %v", tt.yaml, got, tt.want)
		}
	}
}

func TestNotListed(t *testing.T) {
	for _, tt := range []struct{ yaml, want string }{
		{"a: 1", ""}, {"archetype: bookmark", ""}, {"archetype: Bookmark", ""}, {"headless: false", ""}, {"build: {list: always}", ""}, {"build: never", ""},
		{`archetype: "post\n"`, `archetype is "post"`},
		{"headless: true", "headless"},
		{"build: {list: never}", "build.list"}, {"Build: {List: never}", "build.list"}, {"build: {list: false}", "build.list"},
	} {
		got := parse(t, DefaultFields(), tt.yaml).NotListed
		if !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
			t.Errorf("Parse(%q).NotListed = %q, want %q", tt.yaml, got, tt.want)
		}
	}
}

func TestMarkup(t *testing.T) {
	for name, want := range map[string]Markup{"a.md": Markdown, "a.markdown": Markdown, "a.mdown": Markdown, "a.html": HTML, "a.HTM": HTML} {
		r := Reader{}
		if b, err := r.Parse(name, []byte("body")); err != nil || b.Markup != want || b.Body != "body" {
			t.Errorf("Parse(%s) = %s %q, %v, want %s", name, b.Markup, b.Body, err, want)
		}
	}
}
