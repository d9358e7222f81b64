package email

import (
	"cmp"
	"context"
	"crypto/x509"
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
	offers offers
	method string // of SASL, by which the client logged in
	count  int    // of messages on the connection
	ahead  string // ID of the message whose envelope was sent behind the last final dot
	buffer []byte
}

// offers are the extensions of the server that make a difference to us.
type offers struct {
	pipelining    bool // RFC 2920
	size          bool // RFC 1870
	mostBytes     int  // 0: it does not say
	eightBit      bool // RFC 6152
	international bool // RFC 6531
	notifications bool // RFC 3461
}

func offersOf(client *smtp.Client) (o offers) {
	o.pipelining, _ = client.Extension("PIPELINING")
	o.eightBit, _ = client.Extension("8BITMIME")
	o.international, _ = client.Extension("SMTPUTF8")
	o.notifications, _ = client.Extension("DSN")
	var limit string
	o.size, limit = client.Extension("SIZE")
	if n, err := strconv.Atoi(limit); err == nil && n > 0 {
		o.mostBytes = n
	}
	return o
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
//
// next is the message that Send is going to be called with after this one, or
// nil: where the server offers PIPELINING its envelope leaves right behind the
// final dot, so that a message takes one round trip. If something else is sent
// after all, that costs a new connection.
func (s *Sender) Send(ctx context.Context, m Message, next *Message, commit func() error) Outcome {
	if !plainAddress(m.From) {
		return Outcome{Status: Deferred, Blame: BlameSender, Phase: phaseMail, Stop: true, Reply: "the sender's address cannot be written in SMTP"}
	}
	if !plainAddress(m.To) {
		return Outcome{Status: Rejected, Blame: BlameRecipient, Phase: phaseRcpt, Reply: "the address cannot be written in SMTP"}
	}
	reused := s.client != nil && !s.full() && (s.ahead == "" || s.ahead == m.ID)
	if !reused {
		_ = s.Close()
		if o, ok := s.connect(ctx); !ok {
			return o
		}
	}
	o := s.transact(ctx, m, next, commit)
	if reused && o.Phase == phaseMail && s.client == nil && o.ends() && ctx.Err() == nil {
		// The server had closed the kept connection; nothing was asked of it yet.
		if o, ok := s.connect(ctx); !ok {
			return o
		}
		o = s.transact(ctx, m, next, commit)
	}
	return o
}

// full reports whether the connection has had its messages.
func (s *Sender) full() bool { return s.PerConnection > 0 && s.count >= s.PerConnection }

// ends reports whether a fault ends the conversation: the server closes it,
// or nobody knows what it waits for.
func (o Outcome) ends() bool { return o.Code < 400 || o.Code >= 600 || o.Code == 421 }

// drop closes the connection without a word.
func (s *Sender) drop() {
	if s.conn != nil {
		_ = s.conn.Close()
	}
	s.client, s.conn, s.count, s.ahead = nil, nil, 0, ""
}

// Close ends the conversation politely, if the server does not wait for a
// message.
func (s *Sender) Close() error {
	if s.client == nil {
		return nil
	}
	if s.ahead != "" {
		s.drop() // it would take QUIT for the message
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
