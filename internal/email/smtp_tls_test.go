package email

import (
	"crypto/tls"
	"crypto/x509"
	"slices"
	"strings"
	"testing"
	"time"

	"digest/internal/email/smtptest"
)

// serverTLS is the server's side of the ways of TLS.
var serverTLS = map[TLS]smtptest.TLS{NoTLS: smtptest.NoTLS, STARTTLS: smtptest.STARTTLS, ImplicitTLS: smtptest.ImplicitTLS}

func TestSendOverTLS(t *testing.T) {
	noLeaks(t)
	for _, way := range []TLS{NoTLS, STARTTLS, ImplicitTLS} {
		for _, host := range []string{"127.0.0.1", "localhost"} {
			server := smtptest.Start(t, smtptest.Config{TLS: serverTLS[way]})
			s := senderFor(t, server)
			s.Host, s.TLS = host, way
			wantSent(t, send(t, s, "a@example.net", "b@example.net")...)
			for _, m := range server.Messages() {
				if m.TLS != (way != NoTLS) {
					t.Errorf("%s to %s: the message came with TLS: %v", way, host, m.TLS)
				}
			}
			_ = s.Close()
			server.Close()
		}
	}
}

func TestSendRefusesAServerThatIsNotProven(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name   string
		config smtptest.Config
		system bool // trust what the system trusts, not the test's authority
		reply  string
	}{
		{name: "wrong name", config: smtptest.Config{Certificate: smtptest.WrongName}, reply: "certificate"},
		{name: "self-signed", config: smtptest.Config{Certificate: smtptest.SelfSigned}, reply: "unknown authority"},
		{name: "expired", config: smtptest.Config{Certificate: smtptest.Expired}, reply: "expired"},
		{name: "unknown authority", system: true, reply: "unknown authority"},
		{name: "TLS 1.1", config: smtptest.Config{MaxTLS: tls.VersionTLS11}, reply: "protocol version"},
		{name: "TLS 1.0", config: smtptest.Config{MaxTLS: tls.VersionTLS10}, reply: "protocol version"},
	} {
		for _, way := range []TLS{STARTTLS, ImplicitTLS} {
			tt.config.TLS = serverTLS[way]
			tt.config.Username, tt.config.Password = "ada", "secret"
			server := smtptest.Script(t, tt.config)
			s := senderFor(t, server)
			s.TLS, s.Username, s.Password = way, "ada", "secret"
			if tt.system {
				s.RootCAs = x509.NewCertPool()
			}
			o := send(t, s, "a@example.net")[0]
			if o.Status != Deferred || o.Blame != BlameServer || o.Phase != phaseTLS || o.Code != 0 || !o.Stop || !strings.Contains(o.Reply, tt.reply) {
				t.Errorf("%s, %s: Send = %+v, want a stop at %s: %s", tt.name, way, o, phaseTLS, tt.reply)
			}
			for _, c := range server.Commands() {
				if c != "EHLO localhost" && c != "STARTTLS" {
					t.Errorf("%s, %s: the server was told %q", tt.name, way, c)
				}
			}
			if n := len(server.Messages()); n != 0 {
				t.Errorf("%s, %s: %d messages were accepted", tt.name, way, n)
			}
			server.Close()
		}
	}
}

