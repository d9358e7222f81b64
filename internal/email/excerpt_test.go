package email

import (
	"html/template"
	"strings"
	"testing"

	"digest/internal/bookmark"
)

func TestExcerpt(t *testing.T) {
	tests := []struct {
		name, safe string
		most       int
		html       template.HTML
		text       string
	}{
		{"empty", "", 20, "", ""},
		{"short", "<p>One two.</p>", 20, "One two.", "One two."},
		{"cut at a sentence", "<p>One two. Three four five.</p>", 20, "One two.", "One two."},
		{"cut at a word", "<p>One two three four five</p>", 16, "One two three…", "One two three…"},
		{"cut in a word without end", "<p>" + strings.Repeat("x", 40) + "</p>", 10, "xxxxxxxxx…", "xxxxxxxxx…"},
		{"emphasis is kept", "<p>One <em>two</em> <strong>three</strong>.</p>", 20, "One <em>two</em> <strong>three</strong>.", "One two three."},
		{"emphasis is closed where it is cut", "<p>One <em>two three four five</em></p>", 12, "One <em>two</em>…", "One two…"},
		{"emphasis within emphasis", "<b>a <i>b <code>c</code></i></b>", 20, "<b>a </b><b><i>b </i></b><b><i><code>c</code></i></b>", "a b c"},
		{"emphasis twice is emphasis", "<b><b><b>a</b></b></b>", 20, "<b>a</b>", "a"},
		{"links are text", `<p>One <a href="https://example.com"><em>two</em></a>.</p>`, 20, "One <em>two</em>.", "One two."},
		{"headings and code are passed over", "<h2>One</h2><pre><code>two</code></pre><p>Three.</p>", 20, "Three.", "Three."},
		{"paragraphs are one", "<p>One.</p><p>Two.</p>", 20, "One. Two.", "One. Two."},
		{"lists are one", "<ul><li>One</li><li>Two</li></ul>", 20, "One Two", "One Two"},
		{"a line break is a blank", "One<br>two", 20, "One two", "One two"},
		{"never in a character", "<p>a &lt;b&gt; &amp;amp; c</p>", 20, "a &lt;b&gt; &amp; c", "a <b> & c"},
		{"not in an escape", "<p>&lt;&lt;&lt;&lt;&lt;&lt;</p>", 4, "&lt;&lt;&lt;…", "<<<…"},
		{"its own ellipsis", "<p>One…</p>", 20, "One…", "One…"},
		{"its own ellipsis in emphasis", "<p><em>One…</em></p>", 20, "<em>One</em>…", "One…"},
		{"families are not cut", "<p>" + strings.Repeat("👨‍👩‍👧‍👦", 9) + "</p>", 8, "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦…", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦…"},
		{"CJK at a sentence", "<p>春は曙。夏は夜。秋は夕暮れ。</p>", 17, "春は曙。夏は夜。", "春は曙。夏は夜。"},
		{"CJK is two columns wide", "<p>春夏秋冬春夏秋冬</p>", 9, "春夏秋冬…", "春夏秋冬…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := excerpt(tt.safe, tt.most); got.HTML != tt.html || got.Text != tt.text {
				t.Errorf("excerpt(%q, %d) = %q and %q, want %q and %q", tt.safe, tt.most, got.HTML, got.Text, tt.html, tt.text)
			}
		})
	}
}

func TestCut(t *testing.T) {
	tower := "Z" + strings.Repeat("\u0334\u0489", 8)
	tests := []struct {
		name, s string
		most    int
		want    string
	}{
		{"fits", "one two", 7, "one two"},
		{"at a word", "one two three", 10, "one two…"},
		{"not before half of it", "one " + strings.Repeat("x", 20), 20, "one xxxxxxxxxxxxxxx…"},
		{"no comma at the end", "one, two, three", 10, "one, two…"},
		{"no dash at the end", "one two – three", 11, "one two…"},
		{"combining marks stay with their letter", "e\u0301e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301…"},
		{"flags are whole", "🇩🇪🇫🇷🇵🇹", 5, "🇩🇪🇫🇷…"},
		{"skin tones are whole", "👍🏽👍🏽👍🏽", 5, "👍🏽👍🏽…"},
		{"a small tower stays", tower + " is a letter", 8, tower + " is a…"},
		{"a large tower goes", "a b" + strings.Repeat("\u0334", 5000), 8, "a…"},
		{"nothing but a large tower", "b" + strings.Repeat("\u0334", 5000), 8, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := cut(tt.s, tt.most); got != tt.want {
				t.Errorf("cut(%q, %d) = %q, want %q", tt.s, tt.most, got, tt.want)
			}
		})
	}
}

func TestDescriptionOrBody(t *testing.T) {
	const body = "The U.S. has a new grid. It is *old*."
	tests := []struct{ name, summary, body, wantSummary, wantText string }{
		{"no description", "", body, "", "The U.S. has a new grid. It is old."},
		{"no body", "A description.", "", "A description.", ""},
		{"different", "A description.", body, "A description.", "The U.S. has a new grid. It is old."},
		{"repeated", "The U.S. has a new grid. It is old.", body, "", "The U.S. has a new grid. It is old."},
		{"repeated in other type", "the us has A NEW GRID – it is “old”", body, "", "The U.S. has a new grid. It is old."},
		{"the opening", "The U.S. has a new grid.", body, "", "The U.S. has a new grid. It is old."},
		{"cut", "The U.", body, "", "The U.S. has a new grid. It is old."},
		{"more than the body", body + " And more.", "The U.S. has a new grid.", "", "The U.S. has a new grid."},
		{"with tags", "<p>The U.S. has a <b>new</b> grid.</p>", body, "", "The U.S. has a new grid. It is old."},
		{"with entities", "Q&amp;A &#8212; twice", "Other.", "Q&A — twice", "Other."},
		{"nothing but punctuation", "…", body, "…", "The U.S. has a new grid. It is old."},
	}
	c := newConverter()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			i := c.item(bookmark.Bookmark{Title: "x", Link: "https://example.com", Summary: tt.summary, Body: tt.body}, lisbon)
			if i.Summary != tt.wantSummary || i.Excerpt.Text != tt.wantText {
				t.Errorf("item shows %q and %q, want %q and %q", i.Summary, i.Excerpt.Text, tt.wantSummary, tt.wantText)
			}
		})
	}
}
