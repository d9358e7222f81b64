package email

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// connect has go-mail dial, secure the connection and log in.
func (s *Sender) connect(ctx context.Context) (Outcome, bool) {
	var release []func() bool
	client, err := s.dialer(func(conn net.Conn) {
		s.conn = conn
		// go-mail heeds ctx only until it has a connection.
		release = append(release, context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) }))
	})
	if err != nil {
		return Outcome{Status: Deferred, Blame: BlameSender, Phase: phaseConnect, Reply: err.Error(), Stop: true}, false
	}
	s.client, err = client.DialToSMTPClientWithContext(ctx)
	for _, stop := range release {
		stop()
	}
	if err != nil {
		o := judge(s.failedPhase(err), err)
		o.Reply = fmt.Sprintf("%s: %s", net.JoinHostPort(s.Host, fmt.Sprint(s.Port)), o.Reply)
		if o.Code >= 500 {
			o.Blame = BlameSender
		}
		s.drop()
		return o, false
	}
	return Outcome{}, true
}

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

// failedPhase finds out how far a connection came: go-mail reports the error,
// and in which of its steps only in words.
func (s *Sender) failedPhase(err error) string {
	var reply *textproto.Error
	switch {
	case strings.Contains(err.Error(), "AUTH") || errors.Is(err, mail.ErrNoSupportedAuthDiscovered) || strings.Contains(err.Error(), "auth"):
		return phaseAuth
	case strings.Contains(err.Error(), "STARTTLS") || isCertificate(err):
		return phaseTLS
	case errors.As(err, &reply) && s.TLS == STARTTLS && reply.Code == 454:
		return phaseTLS
	}
	return phaseConnect
}

// dialer configures go-mail; keep is given the connection once it is made.
func (s *Sender) dialer(keep func(net.Conn)) (*mail.Client, error) {
	config := &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: s.RootCAs}
	helo := s.HELO
	if helo == "" {
		helo = "localhost"
	}
	options := []mail.Option{
		mail.WithPort(s.Port),
		mail.WithHELO(helo),
		mail.WithTimeout(cmp.Or(s.Timeouts.Connect, 5*time.Minute)),
		mail.WithTLSConfig(config),
		mail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			return s.dial(ctx, network, address, config, keep)
		}),
	}
	switch s.TLS {
	case STARTTLS:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case ImplicitTLS:
		options = append(options, mail.WithSSL())
	case NoTLS:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		return nil, fmt.Errorf("%q is no way of TLS", s.TLS)
	}
	if s.Username != "" {
		options = append(options, mail.WithUsername(s.Username), mail.WithPassword(s.Password))
		if s.Auth == "" {
			options = append(options, mail.WithOpportunisticSMTPAuth(
				mail.SMTPAuthSCRAMSHA256PLUS, mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1PLUS, mail.SMTPAuthSCRAMSHA1,
				mail.SMTPAuthPlain, mail.SMTPAuthLogin))
		} else {
			mechanism, ok := mechanisms[s.Auth]
			if !ok {
				return nil, fmt.Errorf("%q is no mechanism for login", s.Auth)
			}
			options = append(options, mail.WithSMTPAuth(mechanism))
		}
	}
	return mail.NewClient(s.Host, options...)
}

// dial makes the connection in place of go-mail, which forgets it when a later
// step fails, and whose deadlines cannot be moved while it waits.
func (s *Sender) dial(ctx context.Context, network, address string, config *tls.Config, keep func(net.Conn)) (net.Conn, error) {
	var d net.Dialer
	plain, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	conn := &boundedConn{Conn: plain}
	keep(conn)
	if s.TLS != ImplicitTLS {
		return conn, nil
	}
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return secure, nil
}

// maxReply is the most that a server may send before it hears from us: far
// more than any reply or handshake, far less than memory.
const maxReply = 1 << 20

// A boundedConn refuses a reply without end.
type boundedConn struct {
	net.Conn
	read int
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
	return c.Conn.Write(p)
}
