package preview

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestFrameDocument(t *testing.T) {
	const base = `<base target="_blank">`
	pixel := map[string]Image{
		"a":     {Type: "image/png", Data: []byte("short")},
		"a@b c": {Type: "image/png", Data: []byte("long")},
		"page":  {Type: "text/html", Data: []byte("<script>")},
	}
	for _, tt := range []struct {
		name, html string
		dress      dress
		head, body string // of the document, after the base
	}{
		{"text", "hello", dress{}, ``, "hello"},
		{"what is said to one mail program alone stays", "<p>a<!--[if mso]><p>b<![endif]-->", dress{}, ``, "<p>a<!--[if mso]><p>b<![endif]--></p>"},
		{"a content id", `<img src="cid:a" alt="x">`, dress{}, ``, `<img src="data:image/png;base64,c2hvcnQ=" alt="x"/>`},
		{"one that begins like another, escaped", `<img src="cid:a@b%20c">`, dress{}, ``, `<img src="data:image/png;base64,bG9uZw=="/>`},
		{"in style and background", `<div background='cid:a' style="background:url(cid:a)">`, dress{}, ``, `<div background="data:image/png;base64,c2hvcnQ=" style="background:url(data:image/png;base64,c2hvcnQ=)"></div>`},
		{"in text it is text", `<p title="cid:a">cid:a`, dress{}, ``, `<p title="cid:a">cid:a</p>`},
		{"an unknown one is missing, as in the mail", `<img src="cid:z">`, dress{}, ``, `<img src="cid:z"/>`},
		{"what is no image is missing", `<img src="cid:page">`, dress{}, ``, `<img src="cid:page"/>`},
		{"links to files open connections", `<link rel=preconnect href=https://a.example><p>link`, dress{}, ``, `<p>link</p>`},
		{"and so do frames", `<p>a<iframe src=https://a.example></iframe><object data=https://a.example>b</object><embed src=x>c`, dress{}, ``, `<p>ac</p>`},
		{"in hiding", `<p><noscript><iframe src=a></iframe></noscript><svg><style><iframe src=a>`, dress{}, ``, `<p><noscript></noscript><svg><style></style></svg></p>`},
		{"style sheets", `<style>p{}</style><p style="x:y">z`, dress{}, `<style>p{}</style>`, `<p style="x:y">z</p>`},
		{"without style sheets", `<style>p{}</style><p style="x:y">style<STYLE media=x>a<b</STYLE >z`, dress{bare: true}, ``, `<p style="x:y">stylez</p>`},
		{"a phone shows no scroll bar", `<p>`, dress{phone: true}, `<style>html{scrollbar-width:none}</style>`, `<p></p>`},
		{"pictures are not inverted", `<p>`, dress{inverted: true}, `<style>img{filter:invert(1) hue-rotate(180deg)}</style>`, `<p></p>`},
		{"its base is not ours", `<base href="https://a.example/" target=_top><p>`, dress{}, ``, `<p></p>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := frameDocument(&Letter{HTML: "<!DOCTYPE html>" + tt.html, Images: pixel}, tt.dress)
			want := "<!DOCTYPE html><html><head>" + base + tt.head + "</head><body>" + tt.body + "</body></html>"
			if err != nil || string(got) != want {
				t.Errorf("frameDocument(%q) = %v\n got %s\nwant %s", tt.html, err, got, want)
			}
		})
	}
}

func TestALetterThatIsTooDeepIsAnError(t *testing.T) {
	if _, err := frameDocument(&Letter{HTML: strings.Repeat("<div>", 100_000)}, dress{}); err == nil {
		t.Error("frameDocument = nil, want an error")
	}
}

// Read again, as the browser does, the document has none of what was left out.
func FuzzFrameDocument(f *testing.F) {
	for _, seed := range []string{golden(f).HTML, hostile, "<style><link>", "<!doctype", "<frameset><frame src=x>", "<noscript><iframe>", "<svg><style><iframe src=x>", "<textarea><link rel=x>", "<math><mtext><table><mglyph><style><iframe src=x>"} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, source string, bare bool) {
		document, err := frameDocument(&Letter{HTML: source}, dress{bare: bare})
		if err != nil {
			return
		}
		root, err := html.ParseWithOptions(bytes.NewReader(document), html.ParseOptionEnableScripting(false))
		if err != nil {
			t.Fatalf("frameDocument(%q) cannot be read: %v", source, err)
		}
		bases := 0
		for n := range root.Descendants() {
			switch n.Data {
			case "link", "iframe", "frame", "object", "embed":
				if n.Type == html.ElementNode {
					t.Errorf("frameDocument(%q) has %s", source, n.Data)
				}
			case "base":
				bases++
			}
		}
		if bases == 0 {
			t.Errorf("frameDocument(%q) has no base", source)
		}
	})
}

// hostile is a letter that tries everything. It reaches for other hosts under
// names of its own, which the browser test looks out for.
const hostile = `<!DOCTYPE html><html><head>
<base href="https://base.example/" target="_top">
<meta http-equiv="refresh" content="0;url=https://refresh.example/">
<link rel="stylesheet" href="https://sheet.example/a.css"><link rel="preconnect" href="https://connect.example"><link rel="dns-prefetch" href="//dns.example">
<style>@import url(https://import.example/a.css); body{background:url(https://background.example/a.png)} @font-face{font-family:f;src:url(https://font.example/f)} p{font-family:f}</style>
<script>alert("script"); top.location = "https://top.example/"; fetch("https://fetch.example/")</script>
<script src="https://script.example/a.js"></script>
</head><body onload="alert('onload')">
</iframe></iframe></section></main><script>alert("out of the frame")</script>
<img src="https://image.example/p.gif" onerror="alert('onerror')"><img src="x" onerror="alert('onerror')">
<svg onload="alert('svg')"><image href="https://svg.example/a.png"/></svg>
<iframe src="https://frame.example/"></iframe><iframe srcdoc="<script>alert('srcdoc')</script>"></iframe>
<object data="https://object.example/"></object><embed src="https://embed.example/"><video src="https://video.example/" autoplay></video>
<form action="https://form.example/" target="_top"><input name="q" autofocus onfocus="alert('focus')"><button id="go">Go</button></form>
<a href="https://link.example/" target="_top">top</a> <a href="javascript:alert('link')" target="_self">script</a>
<p style="background:url(https://style.example/a.png)">Hostile letter</p>
</body></html>`
