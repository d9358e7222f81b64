package lint

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"unicode/utf8"
)

// A letter is a message taken apart, as far as it could be.
type letter struct {
	raw     []byte
	fields  []field
	faults  []fault     // of the header
	body    int         // the line at which the body begins
	header  mail.Header // the same fields, by name
	subject string      // decoded
	parts   []*part     // all that hold no others
	broken  []string    // why parts could not be read

	text, html   *part     // nil: there is none
	doc          *document // of html
	alternatives int       // how many multipart/alternative there are
}

// A fault is something wrong at a line.
type fault struct {
	line int
	what string
}

// A part is what a message holds.
type part struct {
	kind        string // such as text/html
	charset     string
	encoding    string // such as base64; empty: none
	contentID   string
	attached    bool
	encoded     int    // size in bytes
	decoded     int    // size in bytes
	source      string // of texts; lines end in LF
	utf8        bool
	alternative int // which multipart/alternative it is in, from 1; 0: none
}

func (l *letter) hasText() bool { return l.text != nil }
func (l *letter) hasHTML() bool { return l.html != nil }

// read takes a message apart.
func read(raw []byte) *letter {
	l := &letter{raw: raw, header: mail.Header{}}
	var body []byte
	l.fields, l.faults, body, l.body = splitHeader(raw)
	for _, f := range l.fields {
		name := textproto.CanonicalMIMEHeaderKey(f.name)
		l.header[name] = append(l.header[name], f.value)
	}
	l.subject = strings.TrimSpace(decodeWords(l.header.Get("Subject")))
	l.walk(textproto.MIMEHeader(l.header), body, 0, 0)
	l.text, l.html = l.first("text/plain"), l.first("text/html")
	if l.html != nil {
		l.doc = parse(l.html.source)
	}
	return l
}

// first is the first part of a kind that is no attachment, or nil.
func (l *letter) first(kind string) *part {
	for _, p := range l.parts {
		if p.kind == kind && !p.attached {
			return p
		}
	}
	return nil
}

// depth is how deep parts may lie in others.
const depth = 10

// walk reads a part, and those that it holds.
func (l *letter) walk(header textproto.MIMEHeader, body []byte, level, alternative int) {
	kind, params, err := mime.ParseMediaType(cmp.Or(header.Get("Content-Type"), "text/plain"))
	if err != nil {
		l.broken = append(l.broken, fmt.Sprintf("Content-Type %.60q: %v", header.Get("Content-Type"), err))
		return
	}
	if !strings.HasPrefix(kind, "multipart/") {
		l.parts = append(l.parts, l.leaf(kind, params["charset"], header, body, alternative))
		return
	}
	if params["boundary"] == "" || level == depth {
		l.broken = append(l.broken, kind+" has no boundary, or lies too deep")
		return
	}
	if kind == "multipart/alternative" {
		l.alternatives++
		alternative = l.alternatives
	}
	r := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return
		}
		if err != nil {
			l.broken = append(l.broken, fmt.Sprintf("%s: %v", kind, err))
			return
		}
		inner, err := io.ReadAll(p)
		l.walk(p.Header, inner, level+1, alternative)
		if err != nil {
			l.broken = append(l.broken, fmt.Sprintf("%s breaks off: %v", kind, err))
			return
		}
	}
}

// leaf is a part that holds no others.
func (l *letter) leaf(kind, charset string, header textproto.MIMEHeader, body []byte, alternative int) *part {
	disposition, _, _ := mime.ParseMediaType(header.Get("Content-Disposition")) // a bad one is no attachment
	p := &part{
		kind:        kind,
		charset:     strings.ToLower(charset),
		encoding:    strings.ToLower(strings.TrimSpace(header.Get("Content-Transfer-Encoding"))),
		contentID:   strings.Trim(header.Get("Content-Id"), " <>"),
		attached:    disposition == "attachment",
		encoded:     len(body),
		alternative: alternative,
	}
	if !strings.HasPrefix(kind, "text/") {
		return p // what images hold is not our matter
	}
	decoded, err := io.ReadAll(decoder(p.encoding, body))
	if err != nil {
		l.broken = append(l.broken, fmt.Sprintf("%s as %s: %v", kind, p.encoding, err))
	}
	p.decoded, p.utf8 = len(decoded), utf8.Valid(decoded)
	p.source = strings.ReplaceAll(strings.ToValidUTF8(string(decoded), ""), "\r\n", "\n")
	return p
}

func decoder(encoding string, body []byte) io.Reader {
	switch r := bytes.NewReader(body); encoding {
	case "quoted-printable":
		return quotedprintable.NewReader(r)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, r)
	default:
		return r
	}
}
