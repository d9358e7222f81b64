package email

import (
	"slices"
	"strings"
	"testing"

	"digest/internal/email/smtptest"
)

func TestSendLogsIn(t *testing.T) {
	noLeaks(t)
	all := []string{"XOAUTH2", "LOGIN", "PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"}
	for _, tt := range []struct {
		name   string
		auth   Auth
		offers []string
	}{
		{"plain by name", AuthPlain, all},
		{"login by name", AuthLogin, all},
		{"scram-sha-256 by name", AuthSCRAMSHA256, all},
		{"scram-sha-1 by name", AuthSCRAMSHA1, all},
		{"xoauth2 by name", AuthXOAUTH2, all},
		{"the best of all", "", all},
		{"scram-sha-256 of choice", "", []string{"PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256"}},
		{"scram-sha-1 of choice", "", []string{"PLAIN", "SCRAM-SHA-1"}},
		{"plain of choice", "", []string{"LOGIN", "PLAIN", "CRAM-MD5"}},
		{"login of choice", "", []string{"LOGIN"}},
	} {
		for _, way := range []TLS{STARTTLS, ImplicitTLS} {
			server := smtptest.Start(t, smtptest.Config{TLS: serverTLS[way], Username: "ada=1,2", Password: "pass wörd", Mechanisms: tt.offers})
			s := senderFor(t, server)
			s.TLS, s.Auth, s.Username, s.Password = way, tt.auth, "ada=1,2", "pass wörd"
			wantSent(t, send(t, s, "a@example.net", "b@example.net")...)
			for _, m := range server.Messages() {
				if m.Username != "ada=1,2" || !m.TLS {
					t.Errorf("%s over %s: the message came from %q, TLS: %v", tt.name, way, m.Username, m.TLS)
				}
			}
			_ = s.Close()
			server.Close()
		}
	}
}

func TestSendChoosesTheBestMechanism(t *testing.T) {
	for _, tt := range []struct{ offers, want string }{
		{"LOGIN PLAIN SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS XOAUTH2", "AUTH SCRAM-SHA-256-PLUS"},
		{"LOGIN PLAIN SCRAM-SHA-1 SCRAM-SHA-256", "AUTH SCRAM-SHA-256"},
		{"XOAUTH2 LOGIN PLAIN SCRAM-SHA-1", "AUTH SCRAM-SHA-1"},
		{"XOAUTH2 LOGIN PLAIN", "AUTH PLAIN AGFkYQBzZWNyZXQ="},
		{"XOAUTH2 LOGIN", "AUTH LOGIN"},
		{"XOAUTH2", ""}, // a password is no token
		{"CRAM-MD5 NTLM", ""},
	} {
		server := smtptest.Script(t, smtptest.Config{TLS: smtptest.ImplicitTLS, NoSMTPUTF8: true},
			smtptest.Fault{Phase: smtptest.EHLO, Act: smtptest.Reply, Text: "250-smtptest\r\n250 AUTH " + tt.offers},
			smtptest.Fault{Phase: smtptest.Auth, Act: smtptest.Reply, Text: "454 4.7.0 later"})
		s := senderFor(t, server)
		s.TLS, s.Username, s.Password = ImplicitTLS, "ada", "secret"
		o := send(t, s, "a@example.net")[0]
		if o.Status != Deferred || o.Blame != BlameServer || o.Phase != phaseAuth || !o.Stop {
			t.Errorf("%s: Send = %+v, want a stop at %s", tt.offers, o, phaseAuth)
		}
		got := ""
		if i := slices.IndexFunc(server.Commands(), func(c string) bool { return strings.HasPrefix(c, "AUTH") }); i >= 0 {
			got = server.Commands()[i]
		}
		if got != tt.want {
			t.Errorf("of %s the sender chose %q, want %q", tt.offers, got, tt.want)
		}
	}
}

