package email

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

// editedEdition is an edition with an introduction and notes.
func editedEdition() selector.Edition {
	e := goldenEdition()
	e.Introduction = "Twenty years of tables end this week, and *nobody* noticed. We read the [specification](https://example.org/spec?a=1&b=2) " +
		"so that you need not, and asked **three printers** what they make of it.\n\n" +
		"Also here:\n\n- a [museum](https://museum.example.org/type) of wood type,\n- the summer in which typography changed,\n" +
		"- what a family of emoji has to do with it: see https://emoji.example.org/family.\n\n" +
		"> A grid is a promise.\n\nYours, Ada\\\nat the press"
	e.Sections[0].Bookmarks[0].Note = "Skip to the *second half*; it answers a letter of last week, and the " +
		"[letter](https://example.org/letters/12) is worth reading too."
	e.Sections[1].Bookmarks[0].Note = "קראו את זה לאט."
	return e
}

func TestGoldenOfAnEditor(t *testing.T) {
	m := draftOf(t, theWeekly(), editedEdition()).To(reader)
	golden(t, "edited.html", []byte(m.HTML()))
	golden(t, "edited.txt", []byte(m.Text()))
	golden(t, "edited.eml", m.Bytes())
}

func TestProse(t *testing.T) {
	long := strings.Repeat("word ", 20)
	tests := []struct{ name, markdown, html, text string }{
		{"nothing", " \n\t", "", ""},
		{"a paragraph", "One *two* **three** `four`.", "<p>One <em>two</em> <strong>three</strong> <code>four</code>.</p>", "One two three four."},
		{"paragraphs", "One\ntwo.\n\nThree\\\nfour.", "<p>One two.</p><p>Three<br>four.</p>", "One two.\n\nThree\nfour."},
		{"one link", "[a *b*](https://example.com/?c=1&d=2), e.", `<p><a href="https://example.com/?c=1&amp;d=2">a <em>b</em></a>, e.</p>`, "a b, e.\nhttps://example.com/?c=1&d=2"},
		{"two links", "[a](https://example.com/a) and [b](https://example.com/b).", `<p><a href="https://example.com/a">a</a> and <a href="https://example.com/b">b</a>.</p>`,
			"a and b.\n\na:\nhttps://example.com/a\n\nb:\nhttps://example.com/b"},
		{"a bare address", "See https://example.com/a/, then.", `<p>See <a href="https://example.com/a/">example.com/a</a>, then.</p>`, "See example.com/a, then.\nhttps://example.com/a/"},
		{"an address that is another", "[https://bank.example](https://evil.example/)", `<p><a href="https://evil.example/">evil.example</a></p>`, "evil.example\nhttps://evil.example/"},
		{"a link without words", "[](https://example.com/a)", `<p><a href="https://example.com/a">example.com/a</a></p>`, "example.com/a\nhttps://example.com/a"},
		{"a host of letters", "[a](https://bücher.example/ü)", `<p><a href="https://xn--bcher-kva.example/%C3%BC">a</a></p>`, "a\nhttps://xn--bcher-kva.example/%C3%BC"},
		{"a mailbox", "<me@example.com>", `<p><a href="mailto:me@example.com">me@example.com</a></p>`, "me@example.com\nmailto:me@example.com"},
		{"a link and a mailbox", "[a](https://example.com/a), <me@example.com>", `<p><a href="https://example.com/a">a</a>, <a href="mailto:me@example.com">me@example.com</a></p>`,
			"a, me@example.com\n\na:\nhttps://example.com/a\n\nmailto:me@example.com"},
		{"links that are none", "[a](javascript:b) [c](/d) [e](data:f) [g](https://) [h](mailto:)", "<p>a c e g h</p>", "a c e g h"},
		{"a list", "- one\n- [two](https://example.com/2)\n  more\n", `<ul><li>one</li><li><a href="https://example.com/2">two</a> more</li></ul>`, "- one\n- two more\n  https://example.com/2"},
		{"a list of paragraphs", "1. one\n\n   more\n\n2. two", "<ol><li>one<p>more</p></li><li>two</li></ol>", "1. one\n\n   more\n2. two"},
		{"a list in a list", "- one\n  - two\n- three", "<ul><li>one<ul><li>two</li></ul></li><li>three</li></ul>", "- one\n\n  - two\n- three"},
		{"a quote", "> one\n>\n> two", "<blockquote><p>one</p><p>two</p></blockquote>", "    one\n\n    two"},
		{"a heading", "# One *two*\n\nThree", "<p><strong>One </strong><strong><em>two</em></strong></p><p>Three</p>", "One two\n\nThree"},
		{"code", "```\na <b>\n  c\n```", "<p><code>a &lt;b&gt;</code><br><code>c</code></p>", "a <b>\nc"},
		{"a rule and an image", "one\n\n---\n\n![two](https://example.com/x.png)", "<p>one</p>", "one"},
		{"HTML leaves its text", "<div class=x onclick=y>one <b>two</b></div>\n\nthree <b>four</b>", "<p>one <b>two</b></p><p>three four</p>", "one two\n\nthree four"},
		{"text of a template", "{{.Title}} {{< x >}}", "<p>{{.Title}} {{&lt; x &gt;}}</p>", "{{.Title}} {{< x >}}"},
		{"an entity in code", "`&amp;`", "<p><code>&amp;amp;</code></p>", "&amp;"},
		{"it is wrapped", long, "<p>" + strings.TrimSpace(long) + "</p>", strings.TrimSpace(strings.Repeat("word ", 14)) + "\n" + strings.TrimSpace(strings.Repeat("word ", 6))},
		{"it is wrapped in a list", "- " + long, "<ul><li>" + strings.TrimSpace(long) + "</li></ul>", "- " + strings.TrimSpace(strings.Repeat("word ", 14)) + "\n  " + strings.TrimSpace(strings.Repeat("word ", 6))},
		{"controls are gone", "a\x00b\u202ec\u0092d", "<p>abcd</p>", "abcd"},
		{"another direction", "שלום\n\none", `<p dir="rtl">שלום</p><p>one</p>`, "שלום\n\none"},
	}
	c, k := newConverter(), theLook()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := c.prose(tt.markdown, "ltr", columns)
			if got := plainTags(string(k.prose(k.styles["intro"], p))); got != tt.html {
				t.Errorf("HTML of %q = %s, want %s", tt.markdown, got, tt.html)
			}
			if p.Text != tt.text {
				t.Errorf("text of %q = %q, want %q", tt.markdown, p.Text, tt.text)
			}
		})
	}
}

