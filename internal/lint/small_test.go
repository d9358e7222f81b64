package lint

import (
	"strings"
	"testing"
)

// small is about the smallest letter with which nothing is wrong. It is in
// German, so that no rule may look for English.
var small = strings.ReplaceAll(`From: Briefe <briefe@example.org>
To: zoe@example.net
Subject: Ein kleiner Brief
Date: Fri, 20 Nov 2026 09:00:00 +0000
Message-ID: <1@example.org>
MIME-Version: 1.0
List-ID: <briefe.example.org>
List-Unsubscribe: <https://example.org/u/1>, <mailto:u@example.org>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Content-Type: multipart/alternative; boundary=b

--b
Content-Transfer-Encoding: base64
Content-Type: text/plain; charset=utf-8

RWluIGtsZWluZXIgQnJpZWYNCg0KQWJiZXN0ZWxsZW46IGh0dHBzOi8vZXhhbXBsZS5vcmcvdS8x
DQo=
--b
Content-Transfer-Encoding: quoted-printable
Content-Type: text/html; charset=utf-8

<!DOCTYPE html>
<html lang=3D"de" dir=3D"ltr"><head><meta charset=3D"utf-8"><meta name=3D"v=
iewport" content=3D"width=3Ddevice-width">
<meta name=3D"x-apple-disable-message-reformatting" content=3D""><meta name=
=3D"color-scheme" content=3D"light dark">
<meta name=3D"format-detection" content=3D"telephone=3Dno"><title>Ein klein=
er Brief</title>
<!--[if mso]><noscript><xml><o:PixelsPerInch>96</o:PixelsPerInch></xml></no=
script><![endif]-->
<style>@media (prefers-color-scheme: dark) { body { color: #eeeeee } }</sty=
le></head>
<body style=3D"background: #ffffff"><p style=3D"display: none">Was in der W=
elt der Briefe geschah.</p>
<div role=3D"article" aria-roledescription=3D"email" aria-label=3D"Ein klei=
ner Brief" lang=3D"de" dir=3D"ltr">
<!--[if mso]><table role=3D"presentation" cellpadding=3D"0" cellspacing=3D"=
0" width=3D"600"><tr><td><![endif]-->
<table role=3D"presentation" cellpadding=3D"0" cellspacing=3D"0" bgcolor=3D=
"#ffffff"><tr><td style=3D"font: 16px/1.5 serif">
<h1>Ein kleiner Brief</h1><a href=3D"https://example.org/u/1">Abbestellen</=
a></td></tr></table>
<!--[if mso]></td></tr></table><![endif]--></div></body></html>

--b--
`, "\n", "\r\n")

func TestASmallLetterIsClean(t *testing.T) {
	tests := []struct {
		name string
		change
	}{
		{"as it is", nil},
		{"an address on one line, however long", in(Headers, `<mailto`, "<https://example.org/"+strings.Repeat("u", 80)+">, <mailto")},
		{"a sender below the domain", in(Headers, `briefe@example`, "briefe@news.example")},
		{"a text after its end", in(Message, `\z`, "An epilogue that nobody shows.\r\n")},
		{"filler after the preheader", in(HTML, `geschah\.`, "geschah."+strings.Repeat(" &#8199;&#65279;&#847;", 100))},
		{"a heading that the text part breaks elsewhere", last(`<h2 style="font:16px/1.2 serif">Abbe stellen</h2>`)},
		{"a large text in tight lines", last(`<p style="font:28px/1.1 serif">7</p>`)},
		{"small print that is not seen", last(`<p hidden style="font-size:1px">Abbestellen</p>`)},
		{"a paragraph that does not end", last(`<p style="font:12px serif"><p style="font-family:serif">Text</p>`)},
		{"a comment for the others", last(`<!--[if !mso]><!-->` + said("Text") + `<!--<![endif]-->`)},
		{"a comment for the others, of old", last(`<![if !mso]>` + said("Text") + `<![endif]>`)},
		{"7 KB of style", in(HTML, `</head>`, "<style>"+strings.Repeat("a{color:red}\n", 550)+"</style></head>")},
		{"a telephone", last(linked("tel:+351210000000", "Ruf uns an"))},
		{"a cid: image", both(last(`<img alt="" width="1" height="1" src="cid:a%40b">`),
			in(Message, `\r\n--b--`, "\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <a@b>\r\nContent-Transfer-Encoding: base64\r\n\r\nAA==\r\n--b--"))},
		{"parts within others", both(both(in(Message, `alternative; boundary=b\r\n`, "mixed; boundary=c\r\n"),
			in(Message, `\r\n\r\n--b`, "\r\n\r\n--c\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b")),
			in(Message, `--b--\r\n`, "--b--\r\n--c--\r\n"))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, f := range Letter([]byte(tt.to(t, small))) {
				t.Errorf("%v", f)
			}
		})
	}
}
