package email

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/emersion/go-message"
	gomail "github.com/emersion/go-message/mail"
)

// A parsed message is what an independent parser reads of ours.
type parsed struct {
	head       gomail.Header
	text, html string
	data       []byte // of the file data.json, if the message brings it along
}

// parse reads a message with go-message, and fails the test unless it is an
// alternative of quoted-printable text and HTML, in this order, or that with the
// file data.json after it.
func parse(t reporter, m Message) (p parsed) {
	t.Helper()
	e, err := message.Read(bytes.NewReader(m.Bytes()))
	if err != nil {
		t.Fatalf("go-message cannot read the message: %v", err)
	}
	p = parsed{head: gomail.Header{Header: e.Header}}
	if kind, _, _ := e.Header.ContentType(); kind == "multipart/mixed" {
		mixed := e.MultipartReader()
		if e, err = mixed.NextPart(); err != nil {
			t.Fatalf("the first part: %v", err)
		}
		defer func() { p.data = onlyFile(t, mixed, "data.json", "application/json") }()
	}
	if kind, _, err := e.Header.ContentType(); kind != "multipart/alternative" {
		t.Fatalf("Content-Type = %q (error %v), want multipart/alternative", kind, err)
	}
	parts := e.MultipartReader()
	p.text = onePart(t, parts, "text/plain")
	p.html = onePart(t, parts, "text/html")
	if _, err := parts.NextPart(); err != io.EOF {
		t.Fatalf("a third part; error %v", err)
	}
	return p
}

// onlyFile is what the last part is, a file to be saved.
func onlyFile(t reporter, parts message.MultipartReader, name, kind string) []byte {
	t.Helper()
	part, err := parts.NextPart()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	is, _, err := part.Header.ContentType()
	disposition, params, failed := part.Header.ContentDisposition()
	if err != nil || failed != nil || is != kind || disposition != "attachment" || params["filename"] != name {
		t.Errorf("the file is %s, %s, %v (errors %v, %v), want %s attached as %s", is, disposition, params, err, failed, kind, name)
	}
	data, err := io.ReadAll(part.Body)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if _, err := parts.NextPart(); err != io.EOF {
		t.Fatalf("a part after %s; error %v", name, err)
	}
	return data
}

func onePart(t reporter, parts message.MultipartReader, want string) string {
	t.Helper()
	part, err := parts.NextPart()
	if err != nil {
		t.Fatalf("part %s: %v", want, err)
	}
	kind, params, err := part.Header.ContentType()
	if err != nil || kind != want || !strings.EqualFold(params["charset"], "utf-8") {
		t.Errorf("part is %q with %v (error %v), want %s in utf-8", kind, params, err, want)
	}
	if encoding := part.Header.Get("Content-Transfer-Encoding"); encoding != "quoted-printable" {
		t.Errorf("part %s is %q, want quoted-printable", want, encoding)
	}
	body, err := io.ReadAll(part.Body)
	if err != nil {
		t.Fatalf("part %s: %v", want, err)
	}
	return strings.ReplaceAll(string(body), "\r\n", "\n")
}

// fieldNames are those of the header, in order, as they stand in the bytes. A
// line that is no field is returned as it is.
func fieldNames(raw []byte) []string {
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	var names []string
	for line := range strings.SplitSeq(string(head), "\r\n") {
		if strings.HasPrefix(line, " ") {
			continue
		}
		name, _, found := strings.Cut(line, ": ")
		if !found {
			name, found = strings.CutSuffix(line, ":") // its value is on the next line
		}
		if !found {
			name = line
		}
		names = append(names, name)
	}
	return names
}

// allFields are those of a message of theWeekly.
var allFields = []string{"Auto-Submitted", "Content-Type", "Date", "From", "List-Id", "List-Unsubscribe",
	"List-Unsubscribe-Post", "MIME-Version", "Message-ID", "Precedence", "Subject", "To", "X-Auto-Response-Suppress"}

// checkWire reports what the bytes of a message may not be: anything but 7-bit
// lines that end in CR LF, of lengths that all servers take, under the headers
// that we know.
func checkWire(t reporter, raw []byte) {
	t.Helper()
	if names := slices.Sorted(slices.Values(fieldNames(raw))); !slices.Equal(names, allFields) {
		t.Errorf("headers are %q, want %q", names, allFields)
	}
	if !bytes.HasSuffix(raw, []byte("\r\n")) {
		t.Error("the last line does not end in CR LF")
	}
	inBody := false
	for line := range strings.SplitSeq(string(raw), "\r\n") {
		inBody = inBody || line == ""
		if len(line) > 998 || inBody && len(line) > 78 {
			t.Errorf("line of %d bytes: %.100q", len(line), line)
		}
		if i := strings.IndexFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r > '~' }); i >= 0 {
			t.Errorf("byte %d of line %.200q is not printable ASCII", i, line)
		}
	}
}

// checkParts reports where the parsed message is not the model.
func checkParts(t reporter, m Message) parsed {
	t.Helper()
	p := parse(t, m)
	if p.text != m.Text() {
		t.Errorf("the text part decodes to %q, Text() = %q", p.text, m.Text())
	}
	if p.html != m.HTML() {
		t.Errorf("the HTML part decodes to %q, HTML() = %q", p.html, m.HTML())
	}
	if subject, err := p.head.Subject(); err != nil || subject != m.draft.Subject {
		t.Errorf("the subject decodes to %q (error %v), Subject = %q", subject, err, m.draft.Subject)
	}
	if to, err := p.head.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != m.To {
		t.Errorf("To decodes to %v (error %v), want one address, %s", to, err, m.To)
	}
	return p
}
