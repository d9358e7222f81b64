package bounce

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tobias is who the letter of the fixtures went to, as delivery 2857 of edition 12.
const tobias = "tobias@example.net"

// fixtures are messages in testdata, written by the specifications of what sends
// such: what they say of tobias.
var fixtures = []struct {
	name   string
	kind   Kind
	status string
	why    string // part of it
	path   bool   // the return path stands in it
}{
	{"postfix-unknown", Hard, "5.1.1", "no such mailbox", true},
	{"postfix-full", Soft, "5.2.2", "full", true},
	{"postfix-policy", Unclear, "5.7.1", "policy", true},
	{"postfix-unknown-by-blocklist", Unclear, "5.1.1", "the words speak of us", true},
	{"postfix-delayed", Unclear, "4.4.1", "goes on trying", true},
	{"postfix-expired", Soft, "4.4.1", "the way to their server", true},
	{"postfix-no-host", Soft, "5.4.4", "the way to their server", true},
	{"postfix-relayed", Unclear, "2.0.0", "no bounce: relayed", true},
	{"postfix-utf8", Soft, "5.1.1", "at the end of a forward", true},
	{"yahoo-no-account", Hard, "5.0.0", "554 in words", true},
	{"forward-end", Soft, "5.1.1", "at the end of a forward", true},
	{"several", Hard, "5.2.1", "disabled", true},
	{"several-others", Unclear, "", "2 recipients", true},
	{"base64", Hard, "5.1.6", "moved", true},
	{"quoted-printable", Hard, "5.1.6", "moved", true},
	{"exim-unknown", Hard, "5.1.1", "no such mailbox", true},
	{"exim-550", Soft, "5.0.0", "says 550", true},
	{"exim-unrouteable", Unclear, "5.0.0", "no reason", true},
	{"exim-text", Hard, "5.1.1", "no such mailbox", true},
	{"exim-text-several", Soft, "5.2.2", "full", true},
	{"exchange-unknown", Hard, "5.1.10", "not for this mailbox", true},
	{"exchange-access-denied", Soft, "5.4.1", "the way", true},
	{"exchange-full", Soft, "5.2.2", "full", true},
	{"exchange-banned", Unclear, "5.7.606", "policy", true},
	{"exchange-too-big", Unclear, "5.3.4", "too big", true},
	{"gmail-unknown", Hard, "5.1.1", "no such mailbox", true},
	{"gmail-disabled", Hard, "5.2.1", "disabled", true},
	{"gmail-rate", Soft, "5.2.1", "may pass", true},
	{"gmail-full", Soft, "4.2.2", "full", true},
	{"gmail-unauthenticated", Unclear, "5.7.26", "policy", true},
	{"gmail-delay", Unclear, "4.4.1", "goes on trying", true},
	{"qmail-unknown", Hard, "5.1.1", "no such mailbox", true},
	{"qmail-remote", Soft, "5.2.2", "full", true},
	{"qmail-several", Soft, "4.3.0", "their server", true},
	{"pretender", Unclear, "", "no report", true},
	{"text-bounce", Unclear, "", "no report", true},
	{"yahoo-complaint", Complaint, "", "spam", true},
	{"complaint-redacted", Complaint, "", "spam", true},
	{"complaint-headers", Complaint, "", "spam", true},
	{"complaint-removal", Complaint, "", "no more", true},
	{"microsoft-complaint", Complaint, "", "spam", true},
	{"not-spam", Unclear, "", "not-spam", true},
	{"auth-failure", Unclear, "", "auth-failure", true},
	{"vacation", AutoReply, "", "auto-replied", true},
	{"exchange-out-of-office", AutoReply, "", "Automatic reply", true},
	{"german-out-of-office", AutoReply, "", "Rückkehr", true},
	{"x-autoreply", AutoReply, "", "program", true},
	{"precedence", AutoReply, "", "auto_reply", true},
	{"person", Unclear, "", "no report", true},
	{"receipt", AutoReply, "", "receipt", true},
	{"bounce-sent-along", Unclear, "", "no report", true},
	{"wrapped", Hard, "5.1.1", "no such mailbox", true},
	{"cut", Hard, "5.1.1", "no such mailbox", true},
	{"no-boundary", Unclear, "", "missing", true},
	{"no-status-part", Unclear, "", "missing", true},
	{"mbox-line", Hard, "5.1.1", "no such mailbox", true},
	{"broken-lines", Hard, "5.1.1", "no such mailbox", true},
	{"no-action", Hard, "5.1.1", "no such mailbox", true},
	{"no-status", Hard, "5.1.1", "no such mailbox", true},
	{"leaving", Leaving, "", "asks to leave", false},
	{"leaving-answered", Unclear, "", "somebody asks to leave", false},
}

func fixture(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func read(t testing.TB, text string) Message {
	t.Helper()
	m, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTokenOfWhoLeaves(t *testing.T) {
	if r := read(t, fixture(t, "leaving")).For(tobias); r.Token != "fiujl8KgAkqEYI-1_JGSrLTsATtGYwkv" {
		t.Errorf("Token = %q", r.Token)
	}
}

func TestFixtures(t *testing.T) {
	ids := map[string]string{}
	for _, tt := range fixtures {
		t.Run(tt.name, func(t *testing.T) {
			text := fixture(t, tt.name)
			m := read(t, text)
			r := m.For(tobias)
			if r.Kind != tt.kind || r.Status != tt.status || !strings.Contains(r.Why, tt.why) {
				t.Errorf("For(tobias) = %+v, want %s %s, %q", r, tt.kind, tt.status, tt.why)
			}
			if got := slices.ContainsFunc(m.Paths, tobiasPath); got != tt.path {
				t.Errorf("Paths = %q; the return path is there: %v, want %v", m.Paths, got, tt.path)
			}
			if crlf := read(t, strings.ReplaceAll(text, "\n", "\r\n")); fmt.Sprint(crlf) != fmt.Sprint(m) {
				t.Errorf("with CR LF Read = %+v, want %+v", crlf, m)
			}
			if other := ids[m.ID]; other != "" && !sameMessage[tt.name] {
				t.Errorf("ID = %s, that of %s", m.ID, other)
			}
			ids[m.ID] = tt.name
		})
	}
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(files) != len(fixtures) {
		t.Errorf("%d files in testdata and %d in the table, %v", len(files), len(fixtures), err)
	}
}

// sameMessage are variants of one message, with its Message-ID.
var sameMessage = map[string]bool{"quoted-printable": true, "cut": true, "no-boundary": true, "no-status-part": true, "mbox-line": true, "broken-lines": true, "no-action": true, "no-status": true}

// tobiasPath reports whether it is the return path of tobias, and verified.
func tobiasPath(address string) bool {
	c, ok := weekly.Parse(address)
	return ok && c.ID == 2857 && weekly.Verify(c, 12, tobias)
}
