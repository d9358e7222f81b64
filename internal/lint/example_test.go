package lint_test

import (
	"fmt"
	"strings"

	"digest/internal/lint"
)

func ExampleLetter() {
	const raw = `From: The Weekly <weekly@example.org>
To: zoe@example.net
Subject: No. 7
Date: Fri, 20 Nov 2026 09:00:00 +0000
Message-ID: <7@example.org>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<!DOCTYPE html>
<html lang=3D"en" dir=3D"ltr"><head><title>No. 7</title></head><body>
<h1>No. 7</h1>
<img src=3D"https://example.org/grid.png" width=3D"600" height=3D"300">
<p><a href=3D"#rules">The rules</a>, or unsubscribe.</p>
</body></html>
`
	for _, f := range lint.Letter([]byte(strings.ReplaceAll(raw, "\n", "\r\n"))) {
		if f.Severity == lint.Error {
			fmt.Println(f)
		}
	}
	// Output:
	// message: letter.parts: there is no text/plain part
	// html:5: letter.href: the link "#rules" is no whole address
	// html:4: letter.alt: the image "https://example.org/grid.png" has no alt
}
