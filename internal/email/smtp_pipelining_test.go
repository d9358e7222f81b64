package email

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"digest/internal/email/smtptest"
)

// A server that answers the final dot only when the next envelope has come: who
// waits for the reply first waits for ever.
func TestTheNextEnvelopeIsBehindTheDot(t *testing.T) {
	noLeaks(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	served := make(chan error, 1)
	go func() { served <- serveOneRoundTrip(listener) }()
	a := listener.Addr().(*net.TCPAddr)
	s := &Sender{Host: a.IP.String(), Port: a.Port, TLS: NoTLS, Timeouts: Timeouts{Dot: 10 * time.Second}}
	first, second := letterTo("a@example.net", "one\r\n.\r\n"), letterTo("b@example.net", "two\r\n")
	commits := 0
	commit := func() error { commits++; return nil }
	wantSent(t, s.Send(t.Context(), first, &second, commit), s.Send(t.Context(), second, nil, commit))
	_ = s.Close()
	if err := <-served; err != nil || commits != 2 {
		t.Errorf("the server: %v; %d commits, want 2", err, commits)
	}
}

func serveOneRoundTrip(listener net.Listener) error {
	conn, err := listener.Accept()
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	in := bufio.NewReader(conn)
	lines := func(want ...string) error {
		for _, w := range want {
			line, err := in.ReadString('\n')
			if err != nil || !strings.HasPrefix(line, w) {
				return fmt.Errorf("read %q, %v, want %s", line, err, w)
			}
		}
		return nil
	}
	say := func(s string) { _, _ = io.WriteString(conn, s) }
	envelope := []string{"MAIL", "RCPT", "DATA"}
	say("220 hello\r\n")
	if err := lines("EHLO"); err != nil {
		return err
	}
	say("250-hello\r\n250 PIPELINING\r\n")
	if err := lines(envelope...); err != nil {
		return err
	}
	say("250 ok\r\n250 ok\r\n354 go\r\n")
	if _, err := readUntil(in, "\r\none\r\n..\r\n.\r\n"); err != nil { // the body's own dot is doubled
		return err
	}
	if err := lines(envelope...); err != nil {
		return fmt.Errorf("behind the dot: %w", err)
	}
	say("250 queued\r\n250 ok\r\n250 ok\r\n354 go\r\n")
	if _, err := readUntil(in, "\r\ntwo\r\n.\r\n"); err != nil {
		return err
	}
	say("250 queued\r\n")
	return lines("QUIT")
}

func readUntil(r io.ByteReader, end string) (string, error) {
	var b strings.Builder
	for !strings.HasSuffix(b.String(), end) {
		c, err := r.ReadByte()
		if err != nil {
			return b.String(), fmt.Errorf("after %q: %w", b.String(), err)
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}

// RFC 2920 3.1: a server may ask for the message though it has refused the
// recipient; it is given none.
func TestARefusedRecipientGetsNothingEvenIfDataIsAccepted(t *testing.T) {
	noLeaks(t)
	server := smtptest.Script(t, smtptest.Config{},
		smtptest.Fault{Phase: smtptest.Rcpt, Nth: 2, Act: smtptest.Reply, Text: "550 5.1.1 no such user"},
		smtptest.Fault{Phase: smtptest.Data, Nth: 2, Act: smtptest.Reply, Text: "354 go ahead"})
	s := senderFor(t, server)
	messages := []Message{letterTo("a@example.net", "Hello.\r\n"), letterTo("b@example.net", "Hello.\r\n"), letterTo("c@example.net", "Hello.\r\n")}
	for i, m := range messages {
		var next *Message
		if i < 2 {
			next = &messages[i+1]
		}
		o := s.Send(t.Context(), m, next, func() error {
			if i == 1 {
				t.Error("commit was called for a refused recipient")
			}
			return nil
		})
		if want := map[bool]Status{true: Rejected, false: Sent}[i == 1]; o.Status != want {
			t.Errorf("message %d: %s, want %s", i+1, o, want)
		}
	}
	if n := len(server.Messages()); n != 2 || server.Connections() != 1 {
		t.Errorf("the server accepted %d messages over %d connections, want 2 over 1", n, server.Connections())
	}
}

// A message that was announced and is not sent after all: the server must not
// take anything else for it.
func TestAnAnnouncedMessageThatIsNotSent(t *testing.T) {
	noLeaks(t)
	for name, then := range map[string]func(s *Sender){
		"the sender is closed":  func(s *Sender) { _ = s.Close() },
		"another one is sent":   func(s *Sender) { wantSent(t, send(t, s, "c@example.net")...) },
		"the same, but renamed": func(s *Sender) { wantSent(t, send(t, s, "b2@example.net")...) },
	} {
		server := smtptest.Script(t, smtptest.Config{})
		s := senderFor(t, server)
		next := letterTo("b@example.net", "never\r\n")
		wantSent(t, s.Send(t.Context(), letterTo("a@example.net", "Hello.\r\n"), &next, committed))
		then(s)
		_ = s.Close()
		server.Close()
		if server.Accepted("b@example.net") != 0 {
			t.Errorf("%s: the announced message was accepted", name)
		}
		for _, m := range server.Messages() {
			if strings.Contains(string(m.Data), "QUIT") || strings.Contains(string(m.Data), "MAIL FROM") {
				t.Errorf("%s: the server took %q for a message", name, m.Data)
			}
		}
	}
}

func TestSendUsesWhatIsOffered(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		to, mail, rcpt string
		config         smtptest.Config
	}{
		{"a@example.net", "SIZE=%d RET=HDRS", "NOTIFY=FAILURE", smtptest.Config{}},
		{"a@example.net", "SIZE=%d RET=HDRS", "NOTIFY=FAILURE", smtptest.Config{NoPipelining: true}},
		{"grüße@example.net", "SIZE=%d SMTPUTF8 BODY=8BITMIME RET=HDRS", "NOTIFY=FAILURE", smtptest.Config{}},
	} {
		server := smtptest.Script(t, tt.config)
		s := senderFor(t, server)
		m := letterTo(tt.to, "Hello.\r\n.\r\n")
		wantSent(t, s.Send(t.Context(), m, nil, committed))
		got := server.Messages()[0]
		if want := fmt.Sprintf(tt.mail, len(m.Bytes())); got.Options != want || got.RcptOptions != tt.rcpt {
			t.Errorf("to %s: MAIL %q, RCPT %q, want %q, %q", tt.to, got.Options, got.RcptOptions, want, tt.rcpt)
		}
		if string(got.Data) != string(m.Bytes()) {
			t.Errorf("the server has %q, want %q", got.Data, m.Bytes())
		}
	}
	plain := smtptest.Start(t, smtptest.Config{}) // it offers neither DSN nor SIZE without a limit
	wantSent(t, send(t, senderFor(t, plain), "a@example.net")...)
}

// At the last message of a connection nothing is announced.
func TestNothingIsAnnouncedBeforeTheConnectionEnds(t *testing.T) {
	noLeaks(t)
	server := smtptest.Script(t, smtptest.Config{})
	s := senderFor(t, server)
	s.PerConnection = 2
	var messages []Message
	for i := range 6 {
		messages = append(messages, letterTo(fmt.Sprintf("r%d@example.net", i), "Hello.\r\n"))
	}
	for i, m := range messages {
		var next *Message
		if i < len(messages)-1 {
			next = &messages[i+1]
		}
		wantSent(t, s.Send(t.Context(), m, next, committed))
	}
	_ = s.Close()
	if n := server.Connections(); n != 3 {
		t.Errorf("%d connections for 6 messages, 2 on each", n)
	}
	quits := 0
	for _, c := range server.Commands() {
		if c == "QUIT" {
			quits++
		}
	}
	if quits != 3 || !slices.Contains(server.Commands(), "DATA") {
		t.Errorf("%d connections were ended by QUIT, want 3", quits)
	}
}