// plainTags removes what all elements of a prose have.
func plainTags(s string) string {
	var b strings.Builder
	for z := html.NewTokenizer(strings.NewReader(s)); z.Next() != html.ErrorToken; {
		token := z.Token()
		token.Attr = slices.DeleteFunc(token.Attr, func(a html.Attribute) bool { return a.Key == "class" || a.Key == "style" })
		b.WriteString(token.String())
	}
	return strings.NewReplacer("&#39;", "'", "&#34;", `"`).Replace(b.String())
}

func TestProseThatNestsWithoutEnd(t *testing.T) {
	for _, mark := range []string{"> ", "- ", "1. ", "> - "} {
		p := newConverter().prose(strings.Repeat(mark, 600)+"deep", "ltr", columns)
		if !strings.Contains(p.Text, "deep") || len(p.Text) > 4000 {
			t.Errorf("600 times %q: text %.200q", mark, p.Text)
		}
	}
}

func TestSideIsThatOfTheFirstText(t *testing.T) {
	for markdown, want := range map[string]string{"one\n\nשלום": "left", "> - שלום\n\none": "right", "123": "left", "": ""} {
		if got := newConverter().prose(markdown, "ltr", columns).Side; got != want {
			t.Errorf("Side of %q = %q, want %q", markdown, got, want)
		}
	}
}

// The words of an editor are shown, or the letter is not made.
func TestTemplatesMustShowWhatTheEditorWrote(t *testing.T) {
	link := "https://example.com/article"
	bare := "<!DOCTYPE html><html><body>{{range .Sections}}{{range .Items}}<a href=\"{{.Link}}\">x</a>{{end}}{{end}}<a href=\"{{.UnsubscribeLink}}\">x</a></body></html>"
	for want, e := range map[string]selector.Edition{
		"digest.html.tmpl: the part that it makes has no introduction":    {Introduction: "Some *words* of greeting"},
		"digest.html.tmpl: the part that it makes has no note on " + link: editionOf(bookmark.Bookmark{Link: link, Note: "See the *second half* of it"}),
	} {
		if e.Sections == nil {
			words := e.Introduction
			e = editionOf(bookmark.Bookmark{Link: link})
			e.Introduction = words
		}
		if _, err := overlaidEdition(t, map[string]string{HTMLTemplate: bare}, e); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Render = %v, want %s", err, want)
		}
	}
}

