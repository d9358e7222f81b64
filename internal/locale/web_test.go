package locale_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"digest/internal/locale"
	"digest/templates"
)

func TestLoadWeb(t *testing.T) {
	const words = "months: [a, b, c, d, e, f, g, h, i, j, k, l]\nweekdays: [a, b, c, d, e, f, g]\n" +
		"dates: {full: f, date: '{day}.{monthnumber}', day: d, inmonth: m, inyear: y, period: p}\nphrases: {leave: of the letter}\n"
	fsys := fstest.MapFS{}
	for name, content := range map[string]string{
		"languages/en.yaml": words, "languages/sv.yaml": words, "languages/he.yaml": words,
		"web/languages/en.yaml": "phrases: {leave: 'Leave {title}'}", "web/languages/he.yaml": "phrases: {leave: x}",
		"web/languages/nl.yaml": "phrases: {leave: x}", "web/languages/de.yaml": "phrases: {leave: [x]}", "web/languages/fr.yaml": "words: {}",
	} {
		fsys[name] = &fstest.MapFile{Data: []byte(content)}
	}
	fsys["languages/de.yaml"], fsys["languages/fr.yaml"] = fsys["languages/en.yaml"], fsys["languages/en.yaml"]
	tests := []struct{ name, asked, tag, dir, leave, fault string }{
		{"its own words", "he", "he", "rtl", "x", ""},
		{"a kind of it", "he-IL", "he-IL", "rtl", "x", ""},
		{"a language with letters only", "sv", "en", "ltr", "Leave T", ""},
		{"a language with nothing", "ja", "en", "ltr", "Leave T", ""},
		{"words without dates", "nl", "", "", "", "write languages/nl.yaml into the folder of templates"},
		{"a list", "de", "", "", "", "web/languages/de.yaml: phrases: leave: it is neither a text"},
		{"another key", "fr", "", "", "", "web/languages/fr.yaml: yaml: "},
		{"no tag", "no tag", "", "", "", "no language tag"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, err := locale.LoadWeb(fsys, tt.asked)
			if tt.fault != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fault) {
					t.Errorf("LoadWeb(%s) = %v, want %q", tt.asked, err, tt.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			leave, err := l.Say("leave", 0, "title", "T")
			if l.Tag() != tt.tag || l.Dir() != tt.dir || leave != tt.leave || l.Date(friday) != "20.11" || err != nil {
				t.Errorf("LoadWeb(%s) = %s %s, says %q (%v) and %s", tt.asked, l.Tag(), l.Dir(), leave, err, l.Date(friday))
			}
			if err := l.Has("leave", "left"); err == nil || !strings.Contains(err.Error(), "yaml: phrases: left missing") || !strings.HasPrefix(err.Error(), locale.WebDir) {
				t.Errorf("Has = %v", err)
			}
		})
	}
	delete(fsys, "web/languages/en.yaml")
	if _, err := locale.LoadWeb(fsys, "sv"); err == nil || !strings.Contains(err.Error(), "language en: there are no words for it") {
		t.Errorf("LoadWeb without English = %v", err)
	}
}

// Where letters have words, pages and notes have them too.
func TestWebLanguages(t *testing.T) {
	fsys := templates.FS("")
	if web, letters := locale.WebLanguages(fsys), locale.Languages(fsys); !slices.Equal(web, letters) {
		t.Errorf("WebLanguages = %v, want %v", web, letters)
	}
}
