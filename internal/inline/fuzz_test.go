package inline

import (
	"maps"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

var pieces = []string{
	"<style>", "</style>", "<STYLE media=all data-inline='false' >", "<p>", "<p class=a style=\"left:0\">", "<p id=i style='content:&quot;x&quot;'/>",
	"</p>", "<b class='a b'>", "<table>", "<td style=top:0>", "<svg>", "</svg>", "<template>", "<noscript>", "<title>", "<!--[if mso]>", "<![endif]-->", "<!--[if !mso]><!-->",
	"<!--<![endif]-->", "p{top:0}", ".a, p:hover{left:1px!important}", "#i.a > b{margin:0;margin-top:\"a<b\"}", "@media x{", "}", "{", "*{", ";", "(", "\"", "\\", "/*", "*/",
	"<", "</", "a\x00b", "\r\n", "é", "<p =a style", ">", "url(", "a:not(", "--x:{}",
}

func FuzzStyles(f *testing.F) {
	f.Add(`<style>p,a:hover{top:0}@media x{p{top:1px}}</style><p style="left:0">a</p>`)
	for _, p := range pieces {
		f.Add("<style>p{top:0}" + p + "</style><p>" + p + "<p>")
	}
	f.Fuzz(func(t *testing.T, doc string) { checkStyles(t, doc) })
}

func TestStylesOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkStyles(t, strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 30).Draw(t, "pieces"), ""))
	})
}

// checkStyles reports a document of which more has changed than its styles.
func checkStyles(t interface {
	Helper()
	Errorf(string, ...any)
	Fatalf(string, ...any)
}, doc string) {
	t.Helper()
	got, err := Styles(doc)
	if err != nil {
		if got != "" {
			t.Errorf("Styles(%q) = %q beside the error %v", doc, got, err)
		}
		return
	}
	if again, err := Styles(doc); again != got || err != nil {
		t.Errorf("Styles(%q) = %q and then %q, %v", doc, got, again, err)
	}
	if a, b := bare(doc), bare(got); a != b {
		t.Errorf("Styles(%q) = %q\nwhich is without styles %q\nand was %q", doc, got, b, a)
	}
}

// bare is what the tokenizer sees of a document, but neither styles nor sheets.
func bare(doc string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(doc))
	inStyle := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if inStyle = t.Data == "style"; inStyle {
				continue
			}
			z.NextIsNotRawText()
			b.WriteString("<" + t.Data)
			for _, a := range t.Attr {
				if a.Key != "style" {
					b.WriteString(" " + a.Key + "=" + a.Val)
				}
			}
			b.WriteString(">")
		case html.EndTagToken:
			if t := z.Token(); t.Data != "style" {
				b.WriteString("</" + t.Data + ">")
			}
			inStyle = false
		default:
			if !inStyle {
				b.Write(z.Raw())
			}
		}
	}
}

// FuzzSheet checks that nothing of a sheet is lost or made up before rules are
// inlined, and that a style holds what its declarations say and no more.
func FuzzSheet(f *testing.F) {
	for _, p := range pieces {
		f.Add("p{top:0}" + p + ":a;b(" + p)
	}
	f.Fuzz(func(t *testing.T, src string) {
		var b strings.Builder
		s := parseSheet(block{css: src})
		for _, r := range s.rules {
			b.WriteString(r.lead + r.source)
			for _, sel := range r.selectors {
				if !strings.Contains(r.source, sel.source) {
					t.Errorf("parseSheet(%q) has the selector %q", src, sel.source)
				}
			}
		}
		if got := b.String() + s.tail; got != src {
			t.Errorf("parseSheet(%q) is made of %q", src, got)
		}
		if utf8.ValidString(src) {
			checkStyle(t, src)
		}
	})
}

func checkStyle(t *testing.T, src string) {
	t.Helper()
	var found []candidate
	values := map[string]string{}
	for _, d := range parseStyle(src) {
		found = append(found, candidate{declaration: d})
		values[d.property] = d.value
	}
	style := cascade(found)
	again := map[string]string{}
	for _, d := range parseStyle(style + ";top:0") {
		again[d.property] = d.value
	}
	values["top"] = "0"
	if !maps.Equal(again, values) {
		t.Errorf("the style of %q is %q, which has %q, want %q", src, style, again, values)
	}
}

// A key that an element need not have would keep a selector from matching.
func TestKeyOf(t *testing.T) {
	for _, tt := range []struct{ selector, want string }{
		{"p", "p"}, {"P ", "p"}, {"*", ""}, {"*.a", ".a"}, {"p.a", ".a"}, {"div > p", "p"}, {".a *", ""}, {".a>p:first-child", "p"},
		{"p:not(.a)", "p"}, {":not(.a)", ""}, {".a :nth-child(2n + 1)", ""}, {"#i", "#i"}, {".a #i ", "#i"}, {"a+b~i", "i"}, {`.a\:b`, ""}, {`p.\61`, ""},
	} {
		if got := keyOf(lex(tt.selector)); got != tt.want {
			t.Errorf("keyOf(%s) = %q, want %q", tt.selector, got, tt.want)
		}
	}
}

// With the index and without it the same selectors match.
func TestIndexLosesNothing(t *testing.T) {
	part := rapid.SampledFrom([]string{"p", "B", "*", ".a", ".b", "#i", ":first-child", ":not(.a)", ":nth-child(2n+1)", "p.a", "b.b.a", `.\61`, "b#i"})
	join := rapid.SampledFrom([]string{" ", ">", " + ", "~", ""})
	root, err := html.Parse(strings.NewReader(regexp.MustCompile(`\s+`).ReplaceAllString(
		`<p class="a b"><b id=i class=" b a ">a</b><b class=b>b</b></p><p>c<b>d</b></p><B CLASS=a><b id="i"></b></B>`, " ")))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		source := part.Draw(t, "last")
		for range rapid.IntRange(0, 3).Draw(t, "more") {
			source = part.Draw(t, "part") + join.Draw(t, "join") + source
		}
		s := parseSheet(block{css: source + "{}"})
		sel := s.rules[0].selectors[0]
		if sel.match == nil {
			t.Skip("no selector")
		}
		x := newIndex([]*sheet{s})
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if got, want := len(x.matching(n)) > 0, sel.match.Match(n); got != want {
				t.Errorf("%s matches %v: %t, want %t", source, n.Attr, got, want)
			}
		}
	})
}