func TestSendRefusesToGoOnInClear(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name   string
		config smtptest.Config
		faults []smtptest.Fault
		blame  Blame
		code   int
		reply  string
	}{
		{"stripped", smtptest.Config{}, nil, BlameServer, 0, "the server does not offer it"},
		{"454", smtptest.Config{TLS: smtptest.STARTTLS}, []smtptest.Fault{{Phase: smtptest.StartTLS, Act: smtptest.Reply, Text: "454 4.7.0 TLS not available"}}, BlameServer, 454, "TLS not available"},
		{"502", smtptest.Config{TLS: smtptest.STARTTLS}, []smtptest.Fault{{Phase: smtptest.StartTLS, Act: smtptest.Reply, Text: "502 5.5.1 no"}}, BlameSender, 502, "no"},
		{"250", smtptest.Config{TLS: smtptest.STARTTLS}, []smtptest.Fault{{Phase: smtptest.StartTLS, Act: smtptest.Reply, Text: "250 ok"}}, BlameServer, 250, "ok"},
		{"no TLS after 220", smtptest.Config{TLS: smtptest.STARTTLS}, []smtptest.Fault{{Phase: smtptest.StartTLS, Act: smtptest.Reply, Text: "220 go\r\n250-in clear\r\n250 SMTPUTF8"}}, BlameServer, 0, ""},
		{"EHLO refused", smtptest.Config{TLS: smtptest.STARTTLS}, []smtptest.Fault{{Phase: smtptest.EHLO, Act: smtptest.Reply, Text: "502 5.5.1 what?"}}, BlameServer, 0, "the server does not offer it"},
		{"EHLO refused after TLS", smtptest.Config{TLS: smtptest.STARTTLS}, []smtptest.Fault{{Phase: smtptest.EHLO, Nth: 2, Act: smtptest.Reply, Text: "502 5.5.1 what?"}}, BlameSender, 502, "what?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.config.Username = "ada"
			server := smtptest.Script(t, tt.config, tt.faults...)
			s := senderFor(t, server)
			s.TLS, s.Username, s.Password, s.Timeouts.Connect = STARTTLS, "ada", "secret", time.Second
			o := send(t, s, "a@example.net")[0]
			if o.Status != Deferred || o.Blame != tt.blame || o.Phase != phaseTLS || o.Code != tt.code || !o.Stop || !strings.Contains(o.Reply, tt.reply) {
				t.Errorf("Send = %+v, want a stop at %s with code %d: %s", o, phaseTLS, tt.code, tt.reply)
			}
			if slices.ContainsFunc(server.Commands(), func(c string) bool { return strings.HasPrefix(c, "MAIL") || strings.HasPrefix(c, "AUTH") }) {
				t.Errorf("the server was told %q", server.Commands())
			}
		})
	}
}

// What is said in clear behind the reply to STARTTLS comes from somebody in
// between. It must not be read as if it had come over TLS.
func TestSendForgetsWhatWasInjectedBeforeTLS(t *testing.T) {
	server := smtptest.Script(t, smtptest.Config{TLS: smtptest.STARTTLS, NoSMTPUTF8: true}, smtptest.Fault{
		Phase: smtptest.StartTLS, Act: smtptest.Inject, Text: "250-evil\r\n250-SIZE 1\r\n250 SMTPUTF8",
	})
	s := senderFor(t, server)
	s.TLS = STARTTLS
	// Whether it is thrown away or breaks the handshake depends on how the
	// bytes are cut by the network.
	if err := s.Connect(t.Context()); err != nil {
		if !strings.HasPrefix(err.Error(), phaseTLS) {
			t.Errorf("Connect = %v, want a fault at %s", err, phaseTLS)
		}
		return
	}
	if utf8, _ := s.client.Extension("SMTPUTF8"); utf8 {
		t.Error("an extension that was injected is believed")
	}
	wantSent(t, send(t, s, "a@example.net")...)
}

func TestConnectSaysWhatIsWrong(t *testing.T) {
	away := smtptest.Start(t, smtptest.Config{})
	away.Close()
	plain := smtptest.Start(t, smtptest.Config{})
	authority := smtptest.Script(t, smtptest.Config{}, smtptest.Fault{Phase: smtptest.Greeting, Act: smtptest.Reply, Text: "554 5.7.1 authorised hosts only, STARTTLS or not"})
	for _, tt := range []struct {
		name   string
		sender Sender
		want   string
	}{
		{"nobody listens", Sender{Host: away.Host, Port: away.Port, TLS: STARTTLS}, "connect: " + away.Addr + ": connection refused"},
		{"TLS to a port without", Sender{Host: plain.Host, Port: plain.Port, TLS: ImplicitTLS}, "TLS: " + plain.Addr + ": tls: first record does not look like a TLS handshake"},
		{"no TLS mode", Sender{Host: plain.Host, Port: plain.Port, TLS: "maybe"}, "connect: " + plain.Addr + `: "maybe" is no way of TLS`},
		{"words that are no phase", Sender{Host: authority.Host, Port: authority.Port, TLS: STARTTLS}, "connect: 554 5.7.1: " + authority.Addr + ": authorised hosts only, STARTTLS or not"},
		{"no such host", Sender{Host: "smtp.invalid", Port: 25, TLS: STARTTLS}, "connect: smtp.invalid:25: no such host: smtp.invalid"},
	} {
		if err := tt.sender.Connect(t.Context()); err == nil || err.Error() != tt.want {
			t.Errorf("%s: Connect = %v, want %s", tt.name, err, tt.want)
		}
	}
}
