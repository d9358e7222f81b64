package inline_test

import (
	"strings"
	"testing"

	"digest/internal/inline"
)

func TestStyles(t *testing.T) {
	tests := []struct{ name, doc, want string }{
		// What is inlined.
		{"a sheet that is used up disappears",
			`<style>p{margin:0}</style><p class="x">a</p>`,
			`<p style="margin:0" class="x">a</p>`},
		{"a value is written in one line, without comments",
			"<style>p { Margin : 0\n\t1px /* why */ ;\n font-family: Arial,\n sans-serif; }</style><p>a</p>",
			`<p style="margin:0 1px;font-family:Arial, sans-serif">a</p>`},
		{"lists and combinators", `<style>h1, div > p{color:red}</style><h1>a</h1><div><p>b</p></div><p>c</p>`,
			`<h1 style="color:red">a</h1><div><p style="color:red">b</p></div><p>c</p>`},
		{"pseudo-classes of the document's structure", `<style>p{margin:1px} p:last-child{margin:0} p:not(.a){top:0}</style><div><p class=a>a</p><p>b</p></div>`,
			`<div><p style="margin:1px" class=a>a</p><p style="margin:0;top:0">b</p></div>`},
		{"nothing in the head gets a style", `<html><head><title>a</title><style>*{top:0}</style></head><body>b</body></html>`,
			`<html style="top:0"><head><title>a</title></head><body style="top:0">b</body></html>`},
		{"custom properties keep their case", `<style>p{--Brand:red;color:var(--Brand)}</style><p>a</p>`,
			`<p style="--Brand:red;color:var(--Brand)">a</p>`},
		{"several sheets count as one", `<style>p{top:0}</style><style type="text/css" media="all">p{top:1px}</style><p>a</p>`,
			`<p style="top:1px">a</p>`},
		{"where scripts do not run", `<style>p{top:0}</style><body><noscript><p>a</p></noscript>`, `<body><noscript><p style="top:0">a</p></noscript>`},
		{"a tag that the parser splits is one tag", `<style>b{top:0}</style><b><p>a</b>b</p>`, `<b style="top:0"><p>a</b>b</p>`},
		{"comment marks around a sheet say nothing", `<style><!-- p{top:0} --></style><p>a</p>`, `<p style="top:0">a</p>`},

		// The cascade.
		{"later wins", `<style>p{color:red}p{color:blue}</style><p>a</p>`, `<p style="color:blue">a</p>`},
		{"later wins, whatever the order of the classes", `<style>.c{color:red}.b{color:blue}</style><p class="b c">a</p>`, `<p style="color:blue" class="b c">a</p>`},
		{"more specific wins", `<style>#i{color:red}p.c{color:blue}p{color:green}</style><p id="i" class="c">a</p>`, `<p style="color:red" id="i" class="c">a</p>`},
		{"the best selector of a list counts", `<style>p,#i{color:red}.c{color:blue}</style><p id="i" class="c">a</p>`, `<p style="color:red" id="i" class="c">a</p>`},
		{"important wins and is not written", `<style>p{color:red ! IMPORTANT}#i{color:blue}</style><p id="i">a</p>`, `<p style="color:red" id="i">a</p>`},
		{"the attribute wins over rules", `<style>#i{color:red;top:0}</style><p id="i" style="color:blue">a</p>`, `<p id="i" style="top:0;color:blue">a</p>`},
		{"important wins over the attribute", `<style>p{color:red!important}</style><p style="color:blue;top:0">a</p>`, `<p style="top:0;color:red">a</p>`},
		{"an important attribute wins and stays important", `<style>p{color:red!important}</style><p style="color:blue!important">a</p>`, `<p style="color:blue!important">a</p>`},
		{"a shorthand is over what came before", `<style>p{margin-top:5px}p{margin:0}</style><p>a</p>`, `<p style="margin-top:5px;margin:0">a</p>`},
		{"a longhand is over the shorthand before", `<style>.c{margin-top:5px}p{margin:0}</style><p class=c>a</p>`, `<p style="margin:0;margin-top:5px" class=c>a</p>`},
		{"a property is written where it wins", `<style>p{margin-top:1px;margin:0}p{margin-top:5px}</style><p>a</p>`, `<p style="margin:0;margin-top:5px">a</p>`},

		// What stays.
		{"rules that begin with @", `<style>@import "x";p{top:0}@media (max-width:9px){p{top:1px!important}}@font-face{src:url(a)}</style><p>a</p>`,
			`<style>@import "x";@media (max-width:9px){p{top:1px!important}}@font-face{src:url(a)}</style><p style="top:0">a</p>`},
		{"pseudo-classes and elements", `<style>a{top:0}a:hover{top:1px}a::before{top:2px}a:VISITED{top:3px}</style><a>a</a>`,
			`<style>a:hover{top:1px}a::before{top:2px}a:VISITED{top:3px}</style><a style="top:0">a</a>`},
		{"attribute selectors", `<style>a{top:0}[data-ogsc] a{top:1px}a[href]{top:2px}</style><a href="">a</a>`,
			`<style>[data-ogsc] a{top:1px}a[href]{top:2px}</style><a style="top:0" href="">a</a>`},
		{"of a list, the selectors that must", `<style>a, a:hover,
 b {color:red}</style><a>a</a>`, `<style>a:hover, b {color:red}</style><a style="color:red">a</a>`},
		{"selectors that are not understood", `<style>a{top:0} a:is(b){top:1px} a!{top:2px} a:contains(b){}</style><a>a</a>`,
			`<style> a:is(b){top:1px} a!{top:2px} a:contains(b){}</style><a style="top:0">a</a>`},
		{"a rule with an empty selector", `<style>a{top:0}a,{top:1px}</style><a>a</a>`, `<style>a,{top:1px}</style><a style="top:0">a</a>`},
		{"what matches nothing", `<style>a{top:0}.ExternalClass a{top:1px}</style><a>a</a>`, `<style>.ExternalClass a{top:1px}</style><a style="top:0">a</a>`},
		{"what matches an element without a tag", `<style>td,tbody{top:0}</style><table><tr><td>a</table>`, `<style>tbody {top:0}</style><table><tr><td style="top:0">a</table>`},
		{"what matches elements with and without a tag", `<style>tbody{top:0}</style><table><tbody><td>a</table><table><td>b</table>`,
			`<style>tbody{top:0}</style><table><tbody style="top:0"><td>a</table><table><td>b</table>`},
		{"rules in rules", `<style>a{top:0}p{top:1px;&:hover{top:2px}}</style><p><a>a</a></p>`, `<style>p{top:1px;&:hover{top:2px}}</style><p><a style="top:0">a</a></p>`},
		{"a rule without an end", `<style>a{top:0}b{top:1px</style><a>a</a><b>b</b>`, `<style>b{top:1px</style><a style="top:0">a</a><b>b</b>`},
		{"a comment goes with the rule after it", "<style>/* a */\na{top:0}\n/* b */\nb{top:0}\n/* end */\n</style><a>a</a>",
			"<style>\n/* b */\nb{top:0}\n/* end */\n</style><a style=\"top:0\">a</a>"},
		{"data-inline is false", `<style type="text/css" data-inline="false" id=s>a{top:0}</style><a>a</a>`, `<style type="text/css" id=s>a{top:0}</style><a>a</a>`},
		{"another medium", `<style media="print">a{top:0}</style><style>a{left:0}</style><a>a</a>`, `<style media="print">a{top:0}</style><a style="left:0">a</a>`},
		{"another language", `<style type="text/less">a{top:0}</style><style>a{left:0}</style><a>a</a>`, `<style type="text/less">a{top:0}</style><a style="left:0">a</a>`},
		{"a picture's own style", `<style>p{left:0}</style><svg><style>p{top:0}</style></svg><p>a</p>`, `<svg><style>p{top:0}</style></svg><p style="left:0">a</p>`},
		{"a picture's empty style", `<svg><style/></svg><style>p{top:0}</style><p>a</p>`, `<svg><style/></svg><p style="top:0">a</p>`},
		{"a template's own style", `<style>p{left:0}</style><template><style>p{top:0}</style></template><p>a</p>`, `<template><style>p{top:0}</style></template><p style="left:0">a</p>`},

		// Broken CSS.
		{"broken declarations are skipped", `<style>p{color;:red;*zoom:1;top:;left:0;right:a);bottom:"a
;@x y;clear:!x;float:left!x;width:9px}</style><p>a</p>`, `<p style="left:0;width:9px">a</p>`},
		{"an open bracket swallows what follows", `<style>p{top:0;left:(1px;right:0}p{bottom:0}</style><p>a</p>`, `<style>p{top:0;left:(1px;right:0}p{bottom:0}</style><p>a</p>`},
		{"an escape at the end escapes nothing more", `<style>p{top:0!important}</style><p style="left:0;right:1\">a</p><p style="left:0;content:'\0">b</p>`,
			`<p style="left:0;top:0">a</p><p style="left:0;top:0">b</p>`},
		{"a broken attribute does not swallow rules", `<style>p{top:0!important}</style><p style="left:calc(1px">a</p><p style="left:0;content:'a">b</p>`,
			`<p style="top:0">a</p><p style="left:0;top:0">b</p>`},

		// The attribute.
		{"quotes are made single", `<style>p{font-family:"Segoe UI",'X',"it's"}</style><p>a</p>`, `<p style="font-family:'Segoe UI','X',&quot;it's&quot;">a</p>`},
		{"what is special in HTML is escaped", `<style>p{background:url(a?b&copy=1);content:"<\">"}</style><p>a</p>`, `<p style="background:url(a?b&amp;copy=1);content:&quot;&lt;\&quot;&gt;&quot;">a</p>`},
		{"an attribute is unescaped before", `<style>p{top:0}</style><p STYLE = 'font-family:&quot;a&quot;;left:0'>a</p>`, `<p style="top:0;font-family:'a';left:0">a</p>`},
		{"attributes of every form", `<style>p{top:0}</style><p a=/b style=left:0>a</p><p style id=x>b</p><p id=>c</p><p/style="left:0"/>d`,
			`<p a=/b style="top:0;left:0">a</p><p style="top:0" id=x>b</p><p style="top:0" id=>c</p><p/style="top:0;left:0"/>d`},
		{"the first of two attributes counts", `<style>p{top:0}</style><p style="left:0" style="left:1px">a</p>`, `<p style="top:0;left:0" style="left:1px">a</p>`},
		{"braces are for custom properties", `<style>p{top:0}</style><p style="left:{0};--x:{0};right:0">a</p>`, `<p style="top:0;--x:{0};right:0">a</p>`},
		{"no declaration, no attribute", `<style>p{}</style><p>a</p><p style="top:0">b</p>`, `<p>a</p><p style="top:0">b</p>`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := inline.Styles(tt.doc)
			if err != nil || got != tt.want {
				t.Errorf("Styles(%s)\n = %s, %v\nwant %s", tt.doc, got, err, tt.want)
			}
		})
	}
}

