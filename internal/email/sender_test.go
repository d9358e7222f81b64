package email

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"digest/internal/email/smtptest"
)

// letterTo is a message with a body of lines that end in CR LF.
func letterTo(to, body string) Message {
	head := "To: <" + to + ">\r\nMessage-ID: <1." + to + ">\r\n"
	draft := &Draft{
		Edition:     "weekly-2026-11-20",
		placeholder: strings.Repeat("~", 3*TokenLength),
		raw:         []byte("Subject: test\r\n\r\n" + body),
	}
	draft.cut()
	return Message{From: "news@example.org", To: to, ID: "1." + to, head: head, draft: draft}
}

// senderFor makes a sender for a server, closed at the end of the test, which
// must leave no goroutine behind.
func senderFor(t *testing.T, server *smtptest.Server) *Sender {
	t.Helper()
	s := &Sender{Host: server.Host, Port: server.Port, TLS: NoTLS, RootCAs: server.RootCAs}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func noLeaks(t *testing.T) {
	t.Helper()
	current := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, current) })
}

// tooBigForBuffers is more than the kernel takes of a message that nobody reads.
const tooBigForBuffers = 6 << 20

func committed() error { return nil }

// send sends a letter to each and returns what became of them.
func send(t *testing.T, s *Sender, to ...string) []Outcome {
	t.Helper()
	outcomes := make([]Outcome, len(to))
	for i, a := range to {
		outcomes[i] = s.Send(t.Context(), letterTo(a, "Hello.\r\n"), nil, committed)
	}
	return outcomes
}

func wantSent(t *testing.T, outcomes ...Outcome) {
	t.Helper()
	for i, o := range outcomes {
		if o.Status != Sent || o.Blame != NoBlame || o.Stop || o.Code != 250 || o.Phase != phaseDot {
			t.Errorf("Send, message %d = %+v, want it sent", i+1, o)
		}
	}
}

func TestSendKeepsOneConnection(t *testing.T) {
	noLeaks(t)
	server := smtptest.Start(t, smtptest.Config{})
	s := senderFor(t, server)
	wantSent(t, send(t, s, "a@example.net", "b@example.net", "c@example.net", "a@example.net")...)
	if n := server.Connections(); n != 1 {
		t.Errorf("4 messages took %d connections, want 1", n)
	}
	if a, b := server.Accepted("a@example.net"), server.Accepted("b@example.net"); a != 2 || b != 1 {
		t.Errorf("accepted %d for a, %d for b, want 2 and 1", a, b)
	}
}

func TestSendPerConnection(t *testing.T) {
	server := smtptest.Start(t, smtptest.Config{})
	s := senderFor(t, server)
	s.PerConnection = 2
	wantSent(t, send(t, s, "a@example.net", "b@example.net", "c@example.net", "d@example.net", "e@example.net")...)
	var got []int
	for _, m := range server.Messages() {
		got = append(got, m.Connection)
	}
	if want := []int{1, 1, 2, 2, 3}; !slices.Equal(got, want) {
		t.Errorf("connections of the messages = %v, want %v", got, want)
	}
}

func TestSendMessageArrivesByteForByte(t *testing.T) {
	server := smtptest.Start(t, smtptest.Config{})
	s := senderFor(t, server)
	for name, body := range map[string]string{
		"empty":             "",
		"a lone dot":        ".\r\n",
		"dots":              "one\r\n.\r\n..\r\n...\r\n.two\r\n\r\n.\r\n",
		"looks like an end": "\r\n.\r\nMAIL FROM:<x@example.com>\r\n\r\n.\r\nQUIT\r\n",
		"a line of 998":     strings.Repeat("x", 998) + "\r\n",
		"a line of 100,000": strings.Repeat(".", 100_000) + "\r\n",
		"longer than a buffer, with dots at its edges": strings.Repeat(".\r\n", 10_000),
		"eight bits": "Grüße, 世界\x00\xff\r\n",
	} {
		m := letterTo("a@example.net", body)
		wantSent(t, s.Send(t.Context(), m, nil, committed))
		messages := server.Messages()
		if got := messages[len(messages)-1]; !bytes.Equal(got.Data, m.Bytes()) {
			t.Errorf("%s: %d bytes arrived, want the %d of Message.Bytes, as they are", name, len(got.Data), len(m.Bytes()))
		} else if got.ID() != m.ID || got.From != m.From {
			t.Errorf("%s: arrived as %s from %s, want %s from %s", name, got.ID(), got.From, m.ID, m.From)
		}
	}
}

func TestSendCommitsOnceBetweenBodyAndDot(t *testing.T) {
	server := smtptest.Start(t, smtptest.Config{})
	s := senderFor(t, server)
	calls := 0
	o := s.Send(t.Context(), letterTo("a@example.net", strings.Repeat("line\r\n", 10)), nil, func() error {
		calls++
		if n := len(server.Messages()); n != 0 {
			t.Errorf("commit was called after the server had accepted %d messages", n)
		}
		if n := s.client.Text.W.Buffered(); n != 0 {
			t.Errorf("commit was called with %d bytes of the body not yet written", n)
		}
		return nil
	})
	wantSent(t, o)
	if calls != 1 || server.Accepted("a@example.net") != 1 {
		t.Errorf("commit was called %d times for %d messages, want 1 for 1", calls, server.Accepted("a@example.net"))
	}
}