func TestProseThatLeavesNoRoom(t *testing.T) {
	e := editionOf(bookmark.Bookmark{})
	e.Introduction = strings.Repeat("a\n\n", 2700)
	if _, err := tryDraft(t, theWeekly(), e); err == nil || !strings.HasPrefix(err.Error(), "introduction: it makes ") {
		t.Errorf("Render of 2700 paragraphs = %v, want an error", err)
	}
	e = editionOf(bookmark.Bookmark{Title: "Long", Note: "[a]: https://example.com/" + strings.Repeat("x", 1000) + "\n\n" + strings.Repeat("[a] b ", 100)})
	if _, err := tryDraft(t, theWeekly(), e); err == nil || !strings.HasPrefix(err.Error(), `note on "Long": it makes `) {
		t.Errorf("Render of 100 long links = %v, want an error", err)
	}
}

// An introduction of the longest kind, and a note on each of many bookmarks, fit
// into the budget, and of what is shown in full the note is not lost.
func TestNotesFitIntoTheBudget(t *testing.T) {
	e := crowd(120, "A title", strings.Repeat("A sentence of the body. ", 30))
	e.Introduction = strings.Repeat("Some words of the editor. ", 300)
	for _, s := range e.Sections {
		for i := range s.Bookmarks {
			s.Bookmarks[i].Note = fmt.Sprintf("Note on %s. ", s.Bookmarks[i].Title) + strings.Repeat("More of it. ", 60)
		}
	}
	d := draftOf(t, theWeekly(), e)
	checkFits(t, d)
	text := strings.Join(strings.Fields(d.To(reader).Text()), " ")
	if !strings.Contains(text, strings.TrimSpace(e.Introduction)) {
		t.Error("the introduction is not whole")
	}
	shown := strings.Count(d.To(reader).HTML(), "<h3 ")
	if notes := strings.Count(text, "Note on "); shown == 0 || shown == 120 || notes != shown {
		t.Errorf("%d bookmarks in full have %d notes; shortened: %v", shown, notes, d.Shortened)
	}
}

// harmlessProse is the shape of a letter that shows all that an editor's may.
func harmlessProse(t reporter) shape {
	all := "one *a* **b** `c` [d](https://example.com/) [e](http://example.com/) <f@example.com>\\\ng\n\nשלום\n\n- h\n\n  i\n\n  - j\n- שלום\n- > k\n- 1. l\n\n" +
		"1. m\n\n> n\n>\n> o\n>\n> - p\n\n> - q\n\n<p><i>r</i><b>s</b><cite>t</cite><sub>u</sub><sup>v</sup></p>\n"
	e := editionOf(
		bookmark.Bookmark{Note: all}, bookmark.Bookmark{Note: "- " + "x\n\n" + all}, bookmark.Bookmark{Note: "> x\n\n" + all}, bookmark.Bookmark{Note: "1. x\n\n" + all},
		bookmark.Bookmark{Note: "שלום\n\n" + all}, bookmark.Bookmark{Note: "- שלום"}, bookmark.Bookmark{Note: "1. שלום"}, bookmark.Bookmark{Note: "1. 1. x"},
		bookmark.Bookmark{Note: "שלום\n\n- x\n- - y\n\n1. x\n\n> - x\n\n> 1. x\n\n- 1. x"}, bookmark.Bookmark{Title: "שלום"},
	)
	s := shapeOf(t, draftOf(t, theWeekly(), e).To(reader).HTML())
	for _, intro := range []string{all, "שלום\n\n" + all, "- שלום", "1. שלום", "> x", "- x", "1. x", "שלום\n\n- x\n- - y\n\n1. x\n\n> - x\n\n> 1. x\n\n- 1. x"} {
		e := editionOf(bookmark.Bookmark{})
		e.Introduction = intro
		for part := range shapeOf(t, draftOf(t, theWeekly(), e).To(reader).HTML()).parts {
			s.parts[part] = true
		}
	}
	return s
}

