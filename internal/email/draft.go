package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"digest/internal/selector"
)

// TokenLength is that of every recipient's token, in characters of base64url:
// a draft keeps room for exactly so many.
const TokenLength = 32

// A Draft is an edition rendered and encoded as a message without a recipient:
// the bytes that all have in common, cut where recipients differ.
type Draft struct {
	Edition string
	Subject string

	// What follows is of a draft that was just rendered, and not stored with it.
	Preheader string
	Shortened []string  // what was shortened so that the letter fits, in words
	Pictures  []Picture // that the message brings along
	Size      Size      // of the HTML part
	data      []byte    // the file data.json that the message brings along, or empty

	html, text  string
	newsletter  Newsletter
	placeholder string // a third of it each stands for the token, the Message-ID and the token for preferences
	raw         []byte // what go-mail built
	segments    []segment
	domain      string    // of the sender
	leaving     []string  // the field List-Unsubscribe, in pieces with the token between
	stuffed     []segment // the same as it goes over the wire: dots doubled (RFC 5321 4.5.2)
}

// A segment is either bytes or a piece of a recipient's own.
type segment struct {
	literal  []byte
	own      own
	from, to int // of the own string
}

type own int

const (
	nothing own = iota
	token
	messageID
	preferences
)

// placeholder is three tokens long and depends on all that the edition holds, so
// that no content can hold it.
func placeholder(e selector.Edition, subject string) string {
	content, err := json.Marshal(e)
	if err != nil {
		content = fmt.Appendf(nil, "%+v", e) // a date that JSON has no form for
	}
	sum := sha256.Sum256(fmt.Appendf(content, "\x00%s", subject))
	more := sha256.Sum256(sum[:])
	return hex.EncodeToString(append(sum[:], more[:TokenLength/2]...))
}

// preferences stands for the token for preferences. In a draft of an earlier
// program that is the one for leaving.
func (d *Draft) preferences() string {
	if len(d.placeholder) == 2*TokenLength {
		return d.placeholder[:TokenLength]
	}
	return d.placeholder[2*TokenLength:]
}

func (n Newsletter) unsubscribeLink(token string) string {
	token = token[:min(TokenLength, len(token))]
	switch {
	case n.UnsubscribeURL != "":
		return strings.TrimSuffix(n.UnsubscribeURL, "/") + "/" + token
	case n.UnsubscribeMailto != "":
		return n.unsubscribeMail(token)
	}
	return ""
}

func (n Newsletter) preferencesLink(token string) string {
	if n.PreferencesURL == "" {
		return ""
	}
	return strings.TrimSuffix(n.PreferencesURL, "/") + "/" + token
}

func (n Newsletter) unsubscribeMail(token string) string {
	return "mailto:" + (&url.URL{Path: n.UnsubscribeMailto}).EscapedPath() + "?subject=unsubscribe%20" + token
}

// domain is that of the sender's address.
func (n Newsletter) domain() string {
	return n.From.Address[strings.LastIndexByte(n.From.Address, '@')+1:]
}

// build has go-mail write the message with its files, and cuts it. It is bulk
// if many get the same.
func (d *Draft) build(date time.Time, bulk bool) error {
	n := d.newsletter
	m := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithEncoding(mail.EncodingQP), mail.WithCharset(mail.CharsetUTF8))
	m.FromMailAddress(&n.From)
	if n.ReplyTo != "" {
		if err := m.ReplyTo(n.ReplyTo); err != nil {
			return fmt.Errorf("reply_to: %w", err)
		}
	}
	m.Subject(d.Subject)
	if strings.Contains(d.Subject, "=?") {
		m.Subject(encodedWords(d.Subject))
	}
	m.SetDateWithValue(date)
	m.SetMessageIDWithValue(d.placeholder[TokenLength:2*TokenLength] + "@" + n.domain())
	m.SetGenHeader("List-Id", n.listID())
	if n.UnsubscribeURL != "" {
		m.SetGenHeader(mail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click") // RFC 8058
	}
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	if bulk {
		m.SetBulk() // Precedence
	}
	m.SetBodyString(mail.TypeTextPlain, d.text)
	m.AddAlternativeString(mail.TypeTextHTML, d.html)
	for i, p := range d.Pictures {
		name := fmt.Sprintf("picture-%d.%s", i+1, strings.TrimPrefix(p.Type, "image/"))
		id := "<" + p.ContentID() + ">" // go-mail adds no brackets
		if err := m.EmbedReader(name, bytes.NewReader(p.Data), mail.WithFileContentID(id), mail.WithFileContentType(mail.ContentType(p.Type))); err != nil {
			return fmt.Errorf("message: %s: %w", name, err)
		}
	}
	if len(d.data) > 0 {
		if err := m.AttachReader("data.json", bytes.NewReader(d.data), mail.WithFileContentType("application/json")); err != nil {
			return fmt.Errorf("message: data.json: %w", err)
		}
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return fmt.Errorf("message: %w", err)
	}
	d.raw = d.fixBoundaries(b.Bytes())
	d.cut()
	return nil
}

