package email

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"mime"
	"net/mail"
	"strings"
	"unicode/utf8"

	"digest/internal/bookmark"
)

// A Recipient is one address of one message.
type Recipient struct {
	Address mail.Address // the domain in A-labels
	// Token and Preferences, of TokenLength, are what the recipient leaves with, and
	// chooses with. Nobody else knows them.
	Token, Preferences string
}

// A Message is a draft for one recipient.
type Message struct {
	From string // the envelope's, RFC 5321 MAIL FROM
	To   string // the envelope's, RFC 5321 RCPT TO
	ID   string // without angle brackets

	head  string
	draft *Draft
	own   [4]string // by kind
}

// To addresses the draft to a recipient. Its Message-ID is derived from the
// draft and the address, so that a message that is sent again is recognised,
// even if the secret of the tokens has changed.
func (d *Draft) To(r Recipient) Message {
	key := make([]byte, 0, 256) // on the stack, as long as addresses are as short as they are
	key = append(key, d.placeholder[:2*TokenLength]...)
	key = append(append(key, 0), d.Edition...)
	key = append(append(key, 0), r.Address.Address...)
	sum := sha256.Sum256(key)
	id := make([]byte, TokenLength, 128)
	hex.Encode(id, sum[:TokenLength/2])
	m := Message{
		From:  d.newsletter.From.Address,
		To:    r.Address.Address,
		ID:    string(append(append(id, '@'), d.domain...)),
		draft: d,
	}
	m.own[token] = pad(r.Token)
	m.own[messageID] = m.ID[:TokenLength]
	m.own[preferences] = pad(r.Preferences)
	var head strings.Builder
	head.Grow(384)
	head.WriteString("To: ")
	writeAddress(&head, r.Address)
	for i, piece := range d.leaving {
		if i > 0 {
			head.WriteString(m.own[token])
		}
		head.WriteString(piece)
	}
	m.head = head.String()
	return m
}

// listUnsubscribe is the field that says how to leave (RFC 2369, RFC 8058), or
// empty. Some providers want it on one line.
func (n Newsletter) listUnsubscribe(token string) string {
	var ways []string
	if n.UnsubscribeURL != "" {
		ways = append(ways, "<"+n.unsubscribeLink(token)+">")
	}
	if n.UnsubscribeMailto != "" {
		ways = append(ways, "<"+n.unsubscribeMail(token)+">")
	}
	if ways == nil {
		return ""
	}
	return "List-Unsubscribe: " + strings.Join(ways, ", ") + "\r\n"
}

// pad keeps a token at its length, which the draft depends on.
func pad(token string) string {
	if len(token) < TokenLength {
		token += strings.Repeat("0", TokenLength-len(token))
	}
	return token[:TokenLength]
}

// maxName is the most characters of a recipient's name in a header.
const maxName = 64

// writeAddress writes an address as RFC 5322 does, folded before the address and
// between encoded words, with the end of the line.
func writeAddress(b *strings.Builder, a mail.Address) {
	if name := cut(bookmark.Clean(a.Name), maxName); name != "" {
		b.WriteString(strings.ReplaceAll(phrase(name), "?= =?", "?=\r\n =?"))
		b.WriteString("\r\n ")
	}
	b.WriteString("<")
	b.WriteString(a.Address)
	b.WriteString(">\r\n")
}

// phrase is a name as it may stand before an address: in quotes, or as encoded
// words. Unlike in a subject, these may hold no quotes, commas or brackets
// (RFC 2047, 5.3).
func phrase(name string) string {
	switch {
	case strings.Contains(name, "=?") || strings.Contains(name, `\`):
		return encodedWords(name)
	case isASCII(name):
		return `"` + strings.ReplaceAll(name, `"`, `\"`) + `"`
	case strings.ContainsAny(name, "\"#$%&'(),.:;<>@[]^`{|}~"):
		return mime.BEncoding.Encode("utf-8", name)
	}
	return mime.QEncoding.Encode("utf-8", name)
}

// encodedWords is s as encoded words (RFC 2047), even if it is ASCII: text that
// only looks like an encoded word would be decoded if it stood in the clear.
func encodedWords(s string) string {
	const most = 45 // bytes: 75 characters, less the frame, in base64
	var words []string
	for s != "" {
		end := min(len(s), most)
		for end < len(s) && !utf8.RuneStart(s[end]) {
			end--
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:end]))+"?=")
		s = s[end:]
	}
	return strings.Join(words, " ")
}

// WriteTo writes the message as it is sent and as a .eml file holds it: lines
// end in CR LF, the last one too.
func (m Message) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(m.Bytes())
	return int64(n), err
}

// Bytes is the whole message.
func (m Message) Bytes() []byte { return m.fillIn(make([]byte, 0, m.size()), m.draft.segments) }

// appendStuffed appends the message as DATA wants it, without the final dot.
func (m Message) appendStuffed(b []byte) []byte { return m.fillIn(b, m.draft.stuffed) }

func (m Message) fillIn(b []byte, segments []segment) []byte {
	b = append(b, m.head...)
	for _, s := range segments {
		if s.own == nothing {
			b = append(b, s.literal...)
		} else {
			b = append(b, m.own[s.own][s.from:s.to]...)
		}
	}
	return b
}

// size is the length of the message in bytes: recipients differ in letters, not
// in their number.
func (m Message) size() int { return len(m.head) + len(m.draft.raw) }

// Subject is the subject, decoded.
func (m Message) Subject() string { return m.draft.Subject }

// HTML is the HTML part, decoded.
func (m Message) HTML() string { return m.fill(m.draft.html) }

// Text is the plain-text part, decoded.
func (m Message) Text() string { return m.fill(m.draft.text) }

func (m Message) fill(part string) string {
	part = strings.ReplaceAll(part, m.draft.placeholder[:TokenLength], m.own[token])
	return strings.ReplaceAll(part, m.draft.preferences(), m.own[preferences])
}
