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
	for _, f := range Letter([]byte(small)) {
		t.Errorf("%v", f)
	}
}
