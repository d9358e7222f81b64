// Package mailbox reads the new messages of a folder on an IMAP server (RFC
// 3501, RFC 9051), and marks them there.
//
//	c := mailbox.Config{Host: "mail.example.org", Port: 993, TLS: mailbox.ImplicitTLS, Username: "bounces", Password: "..."}
//	err := c.Each(ctx, func(uid uint32, message io.Reader) mailbox.Mark { return mailbox.Seen })
//
// A mark is all that it changes: nothing is deleted or moved. What was marked is
// not read again, what was not comes again with the next run, so that a run which
// was cut off is simply made again. Nothing is remembered of a folder from one
// connection to the next, so that a new UIDVALIDITY means nothing here.
//
// The server is not trusted. All that it says to one command is bounded in length
// and in time, and its words are made safe to print.
package mailbox

import (
	"bytes"
	"context"
	"crypto/x509"
	"io"
	"time"
)

// TLS is the way in which a connection is secured.
type TLS string

// The ways. A server that does not offer TLS is refused, and so is one without
// TLS on another machine.
const (
	ImplicitTLS TLS = "tls"      // from the first byte
	STARTTLS    TLS = "starttls" // before the login
	NoTLS       TLS = "none"     // on this machine only
)

// Config is a folder of a mailbox, and how to get there.
type Config struct {
	Host     string
	Port     int
	TLS      TLS
	Username string
	Password string
	Folder   string         // empty: INBOX
	MaxSize  int64          // of a message no more bytes are read; 0: 1 MiB
	Timeout  time.Duration  // for each step, such as dialling or one command; 0: a minute
	RootCAs  *x509.CertPool // vouch for the server; nil: those of the system
}

// A Mark is what becomes of a message that was read.
type Mark int

// The marks.
const (
	None    Mark = iota // it stays new, for the next run
	Seen                // it needs nobody
	Flagged             // a person has to look at it; it stays unread
)

// Each calls settle with each message of the folder that is neither seen, flagged
// nor deleted, the one that came first before the others, and marks it as settle
// says. Numbers are those of the server (UID). A message that another program has
// taken away meanwhile is no error.
func (c Config) Each(ctx context.Context, settle func(uid uint32, message io.Reader) Mark) error {
	return c.connected(ctx, func(s *session) error {
		count, err := s.open(false)
		if err != nil {
			return err
		}
		// In windows, so that no answer is long. If messages vanish, those that
		// move up into a window that was done are for the next run.
		for first := uint32(1); first <= count; first += window {
			uids, err := s.search(first, min(count, first+window-1))
			if err != nil {
				return err
			}
			for _, uid := range uids {
				if err := s.each(ctx, uid, settle); err != nil {
					return err
				}
			}
			count = min(count, s.count())
		}
		return nil
	})
}

// each settles one message, while nothing is asked of the server.
func (s *session) each(ctx context.Context, uid uint32, settle func(uid uint32, message io.Reader) Mark) error {
	message, found, err := s.fetch(uid)
	if err != nil || !found {
		return err
	}
	mark := settle(uid, bytes.NewReader(message))
	if ctx.Err() != nil || mark == None {
		return ctx.Err()
	}
	return s.mark(uid, mark)
}

// Check logs in and opens the folder, and changes nothing.
func (c Config) Check(ctx context.Context) error {
	return c.connected(ctx, func(s *session) error {
		_, err := s.open(true)
		return err
	})
}
