package email

import "testing"

func TestPlainText(t *testing.T) {
	tests := []struct{ name, s, want string }{
		{"plain", "Grids", "Grids"},
		{"formatting is gone", "A <b>bold</b> <em>claim</em>", "A bold claim"},
		{"inside of a word too", "H<sub>2</sub>O", "H2O"},
		{"paragraphs are blanks", "<p>One</p><p>two</p>three<br>four", "One two three four"},
		{"links are their text", `<a href="https://example.com" onclick="x">a</a>`, "a"},
		{"images are blanks", `a<img src="x" alt="y">b`, "a b"},
		{"comments are gone", "a<!-- b -->c", "ac"},
		{"other tags are what it is about", "The <dialog> element", "The <dialog> element"},
		{"generics", "Map<String, List<T>> in Java", "Map<String, List<T>> in Java"},
		{"less than", "1 < 2 and 3 > 2", "1 < 2 and 3 > 2"},
		{"a heart", "I <3 Go", "I <3 Go"},
		{"a tag that does not end", "a <b", "a <b"},
		{"an attribute that does not end", `a <b title="c`, `a <b title="c`},
		{"a comment that does not end", "a <!-- b", "a"},
		{"entities", "Q&amp;A &lt;now&gt; &eacute;&#233;&#xe9;", "Q&A <now> ééé"},
		{"escaped twice", "Q&amp;amp;A", "Q&A"},
		{"no entity", "AT&T & R&D; &nosuch;", "AT&T & R&D; &nosuch;"},
		{"what could not be decoded leaves no blanks", "\xee 0 \xff x", "0 x"},
		{"entities of controls", "a&#27;b&#8238;c&#13;&#10;d&#0;", "abc d"},
		{"controls", "a\x1b\u202eb\r\nc", "ab c"},
		{"controls in a tag", "a <b\x1b>c", "a <b>c"},
		{"a script is what it is about", "Why <script> blocks", "Why <script> blocks"},
		{"no-break blank", "a&nbsp;b", "a b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := plainText(tt.s); got != tt.want {
				t.Errorf("plainText(%q) = %q, want %q", tt.s, got, tt.want)
			}
		})
	}
}
