package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"regexp"
	"strings"
	"syscall"
)

// A Status is what became of a message.
type Status string

// The statuses. Only a reply is final: before the final dot any other fault
// means that nothing was accepted, after it that nobody knows.
const (
	Sent     Status = "sent"     // 2xx to the final dot
	Deferred Status = "deferred" // not now: 4xx, no connection, or a fault of ours
	Rejected Status = "rejected" // never: 5xx for this recipient
	Unknown  Status = "unknown"  // handed over, but the reply was lost
)

// Blame is whose fault it is that a message was not sent.
type Blame string

// The blames.
const (
	NoBlame        Blame = ""
	BlameRecipient Blame = "recipient" // the address, or its mailbox
	BlameSender    Blame = "sender"    // us: the login, the message, our standing
	BlameServer    Blame = "server"    // it is away, busy, or asks us to slow down
)

// An Outcome is the status of one message with its reason.
type Outcome struct {
	Status   Status
	Blame    Blame
	Phase    string // of the conversation: connect, TLS, AUTH, MAIL, RCPT, DATA, body, dot
	Code     int    // of the reply; 0: there was none
	Enhanced string // RFC 3463, such as 5.1.1; may be empty
	Reply    string // the server's words, safe to print, or what else went wrong
	Stop     bool   // every other message would fare alike: try no more
}

// Suppress reports whether the address does not exist, so that no edition
// should try it again.
func (o Outcome) Suppress() bool {
	return o.Status == Rejected && strings.HasPrefix(o.Enhanced, "5.1.")
}

// Throttled reports whether the server asks us to slow down: it closes the
// connection (421), cannot log us in now (454), or says so (4.7.x).
func (o Outcome) Throttled() bool {
	return o.Code == 421 || o.Code == 454 || o.Code/100 == 4 && strings.HasPrefix(o.Enhanced, "4.7.")
}

// Untried reports whether there was no connection on which the message could
// have been tried.
func (o Outcome) Untried() bool {
	return o.Phase == phaseConnect || o.Phase == phaseTLS || o.Phase == phaseAuth
}

// Unready reports whether the server cannot serve us now, whoever the recipient
// is, which may pass: it cannot be reached, has broken off, talks nonsense or
// asks us to slow down. A 4.7.x at RCPT is of that recipient: greylisting.
func (o Outcome) Unready() bool {
	switch {
	case o.Blame != BlameServer:
		return false
	case o.Phase == phaseTLS, o.Phase == phaseAuth:
		return o.Code/100 == 4 // with no reply it will not get better: a certificate, say
	}
	return o.Untried() || o.ends() || o.Throttled() && o.Phase != phaseRcpt
}

// String is the outcome for logs and errors, which are read by more people than the
// ledger: servers like to repeat addresses, and it has none.
func (o Outcome) String() string {
	s := string(o.Status)
	if o.Phase != "" {
		s += " at " + o.Phase
	}
	if o.Code > 0 {
		s += fmt.Sprintf(": %d", o.Code)
	}
	if o.Enhanced != "" {
		s += " " + o.Enhanced
	}
	if o.Reply != "" {
		s += ": " + mailbox.ReplaceAllString(o.Reply, "ADDRESS")
	}
	return s
}

// mailbox is what may be an address, in the words of a server.
var mailbox = regexp.MustCompile(`[^\s<>()\[\]"',;:]+@[^\s<>()"',;:]+`)

// judge makes an outcome of a fault in a phase (RFC 5321 4.2, RFC 3463).
func judge(phase string, err error) Outcome {
	o := Outcome{Status: Deferred, Blame: BlameServer, Phase: phase}
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		o.Reply = printable(describe(err))
		if phase == phaseDot {
			o.Status = Unknown
		}
		return o
	}
	o.Code = reply.Code
	o.Enhanced, o.Reply = enhanced(reply.Msg)
	switch {
	case o.Code >= 400 && o.Code < 500:
	case o.Code >= 500 && o.Code < 600:
		o.Blame = blame(phase, o.Enhanced)
		if o.Blame == BlameRecipient {
			o.Status = Rejected
		}
	case phase == phaseDot: // neither yes nor no
		o.Status = Unknown
	}
	return o
}

// The phases of a conversation.
const (
	phaseConnect = "connect"
	phaseTLS     = "TLS"
	phaseAuth    = "AUTH"
	phaseMail    = "MAIL"
	phaseRcpt    = "RCPT"
	phaseData    = "DATA"
	phaseBody    = "body"
	phaseDot     = "dot"
)

// blame says whom a 5xx reply speaks of. 5.1 is an address, 5.2 a mailbox, 5.4
// the way to it; all else, such as 5.7 (policy), is about us, and so are 5.1.7
// and 5.1.8, the sender's address, which many servers tell only at RCPT.
func blame(phase, enhanced string) Blame {
	_, detail, _ := strings.Cut(enhanced, ".")
	subject, _, _ := strings.Cut(detail, ".")
	if detail == "1.7" || detail == "1.8" {
		return BlameSender
	}
	switch phase {
	case phaseRcpt:
		switch subject {
		case "3", "5", "6", "7":
			return BlameSender
		}
		return BlameRecipient
	case phaseData, phaseDot:
		switch subject {
		case "1", "2":
			return BlameRecipient
		}
	}
	return BlameSender
}

// enhanced splits the enhanced status code (RFC 3463) from the words of a reply.
func enhanced(msg string) (code, words string) {
	first, rest := msg, ""
	if i := strings.IndexAny(msg, " \t\n"); i >= 0 {
		first, rest = msg[:i], msg[i:]
	}
	parts := strings.Split(first, ".")
	if len(parts) != 3 || !isNumber(parts[0], 1) || !isNumber(parts[1], 3) || !isNumber(parts[2], 3) || !strings.Contains("245", parts[0]) {
		return "", printable(msg)
	}
	return first, printable(rest)
}

// isNumber reports whether s is a number of at most so many digits.
func isNumber(s string, most int) bool {
	return s != "" && len(s) <= most && strings.Trim(s, "0123456789") == ""
}

// printable is foreign text for a log or a terminal: one line, no control
// characters, not too long.
func printable(s string) string {
	const most = 200
	if len(s) <= most && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) && !strings.Contains(s, "  ") {
		return strings.TrimSpace(s) // as almost all are
	}
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7F && r <= 0x9F {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))), " ")
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return s
}

// describe says what happened, in words that help.
func describe(err error) string {
	var dns *net.DNSError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded): // the latter from dialling
		return "no answer in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the server closed the connection"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.As(err, &dns):
		return "no such host: " + dns.Name
	}
	return err.Error()
}
