package email

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/mail"
	"strings"
	"testing"
	"time"

	"digest/internal/bookmark"
)

func TestMessageIsTheModel(t *testing.T) {
	m := draftOf(t, theWeekly(), goldenEdition()).To(reader)
	checkWire(t, m.Bytes())
	p := checkParts(t, m)
	if from, err := p.head.AddressList("From"); err != nil || len(from) != 1 || mail.Address(*from[0]) != theWeekly().From {
		t.Errorf("From = %v (error %v), want %v", from, err, theWeekly().From)
	}
	if to, _ := p.head.AddressList("To"); to[0].Name != reader.Address.Name {
		t.Errorf("To = %v, want the name %q", to[0], reader.Address.Name)
	}
	if date, err := p.head.Date(); err != nil || !date.Equal(issued) {
		t.Errorf("Date = %v (error %v), want %v", date, err, issued)
	}
	if id, err := p.head.MessageID(); err != nil || id != m.ID {
		t.Errorf("Message-ID = %q (error %v), want %q", id, err, m.ID)
	}
	for name, want := range map[string]string{
		"List-Id":               `"The Weekly Digest" <weekly.example.org>`,
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"Auto-Submitted":        "auto-generated",
		"Precedence":            "bulk",
	} {
		if got := p.head.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if m.From != "digest@example.org" || m.To != "zoe@example.net" {
		t.Errorf("the envelope is %q to %q", m.From, m.To)
	}
}

func TestWriteToCountsItsBytes(t *testing.T) {
	m := draftOf(t, theWeekly(), goldenEdition()).To(reader)
	var b bytes.Buffer
	if n, err := m.WriteTo(&b); err != nil || n != int64(b.Len()) {
		t.Errorf("WriteTo = %d, %v, and wrote %d", n, err, b.Len())
	}
	for room := range 40 {
		w := &fullDisk{room: 17 * room}
		if n, err := m.WriteTo(w); err == nil || n != int64(w.taken) {
			t.Errorf("WriteTo a disk with room for %d = %d, %v", w.room, n, err)
		}
	}
}

type fullDisk struct{ room, taken int }

func (d *fullDisk) Write(p []byte) (int, error) {
	n := min(len(p), d.room-d.taken)
	d.taken += n
	if n < len(p) {
		return n, fmt.Errorf("no space left")
	}
	return n, nil
}

func TestMessageIDIsDerived(t *testing.T) {
	draft := draftOf(t, theWeekly(), goldenEdition())
	id := draft.To(reader).ID
	if !strings.HasSuffix(id, "@example.org") {
		t.Errorf("ID = %q, want it on the sender's domain", id)
	}
	if again := draftOf(t, theWeekly(), goldenEdition()).To(reader).ID; again != id {
		t.Errorf("ID = %q and %q for the same message", id, again)
	}
	renamed := reader
	renamed.Address.Name = "Zoé"
	if got := draft.To(renamed).ID; got != id {
		t.Errorf("ID = %q after a change of name, want %q", got, id)
	}
	if got := draft.To(Recipient{Address: reader.Address, Token: strings.Repeat("A", TokenLength)}).ID; got != id {
		t.Errorf("ID = %q after a change of the secret, want %q", got, id)
	}
	next := goldenEdition()
	next.ID = "weekly-2026-11-26"
	for name, other := range map[string]string{
		"another address": draft.To(Recipient{Address: mail.Address{Address: "x@example.net"}, Token: reader.Token}).ID,
		"another edition": draftOf(t, theWeekly(), next).To(reader).ID,
	} {
		if other == id {
			t.Errorf("%s: the same ID %q", name, id)
		}
	}
}

func TestTokenIsTheRecipientsOwn(t *testing.T) {
	weekly := theWeekly()
	weekly.PreferencesURL = "https://example.org/choose"
	draft := draftOf(t, weekly, goldenEdition())
	choosing := func(token string) string { return token[8:] + token[:8] }
	var tokens []string
	for i := range 20 {
		tokens = append(tokens, base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{byte(13*i + 251)}, 24)))
	}
	for i, own := range tokens {
		m := draft.To(Recipient{Address: mail.Address{Address: fmt.Sprintf("r%d@example.net", i)}, Token: own, Preferences: choosing(own)})
		p := checkParts(t, m)
		where := map[string]string{"List-Unsubscribe": p.head.Get("List-Unsubscribe"), "text": p.text, "HTML": p.html}
		for name, part := range where {
			if !strings.Contains(part, "https://example.org/unsubscribe/"+own) {
				t.Errorf("%s of recipient %d lacks the token", name, i)
			}
			if got := strings.Contains(part, "https://example.org/choose/"+choosing(own)); got != (name != "List-Unsubscribe") {
				t.Errorf("%s of recipient %d: the link to choose is in it: %v", name, i, got)
			}
			for j, other := range tokens {
				if i != j && strings.Contains(part, other) {
					t.Errorf("%s of recipient %d has the token of %d", name, i, j)
				}
			}
			for _, half := range []string{draft.placeholder[:TokenLength], draft.placeholder[TokenLength : 2*TokenLength], draft.preferences()} {
				if strings.Contains(part, half) || bytes.Contains(m.Bytes(), []byte(half)) {
					t.Errorf("%s of recipient %d has the placeholder", name, i)
				}
			}
		}
	}
}

