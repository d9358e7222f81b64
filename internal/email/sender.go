package email

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// TLS is how a connection is made secret.
type TLS string

// The ways. There is no "if it is offered": who strips the offer reads the mail.
const (
	STARTTLS    TLS = "starttls" // RFC 3207, required
	ImplicitTLS TLS = "tls"      // RFC 8314
	NoTLS       TLS = "none"     // for loopback only
)

// Auth is an SASL mechanism; empty: the best of those that the server offers
// and a password serves.
type Auth string

// The mechanisms.
const (
	AuthPlain       Auth = "plain"
	AuthLogin       Auth = "login"
	AuthSCRAMSHA256 Auth = "scram-sha-256"
	AuthSCRAMSHA1   Auth = "scram-sha-1"
	AuthXOAUTH2     Auth = "xoauth2" // the password is the access token
)

var mechanisms = map[Auth]mail.SMTPAuthType{
	AuthPlain: mail.SMTPAuthPlain, AuthLogin: mail.SMTPAuthLogin, AuthXOAUTH2: mail.SMTPAuthXOAUTH2,
	AuthSCRAMSHA256: mail.SMTPAuthSCRAMSHA256, AuthSCRAMSHA1: mail.SMTPAuthSCRAMSHA1,
}

// A Sender delivers messages over SMTP, one recipient a message, on one
// connection that it keeps. It is not safe for concurrent use.
type Sender struct {
	Host               string
	Port               int
	TLS                TLS
	Username, Password string // empty: no login
	Auth               Auth
	HELO               string         // empty: "localhost"
	RootCAs            *x509.CertPool // nil: the system's
	Timeouts           Timeouts
	PerConnection      int // most messages on a connection; 0: no limit

	client *smtp.Client
	conn   net.Conn // below the TLS of the client
	count  int
}

// Timeouts are how long to wait in each phase. Those that are zero are taken
// from RFC 5321 4.5.3.2: a shorter one after the final dot makes doubles.
type Timeouts struct {
	Connect time.Duration // until the server is ready: dial, greeting, TLS, login
	Command time.Duration // MAIL and RCPT
	Data    time.Duration // DATA
	Body    time.Duration // the whole message
	Dot     time.Duration // the reply to the final dot
	Grace   time.Duration // for all that is left once the context is done
}

// Send delivers a message. It calls commit when all but the final dot is
// written, and does not write the dot if commit fails: whatever must be known
// in case the reply gets lost has to be stored by then. If ctx is done the
// conversation in hand goes on for the grace period.
func (s *Sender) Send(ctx context.Context, m Message, commit func() error) Outcome {
	if !plainAddress(m.From) || !plainAddress(m.To) {
		return Outcome{Status: Rejected, Blame: BlameRecipient, Phase: phaseRcpt, Reply: "the address cannot be written in SMTP"}
	}
	data := m.Bytes()
	reused := s.client != nil && (s.PerConnection == 0 || s.count < s.PerConnection)
	if !reused {
		_ = s.Close()
		if o, ok := s.connect(ctx); !ok {
			return o
		}
	}
	o := s.transact(ctx, m, data, commit)
	if reused && o.Phase == phaseMail && (o.Code == 0 || o.Code == 421) && ctx.Err() == nil {
		// The server had closed the kept connection; nothing was asked of it yet.
		if o, ok := s.connect(ctx); !ok {
			return o
		}
		o = s.transact(ctx, m, data, commit)
	}
	return o
}