// fixBoundaries replaces the boundaries, which go-mail draws by lot, with ones
// of the draft's own: the same letter has the same bytes. It has a way to set
// one, and then takes that for parts within parts too.
func (d *Draft) fixBoundaries(raw []byte) []byte {
	for i, m := range boundary.FindAllSubmatch(raw, -1) {
		raw = bytes.ReplaceAll(raw, m[1], fmt.Appendf(nil, "part-%d-%s", i+1, d.placeholder[8:40]))
	}
	return raw
}

var boundary = regexp.MustCompile(`\r\nContent-Type: multipart/[a-z]+;\r\n boundary="?([0-9A-Za-z]{60,})"?\r\n`)

// cut finds where recipients differ, and doubles the dots at the beginning of
// lines: once, for all of them, since no piece of a recipient's own begins a line.
func (d *Draft) cut() {
	d.domain, d.leaving = d.newsletter.domain(), strings.Split(d.newsletter.listUnsubscribe(d.placeholder[:TokenLength]), d.placeholder[:TokenLength])
	d.segments = cutAt(d.raw, d.placeholder[:TokenLength], d.placeholder[TokenLength:2*TokenLength], d.preferences())
	d.stuffed = slices.Clone(d.segments)
	for i, s := range d.stuffed {
		d.stuffed[i].literal = bytes.ReplaceAll(s.literal, []byte("\r\n."), []byte("\r\n.."))
	}
}

// listID is the stable name of the list (RFC 2919).
func (n Newsletter) listID() string {
	title := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>"\`, r) {
			return -1
		}
		return r
	}, n.Title)
	return phrase(title) + " <" + n.Name + "." + n.domain() + ">"
}

// cutAt finds the parts of the placeholder in raw, in the order of their kinds, over
// the soft line breaks of quoted-printable.
func cutAt(raw []byte, parts ...string) []segment {
	var segments []segment
	start := 0
	for i := 0; i < len(raw); i++ {
		kind, pieces, end := matchAny(raw, i, parts)
		if pieces == nil {
			continue
		}
		segments = append(segments, segment{literal: raw[start:i]})
		for _, p := range pieces {
			p.own = kind
			if p.literal != nil {
				p.own = nothing
			}
			segments = append(segments, p)
		}
		start, i = end, end-1
	}
	return append(segments, segment{literal: raw[start:]})
}

// matchAny is [match] of the first part that stands at raw[at:].
func matchAny(raw []byte, at int, parts []string) (kind own, pieces []segment, end int) {
	for i, part := range parts {
		if raw[at] != part[0] {
			continue
		}
		if pieces, end = match(raw, at, part); pieces != nil {
			return token + own(i), pieces, end
		}
	}
	return nothing, nil, 0
}

var softBreak = []byte("=\r\n")

// match reports the pieces of want at raw[at:], with the soft breaks between.
func match(raw []byte, at int, want string) (pieces []segment, end int) {
	from := 0
	for n := 0; n < len(want); {
		if n > from && bytes.HasPrefix(raw[at:], softBreak) {
			pieces = append(pieces, segment{from: from, to: n}, segment{literal: softBreak})
			at, from = at+len(softBreak), n
			continue
		}
		if at >= len(raw) || raw[at] != want[n] {
			return nil, 0
		}
		at++
		n++
	}
	return append(pieces, segment{from: from, to: len(want)}), at
}

// stored is a draft as the ledger keeps it.
type stored struct {
	Edition, Subject, HTML, Text, Placeholder string
	Newsletter                                Newsletter
	Raw                                       []byte
}

// MarshalJSON is the draft with all that it needs to be sent.
func (d *Draft) MarshalJSON() ([]byte, error) {
	return json.Marshal(stored{d.Edition, d.Subject, d.html, d.text, d.placeholder, d.newsletter, d.raw})
}

// UnmarshalJSON restores a draft: its messages have the same bytes as before.
func (d *Draft) UnmarshalJSON(data []byte) error {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	if n := len(s.Placeholder); n != 2*TokenLength && n != 3*TokenLength {
		return fmt.Errorf("draft: placeholder of %d characters, not %d", n, 3*TokenLength)
	}
	*d = Draft{Edition: s.Edition, Subject: s.Subject, html: s.HTML, text: s.Text, newsletter: s.Newsletter, placeholder: s.Placeholder, raw: s.Raw}
	d.cut()
	return nil
}
