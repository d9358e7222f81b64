package mailbox

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
)

// A session is a connection on which we are logged in.
type session struct {
	Config
	conn   *boundedConn
	client *imapclient.Client
	stray  atomic.Bool // the server has sent a message that was not asked for
}

// connected logs in, lets use do its work, and logs out.
func (c Config) connected(ctx context.Context, use func(*session) error) error {
	s := &session{Config: c}
	s.Folder, s.Timeout, s.MaxSize = cmp.Or(c.Folder, "INBOX"), cmp.Or(c.Timeout, time.Minute), cmp.Or(c.MaxSize, 1<<20)
	address := net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
	err := s.talk(ctx, address, use)
	if ctx.Err() != nil {
		err = ctx.Err() // the connection was closed for it
	}
	if err != nil {
		return fmt.Errorf("%s: %w", address, err)
	}
	return nil
}

func (s *session) talk(ctx context.Context, address string, use func(*session) error) error {
	dialer := net.Dialer{Timeout: s.Timeout}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return s.fault("connect", err)
	}
	s.conn = &boundedConn{Conn: conn}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if err = s.begin(ctx); err == nil {
		err = use(s)
	}
	s.end(err == nil)
	return err
}

// begin makes a client of the connection, secured and logged in.
func (s *session) begin(ctx context.Context) error {
	if err := s.step("TLS", func() error { return s.secure(ctx) }); err != nil {
		return err
	}
	return s.step("login", s.login)
}

func (s *session) secure(ctx context.Context) (err error) {
	config := &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: s.RootCAs}
	options := &imapclient.Options{TLSConfig: config, UnilateralDataHandler: &imapclient.UnilateralDataHandler{Fetch: s.unasked}}
	switch s.TLS {
	case ImplicitTLS:
		s.conn.expect(maxHandshake, s.Timeout)
		talk := tls.Client(s.conn, config)
		if err := talk.HandshakeContext(ctx); err != nil {
			return err
		}
		s.conn.expect(maxAnswer, s.Timeout)
		s.client = imapclient.New(talk, options)
	case STARTTLS: // what was said before TLS does not count any more
		s.client, err = imapclient.NewStartTLS(s.conn, options)
	case NoTLS:
		if peer, ok := s.conn.RemoteAddr().(*net.TCPAddr); !ok || !peer.IP.IsLoopback() {
			return errors.New("no password is sent to another machine without TLS")
		}
		s.client = imapclient.New(s.conn, options)
	default:
		return fmt.Errorf("%q is no way of TLS", s.TLS)
	}
	return err
}

func (s *session) login() error {
	if err := s.client.WaitGreeting(); err != nil {
		return err
	}
	if s.client.State() != imap.ConnStateNotAuthenticated {
		return errors.New("the server asks for no password, so that nobody knows whose mailbox it is")
	}
	offers, err := s.client.Capability().Wait()
	switch {
	case err != nil:
		return err
	case slices.Contains(offers.AuthMechanisms(), sasl.Plain):
		return s.client.Authenticate(sasl.NewPlainClient("", s.Username, s.Password))
	case offers.Has(imap.CapLoginDisabled):
		return errors.New("the server takes no password on this connection (LOGINDISABLED)")
	}
	return s.client.Login(s.Username, s.Password).Wait()
}

// end closes the connection, politely if it is in order.
func (s *session) end(politely bool) {
	if s.client != nil && politely {
		_ = s.step("logout", func() error { return s.client.Logout().Wait() }) // all is done by now
	}
	_ = s.conn.Close()
	if s.client != nil {
		<-s.client.Closed()
	}
}

// step does one thing within the bounds of length and time.
func (s *session) step(name string, do func() error) error {
	s.conn.expect(maxAnswer, s.Timeout)
	defer s.conn.rest()
	if err := do(); err != nil {
		return s.fault(name, err)
	}
	return nil
}
