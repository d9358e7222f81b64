package email

import (
	"fmt"
	"strings"
	"testing"

	"digest/internal/email/smtptest"
)

func TestSession(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name   string
		config smtptest.Config
		way    TLS
		want   Session
	}{
		{"in clear", smtptest.Config{Size: 1000}, NoTLS, Session{Extensions: []string{"PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 1000", "CHUNKING"}}},
		{"login over TLS", smtptest.Config{TLS: smtptest.STARTTLS, Username: "ada", Password: "secret", Mechanisms: []string{"PLAIN", "SCRAM-SHA-256"}, NoSMTPUTF8: true}, STARTTLS,
			Session{TLS: "TLS 1.3", Login: "SCRAM-SHA-256", Extensions: []string{"PIPELINING", "8BITMIME", "SIZE", "CHUNKING"}}},
		{"TLS of before", smtptest.Config{TLS: smtptest.ImplicitTLS, MaxTLS: 0x0303}, ImplicitTLS,
			Session{TLS: "TLS 1.2", Extensions: []string{"PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE", "CHUNKING"}}},
	} {
		server := smtptest.Start(t, tt.config)
		s := senderFor(t, server)
		s.TLS, s.Username, s.Password = tt.way, tt.config.Username, tt.config.Password
		if got := s.Session(); fmt.Sprint(got) != fmt.Sprint(Session{}) {
			t.Errorf("%s: before Connect: Session = %+v", tt.name, got)
		}
		if err := s.Connect(t.Context()); err != nil {
			t.Fatalf("%s: Connect: %v", tt.name, err)
		}
		if got := s.Session(); fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: Session = %+v, want %+v", tt.name, got, tt.want)
		}
		_ = s.Close()
		server.Close()
	}
}

// What the server says of itself is printed nowhere but for known words and a
// number.
func TestSessionOfAHostileServer(t *testing.T) {
	server := smtptest.Script(t, smtptest.Config{}, smtptest.Fault{Phase: smtptest.EHLO, Act: smtptest.Reply, Text: "250-smtptest\r\n250-SIZE 12\x1b[2J\r\n250-DSN \x1b[2J\r\n250 X\x1b[2J"})
	s := senderFor(t, server)
	if err := s.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.Session().Extensions, " "); got != "SIZE DSN" {
		t.Errorf("Session offers %q, want SIZE and DSN", got)
	}
}

func TestTakes(t *testing.T) {
	for _, tt := range []struct {
		name, from string
		config     smtptest.Config
		want       string
	}{
		{"it does", "news@example.org", smtptest.Config{}, ""},
		{"too large", "news@example.org", smtptest.Config{Size: 100}, "the server takes 100"},
		{"no SMTPUTF8", "neüs@example.org", smtptest.Config{NoSMTPUTF8: true}, "needs SMTPUTF8"},
	} {
		s := senderFor(t, smtptest.Start(t, tt.config))
		if err := s.Connect(t.Context()); err != nil {
			t.Fatal(err)
		}
		m := letterTo("a@example.net", strings.Repeat("Hello.\r\n", 20))
		m.From = tt.from
		if err := s.Takes(m); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Takes = %v, want %q", tt.name, err, tt.want)
		}
	}
}