// transact is one mail transaction (RFC 5321 3.3) on the open connection. It
// leaves the connection ready for the next one, or closed.
func (s *Sender) transact(ctx context.Context, m Message, data []byte, commit func() error) Outcome {
	conn, grace := s.conn, cmp.Or(s.Timeouts.Grace, 30*time.Second)
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now().Add(grace)) })
	defer stop()
	utf8 := !isASCII(m.To)
	if offered, _ := s.client.Extension("SMTPUTF8"); utf8 && !offered {
		return Outcome{Status: Rejected, Blame: BlameRecipient, Phase: phaseRcpt, Reply: "the address needs SMTPUTF8, which the server does not offer"}
	}
	if _, size := s.client.Extension("SIZE"); size != "" {
		if most, err := strconv.ParseInt(size, 10, 64); err == nil && most > 0 && int64(len(data)) > most {
			return Outcome{Status: Deferred, Blame: BlameSender, Phase: phaseMail, Stop: true,
				Reply: fmt.Sprintf("the message has %d bytes, the server takes %d; lower the limits of the categories", len(data), most)}
		}
	}
	s.count++
	s.client.SkipSMTPUTF8(!utf8)
	for _, step := range []struct {
		phase string
		wait  time.Duration
		do    func() error
	}{
		{phaseMail, cmp.Or(s.Timeouts.Command, 5*time.Minute), func() error { return s.client.Mail("<" + m.From + ">") }},
		{phaseRcpt, cmp.Or(s.Timeouts.Command, 5*time.Minute), func() error { return s.client.Rcpt("<" + m.To + ">") }},
	} {
		s.deadline(ctx, step.wait)
		if err := step.do(); err != nil {
			o := judge(step.phase, err)
			s.afterReply(ctx, o)
			return o
		}
	}
	s.deadline(ctx, cmp.Or(s.Timeouts.Data, 2*time.Minute))
	body, err := s.client.Data()
	if err != nil {
		o := judge(phaseData, err)
		if o.Code > 0 && o.Code < 400 {
			s.drop() // it may be waiting for a message, or for a command
		} else {
			s.afterReply(ctx, o)
		}
		return o
	}
	// From here on a fault leaves half a message behind: only a lost
	// connection tells the server to forget it.
	s.deadline(ctx, cmp.Or(s.Timeouts.Body, 10*time.Minute))
	if _, err := body.Write(data); err != nil {
		s.drop()
		return judge(phaseBody, err)
	}
	if err := commit(); err != nil {
		s.drop()
		return Outcome{Status: Deferred, Blame: BlameSender, Phase: phaseBody, Reply: printable(err.Error()), Stop: true}
	}
	s.deadline(ctx, cmp.Or(s.Timeouts.Dot, 10*time.Minute))
	if err := body.Close(); err != nil {
		o := judge(phaseDot, err)
		s.afterReply(ctx, o)
		return o
	}
	return Outcome{Status: Sent, Phase: phaseDot, Code: 250}
}

// afterReply makes the connection ready for another transaction after a reply, or
// closes it.
func (s *Sender) afterReply(ctx context.Context, o Outcome) {
	if o.Status == Sent {
		return
	}
	if o.Code == 0 || o.Code == 421 || o.Status == Unknown {
		s.drop()
		return
	}
	s.deadline(ctx, cmp.Or(s.Timeouts.Command, 5*time.Minute))
	if s.client.Reset() != nil {
		s.drop()
	}
}

// drop closes the connection without a word.
func (s *Sender) drop() {
	if s.conn != nil {
		_ = s.conn.Close()
	}
	s.client, s.conn, s.count = nil, nil, 0
}

// Close ends the conversation politely.
func (s *Sender) Close() error {
	if s.client == nil {
		return nil
	}
	_ = s.conn.SetDeadline(time.Now().Add(5 * time.Second))
	_ = s.client.Quit() // whatever it answers, nothing is left to do
	s.drop()
	return nil
}

// deadline bounds what follows on the connection.
func (s *Sender) deadline(ctx context.Context, wait time.Duration) {
	if ctx.Err() != nil {
		wait = min(wait, cmp.Or(s.Timeouts.Grace, 30*time.Second))
	}
	_ = s.conn.SetDeadline(time.Now().Add(wait))
}

// plainAddress reports whether an address can stand between angle brackets.
func plainAddress(a string) bool {
	at := strings.LastIndexByte(a, '@')
	return at > 0 && at < len(a)-1 && len(a) <= 320 && !strings.ContainsFunc(a, func(r rune) bool {
		return r <= ' ' || r == 0x7F || strings.ContainsRune(`<>"(),:;[]\`, r)
	}) && isASCII(a[at:])
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// isCertificate reports whether the server did not prove who it is.
func isCertificate(err error) bool {
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	return errors.As(err, &verification) || errors.As(err, &record)
}
