package email

import (
	"html/template"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestKeepConditionals(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"hidden from others", `<!--[if mso]><td>{{.A}}</td><![endif]-->`, `{{conditional "<!--[if mso]>"}}<td>{{.A}}</td>{{conditional "<![endif]-->"}}`},
		{"hidden from Outlook", `<!--[if !mso]><!-->a<!--<![endif]-->`, `{{conditional "<!--[if !mso]><!-->"}}a{{conditional "<!--<![endif]-->"}}`},
		{"the same with blanks", `<!--[if !mso]> <!-- -->a<!-- <![endif]-->`, `{{conditional "<!--[if !mso]> <!-- -->"}}a{{conditional "<!-- <![endif]-->"}}`},
		{"the same with an arrow", `<!--[if !IE]>-->a<!--<![endif]-->`, `{{conditional "<!--[if !IE]>-->"}}a{{conditional "<!--<![endif]-->"}}`},
		{"the same without a comment", `<![if !mso]>a<![endif]>`, `{{conditional "<![if !mso]>"}}a{{conditional "<![endif]>"}}`},
		{"conditions", `<!--[if (gte mso 9)|(IE)]>a<![endif]--><!--[IF lt mso 12 & !vml]>a<![EndIf]-->`,
			`{{conditional "<!--[if (gte mso 9)|(IE)]>"}}a{{conditional "<![endif]-->"}}{{conditional "<!--[IF lt mso 12 & !vml]>"}}a{{conditional "<![EndIf]-->"}}`},
		{"in branches and definitions", `{{define "a"}}<!--[if mso]>a<![endif]-->{{end}}{{if .A}}{{range .B}}<!--[if mso]>b<![endif]-->{{end}}{{else}}{{with .C}}<!--[if mso]>c<![endif]-->{{end}}{{end}}`,
			`{{define "a"}}{{conditional "<!--[if mso]>"}}a{{conditional "<![endif]-->"}}{{end}}{{if .A}}{{range .B}}{{conditional "<!--[if mso]>"}}b{{conditional "<![endif]-->"}}{{end}}{{else}}{{with .C}}{{conditional "<!--[if mso]>"}}c{{conditional "<![endif]-->"}}{{end}}{{end}}`},
		{"beside actions that trim", "<!--[if mso]> {{- .A -}} <![endif]-->", "{{conditional \"<!--[if mso]>\"}} {{- .A -}} {{conditional \"<![endif]-->\"}}"},
		{"lines in a marker", "<!--[if !mso]>\r\n<!-->\n<!--\n\n<![endif]-->", "{{conditional \"<!--[if !mso]>\\r\\n<!-->\"\n}}\n{{conditional \"<!--\\n\\n<![endif]-->\"\n\n}}"},
		{"after a bracket in an attribute", `<a b="x>" c = '>' d=it's><!--[if mso]><![endif]-->`, `<a b="x>" c = '>' d=it's>{{conditional "<!--[if mso]>"}}{{conditional "<![endif]-->"}}`},
		{"after text alone", `<title><</Title><!--[if mso]><style><!-- a --></style><![endif]-->`, `<title><</Title>{{conditional "<!--[if mso]>"}}<style><!-- a --></style>{{conditional "<![endif]-->"}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := keepConditionals("a.tmpl", tt.source); err != nil || got != tt.want {
				t.Errorf("keepConditionals(%s)\n = %s, %v\nwant %s", tt.source, got, err, tt.want)
			}
		})
	}
}

func TestKeepConditionalsLeavesAlone(t *testing.T) {
	for name, source := range map[string]string{
		"no marker":         `<!DOCTYPE html><p>{{.A}} < {{.B}}</p>`,
		"other comments":    `<!-- a --><!----><!-- [if mso]> <![endif] --><!-- see <!--[if mso]> -->`,
		"an odd comment":    `<!--> <!--[if mso]> -->`,
		"template comments": `{{/* <!--[if mso]> */}}{{- /* <![endif]--> */ -}}`,
		"actions":           "{{print \"<!--[if mso]>\" `<![endif]-->` '<' }}",
		"attributes":        `<a title="<!--[if mso]>" alt='<![endif]-->' b={{print ">"}}>`,
		"a sheet":           `<style>/* <!--[if mso]> */</style >`,
		"a script":          `<SCRIPT>"<!--[if mso]>"</SCRIPT>`,
		"a title":           `<title><!--[if mso]></title>`,
		"no template":       `<!--[if mso]>{{if}}`,
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := keepConditionals("a.tmpl", source); err != nil || got != source {
				t.Errorf("keepConditionals(%s) = %s, %v, want the same", source, got, err)
			}
		})
	}
}

func TestKeepConditionalsErrors(t *testing.T) {
	for _, tt := range []struct{ name, source, want string }{
		{"not closed", "a\n{{/*\n*/}}<!--[if mso]>\n<p>", "a.tmpl:3: conditional comment is not closed"},
		{"closed by a comment's end alone", "<!--[if mso]>a-->", "a.tmpl:1: conditional comment is not closed"},
		{"ends none", "a\n<![endif]-->", "a.tmpl:2: <![endif]--> ends no conditional comment"},
		{"ended twice", "<!--[if mso]>\n<![endif]-->\n<!--<![endif]-->", "a.tmpl:3: <!--<![endif]--> ends no conditional comment"},
		{"nested", "<!--[if mso]>\n\n<!--[if !mso]><!-->", "a.tmpl:3: conditional comment in the one of line 1"},
		{"a comment without a comment's end", "<!--[if mso]>\n<![endif]>", "a.tmpl:2: <![endif]> does not end the conditional comment of line 1; write <![endif]-->"},
		{"an action in a condition", "\n<!--[if mso {{.Version}}]><![endif]-->", "a.tmpl:2: not a conditional comment; write <!--[if mso]> and <![endif]-->"},
		{"a condition without an end", "<!--[if mso>a<![endif]-->", "a.tmpl:1: not a conditional comment; write <!--[if mso]> and <![endif]-->"},
		{"no condition", "<!--[if ]>a<![endif]-->", "a.tmpl:1: not a conditional comment; write <!--[if mso]> and <![endif]-->"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := keepConditionals("a.tmpl", tt.source); err == nil || err.Error() != tt.want {
				t.Errorf("keepConditionals(%s) = %s, error %v, want %s", tt.source, got, err, tt.want)
			}
		})
	}
}

func TestRawMarker(t *testing.T) {
	for _, s := range []string{"<!--[if mso | IE]>", "<![endif]-->", "<!--[if !mso]><!-->", "<!--<![endif]-->", "<![if !mso]>", "<![endif]>"} {
		if got, err := rawMarker(s); err != nil || string(got) != s {
			t.Errorf("rawMarker(%s) = %s, %v, want the same", s, got, err)
		}
	}
	for _, s := range []string{"", "a", "<!-- a -->", "<script>", "a<![endif]-->", "<![endif]--><script>", "<!--[if mso]><p>", "<!--[if \"a\"]>", "<!--[if mso]>-->-->"} {
		if got, err := rawMarker(s); err == nil {
			t.Errorf("rawMarker(%s) = %s, want an error", s, got)
		}
	}
}

// pasted has what compilers of letters write around a column.
const pasted = `<!doctype html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head>
<title>{{.Title}}</title>
<!--[if !mso]><!--><meta http-equiv="X-UA-Compatible" content="IE=edge"><!--<![endif]-->
<!-- not for readers -->
<!--[if mso]>
<noscript><xml><o:OfficeDocumentSettings><o:AllowPNG/><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml></noscript>
<![endif]-->
<!--[if lte mso 11]>
<style type="text/css">.mj-outlook-group-fix { width:{{.Width}}px !important; }</style>
<![endif]-->
<!--[if !mso]><!-->
<style type="text/css">@import url(https://fonts.example/css);</style>
<!--<![endif]-->
</head>
<body>
<!--[if mso | IE]><table align="center" width="600" bgcolor="#fff"><tr><td><v:rect style="width:600px" fill="true"><v:fill src="{{.Link}}" type="frame"/><v:textbox inset="0,0,0,0"><![endif]-->
<div>{{.Title}}</div>
{{range .Items}}<!--[if mso | IE]></td><td style="width:300px"><a title="{{.}}"><![endif]-->
<p>{{.}}</p>
{{end}}<!--[if mso | IE]></v:textbox></v:rect></td></tr></table><![endif]-->
</body>
</html>
`

func TestPastedLetterKeepsItsConditionals(t *testing.T) {
	source, err := keepConditionals("a.tmpl", pasted)
	if err != nil {
		t.Fatal(err)
	}
	page, err := template.New("a.tmpl").Funcs(template.FuncMap{conditionalFunction: rawMarker}).Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	const title, link = `</title><script>"a"`, "https://example.org/?a=1&b=2"
	if err := page.Execute(&b, map[string]any{"Title": title, "Link": link, "Width": 100, "Items": []string{`"><b`}}); err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(
		"{{.Title}}", "&lt;/title&gt;&lt;script&gt;&#34;a&#34;", "{{.Link}}", "https://example.org/?a=1&amp;b=2", "{{.Width}}", "100",
		`title="{{.}}"`, `title="&#34;&gt;&lt;b"`, "{{.}}", "&#34;&gt;&lt;b", "{{range .Items}}", "", "{{end}}", "",
		"<!-- not for readers -->", "",
	).Replace(pasted)
	if got := b.String(); got != want {
		t.Errorf("the letter is\n%s\nwant\n%s", got, want)
	}
}

// A fault after a marker is told with the line that the author sees.
func TestConditionalsKeepLines(t *testing.T) {
	source, err := keepConditionals("a.tmpl", "<!--[if !mso]>\n<!-->\n<!--<![endif]-->\n{{.A.B.C}}")
	if err != nil {
		t.Fatal(err)
	}
	page := template.Must(template.New("a.tmpl").Funcs(template.FuncMap{conditionalFunction: rawMarker}).Parse(source))
	if err := page.Execute(&strings.Builder{}, map[string]any{"A": 1}); err == nil || !strings.Contains(err.Error(), "a.tmpl:4:") {
		t.Errorf("Execute: %v, want a fault of line 4", err)
	}
}

var conditionalPieces = []string{
	"<!--[if mso]>", "<![endif]-->", "<!--[if !mso]><!-->", "<!--<![endif]-->", "<![if !mso]>", "<![endif]>", "<!--", "-->", "\n", "<p a=\"", "\"", "'", ">", "a",
	"{{.A}}", "{{- .B -}}", "{{/* ", " */}}", "{{if .A}}", "{{end}}", "{{", "}}", "<style>", "</style>", "<title>", "</title>", "<!--[if ", "]>", "=", "\r\n", "é\xff",
}

func FuzzKeepConditionals(f *testing.F) {
	f.Add(pasted)
	for _, p := range conditionalPieces {
		f.Add("<!--[if mso]>" + p + "<![endif]-->" + p)
	}
	f.Fuzz(func(t *testing.T, source string) { checkConditionals(t, source) })
}

func TestConditionalsOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkConditionals(t, strings.Join(rapid.SliceOfN(rapid.SampledFrom(conditionalPieces), 0, 20).Draw(t, "pieces"), ""))
	})
}

var conditionalAction = regexp.MustCompile(`\{\{conditional ("[^{}]*")\n*\}\}`)

// checkConditionals reports a source of which more has changed than its markers.
func checkConditionals(t reporter, source string) {
	t.Helper()
	got, err := keepConditionals("a.tmpl", source)
	if err != nil || strings.Contains(source, "{{conditional") {
		return
	}
	if a, b := strings.Count(got, "\n"), strings.Count(source, "\n"); a != b {
		t.Errorf("keepConditionals(%q) = %q, which has %d line ends, want %d", source, got, a, b)
	}
	back := conditionalAction.ReplaceAllStringFunc(got, func(s string) string {
		text, err := strconv.Unquote(conditionalAction.FindStringSubmatch(s)[1])
		if err != nil {
			t.Errorf("keepConditionals(%q) has %q: %v", source, s, err)
		}
		if _, err := rawMarker(text); err != nil {
			t.Errorf("keepConditionals(%q) has %q: %v", source, s, err)
		}
		return text
	})
	if back != source {
		t.Errorf("keepConditionals(%q) = %q, which was %q", source, got, back)
	}
}
