package email

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// A change is what may become of a message on its way.
type change struct {
	name    string
	of      func(raw string) string
	harmful bool
}

func replaced(from, to string) func(string) string {
	return func(raw string) string { return strings.Replace(raw, from, to, 1) }
}

func inFront(field string) func(string) string {
	return func(raw string) string { return field + "\r\n" + raw }
}

func atTheEnd(field string) func(string) string {
	return replaced("\r\n\r\n", "\r\n"+field+"\r\n\r\n")
}

func TestChangedMessageDoesNotVerify(t *testing.T) {
	changes := []change{
		{"nothing", func(raw string) string { return raw }, false},
		{"blanks and letter case of a field", replaced("\r\nPrecedence: bulk", "\r\nprecedence:\t bulk  "), false},
		{"a trace in front", inFront("Received: from a by b; Fri, 20 Nov 2026 09:00:00 +0000"), false},
		{"a letter of the text", replaced("Scribes ruled", "Scribes raled"), true},
		{"a letter of the HTML", replaced("<h1", "<h2"), true},
		{"a line at the end", func(raw string) string { return raw + "x\r\n" }, true},
		{"From", replaced("<digest@example.org>", "<digest@example.com>"), true},
		{"To", replaced("<zoe@example.net>", "<zoe@example.com>"), true},
		{"Subject", replaced("\r\nSubject:", "\r\nSubject: Re:"), true},
		{"Reply-To", replaced("<answers@example.org>", "<answers@example.com>"), true},
		{"Date", replaced("20 Nov 2026", "21 Nov 2026"), true},
		{"Message-ID", replaced("\r\nMessage-ID: <", "\r\nMessage-ID: <x"), true},
		{"List-Id", replaced("<weekly.example.org>", "<weekly.example.com>"), true},
		{"MIME-Version", replaced("MIME-Version: 1.0", "MIME-Version: 2.0"), true},
		{"Content-Type", replaced("multipart/alternative", "multipart/mixed"), true},
		{"List-Unsubscribe, its page", replaced("<https://example.org/", "<https://example.com/"), true},
		{"List-Unsubscribe, its token", replaced(reader.Token+">", "x"+reader.Token[1:]+">"), true},
		{"List-Unsubscribe-Post", replaced("List-Unsubscribe=One-Click", "List-Unsubscribe=Two-Click"), true},
		{"List-Unsubscribe-Post is gone", replaced("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", ""), true},
	}
	for _, field := range []string{
		"From: a@example.com", "from : a@example.com", "List-Unsubscribe: <https://example.com/u>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
		"Reply-To: a@example.com", "To: a@example.com", "Subject: x", "Date: Fri, 20 Nov 2026 09:00:00 +0000", "Message-ID: <a@example.com>",
		"MIME-Version: 1.0", "Content-Type: text/plain", "List-Id: <a.example.com>",
	} {
		changes = append(changes, change{"in front, " + field, inFront(field), true}, change{"at the end, " + field, atTheEnd(field), true})
	}
	draft := draftOf(t, awkward(), goldenEdition())
	for kind, key := range signingKeys() {
		signer := signerOf(t, key)
		raw := string(signedBy(t, signer, draft.To(reader)).Bytes())
		for _, c := range changes {
			t.Run(kind+", "+c.name, func(t *testing.T) {
				changed := c.of(raw)
				if changed == raw && c.name != "nothing" {
					t.Fatal("the message has not changed")
				}
				if err := verify(signer, []byte(changed)); (err != nil) != c.harmful {
					t.Errorf("verified: %v, want an error: %v", err, c.harmful)
				}
			})
		}
	}
}

// A field that the message has not must not be added either.
func TestFieldThatWasNotThereDoesNotVerify(t *testing.T) {
	n, signer := theWeekly(), signerOf(t, ed25519Key)
	n.UnsubscribeURL, n.UnsubscribeMailto = "", ""
	raw := string(signedBy(t, signer, draftOf(t, n, goldenEdition()).To(reader)).Bytes())
	for _, field := range []string{"Reply-To: a@example.com", "List-Unsubscribe: <https://example.com/u>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"} {
		if strings.Contains(raw, "\r\n"+field[:8]) {
			t.Errorf("the message has %s", field)
		}
		if err := verify(signer, []byte(atTheEnd(field)(raw))); err == nil {
			t.Errorf("with %s it verifies", field)
		}
	}
}

// tagsOf reads the signature (RFC 6376 3.2), without the library's help.
func tagsOf(t *testing.T, raw []byte) (lines []string, tags map[string]string) {
	t.Helper()
	text, ok := strings.CutPrefix(string(raw), "DKIM-Signature:")
	if !ok {
		t.Fatalf("the message begins with %.40q", raw)
	}
	end := 0
	for lines = strings.Split(text, "\r\n"); strings.HasPrefix(lines[end+1], " "); {
		end++
	}
	lines, tags = lines[:end+1], map[string]string{}
	for tag := range strings.SplitSeq(strings.Join(lines, ""), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(tag), "=")
		if _, twice := tags[name]; twice || name == "" {
			t.Errorf("tag %q is there twice or has no name", name)
		}
		tags[name] = strings.ReplaceAll(value, " ", "")
	}
	lines[0] = "DKIM-Signature:" + lines[0]
	return lines, tags
}

func TestSignatureNamesWhatItCovers(t *testing.T) {
	plain := theWeekly()
	plain.UnsubscribeURL, plain.UnsubscribeMailto = "", ""
	once := []string{"auto-submitted", "precedence", "x-auto-response-suppress"} // another one does no harm
	for name, n := range map[string]Newsletter{"all": awkward(), "the usual": theWeekly(), "no way to unsubscribe": plain} {
		for kind, key := range signingKeys() {
			t.Run(name+", "+kind, func(t *testing.T) {
				m := draftOf(t, n, goldenEdition()).To(reader)
				lines, tags := tagsOf(t, signedBy(t, signerOf(t, key), m).Bytes())
				for _, line := range lines {
					if len(line) > 78 {
						t.Errorf("line of %d bytes: %q", len(line), line)
					}
				}
				if got, want := slices.Sorted(maps.Keys(tags)), []string{"a", "b", "bh", "c", "d", "h", "s", "t", "v"}; !slices.Equal(got, want) {
					t.Errorf("tags are %q, want %q", got, want)
				}
				if tags["c"] != "relaxed/relaxed" || tags["d"] != "example.org" || tags["s"] != "news" || tags["a"] != strings.ToLower(kind)+"-sha256" {
					t.Errorf("tags are %q", tags)
				}
				covered := map[string]int{}
				for name := range strings.SplitSeq(tags["h"], ":") {
					covered[strings.ToLower(name)]++
				}
				for _, name := range fieldNames(m.Bytes()) {
					covered[strings.ToLower(name)]--
				}
				for name, more := range covered {
					switch {
					case slices.Contains(once, name) && more == 0:
					case more < 1:
						t.Errorf("h= names %s %+d times as often as the message has it, want once more", name, more)
					}
				}
				for _, name := range []string{"from", "list-unsubscribe", "list-unsubscribe-post", "reply-to"} {
					if _, ok := covered[name]; !ok {
						t.Errorf("h= does not name %s", name)
					}
				}
			})
		}
	}
}
