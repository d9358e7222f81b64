package email

import (
	"strings"
	"testing"

	"digest/internal/bookmark"
)

func TestMarkdownToSafeHTML(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"empty", "", ""},
		{"a paragraph", "One *two* **three** `four`.", "<p>One <em>two</em> <strong>three</strong> <code>four</code>.</p>"},
		{"a link", "[a](https://example.com/?a=1&b=2 \"title\")", `<p><a href="https://example.com/?a=1&amp;b=2">a</a></p>`},
		{"a mailbox", "<me@example.com>", `<p><a href="mailto:me@example.com">me@example.com</a></p>`},
		{"an address first is Markdown", "<https://example.com/> is *it*", `<p><a href="https://example.com/">https://example.com/</a> is <em>it</em></p>`},
		{"a heart first is Markdown", "<3 *this*", "<p>&lt;3 <em>this</em></p>"},
		{"a relative link is text", "[a](/b) [c](//d) [e](#f)", "<p>a c e</p>"},
		{"a script link is text", "[a](javascript:b) [c](data:d)", "<p>a c</p>"},
		{"an image is gone", "a ![b](https://example.com/c.png) d", "<p>a d</p>"},
		{"a block of HTML is kept", "One.\n\n<div class=x><p>Two <em onclick=x>three</em>.</p></div>\n\n*Four.*", "<p>One.</p>\n <p>Two <em>three</em>.</p> \n<p><em>Four.</em></p>"},
		{"a block of script is gone", "One.\n\n<script>\nalert(1)\n</script>\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"},
		{"inline HTML is text", "One <b>two</b>.", "<p>One two.</p>"},
		{"a comment is gone", "One.\n\n<!-- two -->\n\nThree.", "<p>One.</p>\n<p>Three.</p>"},
		{"Hugo's shortcodes are gone", "One {{< figure src=\"x\" >}}two {{% note %}}three{{% /note %}}.", "<p>One two three.</p>"},
		{"Jekyll's tags are gone", "One {% include x.html %}two.", "<p>One two.</p>"},
		{"a shortcode over lines", "One {{< x\n y=\"z\" >}}two.", "<p>One two.</p>"},
		{"template text stays", "One {{.Two}} {{ three }}.", "<p>One {{.Two}} {{ three }}.</p>"},
		{"code is escaped", "`<script>`", "<p><code>&lt;script&gt;</code></p>"},
		{"a fence keeps no language", "```js onclick=x\na < b\n```", "<pre><code>a &lt; b </code></pre>"},
		{"entities are characters", "caf&eacute; &amp; &lt;tea&gt;", "<p>café &amp; &lt;tea&gt;</p>"},
		{"controls are gone", "a\x1bb\u202ec\u0092d", "<p>abcd</p>"},
	}
	c := newConverter()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := c.html(tt.body, bookmark.Markdown); lines(got) != lines(tt.want) {
				t.Errorf("html(%q) = %q, want %q", tt.body, got, tt.want)
			}
		})
	}
}

func TestHTMLToSafeHTML(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"Markdown is text", "<p>*a*</p>", "<p>*a*</p>"},
		{"attributes are gone", `<p id=a class="b" style="c" onclick="d">e</p>`, "<p>e</p>"},
		{"unknown tags leave their text", "<section><article>a</article></section>", "a"},
		{"scripts and styles are gone", "<script>a</script><style>b</style><p>c</p>", "<p>c</p>"},
		{"links keep their address", `<a href="https://example.com" target=_blank onclick=x>a</a>`, `<a href="https://example.com">a</a>`},
		{"other schemes are text", `<a href="javascript:x">a</a><a href="/b">b</a>`, "ab"},
		{"images are gone", `a<img src="https://example.com/x.gif">b`, "ab"},
		{"shortcodes are gone", "<p>a{{< x >}}b</p>", "<p>ab</p>"},
	}
	c := newConverter()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, markup := range []bookmark.Markup{bookmark.HTML, bookmark.Markdown} {
				if markup == bookmark.Markdown && !strings.HasPrefix(tt.body, "<") {
					continue // what begins with a tag is HTML, whatever the file is called
				}
				if got := c.html(tt.body, markup); lines(got) != lines(tt.want) {
					t.Errorf("html(%q, %s) = %q, want %q", tt.body, markup, got, tt.want)
				}
			}
		})
	}
}

// lines folds the blanks of HTML, as a browser does.
func lines(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.NewReplacer("> <", "><", " </code>", "</code>").Replace(s)
}

func TestLongBodiesAreCut(t *testing.T) {
	c := newConverter()
	for name, body := range map[string]string{
		"in a word":      strings.Repeat("x", maxBody+100),
		"in a character": "x" + strings.Repeat("漢", maxBody/3+100),
		"in a tag":       strings.Repeat("x", maxBody-3) + "<em>y</em>",
	} {
		got := c.html(body, bookmark.Markdown)
		if len(got) > maxBody+len("<p></p>\n&lt;") || strings.Contains(got, "\uFFFD") || strings.Contains(got, "y") {
			t.Errorf("%s: %d bytes, ending %q", name, len(got), got[max(0, len(got)-40):])
		}
	}
}

// Templates may put the whole body anywhere, so it has to end what it begins.
func TestBodyIsBalanced(t *testing.T) {
	c := newConverter()
	for body, want := range map[string]string{
		"<p>a<ul><li><b>b":       "<p>a</p><ul><li><b>b</b></li></ul>",
		"</p></ul></b>a":         "<p></p>a",
		"<b><i>a</b>b</i>":       "<b><i>a</i></b><i>b</i>",
		"<blockquote><a href=x>": "<blockquote></blockquote>",
	} {
		i := c.item(bookmark.Bookmark{Title: "x", Link: "https://example.com", Body: body, Markup: bookmark.HTML}, lisbon)
		if got := string(i.Body()); got != want {
			t.Errorf("Body() of %q = %q, want %q", body, got, want)
		}
	}
}