func TestHostileProseIsInert(t *testing.T) {
	ours := harmlessProse(t)
	payloads := slices.Concat(hostileMarkup, hostileCharacters)
	for _, link := range hostileLinks {
		payloads = append(payloads, link, "[x]("+link+")", "<"+link+">", "<a href=\""+link+"\">x</a>", "[x][1]\n\n[1]: "+link)
	}
	for _, payload := range payloads {
		if len(payload) > 2000 { // more than a note may have
			continue
		}
		t.Run(fmt.Sprintf("%.60q", payload), func(t *testing.T) {
			e := editionOf(bookmark.Bookmark{Title: "One", Note: payload}, bookmark.Bookmark{Title: "Two", Note: "Before " + payload + " after.\n\n- " + payload})
			e.Introduction = payload + "\n\n> " + payload
			checkInert(t, e, ours)
		})
	}
}

// Both parts say the same, whatever the editor writes.
func TestBothPartsShowTheSameProse(t *testing.T) {
	ours := harmlessProse(t)
	rapid.Check(t, func(r *rapid.T) {
		marks := rapid.SampledFrom([]string{"- ", "1. ", "> ", "\n\n", "\n", "  ", "# ", "```\n", "[a](https://example.com/b)", "<c@example.com> ", "https://example.com/d ", "**", "_", "שלום ", "words "})
		markdown := rapid.OneOf(someText(), rapid.Map(rapid.SliceOfN(marks, 0, 40), func(s []string) string { return strings.Join(s, "") }))
		e := editionOf(bookmark.Bookmark{Note: markdown.Draw(r, "note")})
		e.Introduction = markdown.Draw(r, "introduction")
		d, err := tryDraft(r, theWeekly(), e)
		if err != nil {
			r.Fatalf("Render: %v", err)
		}
		p := checkParts(r, d.To(reader))
		checkText(r, p.text)
		s := shapeOf(r, p.html)
		if more := s.strangers(ours); len(more) > 0 {
			r.Fatalf("the HTML part has %q", more)
		}
		rest := p.text
		for _, link := range s.links {
			if !strings.Contains(p.text, link+"\n") {
				r.Fatalf("the text part lacks %s", link)
			}
		}
		c := newConverter()
		for _, prose := range []Prose{c.prose(e.Introduction, "ltr", columns), c.prose(e.Sections[0].Bookmarks[0].Note, "ltr", columns)} {
			for line := range strings.SplitSeq(prose.text(), "\n") {
				if !strings.Contains(squeeze(s.text), squeeze(line)) {
					r.Fatalf("the HTML part lacks %q", line)
				}
				_, after, found := strings.Cut(squeeze(rest), squeeze(line))
				if !found {
					r.Fatalf("the text part lacks %q here", line)
				}
				rest = after
			}
		}
	})
}

func FuzzProse(f *testing.F) {
	for _, s := range hostileMarkup {
		f.Add(s)
		f.Add("- " + s + "\n  > " + s)
	}
	for _, s := range hostileLinks {
		f.Add("[x](" + s + ") <" + s + "> " + s)
	}
	allowed := shape{parts: map[string]bool{}}
	for name := range strings.FieldsSeq("html head body p br em strong b i code cite sub sup ul ol li blockquote a a@href a@href=http: a@href=https: a@href=mailto:") {
		allowed.parts[name] = true
	}
	c, k := newConverter(), theLook()
	f.Fuzz(func(t *testing.T, markdown string) {
		p := c.prose(markdown, "ltr", columns)
		s := shapeOf(t, "<body>"+plainTags(string(k.prose(k.styles["note"], p))))
		for part := range s.parts {
			if !allowed.parts[part] && !strings.HasSuffix(part, "@dir") {
				t.Errorf("prose(%q) has %q", markdown, part)
			}
		}
		if r, found := forbidden(s.text + p.Text + strings.Join(s.links, "")); found {
			t.Errorf("prose(%q) shows %U", markdown, r)
		}
		if squeeze(s.text) != squeeze(p.text()) {
			t.Errorf("prose(%q): HTML says %q, text %q", markdown, s.text, p.text())
		}
		for _, link := range s.links {
			if !strings.Contains(p.Text+"\n", link+"\n") {
				t.Errorf("prose(%q): the text lacks %s:\n%s", markdown, link, p.Text)
			}
		}
	})
}
