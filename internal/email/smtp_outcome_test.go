package email

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"digest/internal/email/smtptest"
)

// A verdict is what DELIVERY.md says of a lie of the server.
type verdict struct {
	Status Status
	Blame  Blame
	Phase  string
	Code   int
	Stop   bool
}

type lie struct {
	smtptest.Fault
	want verdict
	kept verdict // of a message on a connection that is kept; the zero value: the same
}

var (
	silence  = []smtptest.Act{smtptest.Drop, smtptest.Hang, smtptest.Trickle, smtptest.Flood, smtptest.Garbage}
	sentOnce = verdict{Sent, NoBlame, phaseDot, 250, false}
)

func replies(text string) smtptest.Fault { return smtptest.Fault{Act: smtptest.Reply, Text: text} }

func shuts(text string) smtptest.Fault { return smtptest.Fault{Act: smtptest.ReplyDrop, Text: text} }

// lies are all that is tried, by phase.
func lies() []lie {
	var all []lie
	add := func(phase smtptest.Phase, f smtptest.Fault, want verdict, kept ...verdict) {
		f.Phase = phase
		all = append(all, lie{f, want, append(kept, want)[0]})
	}
	// Whatever goes wrong before the first message goes wrong for all.
	for phase, name := range map[smtptest.Phase]string{smtptest.Greeting: phaseConnect, smtptest.StartTLS: phaseTLS, smtptest.Auth: phaseAuth} {
		add(phase, replies("451 4.3.0 later"), verdict{Deferred, BlameServer, name, 451, true})
		add(phase, shuts("421 4.3.2 shutting down"), verdict{Deferred, BlameServer, name, 421, true})
		add(phase, replies("554 5.7.1 go away"), verdict{Deferred, BlameSender, name, 554, true})
		add(phase, replies("550 5.1.1 no such user"), verdict{Deferred, BlameSender, name, 550, true})
		add(phase, replies("299 odd"), verdict{Deferred, BlameServer, name, 299, true})
		for _, act := range silence {
			add(phase, smtptest.Fault{Act: act}, verdict{Deferred, BlameServer, name, 0, true})
		}
	}
	for _, act := range []smtptest.Act{smtptest.Drop, smtptest.Hang, smtptest.Flood} {
		add(smtptest.Connect, smtptest.Fault{Act: act}, verdict{Deferred, BlameServer, phaseConnect, 0, true})
	}
	// A server without EHLO has no STARTTLS.
	for _, text := range []string{"451 4.3.0 later", "554 5.7.1 go away", "299 odd", "gar\xffbage"} {
		add(smtptest.EHLO, replies(text), verdict{Deferred, BlameServer, phaseTLS, 0, true})
	}
	add(smtptest.EHLO, shuts("421 4.3.2 shutting down"), verdict{Deferred, BlameServer, phaseConnect, 421, true})
	for _, act := range []smtptest.Act{smtptest.Drop, smtptest.Hang, smtptest.Trickle, smtptest.Flood} {
		add(smtptest.EHLO, smtptest.Fault{Act: act}, verdict{Deferred, BlameServer, phaseConnect, 0, true})
	}
	// A kept connection may be gone when MAIL is said: then there is another.
	for phase, kept := range map[smtptest.Phase][]verdict{smtptest.Mail: {sentOnce}, smtptest.Rcpt: nil, smtptest.Data: nil} {
		name := string(phase)
		add(phase, replies("451 4.3.0 later"), verdict{Deferred, BlameServer, name, 451, false})
		add(phase, replies("452 4.2.2 full"), verdict{Deferred, BlameServer, name, 452, false})
		add(phase, shuts("421 4.3.2 shutting down"), verdict{Deferred, BlameServer, name, 421, false}, kept...)
		add(phase, replies("554 5.7.1 go away"), verdict{Deferred, BlameSender, name, 554, false})
		add(phase, replies("550 5.1.8 who are you?"), verdict{Deferred, BlameSender, name, 550, false})
		add(phase, shuts("503 5.5.1 bad sequence"), verdict{Deferred, BlameSender, name, 503, false})
		add(phase, replies("199 odd"), verdict{Deferred, BlameServer, name, 199, false}, kept...)
		add(phase, replies("650 odd"), verdict{Deferred, BlameServer, name, 650, false}, kept...)
		for _, act := range silence {
			add(phase, smtptest.Fault{Act: act}, verdict{Deferred, BlameServer, name, 0, false}, kept...)
		}
	}
	add(smtptest.Mail, replies("550 5.1.1 no such user"), verdict{Deferred, BlameSender, phaseMail, 550, false})
	add(smtptest.Mail, replies("354 go ahead"), verdict{Deferred, BlameServer, phaseMail, 354, false}, sentOnce)
	add(smtptest.Rcpt, replies("550 5.1.1 no such user"), verdict{Rejected, BlameRecipient, phaseRcpt, 550, false})
	add(smtptest.Rcpt, replies("550-no\r\n550 such user"), verdict{Rejected, BlameRecipient, phaseRcpt, 550, false})
	add(smtptest.Rcpt, replies("552 5.2.2 full"), verdict{Rejected, BlameRecipient, phaseRcpt, 552, false})
	add(smtptest.Rcpt, replies("354 go ahead"), verdict{Deferred, BlameServer, phaseRcpt, 354, false})
	add(smtptest.Data, replies("550 5.1.1 no such user"), verdict{Rejected, BlameRecipient, phaseData, 550, false})
	add(smtptest.Data, replies("250 ok"), verdict{Deferred, BlameServer, phaseData, 250, false})
	// What is said before the dot is no reply to it.
	add(smtptest.Data, smtptest.Fault{Act: smtptest.Inject, Text: "250 2.0.0 accepted"}, verdict{Deferred, BlameServer, phaseBody, 0, false})
	for _, act := range []smtptest.Act{smtptest.Drop, smtptest.Hang} {
		add(smtptest.Body, smtptest.Fault{Act: act}, verdict{Deferred, BlameServer, phaseBody, 0, false})
	}
	// Any reply to the dot is final; without one nobody knows.
	add(smtptest.Dot, replies("451 4.3.0 later"), verdict{Deferred, BlameServer, phaseDot, 451, false})
	add(smtptest.Dot, shuts("421 4.3.2 shutting down"), verdict{Deferred, BlameServer, phaseDot, 421, false})
	add(smtptest.Dot, replies("554 5.7.1 spam"), verdict{Deferred, BlameSender, phaseDot, 554, false})
	add(smtptest.Dot, replies("552 5.3.4 too big"), verdict{Deferred, BlameSender, phaseDot, 552, false})
	add(smtptest.Dot, replies("550 5.1.1 no such user"), verdict{Rejected, BlameRecipient, phaseDot, 550, false})
	add(smtptest.Dot, replies("250-2.0.0 a\r\n250 2.0.0 b"), sentOnce)
	add(smtptest.Dot, replies("252 odd"), verdict{Sent, NoBlame, phaseDot, 252, false})
	add(smtptest.Dot, smtptest.Fault{Act: smtptest.AnswerDrop}, sentOnce)
	for _, accept := range []bool{true, false} {
		for _, text := range []string{"354 go ahead", "199 odd", "650 odd"} {
			var code int
			_, _ = fmt.Sscan(text, &code)
			add(smtptest.Dot, smtptest.Fault{Act: smtptest.Reply, Text: text, Accept: accept}, verdict{Unknown, BlameServer, phaseDot, code, false})
		}
		for _, act := range silence {
			add(smtptest.Dot, smtptest.Fault{Act: act, Accept: accept}, verdict{Unknown, BlameServer, phaseDot, 0, false})
		}
	}
	return all
}

