package email

import (
	"strings"
	"testing"

	"digest/internal/bookmark"
)

func TestMinutes(t *testing.T) {
	tests := []struct {
		name, body string
		want       int
	}{
		{"nothing", "", 0},
		{"a teaser", "<p>" + strings.Repeat("word ", 105) + "</p>", 0},
		{"half a minute", "<p>" + strings.Repeat("word ", 107) + "</p>", 1},
		{"a minute and a little", strings.Repeat("word ", 215), 2},
		{"tags are no words", strings.Repeat("<b><i></i></b> ", 900), 0},
		{"Japanese", strings.Repeat("文字の並べ方", 200), 3},
		{"both", strings.Repeat("文字", 125) + strings.Repeat(" word", 107), 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := minutes(tt.body); got != tt.want {
				t.Errorf("minutes = %d, want %d", got, tt.want)
			}
		})
	}
}

func TestDirectionOfText(t *testing.T) {
	for text, want := range map[string]string{"": "ltr", "1, 2": "ltr", "Hello שלום": "ltr", "שלום Hello": "rtl", "«مرحبا»": "rtl", "3 שלום": "rtl", "漢字": "ltr"} {
		if got := direction(text); got != want {
			t.Errorf("direction(%q) = %s, want %s", text, got, want)
		}
	}
}

// A text says its direction only where it is not the letter's.
func TestDirections(t *testing.T) {
	hebrew := theWeekly()
	hebrew.Language = "he"
	e := editionOf(bookmark.Bookmark{Title: "שלום עולם", Summary: "English about it."}, bookmark.Bookmark{Title: "Hello", Summary: "עברית.", Link: "https://example.com/2"})
	tests := []struct {
		name     string
		n        Newsletter
		has, not []string
	}{
		{"English", theWeekly(), []string{`lang="en" dir="ltr"`, `<h3 class="ink" dir="rtl"`, `<p class="ink" dir="rtl"`}, []string{`<h3 class="ink" dir="ltr"`}},
		{"Hebrew", hebrew, []string{`lang="he" dir="rtl"`, `<h3 class="ink" dir="ltr"`, `<p class="ink" dir="ltr"`}, []string{`<h3 class="ink" dir="rtl"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc := draftOf(t, tt.n, e).To(reader).HTML()
			for _, s := range tt.has {
				if !strings.Contains(doc, s) {
					t.Errorf("HTML() lacks %s", s)
				}
			}
			for _, s := range tt.not {
				if strings.Contains(doc, s) {
					t.Errorf("HTML() has %s", s)
				}
			}
		})
	}
}

func TestThreeSentencesAreEnough(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"three", "This is the first sentence. This is the second sentence. This is the third sentence. And a fourth.", "This is the first sentence. This is the second sentence. This is the third sentence."},
		{"Dr. ends none", "Dr. Who met Dr. No on a Monday. Dr. Who was early. They talked for a very long time indeed. They left.", "Dr. Who met Dr. No on a Monday. Dr. Who was early. They talked for a very long time indeed. They left."},
		{"Japanese", strings.Repeat("組版規則は文字の並べ方を定めるものだ。", 5), strings.Repeat("組版規則は文字の並べ方を定めるものだ。", 3)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := cutSentences(tt.text, maxSummary); got != tt.want {
				t.Errorf("cutSentences = %q, want %q", got, tt.want)
			}
		})
	}
}

// Names of the other direction keep their place, each with its count.
func TestLineOfBothDirections(t *testing.T) {
	for _, tt := range []struct{ dir, want string }{
		{"rtl", "Design (1)\u200F · שלום (2) · 3"},
		{"ltr", "Design (1) · שלום (2)\u200E · 3"},
	} {
		if got := (Letter{Dir: tt.dir}).Line("Design (1)", "", "שלום (2)", "3"); got != tt.want {
			t.Errorf("Line in %s = %q, want %q", tt.dir, got, tt.want)
		}
	}
}
