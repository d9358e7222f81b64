package email

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"digest/internal/email/smtptest"
)

func TestSendReconnects(t *testing.T) {
	noLeaks(t)
	for _, tt := range []struct {
		name  string
		fault smtptest.Fault
	}{
		{"closed after a message", smtptest.Fault{Phase: smtptest.Dot, Nth: 1, Act: smtptest.AnswerDrop}},
		{"421 to MAIL", smtptest.Fault{Phase: smtptest.Mail, Nth: 2, Act: smtptest.ReplyDrop, Text: "421 4.4.2 idle for too long"}},
		{"closed at MAIL", smtptest.Fault{Phase: smtptest.Mail, Nth: 2, Act: smtptest.Drop}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := smtptest.Script(t, smtptest.Config{}, tt.fault)
			s := senderFor(t, server)
			wantSent(t, send(t, s, "a@example.net", "b@example.net", "c@example.net")...)
			if n := server.Connections(); n != 2 {
				t.Errorf("%d connections, want 2", n)
			}
			if n := len(server.Messages()); n != 3 {
				t.Errorf("%d messages were accepted, want 3", n)
			}
		})
	}
}

// The server closes idle connections; what the sender finds then is the 421 of
// long ago, or nothing.
func TestSendAfterIdling(t *testing.T) {
	first := smtptest.Start(t, smtptest.Config{})
	s := senderFor(t, first)
	wantSent(t, send(t, s, "a@example.net")...)
	first.Close()
	second := smtptest.Start(t, smtptest.Config{})
	s.Port = second.Port // as if it had come back
	wantSent(t, send(t, s, "b@example.net")...)
	if first.Accepted("a@example.net") != 1 || second.Accepted("b@example.net") != 1 {
		t.Error("a message was not accepted where it was sent")
	}
}

func TestSendReconnectsOnce(t *testing.T) {
	server := smtptest.Script(t, smtptest.Config{},
		smtptest.Fault{Phase: smtptest.Mail, Nth: 2, Act: smtptest.Drop}, smtptest.Fault{Phase: smtptest.Mail, Nth: 3, Act: smtptest.Drop})
	s := senderFor(t, server)
	outcomes := send(t, s, "a@example.net", "b@example.net", "c@example.net")
	wantSent(t, outcomes[0], outcomes[2])
	if o := outcomes[1]; o.Status != Deferred || o.Stop {
		t.Errorf("Send, dropped twice at MAIL = %+v, want it deferred", o)
	}
	if n := server.Connections(); n != 3 {
		t.Errorf("%d connections, want 3", n)
	}
}

func TestSendServerAway(t *testing.T) {
	server := smtptest.Start(t, smtptest.Config{})
	s := senderFor(t, server)
	wantSent(t, send(t, s, "a@example.net")...)
	server.Close()
	if o := send(t, s, "b@example.net")[0]; o.Status != Deferred || o.Phase != phaseConnect || !o.Stop || o.Blame != BlameServer {
		t.Errorf("Send to a server that is gone = %+v, want a stop at %s", o, phaseConnect)
	}
}

func TestSendResetsAfterARefusal(t *testing.T) {
	noLeaks(t)
	for _, phase := range []smtptest.Phase{smtptest.Mail, smtptest.Rcpt, smtptest.Data, smtptest.Dot} {
		server := smtptest.Script(t, smtptest.Config{}, smtptest.Fault{Phase: phase, Nth: 1, Act: smtptest.Reply, Text: "452 4.3.1 later"})
		s := senderFor(t, server)
		outcomes := send(t, s, "a@example.net", "b@example.net")
		wantSent(t, outcomes[1])
		if o := outcomes[0]; o.Status != Deferred || o.Code != 452 || o.Enhanced != "4.3.1" || o.Reply != "later" {
			t.Errorf("Send, refused at %s = %+v, want it deferred", phase, o)
		}
		// The reply to the dot ends a transaction, whatever it is.
		if slices.Contains(server.Commands(), "RSET") == (phase == smtptest.Dot) || server.Connections() != 1 {
			t.Errorf("after a refusal at %s: %d connections, told %q, want RSET on the one, or none after the dot", phase, server.Connections(), server.Commands())
		}
		_ = s.Close()
		server.Close()
	}
}

