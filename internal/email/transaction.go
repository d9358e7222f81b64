package email

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/textproto"
	"strconv"
	"time"
)

// transact is one mail transaction (RFC 5321 3.3) on the open connection. It
// leaves the connection ready for the next one, or closed.
func (s *Sender) transact(ctx context.Context, m Message, next *Message, commit func() error) Outcome {
	conn, grace := s.conn, cmp.Or(s.Timeouts.Grace, 30*time.Second)
	stop := context.AfterFunc(ctx, func() { conn.endBy(time.Now().Add(grace)) })
	defer func() {
		if !stop() {
			_ = s.Close()
		}
	}()
	if o, ok := s.fits(m); !ok {
		return o
	}
	s.count++
	if o, ok := s.ask(m); !ok {
		return o
	}
	if next != nil && (!s.offers.pipelining || s.full() || ctx.Err() != nil || !plainAddress(next.To)) {
		next = nil
	}
	if next != nil {
		if _, ok := s.fits(*next); !ok {
			next = nil
		}
	}
	return s.hand(m, next, commit)
}

// fits reports whether the server can take the message, or the outcome if not.
func (s *Sender) fits(m Message) (Outcome, bool) {
	switch size := m.size(); {
	case !s.offers.international && !isASCII(m.From):
		return Outcome{Status: Deferred, Blame: BlameSender, Phase: phaseMail, Stop: true,
			Reply: "the sender's address needs SMTPUTF8, which the server does not offer"}, false
	case !s.offers.international && !isASCII(m.To):
		return Outcome{Status: Rejected, Blame: BlameRecipient, Phase: phaseRcpt,
			Reply: "the address needs SMTPUTF8, which the server does not offer"}, false
	case s.offers.mostBytes > 0 && size > s.offers.mostBytes:
		return Outcome{Status: Deferred, Blame: BlameSender, Phase: phaseMail, Stop: true,
			Reply: fmt.Sprintf("the message has %d bytes, the server takes %d; lower the limits of the categories", size, s.offers.mostBytes)}, false
	}
	return Outcome{}, true
}

// A step is a command with the phase that its reply belongs to.
type step struct {
	phase string
	want  int // the code of the reply, or how it begins
	wait  time.Duration
}

func (s *Sender) steps() [3]step {
	command := cmp.Or(s.Timeouts.Command, 5*time.Minute)
	return [3]step{{phaseMail, 250, command}, {phaseRcpt, 25, command}, {phaseData, 354, cmp.Or(s.Timeouts.Data, 2*time.Minute)}}
}

// appendStep appends the command of a step for a message.
func (s *Sender) appendStep(b []byte, phase string, m Message) []byte {
	switch phase {
	case phaseMail:
		b = append(append(append(b, "MAIL FROM:<"...), m.From...), '>')
		if s.offers.size {
			b = strconv.AppendInt(append(b, " SIZE="...), int64(m.size()), 10)
		}
		if !isASCII(m.From + m.To) { // fits has seen that it is offered
			b = append(b, " SMTPUTF8"...)
		}
		if s.offers.eightBit && !isASCII(m.head) {
			b = append(b, " BODY=8BITMIME"...)
		}
		if s.offers.notifications { // of a bounce nobody needs the whole letter
			b = append(b, " RET=HDRS"...)
		}
	case phaseRcpt:
		b = append(append(append(b, "RCPT TO:<"...), m.To...), '>')
		if s.offers.notifications {
			b = append(b, " NOTIFY=FAILURE"...)
		}
	case phaseData:
		b = append(b, "DATA"...)
	}
	return append(b, "\r\n"...)
}

// appendEnvelope appends all that comes before a message.
func (s *Sender) appendEnvelope(b []byte, m Message) []byte {
	for _, step := range s.steps() {
		b = s.appendStep(b, step.phase, m)
	}
	return b
}

