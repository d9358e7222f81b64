package lint

import (
	"strings"
)

var partRules = []rule{
	{Rule{"letter.mime", Error, "the message can be taken apart and decoded", "the file may have been cut or edited"}, mimeReadable},
	{Rule{"letter.parts", Error, "there is a text part and an HTML part", "some read one, some the other"}, bothParts},
	{Rule{"letter.alternative", Error, "both are in one multipart/alternative, text first",
		"mail programs show the last part that they can"}, alternative},
	{Rule{"letter.charset", Error, "both say that they are UTF-8, and are", "write charset=utf-8 in their Content-Type"}, charset},
	{Rule{"letter.transfer-encoding", Warning, "both are quoted-printable or base64", "else servers may change them on the way"}, transferEncoding},
	{Rule{"letter.size", Error, "the HTML part has less than 102 KiB, encoded and decoded",
		"Gmail cuts it there; lower the limits of the sections"}, size},
	{Rule{"letter.size-near", Warning, "the HTML part has less than 80 KiB", "Gmail cuts it at 102; lower the limits of the sections"}, sizeNear},
	{Rule{"letter.unsubscribe", Error, "both parts have a visible way to unsubscribe",
		"show the link of List-Unsubscribe: law and providers ask for it"}, unsubscribe},
}

func mimeReadable(l *letter, found report) {
	for _, why := range l.broken {
		found(Message, 0, "%s", why)
	}
}

func bothParts(l *letter, found report) {
	if l.text == nil {
		found(Message, 0, "there is no text/plain part")
	}
	if l.html == nil {
		found(Message, 0, "there is no text/html part")
	}
}

func alternative(l *letter, found report) {
	if l.text == nil || l.html == nil {
		return
	}
	if l.text.alternative == 0 || l.text.alternative != l.html.alternative {
		found(Message, 0, "the parts are not in one multipart/alternative")
		return
	}
	for _, p := range l.parts {
		switch p {
		case l.text:
			return
		case l.html:
			found(Message, 0, "the HTML part comes before the text part")
			return
		}
	}
}

func charset(l *letter, found report) {
	for name, p := range l.readable() {
		switch {
		case p.charset != "utf-8":
			found(name, 0, "the part says that its charset is %.20q", p.charset)
		case !p.utf8:
			found(name, 0, "the part is not UTF-8")
		}
	}
}

func transferEncoding(l *letter, found report) {
	for name, p := range l.readable() {
		if p.encoding != "quoted-printable" && p.encoding != "base64" {
			found(name, 0, "the part's encoding is %.20q", p.encoding)
		}
	}
}

const (
	clipped = 102 << 10
	large   = 80 << 10
)

func size(l *letter, found report) {
	if l.html != nil && max(l.html.encoded, l.html.decoded) >= clipped {
		found(HTML, 0, "the part has %d KiB, encoded %d", l.html.decoded>>10, l.html.encoded>>10)
	}
}

func sizeNear(l *letter, found report) {
	if l.html == nil {
		return
	}
	if n := max(l.html.encoded, l.html.decoded); n >= large && n < clipped {
		found(HTML, 0, "the part has %d KiB, encoded %d", l.html.decoded>>10, l.html.encoded>>10)
	}
}

// unsubscribe looks for the addresses of List-Unsubscribe, in whatever language
// the letter is, or for the English word.
func unsubscribe(l *letter, found report) {
	ways := l.waysOut()
	if l.text != nil && !mentions(l.text.source, ways) {
		found(Text, 0, "the part has no way to unsubscribe")
	}
	if l.html == nil || mentions(l.doc.visible.String(), nil) {
		return
	}
	for _, a := range l.doc.links {
		if !a.hidden && mentions(a.value("href"), ways) {
			return
		}
	}
	found(HTML, 0, "the part has no visible way to unsubscribe")
}

// waysOut are the addresses of List-Unsubscribe.
func (l *letter) waysOut() []string {
	var ways []string
	for way := range strings.SplitSeq(l.header.Get("List-Unsubscribe"), ",") {
		if way = strings.Trim(way, " \t<>"); way != "" {
			ways = append(ways, way)
		}
	}
	return ways
}

func mentions(s string, ways []string) bool {
	for _, way := range ways {
		if strings.Contains(s, way) {
			return true
		}
	}
	return strings.Contains(strings.ToLower(s), "unsubscribe")
}
