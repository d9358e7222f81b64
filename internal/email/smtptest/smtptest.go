// Package smtptest is an SMTP server on the loopback interface for tests. It
// speaks real SMTP over real connections, so that the sender may live in another
// process, even one that is killed.
//
//	server := smtptest.Start(t, smtptest.Config{TLS: smtptest.STARTTLS})
//	sender := &email.Sender{Host: server.Host, Port: server.Port, TLS: email.STARTTLS, RootCAs: server.RootCAs}
//	...
//	if n := server.Accepted("ada@example.org"); n != 1 { ... }
//
// [Start] makes an honest server, with an implementation of SMTP that is not
// ours. [Script] makes one that is honest too, except where it is told to lie:
//
//	server := smtptest.Script(t, smtptest.Config{}, smtptest.Fault{
//		Phase: smtptest.Dot, Nth: 2, Accept: true, Act: smtptest.Drop, // the second reply is lost
//	})
//
// Either knows what it has accepted, whatever it told the sender.
package smtptest

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TLS is how connections to the server are made secret.
type TLS string

// The ways.
const (
	NoTLS       TLS = ""
	STARTTLS    TLS = "starttls" // it is offered
	ImplicitTLS TLS = "tls"      // from the first byte
)

// A Config says what the server is and offers.
type Config struct {
	Addr        string // to listen on, such as that of a server that was closed; empty: a free port
	TLS         TLS
	Certificate Certificate
	MaxTLS      uint16 // the newest version it speaks, such as [tls.VersionTLS11]; 0: all

	Username, Password string   // empty: no login is asked for
	Mechanisms         []string // of SASL that are offered; nil: all that it knows

	Size       int64 // the most bytes of a message; 0: no limit
	NoSMTPUTF8 bool  // the extension is not offered

	NoPipelining bool // by a scripted server; an honest one always offers it
	HeaderOnly   bool // of messages no more is kept
}

// A Message is one that the server has accepted.
type Message struct {
	From, To   string // of the envelope
	Data       []byte // without the stuffing of dots
	UTF8       bool   // MAIL asked for SMTPUTF8
	HELO       string // how the sender introduced itself
	Username   string // as whom it logged in
	TLS        bool
	Connection int // the connection it came over, counted from 1
	At         time.Time

	// What follows is known of a scripted server.
	Options, RcptOptions string // parameters of MAIL and RCPT
	Open                 int    // connections at that moment, with its own
}

// ID is its Message-ID without angle brackets.
func (m Message) ID() string {
	parsed, err := mail.ReadMessage(strings.NewReader(string(m.Data)))
	if err != nil {
		return ""
	}
	return strings.Trim(parsed.Header.Get("Message-ID"), "<>")
}

// A Server listens until its test is over. Its methods are safe for concurrent
// use.
type Server struct {
	Addr    string // host:port
	Host    string // 127.0.0.1
	Port    int
	CA      []byte         // the certificate of its authority in PEM, for SSL_CERT_FILE of another process
	RootCAs *x509.CertPool // with CA

	config   Config
	tls      *tls.Config
	listener net.Listener
	done     chan struct{} // closed by Close
	end      func()        // closes the connections
	once     sync.Once

	mu          sync.Mutex
	connections int
	open        int
	messages    []Message
	commands    []string
	clear       []string
	times       map[Phase]int
}

// Start runs an honest server until the end of the test.
func Start(t testing.TB, config Config) *Server {
	t.Helper()
	s := listen(t, config)
	s.end = s.serveHonestly()
	t.Cleanup(s.Close)
	return s
}

// Script runs a server until the end of the test that is honest but for the
// faults.
func Script(t testing.TB, config Config, faults ...Fault) *Server {
	t.Helper()
	s := listen(t, config)
	s.end = s.serveScript(faults)
	t.Cleanup(s.Close)
	return s
}

func listen(t testing.TB, config Config) *Server {
	t.Helper()
	authority, certificate, err := certify(config.Certificate)
	if err != nil {
		t.Fatalf("smtptest: certificate: %v", err)
	}
	listener, err := net.Listen("tcp", cmp.Or(config.Addr, "127.0.0.1:0"))
	if err != nil {
		t.Fatalf("smtptest: %v", err)
	}
	address := listener.Addr().(*net.TCPAddr)
	s := &Server{
		Addr: address.String(), Host: address.IP.String(), Port: address.Port, CA: authority, RootCAs: x509.NewCertPool(),
		config: config,
		// The oldest versions are for senders to refuse.
		tls:      &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS10, MaxVersion: config.MaxTLS}, // #nosec G402
		listener: listener,
		done:     make(chan struct{}),
		times:    map[Phase]int{},
	}
	s.RootCAs.AppendCertsFromPEM(authority)
	return s
}

// Close cuts all connections and frees the port. Tests need it only to take
// the server away before their end.
func (s *Server) Close() {
	s.once.Do(func() {
		close(s.done)
		_ = s.listener.Close()
		s.end()
	})
}

// Messages are those that were accepted so far, in order.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

// Accepted counts the messages that were accepted for a recipient.
func (s *Server) Accepted(recipient string) int {
	n := 0
	for _, m := range s.Messages() {
		if m.To == recipient {
			n++
		}
	}
	return n
}

// Connections counts the connections that were made so far.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// Commands are the lines that a scripted server has read, without the messages.
func (s *Server) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands)
}

// Clear are those of the commands that came without TLS.
func (s *Server) Clear() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.clear)
}

func (s *Server) connected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections++
	s.open++
	return s.connections
}

func (s *Server) disconnected() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
}

func (s *Server) heard(command string, secure bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commands = append(s.commands, command)
	if !secure {
		s.clear = append(s.clear, command)
	}
}

// Count is how many messages the server has accepted.
func (s *Server) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.messages)
}

func (s *Server) accept(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.Open, m.At = s.open, time.Now()
	if end := bytes.Index(m.Data, []byte("\r\n\r\n")); s.config.HeaderOnly && end >= 0 {
		m.Data = bytes.Clone(m.Data[:end+2])
	}
	s.messages = append(s.messages, m)
}