func TestStylesLeavesBytesAlone(t *testing.T) {
	for name, doc := range map[string]string{
		"no sheet":               "<!doctype html>\r\n<P CLASS=x>a&nbsp;&#8199;<br/></TD>\x00<p",
		"only what stays":        `<style>@media print{p{top:0}}</style><style>[data-ogsc] p{top:0!important}</style><p>a</p>`,
		"nothing that matches":   `<style>b{top:0}</style><p style='x'>a</p>`,
		"an empty sheet":         `<style> /* a */ </style><style></style><p>a</p>`,
		"Outlook's own sheet":    `<!--[if mso]><style>p{top:0}</style><![endif]--><p>a</p>`,
		"a sheet not of Outlook": `<!--[if !mso]><!--><style>p{top:0}</style><!--<![endif]--><p>a</p>`,
		"the same, shorter":      `<![if !mso]><style>p{top:0}</style><![endif]><p>a</p>`,
		"a sheet as text":        `<title><style>p{top:0}</style></title><textarea><style>p{top:0}</style></textarea>`,
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := inline.Styles(doc); err != nil || got != doc {
				t.Errorf("Styles(%s) = %s, %v, want the same", doc, got, err)
			}
		})
	}
}

// What no HTML parser would write stays around the styles: tags of tables that
// only Outlook sees, names with colons, tags that close nothing.
func TestStylesKeepsTheRest(t *testing.T) {
	const before = `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "x">
<html xmlns:v="urn:schemas-microsoft-com:vml"><head><meta charset=utf-8 />
<!--[if mso]><noscript><xml><o:PixelsPerInch>96</o:PixelsPerInch></xml></noscript><style>td{top:0}</style><![endif]-->
<STYLE`
	const after = `>
</head><body>
<!--[if mso]><table><tr><td class="c"><![endif]--><DIV{div} Class=c>&zwnj;&#847;<br/></i>
<!--[if !mso]><!--><td{td}>a</td><!--<![endif]--><v:rect fill="true"{rect} />
<!--[if mso]></td></tr></table><![endif]-->
</body></html>
`
	doc := before + `>.c, v\:rect{top:0}</STYLE` + strings.NewReplacer("{div}", "", "{td}", "", "{rect}", "").Replace(after)
	want := strings.TrimSuffix(before, "<STYLE") + strings.NewReplacer("{div}", ` style="top:0"`, "{td}", "", "{rect}", "").Replace(after[1:])
	want = strings.Replace(want, "<v:rect", `<v:rect style="top:0"`, 1)
	if got, err := inline.Styles(doc); err != nil || got != want {
		t.Errorf("Styles = %s, %v\nwant %s", got, err, want)
	}
}

func TestStylesErrors(t *testing.T) {
	for _, tt := range []struct{ name, doc, want string }{
		{"a sheet without an end", "<p>\n\n<style>p{top:0}<p>a", "line 3: <style> is not closed"},
		{"a tag without an end in its place", "<style>p{top:0}</style", "line 1: <style> is not closed"},
		{"nested too deep", "<style>p{top:0}</style>" + strings.Repeat("<div>", 600), "parse: html: open stack of elements exceeds 512 nodes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := inline.Styles(tt.doc); err == nil || err.Error() != tt.want {
				t.Errorf("Styles = %q, error %v, want %s", got, err, tt.want)
			}
		})
	}
}
