package bounce

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"strings"
)

// A tree is a message taken apart: its parts in their order, without the
// multiparts that hold them. What a part of type message/* holds is not taken
// apart: a bounce that somebody sends along is no bounce.
type tree struct {
	report string // report-type of the outermost multipart/report, RFC 6522
	parts  []part
}

// A part is decoded text, whatever its type: all that is read here is text.
type part struct{ kind, text string }

// More than these no report has.
const (
	maxDepth = 4
	maxParts = 50
)

func (t *tree) visit(head fields, body string, depth int) {
	kind, params, err := mime.ParseMediaType(head.first("content-type"))
	if err != nil && kind == "" {
		kind = "text/plain" // RFC 2045, 5.2
	}
	if kind == "multipart/report" && t.report == "" {
		t.report = strings.ToLower(params["report-type"])
	}
	if !strings.HasPrefix(kind, "multipart/") {
		t.parts = append(t.parts, part{kind, decode(head.first("content-transfer-encoding"), body)})
		return
	}
	if depth == maxDepth || params["boundary"] == "" {
		return
	}
	// A fault ends the parts, and those before it count. The last one may have no
	// end, where a message was cut.
	r := multipart.NewReader(strings.NewReader(body), params["boundary"])
	for len(t.parts) < maxParts {
		p, err := r.NextRawPart()
		if err != nil {
			return
		}
		text, _ := io.ReadAll(p)
		t.visit(partFields(p), string(text), depth+1)
	}
}

func partFields(p *multipart.Part) fields {
	f := fields{}
	for _, name := range []string{"Content-Type", "Content-Transfer-Encoding"} {
		if v := p.Header.Get(name); v != "" {
			f[strings.ToLower(name)] = []string{v}
		}
	}
	return f
}

// decode undoes a transfer encoding, as far as it is sound.
func decode(encoding, text string) string {
	var r io.Reader
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, strings.NewReader(text))
	case "quoted-printable":
		r = quotedprintable.NewReader(strings.NewReader(text))
	default:
		return text
	}
	decoded, _ := io.ReadAll(r)
	return lines(string(decoded))
}

// first is the text of the first part of one of the types.
func (t *tree) first(kinds ...string) (string, bool) {
	for _, p := range t.parts {
		for _, k := range kinds {
			if p.kind == k {
				return p.text, true
			}
		}
	}
	return "", false
}

// returned is the header of the letter that was sent back.
func (t *tree) returned() fields {
	text, _ := t.first("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers", "message/rfc822-headers")
	f, _ := readFields(strings.TrimLeft(text, "\n"))
	return f
}

// paths are the addresses that may be the return path of the letter: those that
// the message came to, and those that it says the letter was from.
func paths(head fields, t *tree) []string {
	var found []string
	add := func(f fields, names ...string) {
		for _, name := range names {
			for _, value := range f[name] {
				found = append(found, addresses(value)...)
			}
		}
	}
	add(head, "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "to")
	if text, ok := t.first(statusTypes...); ok {
		f, _ := readFields(strings.TrimLeft(text, "\n"))
		add(f, "x-postfix-sender")
	}
	if text, ok := t.first(feedbackType); ok {
		f, _ := readFields(strings.TrimLeft(text, "\n"))
		add(f, "original-mail-from")
	}
	add(t.returned(), "return-path", "x-envelope-from")
	const most = 50
	return found[:min(len(found), most)]
}
