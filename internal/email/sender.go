package email

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

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

// The mechanisms. None is used without TLS.
const (
	AuthPlain       Auth = "plain"
	AuthLogin       Auth = "login"
	AuthSCRAMSHA256 Auth = "scram-sha-256"
	AuthSCRAMSHA1   Auth = "scram-sha-1"
	AuthXOAUTH2     Auth = "xoauth2" // the password is the access token
)

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
	conn   *boundedConn // below the TLS of the client
	count  int          // of messages on it
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
// conversation in hand goes on for the grace period, and the connection is
// closed.
func (s *Sender) Send(ctx context.Context, m Message, commit func() error) Outcome {
	if !plainAddress(m.From) {
		return Outcome{Status: Deferred, Blame: BlameSender, Phase: phaseMail, Stop: true, Reply: "the sender's address cannot be written in SMTP"}
	}
	if !plainAddress(m.To) {
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
	if reused && o.Phase == phaseMail && s.client == nil && o.ends() && ctx.Err() == nil {
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
	stop := context.AfterFunc(ctx, func() { conn.endBy(time.Now().Add(grace)) })
	defer func() {
		if !stop() {
			_ = s.Close()
		}
	}()
	if o, ok := s.fits(m, len(data)); !ok {
		return o
	}
	s.count++
	s.client.SkipSMTPUTF8(isASCII(m.From + m.To))
	s.within(cmp.Or(s.Timeouts.Command, 5*time.Minute))
	if err := s.client.Mail("<" + m.From + ">"); err != nil {
		return s.fault(phaseMail, err)
	}
	s.within(cmp.Or(s.Timeouts.Command, 5*time.Minute))
	if err := s.client.Rcpt("<" + m.To + ">"); err != nil {
		return s.fault(phaseRcpt, err)
	}
	s.within(cmp.Or(s.Timeouts.Data, 2*time.Minute))
	body, err := s.client.Data()
	if err != nil {
		return s.fault(phaseData, err)
	}
	return s.hand(body.(*smtp.DataCloser).WriteCloser, data, commit)
}

// fits reports whether the server can take the message, or the outcome if not.
func (s *Sender) fits(m Message, size int) (Outcome, bool) {
	international, _ := s.client.Extension("SMTPUTF8")
	_, limit := s.client.Extension("SIZE")
	most, err := strconv.Atoi(limit)
	switch {
	case !international && !isASCII(m.From):
		return Outcome{Status: Deferred, Blame: BlameSender, Phase: phaseMail, Stop: true,
			Reply: "the sender's address needs SMTPUTF8, which the server does not offer"}, false
	case !international && !isASCII(m.To):
		return Outcome{Status: Rejected, Blame: BlameRecipient, Phase: phaseRcpt,
			Reply: "the address needs SMTPUTF8, which the server does not offer"}, false
	case err == nil && most > 0 && size > most:
		return Outcome{Status: Deferred, Blame: BlameSender, Phase: phaseMail, Stop: true,
			Reply: fmt.Sprintf("the message has %d bytes, the server takes %d; lower the limits of the categories", size, most)}, false
	}
	return Outcome{}, true
}

// hand gives the server the message that it has asked for. dots stuffs dots,
// and its Close writes the final one; go-mail's own would hide whether that
// has left. Up to it a fault leaves half a message behind: only a lost
// connection tells the server to forget it.
func (s *Sender) hand(dots io.WriteCloser, data []byte, commit func() error) Outcome {
	text := s.client.Text
	s.within(cmp.Or(s.Timeouts.Body, 10*time.Minute))
	_, err := dots.Write(data)
	if err == nil {
		err = text.W.Flush()
	}
	if err != nil {
		return s.fault(phaseBody, err)
	}
	if text.R.Buffered() > 0 { // it would pass for the reply to the dot
		return s.fault(phaseBody, errors.New("the server spoke before its turn"))
	}
	if err := commit(); err != nil {
		s.drop()
		return Outcome{Status: Deferred, Blame: BlameSender, Phase: phaseBody, Reply: printable(err.Error()), Stop: true}
	}
	s.within(cmp.Or(s.Timeouts.Dot, 10*time.Minute))
	if err := dots.Close(); err != nil {
		return s.fault(phaseBody, err)
	}
	code, words, err := text.ReadResponse(2)
	if err != nil {
		return s.fault(phaseDot, err)
	}
	o := Outcome{Status: Sent, Phase: phaseDot, Code: code}
	o.Enhanced, o.Reply = enhanced(words)
	return o
}

// fault judges what went wrong in a phase. It makes the connection ready for
// another transaction, or closes it.
func (s *Sender) fault(phase string, err error) Outcome {
	o := judge(phase, err)
	if o.ends() {
		s.drop()
		return o
	}
	s.within(cmp.Or(s.Timeouts.Command, 5*time.Minute))
	if s.client.Reset() != nil {
		s.drop()
	}
	return o
}

// ends reports whether a fault ends the conversation: the server closes it,
// or nobody knows what it waits for.
func (o Outcome) ends() bool { return o.Code < 400 || o.Code >= 600 || o.Code == 421 }

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
	s.within(min(5*time.Second, cmp.Or(s.Timeouts.Command, 5*time.Second)))
	_ = s.client.Quit() // whatever it answers, nothing is left to do
	s.drop()
	return nil
}

// within bounds what follows on the connection.
func (s *Sender) within(wait time.Duration) { _ = s.conn.SetDeadline(time.Now().Add(wait)) }

// plainAddress reports whether an address can stand between angle brackets.
func plainAddress(a string) bool {
	local, domain, _ := strings.Cut(a, "@")
	return local != "" && domain != "" && len(a) <= 320 && utf8.ValidString(local) && isASCII(domain) &&
		!strings.ContainsRune(domain, '@') && !strings.ContainsFunc(a, func(r rune) bool {
		return r <= ' ' || r >= 0x7F && r <= 0xA0 || strings.ContainsRune(`<>"(),:;[]\`, r)
	})
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