func TestSendWithoutCommitIsNotAccepted(t *testing.T) {
	noLeaks(t)
	server := smtptest.Start(t, smtptest.Config{})
	s := senderFor(t, server)
	o := s.Send(t.Context(), letterTo("a@example.net", "Hello.\r\n"), nil, func() error { return errors.New("disk\x1b[31m full") })
	want := Outcome{Status: Deferred, Blame: BlameSender, Phase: phaseBody, Reply: "disk [31m full", Stop: true}
	if o != want {
		t.Errorf("Send with a failing commit = %+v, want %+v", o, want)
	}
	wantSent(t, send(t, s, "b@example.net")...)
	if a, n := server.Accepted("a@example.net"), server.Connections(); a != 0 || n != 2 {
		t.Errorf("accepted %d over %d connections, want none of the first, and a connection for each", a, n)
	}
}

func TestSendNeverPutsAnInjectionOnTheWire(t *testing.T) {
	server := smtptest.Script(t, smtptest.Config{})
	s := senderFor(t, server)
	for _, address := range []string{
		"", "@", "a", "a@", "@b", "a@b@example.net", "a@example.net>", "<a@example.net", "a@example.net\r\nRCPT TO:<evil@example.com>",
		"a@example.net\nQUIT", "a\x00@example.net", "a b@example.net", "a@example.net NOTIFY=NEVER", "a\t@example.net", "\"a b\"@example.net",
		"a@[127.0.0.1]", "a,b@example.net", "a@exämple.net", "\x85@example.net", "\u0085@example.net", "a\u00a0b@example.net",
		"@relay:a@example.net", "a\\@example.net", strings.Repeat("a", 400) + "@example.net",
	} {
		o := s.Send(t.Context(), letterTo(address, ""), nil, committed)
		if o.Status != Rejected || o.Blame != BlameRecipient || o.Suppress() || o.Stop {
			t.Errorf("Send to %q = %+v, want it rejected", address, o)
		}
		m := letterTo("a@example.net", "")
		m.From = address
		if o := s.Send(t.Context(), m, nil, committed); o.Status != Deferred || o.Blame != BlameSender || !o.Stop {
			t.Errorf("Send from %q = %+v, want it deferred, and a stop", address, o)
		}
	}
	if got := server.Commands(); len(got) != 0 {
		t.Errorf("the server was told %q, want nothing", got)
	}
}

func TestSendIntroducesItself(t *testing.T) {
	server := smtptest.Start(t, smtptest.Config{})
	for _, tt := range []struct{ helo, want string }{{"", "localhost"}, {"news.example.org", "news.example.org"}} {
		s := senderFor(t, server)
		s.HELO = tt.helo
		wantSent(t, send(t, s, "a@example.net")...)
		messages := server.Messages()
		if got := messages[len(messages)-1].HELO; got != tt.want {
			t.Errorf("with HELO %q the sender called itself %q, want %q", tt.helo, got, tt.want)
		}
	}
}

func TestSendSMTPUTF8(t *testing.T) {
	with, without := smtptest.Start(t, smtptest.Config{}), smtptest.Start(t, smtptest.Config{NoSMTPUTF8: true})
	s := senderFor(t, with)
	wantSent(t, send(t, s, "jürgen@example.net", "a@example.net")...)
	if m := with.Messages(); len(m) != 2 || !m[0].UTF8 || m[1].UTF8 || m[0].To != "jürgen@example.net" {
		t.Errorf("messages = %+v, want two, SMTPUTF8 asked for the first only", m)
	}
	s = senderFor(t, without)
	outcomes := send(t, s, "jürgen@example.net", "a@example.net")
	if o := outcomes[0]; o.Status != Rejected || o.Blame != BlameRecipient || o.Stop || o.Suppress() {
		t.Errorf("Send to a non-ASCII address without the extension = %+v, want it rejected", o)
	}
	wantSent(t, outcomes[1])
	m := letterTo("a@example.net", "")
	m.From = "jürgen@example.org"
	if o := s.Send(t.Context(), m, nil, committed); o.Status != Deferred || o.Blame != BlameSender || !o.Stop {
		t.Errorf("Send from a non-ASCII address without the extension = %+v, want it deferred, and a stop", o)
	}
	if n := len(without.Messages()); n != 1 {
		t.Errorf("the server without the extension accepted %d messages, want 1", n)
	}
}

func TestSendTooBig(t *testing.T) {
	noLeaks(t)
	server := smtptest.Start(t, smtptest.Config{Size: 1000})
	s := senderFor(t, server)
	wantSent(t, send(t, s, "a@example.net")...)
	for range 2 { // on a connection that is kept
		o := s.Send(t.Context(), letterTo("b@example.net", strings.Repeat("x", 1000)+"\r\n"), nil, committed)
		if o.Status != Deferred || o.Blame != BlameSender || !o.Stop || !strings.Contains(o.Reply, "the server takes 1000") {
			t.Errorf("Send of more than SIZE = %+v, want it deferred, and a stop", o)
		}
	}
	wantSent(t, send(t, s, "c@example.net")...)
	if n := server.Connections(); n != 1 {
		t.Errorf("%d connections, want the one", n)
	}
}