// A pace is how much a sender says before it listens.
type pace string

const (
	lockStep  pace = "lock-step" // the server does not offer more
	pipelined pace = "pipelined"
	ahead     pace = "ahead" // the next envelope behind the final dot
)

func TestOutcomes(t *testing.T) {
	noLeaks(t)
	var group sync.WaitGroup
	defer group.Wait()
	most := make(chan struct{}, 10) // they mostly wait
	for _, l := range lies() {
		for _, pace := range []pace{lockStep, pipelined, ahead} {
			for nth := 1; nth <= 3; nth++ {
				group.Go(func() {
					most <- struct{}{}
					defer func() { <-most }()
					name := fmt.Sprintf("%s/%s %s accept %v/%s/message %d", l.Phase, l.Act, l.Text, l.Accept, pace, nth)
					t.Run(name, func(t *testing.T) { testLie(t, l, pace, nth) })
				})
			}
		}
	}
}

// testLie sends three messages to a server that lies to the nth of them.
func testLie(t *testing.T, l lie, pace pace, nth int) {
	l.Nth = nth
	if l.Phase == smtptest.EHLO {
		l.Nth = 2*nth - 1 // it is said again after STARTTLS
	}
	server := smtptest.Script(t, smtptest.Config{TLS: smtptest.STARTTLS, Username: "ada", NoPipelining: pace == lockStep}, l.Fault)
	s := senderFor(t, server)
	s.TLS, s.Username, s.Password = STARTTLS, "ada", "secret"
	want := l.want
	if nth > 1 {
		want = l.kept
	}
	if want.Stop {
		s.PerConnection = 1 // or a second message would never come to the phase
	}
	var messages []Message
	for i := 1; i <= 3; i++ {
		body := "Hello.\r\n.\r\n..dots\r\n"
		if i == nth && l.Phase == smtptest.Body {
			body = strings.Repeat(strings.Repeat("x", 98)+"\r\n", tooBigForBuffers/100)
		}
		messages = append(messages, letterTo(fmt.Sprintf("r%d@example.net", i), body))
	}
	for i, m := range messages {
		want, lied := want, i+1 == nth
		s.Timeouts = Timeouts{}
		if !lied {
			want = sentOnce // the others fare well
		} else if l.Act == smtptest.Hang || l.Act == smtptest.Trickle {
			s.Timeouts = impatient(l.Phase)
		}
		var next *Message
		if pace == ahead && i < 2 {
			next = &messages[i+1]
		}
		commits := 0
		o := s.Send(t.Context(), m, next, func() error { commits++; return nil })
		if got := (verdict{o.Status, o.Blame, o.Phase, o.Code, o.Stop}); got != want {
			t.Errorf("message %d: %+v (%s), want %+v", i+1, got, o, want)
		}
		agree(t, server, m, o, commits, lied && l.Accept)
	}
	for _, m := range server.Messages() {
		if !m.TLS || m.ID() == "" {
			t.Errorf("the server accepted a message of %d bytes, TLS: %v", len(m.Data), m.TLS)
		}
	}
}

