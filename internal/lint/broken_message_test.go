package lint

import "strings"

var brokenHeaders = []broken{
	{"a title broke the header", "letter.header-syntax", in(Headers, `$`, "\r\nand more of a title")},
	{"a fold of blanks", "letter.header-syntax", in(Headers, `(Subject:[^\r]*)`, "$1\r\n ")},
	{"no date", "letter.header-missing", in(Headers, `Date: .*\r\n`, "")},
	{"an empty date", "letter.header-missing", in(Headers, `Date: [^\r]*`, "Date:")},
	{"two recipients' fields", "letter.header-twice", in(Headers, `^`, "To: other@example.net\r\n")},
	{"a raw accent", "letter.header-ascii", in(Headers, `$`, "\r\nX-Note: caf\u00e9")},
	{"a long encoded word", "letter.encoded-word", in(Headers, `$`, "\r\nX-Note:\r\n =?utf-8?q?"+strings.Repeat("a", 64)+"?=")},
	{"an encoded word of no known charset", "letter.encoded-word", in(Headers, `$`, "\r\nX-Note: =?x-none?q?a?=")},
	{"an encoded word with spaces", "letter.encoded-word", in(Headers, `$`, "\r\nX-Note: =?utf-8?q?a b?=")},
	{"From is no address", "letter.from", in(Headers, `(?m)^From:[^\r]*`, "From: digest")},
	{"From has no name", "letter.from-name", in(Headers, `(?m)^From:[^\r]*`, "From: digest@example.org")},
	{"a date of another form", "letter.date", in(Headers, `Date: [^\r]*`, "Date: 2026-11-20")},
	{"a bare Message-ID", "letter.message-id", in(Headers, `Message-ID: <([^>]*)>`, "Message-ID: $1")},
	{"a Message-ID of the machine", "letter.message-id-domain", in(Headers, `(Message-ID: <[^@]*)@[^>]*`, "${1}@localhost")},
	{"a subject of a blank", "letter.subject", in(Headers, `Subject:(.*\r\n )*[^\r]*`, "Subject: =?utf-8?q?_?=")},
	{"a long subject", "letter.subject-length", retitled(strings.Repeat("a ", 30) + " " + strings.Repeat("b", 30))},
	{"a subject shouts", "letter.subject-shout", retitled("Read this now!!")},
	{"no list", "letter.list-id", in(Headers, `List-Id:[^\r]*\r\n`, "")},
	{"no https way out", "letter.list-unsubscribe", in(Headers, `<https:`, "<http:")},
	{"no mail way out", "letter.list-mailto", in(Headers, `, <mailto:[^>]*>`, "")},
	{"no one click", "letter.one-click", in(Headers, `List-Unsubscribe-Post:[^\r]*\r\n`, "")},
}

// retitled is another subject, and the title of the HTML with it.
func retitled(s string) change {
	return both(in(Headers, `Subject:[^\r]*(\r\n [^\r]*)*`, "Subject: "+strings.ReplaceAll(s, "  ", "\r\n ")),
		in(HTML, `<title>.*</title>`, "<title>"+s+"</title>"))
}

var brokenParts = []broken{
	{"a line ends in LF", "letter.line-ends", in(Message, `\r\n--`, "\n--")},
	{"a CR", "letter.line-ends", in(Message, `\z`, "a\rb\r\n")},
	{"a NUL", "letter.line-ends", in(Message, `\z`, "\x00\r\n")},
	{"a line of a thousand bytes", "letter.line-length", in(Headers, `$`, "\r\nX-Note: "+strings.Repeat("a", 1000))},
	{"a line of 79 bytes", "letter.line-width", in(Headers, `$`, "\r\nX-Note: "+strings.Repeat("a", 71))},
	{"raw text after the last part", "letter.seven-bit", in(Message, `\z`, "caf\u00e9\r\n")},
	{"the end is missing", "letter.mime", in(Message, `\r\n--[^\r]*--\r\n\z`, "\r\n")},
	{"no HTML", "letter.parts", in(Message, `Content-Type: text/html`, "Content-Type: text/x-html")},
	{"HTML is attached", "letter.parts", in(Message, `(Content-Type: text/html)`, "Content-Disposition: attachment\r\n$1")},
	{"parts of a mixed message", "letter.alternative", in(Message, `multipart/alternative`, "multipart/mixed")},
	{"Latin-1 on the label", "letter.charset", in(Message, `(text/html; charset=)UTF-8`, "${1}iso-8859-1")},
	{"no charset", "letter.charset", in(Message, `text/plain; charset=UTF-8`, "text/plain")},
	{"Latin-1 inside", "letter.charset", in(Message, `=C5=93`, "=9C")},
	{"a letter of 110 KiB", "letter.size", last("<!--" + strings.Repeat("a", 110<<10) + "-->")},
	{"a letter of 90 KiB", "letter.size-near", last("<!--" + strings.Repeat("a", 73<<10) + "-->")},
	{"a letter of 60 KiB that is 110 encoded", "letter.size", last("<!--" + strings.Repeat("=", 30<<10) + "-->")},
	{"no way out in the text", "letter.unsubscribe", both(all(Text, `(?i)unsubscribe`, "leave"), all(HTML, `/unsubscribe`, "/leave"))},
	{"no way out in the HTML", "letter.unsubscribe", in(HTML, `(?s)<a [^>]*unsubscribe.*?</a>`, "")},
	{"a hidden way out", "letter.unsubscribe", in(HTML, `(?s)(<a [^>]*unsubscribe.*?</a>)`, `<span hidden>$1</span>`)},
}

var brokenSmall = []broken{
	{"base64 without its end", "letter.mime", in(Message, `=\r\n--b`, "\r\n--b")},
	{"HTML first", "letter.alternative", in(Message, `(?s)(\r\n--b)(\r\n.*)(\r\n--b)(\r\n.*)(\r\n--b--)`, "$1$4$3$2$5")},
	{"a stub of a text", "letter.text-thin", last(said(strings.Repeat("Ein Wort. ", 40)))},
	{"no encoding", "letter.transfer-encoding", in(Message, `Content-Transfer-Encoding: base64\r\n(.*\r\n)\r\n[^-]*`, "$1\r\nEin kleiner Brief\r\n\r\nAbbestellen: https://example.org/u/1\r\n\r\n")},
}