// Quoted-printable breaks lines anywhere, so also within a token.
func TestTokenOverASoftLineBreak(t *testing.T) {
	broken := 0
	for n := range 80 {
		weekly := theWeekly()
		weekly.UnsubscribeURL = "https://example.org/" + strings.Repeat("u", n)
		if n == 0 {
			weekly.UnsubscribeURL = ""
		}
		m := draftOf(t, weekly, goldenEdition()).To(reader)
		p := parse(t, m)
		if p.text != m.Text() || p.html != m.HTML() {
			t.Errorf("with a URL of %d characters the parts decode to something else", n)
		}
		if want := "\n" + m.draft.newsletter.unsubscribeLink(reader.Token) + "\n"; !strings.Contains(p.text, want) {
			t.Errorf("with a URL of %d characters the text part lacks %q", n, want)
		}
		_, body, _ := bytes.Cut(m.Bytes(), []byte("\r\n\r\n"))
		for cut := 1; cut < TokenLength; cut++ {
			broken += bytes.Count(body, []byte(reader.Token[:cut]+"=\r\n"+reader.Token[cut:]))
		}
	}
	if broken < 20 {
		t.Errorf("only %d tokens were over a soft line break: this tests nothing", broken)
	}
}

func TestContentThatLooksLikeOurs(t *testing.T) {
	first := draftOf(t, theWeekly(), editionOf(bookmark.Bookmark{}))
	token, id := first.placeholder[:TokenLength], first.placeholder[TokenLength:2*TokenLength]
	e := editionOf(bookmark.Bookmark{
		Title: "About " + token + " and " + id, Link: "https://example.com/" + first.placeholder,
		Body: "The token " + reader.Token + " and the line\n--part-" + first.placeholder[8:40] + "\n\n--part-" + first.placeholder[8:40] + "--",
	})
	m := draftOf(t, theWeekly(), e).To(Recipient{Address: mail.Address{Address: "x@example.net"}, Token: strings.Repeat("x", TokenLength)})
	p := checkParts(t, m)
	for _, part := range []string{p.text, p.html} {
		for _, want := range []string{token, id, first.placeholder, reader.Token} {
			if !strings.Contains(part, want) {
				t.Errorf("a part lacks %q of the content", want)
			}
		}
	}
	half := first.placeholder[:2*TokenLength] // the whole would be broken over lines
	same := editionOf(bookmark.Bookmark{Body: half})
	if d := draftOf(t, theWeekly(), same); d.placeholder == first.placeholder || !strings.Contains(d.text, half) {
		t.Errorf("an edition that differs in a body has the same placeholder %s, or lacks it:\n%s", d.placeholder, d.text)
	}
	if shown, boundary := m.draft.placeholder[8:40], "part-"+m.draft.placeholder[8:40]; strings.Contains(p.text+p.html, boundary) || !bytes.Contains(m.Bytes(), []byte(shown)) {
		t.Errorf("the boundary %q is in a part, or not in the message", boundary)
	}
}