// ask has the server agree to take a message, or returns the outcome. Where it
// offers PIPELINING the whole envelope goes at once, or has gone before.
func (s *Sender) ask(m Message) (Outcome, bool) {
	gone := s.ahead != ""
	s.ahead = ""
	if s.offers.pipelining && !gone {
		if err := s.write(s.appendEnvelope(s.buffer[:0], m), s.steps()[0].wait); err != nil {
			return s.broken(phaseMail, err), false
		}
	}
	var refusal Outcome
	refused := false
	for _, step := range s.steps() {
		if !s.offers.pipelining {
			if refused {
				break
			}
			if err := s.write(s.appendStep(s.buffer[:0], step.phase, m), step.wait); err != nil {
				return s.broken(step.phase, err), false
			}
		}
		// The replies to all commands are read, whatever the first one was
		// (RFC 2920 3.1).
		err := s.reply(step.want, step.wait)
		switch {
		case err == nil && step.phase == phaseData && refused:
			// It asks for a message to nobody: the lone dot ends that.
			if s.write([]byte(".\r\n"), step.wait) != nil || s.reply(0, step.wait) != nil {
				s.drop()
			}
		case err == nil:
		case refused:
			if judge(step.phase, err).ends() {
				s.drop()
				return refusal, false
			}
		default:
			refusal, refused = judge(step.phase, err), true
			if refusal.ends() {
				s.drop()
				return refusal, false
			}
		}
	}
	if refused {
		s.reset()
	}
	return refusal, !refused
}

// hand gives the server the message that it has asked for, and reads what it
// says to it. Up to the final dot a fault leaves half a message behind: only a
// lost connection tells the server to forget it.
func (s *Sender) hand(m Message, next *Message, commit func() error) Outcome {
	s.buffer = m.appendStuffed(s.buffer[:0])
	if err := s.write(s.buffer, cmp.Or(s.Timeouts.Body, 10*time.Minute)); err != nil {
		return s.broken(phaseBody, err)
	}
	if s.client.Text.R.Buffered() > 0 { // it would pass for the reply to the dot
		return s.broken(phaseBody, errors.New("the server spoke before its turn"))
	}
	if err := commit(); err != nil {
		s.drop()
		return Outcome{Status: Deferred, Blame: BlameSender, Phase: phaseBody, Reply: printable(err.Error()), Stop: true}
	}
	s.buffer = append(s.buffer[:0], ".\r\n"...)
	if next != nil {
		s.buffer = s.appendEnvelope(s.buffer, *next)
	}
	wait, before := cmp.Or(s.Timeouts.Dot, 10*time.Minute), s.conn.written
	if err := s.write(s.buffer, wait); err != nil {
		if s.conn.written == before {
			return s.broken(phaseBody, err) // the dot has not left
		}
		return s.broken(phaseDot, err)
	}
	if next != nil {
		s.ahead = next.ID
	}
	code, words, err := s.client.Text.ReadResponse(0)
	if err == nil && code/100 != 2 {
		err = &textproto.Error{Code: code, Msg: words}
	}
	if err != nil {
		o := judge(phaseDot, err)
		if o.ends() {
			s.drop()
		}
		return o
	}
	o := Outcome{Status: Sent, Phase: phaseDot, Code: code}
	o.Enhanced, o.Reply = enhanced(words)
	return o
}

// write writes within a time.
func (s *Sender) write(b []byte, wait time.Duration) error {
	s.within(wait)
	w := s.client.Text.W
	if _, err := w.Write(b); err != nil {
		return err
	}
	return w.Flush()
}

// reply reads the reply to a command within a time. want is its code, or how
// that begins; 0 is any.
func (s *Sender) reply(want int, wait time.Duration) error {
	if s.client.Text.R.Buffered() == 0 {
		s.within(wait)
	}
	_, _, err := s.client.Text.ReadResponse(want)
	return err
}

// broken judges a fault that leaves the conversation in pieces, and closes the
// connection.
func (s *Sender) broken(phase string, err error) Outcome {
	s.drop()
	return judge(phase, err)
}

// reset makes the connection ready for another transaction, or closes it.
func (s *Sender) reset() {
	if s.client == nil {
		return
	}
	s.within(cmp.Or(s.Timeouts.Command, 5*time.Minute))
	if s.client.Reset() != nil {
		s.drop()
	}
}