func TestSendLoginRefused(t *testing.T) {
	noLeaks(t)
	for _, auth := range []Auth{"", AuthPlain, AuthLogin, AuthSCRAMSHA256, AuthSCRAMSHA1, AuthXOAUTH2} {
		server := smtptest.Start(t, smtptest.Config{TLS: smtptest.STARTTLS, Username: "ada", Password: "secret"})
		s := senderFor(t, server)
		s.TLS, s.Auth, s.Username, s.Password = STARTTLS, auth, "ada", "wrong"
		o := send(t, s, "a@example.net")[0]
		if o.Status != Deferred || o.Blame != BlameSender || o.Phase != phaseAuth || o.Code != 535 || o.Enhanced != "5.7.8" || !o.Stop {
			t.Errorf("%s: Send with a wrong password = %+v, want a stop at %s with 535", auth, o, phaseAuth)
		}
		if strings.Contains(o.Reply, "wrong") {
			t.Errorf("%s: the password is in the reply %q", auth, o.Reply)
		}
		server.Close()
	}
}

func TestSendLoginReplies(t *testing.T) {
	for _, tt := range []struct {
		text  string
		blame Blame
		code  int
	}{
		{"454 4.7.0 temporary authentication failure", BlameServer, 454},
		{"421 4.7.0 too many", BlameServer, 421},
		{"535 5.7.8 bad credentials", BlameSender, 535},
		{"534 5.7.9 mechanism is too weak", BlameSender, 534},
		{"334 !", BlameServer, 0}, // a challenge that is not base64
		{"200 hello", BlameServer, 200},
	} {
		server := smtptest.Script(t, smtptest.Config{TLS: smtptest.STARTTLS, Username: "ada"}, smtptest.Fault{Phase: smtptest.Auth, Act: smtptest.Reply, Text: tt.text})
		s := senderFor(t, server)
		s.TLS, s.Username, s.Password = STARTTLS, "ada", "secret"
		o := send(t, s, "a@example.net")[0]
		if o.Status != Deferred || o.Blame != tt.blame || o.Phase != phaseAuth || o.Code != tt.code || !o.Stop {
			t.Errorf("Send, AUTH answered %q = %+v, want a stop at %s with %d, blame %s", tt.text, o, phaseAuth, tt.code, tt.blame)
		}
	}
}

func TestSendNeverSendsAPasswordInClear(t *testing.T) {
	for _, auth := range []Auth{"", AuthPlain, AuthLogin, AuthSCRAMSHA256, AuthSCRAMSHA1, AuthXOAUTH2} {
		server := smtptest.Script(t, smtptest.Config{Username: "ada"}) // go-mail would, to 127.0.0.1
		s := senderFor(t, server)
		s.Auth, s.Username, s.Password = auth, "ada", "secret"
		o := send(t, s, "a@example.net")[0]
		if o.Status != Deferred || o.Phase != phaseAuth || !o.Stop || !strings.Contains(o.Reply, "no password is sent without TLS") {
			t.Errorf("%s: Send with a password and no TLS = %+v, want a stop at %s", auth, o, phaseAuth)
		}
		if got := server.Commands(); !slices.Equal(got, []string{"EHLO localhost"}) {
			t.Errorf("%s: the server was told %q", auth, got)
		}
	}
}

func TestSendLoginNotOffered(t *testing.T) {
	for _, tt := range []struct {
		auth       Auth
		mechanisms []string
		reply      string
	}{
		{AuthSCRAMSHA256, []string{"PLAIN", "SCRAM-SHA-256-PLUS"}, `the server offers "PLAIN SCRAM-SHA-256-PLUS", wanted is scram-sha-256`},
		{"cram-md5", []string{"PLAIN"}, `the server offers "PLAIN", wanted is cram-md5`},
		{"", []string{"XOAUTH2"}, `the server offers "XOAUTH2", wanted is any that takes a password`},
		{"", []string{}, `the server offers "", wanted is any that takes a password`},
	} {
		server := smtptest.Start(t, smtptest.Config{TLS: smtptest.ImplicitTLS, Username: "ada", Mechanisms: tt.mechanisms})
		s := senderFor(t, server)
		s.TLS, s.Auth, s.Username, s.Password = ImplicitTLS, tt.auth, "ada", "secret"
		want := "AUTH: " + server.Addr + ": " + tt.reply
		if err := s.Connect(t.Context()); err == nil || err.Error() != want {
			t.Errorf("Connect with %q = %v, want %s", tt.auth, err, want)
		}
	}
}