func TestRecipientNames(t *testing.T) {
	long := strings.Repeat("a", 10_000)
	tests := []struct{ name, give, want string }{
		{"empty", "", ""},
		{"plain", "Zoe Miller", "Zoe Miller"},
		{"CR LF and a header", "Zoe\r\nBcc: evil@example.com", "Zoe Bcc: evil@example.com"},
		{"bare CR", "Zoe\rBcc: x", "Zoe Bcc: x"},
		{"NUL and ESC", "Z\x00o\x1be", "Zoe"},
		{"quotes", `Zoe "Z" Miller`, `Zoe "Z" Miller`},
		{"backslash at the end", `Zoe \`, `Zoe \`},
		{"accents and a backslash", `Zoé \`, `Zoé \`},
		{"comma", "Miller, Zoe", "Miller, Zoe"},
		{"an address", "<evil@example.com>", "<evil@example.com>"},
		{"accents and an address", "Zoé, <evil@example.com>", "Zoé, <evil@example.com>"},
		{"accents and a quote", `Zoé "Z`, `Zoé "Z`},
		{"accents and a comment", `Zoé (Z`, `Zoé (Z`},
		{"a group", "friends: a@example.com;", "friends: a@example.com;"},
		{"an encoded word", "=?utf-8?q?Zoe=0D=0ABcc:_x?=", "=?utf-8?q?Zoe=0D=0ABcc:_x?="},
		{"an encoded word among accents", "é =?utf-8?b?WA==?=", "é =?utf-8?b?WA==?="},
		{"long", long, long[:maxName-1] + "…"},
		{"emoji", "Zoe 👩‍💻", "Zoe 👩‍💻"},
		{"many emoji", strings.Repeat("👨‍👩‍👧‍👦", 100), strings.Repeat("👨‍👩‍👧‍👦", 31) + "…"},
		{"CJK", "山田 太郎", "山田 太郎"},
		{"bidi override", "Zoe \u202eevil", "Zoe evil"},
		{"no UTF-8", "Zo\xe9", "Zo\uFFFD"},
	}
	draft := draftOf(t, theWeekly(), editionOf(bookmark.Bookmark{}))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := draft.To(Recipient{Address: mail.Address{Name: tt.give, Address: "zoe@example.net"}, Token: reader.Token})
			checkWire(t, m.Bytes())
			p := checkParts(t, m)
			if to, _ := p.head.AddressList("To"); len(to) == 1 && to[0].Name != tt.want {
				t.Errorf("To has the name %q, want %q", to[0].Name, tt.want)
			}
			std, err := mail.ReadMessage(bytes.NewReader(m.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			if to, err := std.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Name != tt.want {
				t.Errorf("net/mail reads To as %v (error %v), want the name %q", to, err, tt.want)
			}
			if raw := std.Header.Get("To"); strings.Contains(tt.give, "=?") && strings.Contains(raw, tt.give) {
				t.Errorf("To = %q: readers that decode quoted words see something else", raw)
			}
		})
	}
}

func TestSubjects(t *testing.T) {
	tests := []struct{ name, title, want string }{
		{"plain", "Grids", "Grids"},
		{"CR LF and a header", "Grids\r\nBcc: evil@example.com\r\n\r\nbody", "Grids Bcc: evil@example.com body"},
		{"U+0085 and U+2028", "a\u0085b\u2028c", "a b c"},
		{"an encoded word", "=?utf-8?q?a=0D=0AB=E2=80=AE?= x", "=?utf-8?q?a=0D=0AB=E2=80=AE?= x"},
		{"encoded words among accents", "é =?utf-8?b?WA==?= =?utf-8?b?WA==?=", "é =?utf-8?b?WA==?= =?utf-8?b?WA==?="},
		{"template", "{{.From}} {{template \"x\"}}", "{{.From}} {{template \"x\"}}"},
		{"bidi override", "Grids \u202ecod.exe", "Grids cod.exe"},
		{"long", strings.Repeat("word ", 100), strings.TrimSpace(strings.Repeat("word ", 13)) + "…"},
		{"one long word", strings.Repeat("x", 10_000), strings.Repeat("x", maxSubject-len(" · No. 7")) + "…"},
		{"CJK is two columns wide", strings.Repeat("漢", 100), strings.Repeat("漢", 34) + "…"},
		{"families are not cut", strings.Repeat("👨‍👩‍👧‍👦", 60), strings.Repeat("👨‍👩‍👧‍👦", 9) + "…"},
		{"a tower that is a title but no subject", "x" + strings.Repeat("\u0301", 2_000), "The Weekly Digest"},
		{"a tower of marks", "x" + strings.Repeat("\u0301", 10_000), "example.com"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			weekly := theWeekly()
			weekly.Subject = "{{.Lead}}"
			d := draftOf(t, weekly, editionOf(bookmark.Bookmark{Title: tt.title}))
			if want := tt.want + " · No. 7"; d.Subject != want {
				t.Errorf("Subject = %q, want %q", d.Subject, want)
			}
			m := d.To(reader)
			checkWire(t, m.Bytes())
			checkParts(t, m)
		})
	}
}

func TestSubjectThatIsEmptyIsAnError(t *testing.T) {
	weekly := theWeekly()
	weekly.Subject = "{{if gt .Count 9}}many{{end}}\u200b"
	if _, err := tryDraft(t, weekly, editionOf(bookmark.Bookmark{})); err == nil || !strings.Contains(err.Error(), "subject") {
		t.Errorf("Render = %v, want an error that names the subject", err)
	}
}

func TestSenderNames(t *testing.T) {
	for _, title := range []string{"Café (weekly", `A "B" <c>, d`, "週刊", strings.Repeat("long ", 60), "Dr. X", "a: b;", "=?utf-8?q?x?="} {
		weekly := theWeekly()
		weekly.Title, weekly.From.Name, weekly.Subject = title, title, "{{.Number}}"
		m := draftOf(t, weekly, editionOf(bookmark.Bookmark{})).To(reader)
		checkWire(t, m.Bytes())
		p := checkParts(t, m)
		if from, err := p.head.AddressList("From"); err != nil || len(from) != 1 || from[0].Name != strings.TrimSpace(title) && from[0].Name != title {
			t.Errorf("From = %v (error %v), want the name %q", from, err, title)
		}
		// RFC 2919: a phrase, then the identifier; a phrase reads like a name.
		if id, err := p.head.AddressList("List-Id"); err == nil {
			t.Logf("List-Id reads as %v", id)
		}
		if id := p.head.Get("List-Id"); !strings.HasSuffix(id, " <weekly.example.org>") || strings.Count(id, "<") != 1 {
			t.Errorf("List-Id = %q, want one identifier", id)
		}
	}
}

func TestDateInAnyZone(t *testing.T) {
	e := editionOf(bookmark.Bookmark{Date: time.Date(12026, 1, 1, 0, 0, 0, 0, lisbon)}) // has no form in JSON
	e.Window.End = e.Window.End.In(time.FixedZone("ACWST", 8*3600+45*60))
	m := draftOf(t, theWeekly(), e).To(reader)
	p := parse(t, m)
	if got := p.head.Get("Date"); got != "Fri, 20 Nov 2026 17:45:00 +0845" {
		t.Errorf("Date = %q", got)
	}
}