func TestSendWhenRSETFails(t *testing.T) {
	noLeaks(t)
	for _, reset := range []smtptest.Fault{
		{Act: smtptest.Drop}, {Act: smtptest.Hang}, {Act: smtptest.Trickle}, {Act: smtptest.Flood}, {Act: smtptest.Garbage},
		{Act: smtptest.Reply, Text: "500 5.5.1 what?"}, {Act: smtptest.ReplyDrop, Text: "421 4.3.2 bye"},
	} {
		t.Run(fmt.Sprint(reset.Act, reset.Text), func(t *testing.T) {
			reset.Phase = smtptest.Rset
			server := smtptest.Script(t, smtptest.Config{}, reset,
				smtptest.Fault{Phase: smtptest.Rcpt, Nth: 1, Act: smtptest.Reply, Text: "550 5.1.1 no such user"})
			s := senderFor(t, server)
			s.Timeouts.Command = 300 * time.Millisecond
			outcomes := send(t, s, "a@example.net", "b@example.net")
			want := Outcome{Status: Rejected, Blame: BlameRecipient, Phase: phaseRcpt, Code: 550, Enhanced: "5.1.1", Reply: "no such user"}
			if outcomes[0] != want {
				t.Errorf("Send = %+v, want %+v whatever becomes of RSET", outcomes[0], want)
			}
			wantSent(t, outcomes[1])
			if n := server.Connections(); n != 2 {
				t.Errorf("%d connections, want another after RSET failed", n)
			}
		})
	}
}

// A server that answers once too often is a step behind ever after. No reply
// may be taken for that to another message.
func TestSendWhenTheServerAnswersTwice(t *testing.T) {
	for _, phase := range []smtptest.Phase{smtptest.Greeting, smtptest.EHLO, smtptest.Mail, smtptest.Rcpt, smtptest.Data, smtptest.Dot} {
		for _, text := range []string{"250 2.0.0 accepted", "354 go ahead", "451 4.3.0 later"} {
			server := smtptest.Script(t, smtptest.Config{}, smtptest.Fault{Phase: phase, Nth: 1, Act: smtptest.Inject, Text: text})
			s := senderFor(t, server)
			s.Timeouts = Timeouts{Command: 300 * time.Millisecond, Data: 300 * time.Millisecond, Dot: 300 * time.Millisecond, Connect: time.Second}
			for i := range 4 {
				to := fmt.Sprintf("r%d@example.net", i)
				o := send(t, s, to)[0]
				if accepted := server.Accepted(to); o.Status != Unknown && (o.Status == Sent) != (accepted == 1) {
					t.Errorf("%s: %s twice: message %d: %v, but the server accepted %d", phase, text, i+1, o, accepted)
				}
				if i == 3 {
					wantSent(t, o)
				}
			}
			_ = s.Close()
			server.Close()
		}
	}
}

// Once the server has gone, the dot cannot leave: nothing is in doubt.
func TestSendWhenTheServerGoesBeforeTheDot(t *testing.T) {
	server := smtptest.Script(t, smtptest.Config{}, smtptest.Fault{Phase: smtptest.Body, Act: smtptest.Drop})
	s := senderFor(t, server)
	o := s.Send(t.Context(), letterTo("a@example.net", strings.Repeat("x", 100_000)+"\r\n"), nil, func() error {
		// Until the news of it has come: the server left bytes unread, so it is a reset.
		_ = s.conn.Conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := s.conn.Conn.Read(make([]byte, 1)); errors.Is(err, syscall.ECONNRESET) {
			return nil
		}
		return fmt.Errorf("the server did not close the connection")
	})
	if o.Status != Deferred || o.Phase != phaseBody || o.Blame != BlameServer || o.Stop {
		t.Errorf("Send = %+v, want it deferred at %s", o, phaseBody)
	}
}
