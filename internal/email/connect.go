package email

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// Connect makes the connection that Send would make, or says in an error why
// it cannot.
func (s *Sender) Connect(ctx context.Context) error {
	if s.client != nil {
		return nil
	}
	if o, ok := s.connect(ctx); !ok {
		return errors.New(strings.TrimPrefix(o.String(), string(Deferred)+" at "))
	}
	return nil
}

// connect opens a connection. What keeps it from doing so keeps every message.
func (s *Sender) connect(ctx context.Context) (Outcome, bool) {
	phase, err := s.open(ctx)
	if err == nil {
		return Outcome{}, true
	}
	s.drop()
	o := judge(phase, err)
	if ctx.Err() != nil && o.Code == 0 {
		o.Reply = "interrupted"
	}
	o.Stop = true
	o.Reply = s.address() + ": " + s.discreet(o.Reply)
	return o, false
}

// discreet is what a server has said without the password, if it repeats that.
func (s *Sender) discreet(reply string) string {
	if s.Password == "" {
		return reply
	}
	for _, secret := range []string{s.Password, "\x00" + s.Username + "\x00" + s.Password} {
		reply = strings.NewReplacer(secret, "[secret]", base64.StdEncoding.EncodeToString([]byte(secret)), "[secret]").Replace(reply)
	}
	return reply
}

func (s *Sender) address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// open dials, secures the connection and logs in. An error comes with the phase
// in which it happened, and may leave a connection behind.
func (s *Sender) open(ctx context.Context) (phase string, err error) {
	wait := cmp.Or(s.Timeouts.Connect, 5*time.Minute)
	dialer := net.Dialer{Deadline: time.Now().Add(wait)}
	plain, err := dialer.DialContext(ctx, "tcp", s.address())
	if err != nil {
		return phaseConnect, err
	}
	conn := &boundedConn{Conn: plain}
	s.conn = conn
	s.within(wait)
	stop := context.AfterFunc(ctx, func() { conn.endBy(time.Now()) })
	defer stop()

	config := &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: s.RootCAs}
	talk := net.Conn(conn)
	switch s.TLS {
	case STARTTLS, NoTLS:
	case ImplicitTLS:
		secure := tls.Client(conn, config)
		if err := secure.Handshake(); err != nil {
			return phaseTLS, err
		}
		talk = secure
	default:
		return phaseConnect, fmt.Errorf("%q is no way of TLS", s.TLS)
	}
	client, err := smtp.NewClient(talk, s.Host)
	if err != nil {
		return phaseConnect, err
	}
	if err := client.Hello(cmp.Or(s.HELO, "localhost")); err != nil {
		return phaseConnect, err
	}
	if s.TLS == STARTTLS {
		if offered, _ := client.Extension("STARTTLS"); !offered {
			return phaseTLS, errors.New("the server does not offer it")
		}
		if err := client.StartTLS(config); err != nil {
			return phaseTLS, err
		}
	}
	if s.Username != "" {
		login, err := s.login(client)
		if err != nil {
			return phaseAuth, err
		}
		if err := client.Auth(login); err != nil {
			return phaseAuth, err
		}
	}
	if !stop() { // what ends the connection may still be on its way
		return phaseConnect, ctx.Err()
	}
	s.client, s.offers = client, offersOf(client)
	return "", nil
}

// mechanisms are those of SASL that we know, the best first. Without an Auth
// are those that bind the login to the connection; they are never named.
var mechanisms = []struct {
	auth Auth
	name string
	new  func(username, password, host string, state *tls.ConnectionState) smtp.Auth
}{
	{"", "SCRAM-SHA-256-PLUS", func(u, p, _ string, state *tls.ConnectionState) smtp.Auth {
		return smtp.ScramSHA256PlusAuth(u, p, state)
	}},
	{AuthSCRAMSHA256, "SCRAM-SHA-256", func(u, p, _ string, _ *tls.ConnectionState) smtp.Auth { return smtp.ScramSHA256Auth(u, p) }},
	{"", "SCRAM-SHA-1-PLUS", func(u, p, _ string, state *tls.ConnectionState) smtp.Auth { return smtp.ScramSHA1PlusAuth(u, p, state) }},
	{AuthSCRAMSHA1, "SCRAM-SHA-1", func(u, p, _ string, _ *tls.ConnectionState) smtp.Auth { return smtp.ScramSHA1Auth(u, p) }},
	{AuthPlain, "PLAIN", func(u, p, host string, _ *tls.ConnectionState) smtp.Auth {
		return smtp.PlainAuth("", u, p, host, false)
	}},
	{AuthLogin, "LOGIN", func(u, p, host string, _ *tls.ConnectionState) smtp.Auth { return smtp.LoginAuth(u, p, host, false) }},
	{AuthXOAUTH2, "XOAUTH2", func(u, p, _ string, _ *tls.ConnectionState) smtp.Auth { return smtp.XOAuth2Auth(u, p) }},
}

// login picks the mechanism: the one that is set, or the best on offer that a
// password serves.
func (s *Sender) login(client *smtp.Client) (smtp.Auth, error) {
	state, err := client.GetTLSConnectionState()
	if err != nil { // go-mail itself allows it to an address such as 127.0.0.1
		return nil, errors.New("no password is sent without TLS")
	}
	_, offer := client.Extension("AUTH")
	for _, m := range mechanisms {
		wanted := m.auth == s.Auth || s.Auth == "" && m.auth != AuthXOAUTH2
		if wanted && slices.Contains(strings.Fields(offer), m.name) {
			s.method = m.name
			return m.new(s.Username, s.Password, s.Host, state), nil
		}
	}
	return nil, fmt.Errorf("the server offers %q, wanted is %s", offer, cmp.Or(s.Auth, "any that takes a password"))
}

// maxReply is the most that a server may send before it hears from us: far
// more than any reply or handshake, far less than memory.
const maxReply = 1 << 20

// A boundedConn refuses a reply without end, and can be told to come to an end
// itself while others wait on it and move its deadline.
type boundedConn struct {
	net.Conn
	read    int
	written int64

	mu       sync.Mutex
	deadline time.Time // as last set
	end      time.Time // no deadline is later; zero: any may be
}

func (c *boundedConn) Read(p []byte) (int, error) {
	if c.read > maxReply {
		return 0, errors.New("the server's reply has no end")
	}
	n, err := c.Conn.Read(p)
	c.read += n
	return n, err
}

func (c *boundedConn) Write(p []byte) (int, error) {
	c.read = 0
	n, err := c.Conn.Write(p)
	c.written += int64(n)
	return n, err
}

// SetDeadline is that of a [net.Conn], but for the end.
func (c *boundedConn) SetDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = t
	if !c.end.IsZero() && c.end.Before(t) {
		t = c.end
	}
	return c.Conn.SetDeadline(t)
}

// endBy bounds what is in hand and all that will follow.
func (c *boundedConn) endBy(t time.Time) {
	c.mu.Lock()
	c.end = t
	deadline := c.deadline
	c.mu.Unlock()
	_ = c.SetDeadline(deadline)
}