// agree checks an outcome against what the server has really done. lost is
// whether it accepted the message and lost the reply.
func agree(t *testing.T, server *smtptest.Server, m Message, o Outcome, commits int, lost bool) {
	t.Helper()
	accepted := 0
	if o.Status == Sent || lost {
		accepted = 1
	}
	if got := server.Accepted(m.To); got != accepted {
		t.Errorf("%s: the server accepted it %d times, want %d", o, got, accepted)
	}
	if after := o.Phase == phaseDot; commits > 1 || after && commits != 1 {
		t.Errorf("%s: commit was called %d times", o, commits)
	}
	if o.Status == Unknown && o.Phase != phaseDot {
		t.Errorf("%s: unknown, but the dot has not left", o)
	}
	if o.Suppress() && (o.Status != Rejected || o.Blame != BlameRecipient) {
		t.Errorf("%s: the address is suppressed", o)
	}
	if strings.ContainsFunc(o.Reply, func(r rune) bool { return r < ' ' || r == 0x7F || r == '\uFFFD' }) {
		t.Errorf("%q is not safe to print", o.Reply)
	}
}

// impatient waits briefly in a phase, and as long as ever in all others.
func impatient(phase smtptest.Phase) Timeouts {
	switch phase {
	case smtptest.Mail, smtptest.Rcpt:
		return Timeouts{Command: 500 * time.Millisecond}
	case smtptest.Data:
		return Timeouts{Data: 500 * time.Millisecond}
	case smtptest.Body:
		return Timeouts{Body: time.Second}
	case smtptest.Dot:
		return Timeouts{Dot: 500 * time.Millisecond}
	}
	return Timeouts{Connect: time.Second}
}
