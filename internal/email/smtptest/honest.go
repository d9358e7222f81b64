package smtptest

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"slices"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// serveHonestly answers with go-smtp and returns what ends it.
func (s *Server) serveHonestly() (end func()) {
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{server: s, conn: c}, nil
	}))
	server.Domain = "smtptest"
	server.MaxMessageBytes = s.config.Size
	server.MaxLineLength = 0 // messages are compared byte for byte, whatever they are
	server.EnableSMTPUTF8 = !s.config.NoSMTPUTF8
	server.AllowInsecureAuth = true // whether a password comes in clear is the sender's choice
	server.ErrorLog = log.New(io.Discard, "", 0)
	listener := net.Listener(&numbering{s.listener, s})
	switch s.config.TLS {
	case STARTTLS:
		server.TLSConfig = s.tls
	case ImplicitTLS:
		listener = tls.NewListener(listener, s.tls)
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		_ = server.Serve(listener) // it ends when the listener is closed
	}()
	return func() {
		_ = server.Close() // it cuts what is open; nothing can be done about a fault
		<-stopped
	}
}

// A session is what one connection says between EHLO and its end or STARTTLS.
type session struct {
	server   *Server
	conn     *smtp.Conn
	username string
	message  Message
}

var _ smtp.AuthSession = (*session)(nil)

// AuthMechanisms are offered after EHLO.
func (s *session) AuthMechanisms() []string {
	switch {
	case s.server.config.Username == "":
		return nil
	case s.server.config.Mechanisms != nil:
		return s.server.config.Mechanisms
	}
	return []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "XOAUTH2"}
}

// Auth begins a login.
func (s *session) Auth(mechanism string) (sasl.Server, error) {
	if !slices.Contains(s.AuthMechanisms(), mechanism) {
		return nil, smtp.ErrAuthUnknownMechanism
	}
	state, _ := s.conn.TLSConnectionState()
	return s.server.login(mechanism, state, func(username string) { s.username = username })
}

// Mail begins a message.
func (s *session) Mail(from string, options *smtp.MailOptions) error {
	if s.server.config.Username != "" && s.username == "" {
		return smtp.ErrAuthRequired
	}
	_, secure := s.conn.TLSConnectionState()
	s.message = Message{
		From: from, UTF8: options.UTF8, HELO: s.conn.Hostname(), Username: s.username, TLS: secure, Connection: number(s.conn.Conn()),
	}
	return nil
}

// Rcpt names the recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.message.To = to
	return nil
}

// Data accepts the message.
func (s *session) Data(r io.Reader) (err error) {
	if s.message.Data, err = io.ReadAll(r); err == nil {
		s.server.accept(s.message)
	}
	return err
}

// Reset forgets the message.
func (s *session) Reset() { s.message = Message{} }

// Logout does nothing: what was accepted is with the server.
func (s *session) Logout() error { return nil }

// numbering counts connections as they come in.
type numbering struct {
	net.Listener
	server *Server
}

func (l *numbering) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &numbered{conn, l.server.connected()}, nil
}

type numbered struct {
	net.Conn
	n int
}

// number is that of a connection, with TLS or without.
func number(conn net.Conn) int {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	return conn.(*numbered).n
}