func TestSendBoundsAReplyWithoutEnd(t *testing.T) {
	for _, phase := range []smtptest.Phase{smtptest.Greeting, smtptest.EHLO, smtptest.Mail, smtptest.Dot} {
		server := smtptest.Script(t, smtptest.Config{}, smtptest.Fault{Phase: phase, Act: smtptest.Flood})
		s := senderFor(t, server)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		o := send(t, s, "a@example.net")[0]
		runtime.ReadMemStats(&after)
		if o.Status == Sent || !strings.Contains(o.Reply, "has no end") || len(o.Reply) > 1000 {
			t.Errorf("Send to a server that floods at %s = %+v", phase, o)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20 {
			t.Errorf("a flood at %s took %d MB, want it bounded", phase, took>>20)
		}
	}
}

func TestSendCancelled(t *testing.T) {
	noLeaks(t)
	const grace = 300 * time.Millisecond
	for _, phase := range []smtptest.Phase{smtptest.Mail, smtptest.Rcpt, smtptest.Data, smtptest.Body, smtptest.Dot, smtptest.Rset} {
		faults := []smtptest.Fault{{Phase: phase, Act: smtptest.Hang}}
		if phase == smtptest.Rset {
			faults = append(faults, smtptest.Fault{Phase: smtptest.Rcpt, Act: smtptest.Reply, Text: "550 5.1.1 no"})
		}
		server := smtptest.Script(t, smtptest.Config{}, faults...)
		s := senderFor(t, server)
		s.Timeouts.Grace = grace
		if err := s.Connect(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		body := "Hello.\r\n"
		if phase == smtptest.Body {
			body = strings.Repeat("x", tooBigForBuffers) + "\r\n"
		}
		start := time.Now()
		o := s.Send(ctx, letterTo("a@example.net", body), nil, committed)
		if took := time.Since(start); took < grace || took > grace+2*time.Second {
			t.Errorf("Send, cancelled while %s hangs, took %v, want about %v", phase, took, grace)
		}
		want := map[smtptest.Phase]Status{smtptest.Dot: Unknown, smtptest.Rset: Rejected}[phase]
		if want == "" {
			want = Deferred
		}
		if o.Status != want {
			t.Errorf("Send, cancelled while %s hangs = %v, want %s", phase, o, want)
		}
		server.Close()
	}
}

func TestSendCancelledFinishesTheMessageInHand(t *testing.T) {
	server := smtptest.Start(t, smtptest.Config{})
	s := senderFor(t, server)
	ctx, cancel := context.WithCancel(t.Context())
	wantSent(t, s.Send(ctx, letterTo("a@example.net", ""), nil, func() error { cancel(); return nil }))
	if s.client != nil {
		t.Error("the connection is kept beyond its context")
	}
	if o := s.Send(ctx, letterTo("b@example.net", ""), nil, committed); o.Status != Deferred || !strings.Contains(o.Reply, "interrupted") {
		t.Errorf("Send after cancel = %v, want it deferred", o)
	}
	wantSent(t, send(t, s, "c@example.net")...)
}

func TestConnectCancelled(t *testing.T) {
	noLeaks(t)
	for _, phase := range []smtptest.Phase{smtptest.Connect, smtptest.Greeting, smtptest.EHLO, smtptest.StartTLS} {
		server := smtptest.Script(t, smtptest.Config{TLS: smtptest.STARTTLS}, smtptest.Fault{Phase: phase, Act: smtptest.Hang})
		s := senderFor(t, server)
		s.TLS = STARTTLS
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		if err := s.Connect(ctx); err == nil || !strings.Contains(err.Error(), "interrupted") {
			t.Errorf("Connect, cancelled while %s hangs = %v, want it interrupted", phase, err)
		}
		server.Close()
	}
}

func TestCloseDoesNotWaitForLong(t *testing.T) {
	noLeaks(t)
	for _, act := range []smtptest.Act{smtptest.Hang, smtptest.Drop, smtptest.Trickle, smtptest.Flood, smtptest.Garbage} {
		server := smtptest.Script(t, smtptest.Config{}, smtptest.Fault{Phase: smtptest.Quit, Act: act})
		s := senderFor(t, server)
		s.Timeouts.Command = 100 * time.Millisecond
		wantSent(t, send(t, s, "a@example.net")...)
		start := time.Now()
		err := s.Close()
		if took := time.Since(start); err != nil || took > 2*time.Second {
			t.Errorf("Close with QUIT: %s = %v after %v, want nil soon", act, err, took)
		}
		server.Close()
	}
}

func ExampleSender() {
	s := &Sender{Host: "127.0.0.1", Port: 1, TLS: STARTTLS} // nobody listens there
	fmt.Println(s.Connect(context.Background()))
	// Output: connect: 127.0.0.1:1: connection refused
}
