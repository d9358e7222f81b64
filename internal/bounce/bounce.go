// Package bounce reads what comes back to the return path of a newsletter, and
// says what it is: a delivery report (RFC 3464, RFC 6533), a complaint (RFC
// 5965), an automatic answer, or nothing that can be known.
//
//	m, err := bounce.Read(os.Stdin)
//	report := m.For("tobias@example.org")
//
// Whoever knows an address can write a report about it. What it says counts only
// if one of [Message.Paths] is a return path that [Paths] has made: it names the
// recipient, and nobody can make one without the secret.
//
// When in doubt a report is unclear: a relay that is not trusted, a filter or a
// full disk is no reason to strike anybody off a list.
package bounce

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"digest/internal/subscriber"
)

// A Kind is what a report means for the recipient.
type Kind string

// The kinds.
const (
	Hard      Kind = "hard"       // the mailbox or its domain does not exist, or refuses for ever
	Soft      Kind = "soft"       // not delivered, which may pass: a full mailbox, a host that is away
	Complaint Kind = "complaint"  // the recipient has called the letter spam
	AutoReply Kind = "auto-reply" // somebody is out of office, or a program has answered
	Leaving   Kind = "leaving"    // a mail to the address for leaving, with a reader's token
	Unclear   Kind = "unclear"    // none of these for sure: for a person to read
)

// A Report is what a message says of one recipient. Its texts are foreign, and
// safe to print.
type Report struct {
	Kind       Kind
	Recipient  string // as the letter was addressed, if the reporter tells; may be empty
	Final      string // where it went in the end: after a forward another one
	Status     string // RFC 3463, such as 5.1.1; may be empty
	Diagnostic string // the other server's words
	Token      string // of who is leaving; see package subscriber
	Why        string // it is of this kind
}

// A Message is one that was read.
type Message struct {
	ID      string   // of the same message always the same, of any other another
	Paths   []string // addresses among which the letter's return path is, if it is anywhere
	Reports []Report // at least one
}

// MaxSize is how much of a message is read, in bytes. A report stands before the
// letter that it returns, so that what is behind is not missed.
const MaxSize = 1 << 20

// Read reads one message, with line ends of any kind, and after it to the end of
// r if it is longer than [MaxSize]. An error is that of r: whatever stands in
// the message, there is a report.
func Read(r io.Reader) (Message, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize))
	if err == nil {
		_, err = io.Copy(io.Discard, r) // who writes to a pipe must not see it break
	}
	if err != nil {
		return Message{}, fmt.Errorf("the message cannot be read to its end: %w", err)
	}
	return parse(lines(string(data))), nil
}

// lines ends all lines in LF, also those that a gateway has ended in CR CR LF.
func lines(text string) string { return strings.ReplaceAll(text, "\r", "") }

func parse(text string) Message {
	if strings.HasPrefix(text, "From ") { // the line of an mbox, which Postfix's pipe can add
		_, text, _ = strings.Cut(text, "\n")
	}
	head, body := readFields(text)
	t := &tree{}
	t.visit(head, body, 0)
	m := Message{ID: identity(head, text), Paths: paths(head, t), Reports: reports(head, t)}
	if len(m.Reports) == 0 {
		m.Reports = []Report{{Kind: Unclear, Why: "no report that digest knows"}}
	}
	return m
}

// reports are what the first reader that knows the message makes of it.
func reports(head fields, t *tree) []Report {
	for _, read := range []func(fields, *tree) []Report{leaving, complaint, deliveryReport, plainBounce, autoReply, asking} {
		if found := read(head, t); len(found) > 0 {
			return found
		}
	}
	return nil
}

// identity is the Message-ID, or what takes its place where there is none. It
// has the same length for all.
func identity(head fields, text string) string {
	id := head.first("message-id")
	if id == "" {
		id = text
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16])
}

// For is what the message says of a recipient, given by the key of package
// subscriber, whom the return path has named. A report about another address is
// one of a forward, and perhaps of many readers behind it: a hard bounce of it
// counts as a soft one. Of several such nobody can say which is meant.
func (m Message) For(key string) Report {
	for _, r := range m.Reports {
		if isOf(r.Recipient, key) || isOf(r.Final, key) {
			return r
		}
	}
	r := m.Reports[0]
	switch {
	case len(m.Reports) > 1:
		return Report{Kind: Unclear, Why: fmt.Sprintf("a report of %d recipients, none of them the one it came back for", len(m.Reports))}
	case r.Kind == Hard && r.Recipient != "":
		r.Kind, r.Why = Soft, r.Why+", at the end of a forward"
	}
	return r
}

// isOf reports whether an address is one of the mailbox with that key.
func isOf(address, key string) bool {
	s, err := subscriber.New(address, "")
	return err == nil && s.Key == key
}
