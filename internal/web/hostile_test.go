package web

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// hostile is what a title, an address, a name or a category may be.
var hostile = []string{
	"<script>alert(1)</script>", "</title><script>alert(1)</script>", "</style><script>alert(1)</script>", "</bdi></h1><h1>x", "<img src=x onerror=alert(1)>",
	"\" onfocus=\"alert(1)\" autofocus x=\"", "' onfocus='alert(1)", "`onfocus=`alert(1)", "\"><svg onload=alert(1)>", "<!--", "-->", "<![CDATA[", "<plaintext>", "<base href=//evil.example>",
	"<form action=//evil.example><input name=address>", "</form><form action=//evil.example>", "<button formaction=javascript:alert(1)>x</button>", "<textarea>", "<select>", "<meta http-equiv=refresh content=0>",
	"{{.Site}}", "{title}", "{address}{title}", "%s%!v(MISSING)", "&lt;script&gt;", "&quot;&#39;&amp;", "\\u003cscript>", "javascript:alert(1)",
	"a\x00b\x1b[31mc\x08", "a\u202ecod.exe", "\u2067x\u2069y", "a\r\nSet-Cookie: x=1", "\xff\xfe\xc0\xbc", "ｊavascript:", "ﷺ" + strings.Repeat("\u0301", 500), strings.Repeat("W", 5_000), "שלום עולם", "مرحبا",
}

func TestHostileTexts(t *testing.T) {
	weekly := newPages(t, theWeekly())
	for _, text := range hostile {
		s := theWeekly()
		s.Title, s.Contact, s.Postal = text, text, text
		p := newPages(t, s)
		for _, k := range []Kind{Leave, Left, Join, Preferences, BadLink} {
			page := full(k, "en")
			page.Address, page.Name, page.Categories[0] = text, text, Choice{text, text, true}
			doc := written(t, p, page)
			if got := shapeOf(doc); got != shapeOf(written(t, weekly, full(k, "en"))) {
				t.Errorf("%s with %.60q has another shape:\n%s", k, text, doc)
			}
			// As far as HTML can hold it, the text is there as it was.
			if want := strings.ToValidUTF8(text, "\uFFFD"); !strings.ContainsAny(text, "\x00\r") && strings.ToValidUTF8(text, "") == text {
				if h1 := textOf(parsed(t, doc).one("h1")); k == Leave && h1 != "Unsubscribe from "+want+"?" {
					t.Errorf("the heading is %.200q, want %q in it", h1, want)
				}
				if got := attr(parsed(t, doc).id("address"), "value"); k == Join && got != want {
					t.Errorf("the address is %.200q, want %q", got, want)
				}
			}
		}
	}
}

func TestHostileAddresses(t *testing.T) {
	p := newPages(t, theWeekly())
	for _, link := range []string{"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "vbscript:x", "\"onclick=alert(1) x=\""} {
		page := full(Left, "en")
		page.Action = link
		form := parsed(t, written(t, p, page)).one("form")
		if at := strings.ToLower(attr(form, "action")); strings.Contains(at, "script:") || strings.Contains(at, "data:") || attr(form, "onclick") != "" {
			t.Errorf("%q became %v", link, form.Attr)
		}
		s := theWeekly()
		s.Home = link
		if other, err := NewPages(s, builtin); err == nil {
			a := parsed(t, written(t, other, page)).all("a")[0]
			if at := strings.ToLower(attr(a, "href")); strings.Contains(at, "script:") || attr(a, "onclick") != "" {
				t.Errorf("%q became %v", link, a.Attr)
			}
		}
	}
}

// shapeOf is the tags of a document with the names of their attributes, in order.
func shapeOf(doc string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(doc))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.CommentToken, html.DoctypeToken, html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			tag := z.Token()
			b.WriteString(tag.Type.String() + " ")
			if tag.Type != html.CommentToken {
				b.WriteString(tag.Data)
			}
			for _, a := range tag.Attr {
				b.WriteString(" " + a.Key)
			}
			b.WriteString("\n")
		}
	}
}
