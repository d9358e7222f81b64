package mailbox

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/emersion/go-imap/v2"

	"digest/internal/bookmark"
)

// fault says what went wrong in a step. It wraps nothing: the words of others are
// in it, and they are safe to print.
func (s *session) fault(step string, err error) error {
	var reply *imap.Error
	if errors.As(err, &reply) {
		said := strings.TrimSpace(string(reply.Type) + " " + string(reply.Code))
		return fmt.Errorf("%s: the server says %s: %q", step, s.printable(said), s.printable(reply.Text))
	}
	// go-imap keeps no more than the words of what happened below it. That we
	// closed the connection ourselves is no reason.
	if errors.Is(err, net.ErrClosed) && s.client != nil {
		err = cmp.Or(s.client.Close(), err)
	}
	if s.conn != nil {
		if cause := s.conn.cause(); cause != nil && !errors.Is(cause, net.ErrClosed) {
			err = cause
		}
	}
	return fmt.Errorf("%s: %s", step, s.printable(describe(err)))
}

// printable is foreign text for a log or a terminal: one line, without the
// password that a server may repeat, not too long.
func (s *session) printable(text string) string {
	const most = 200
	for _, secret := range []string{
		s.Password, base64.StdEncoding.EncodeToString([]byte("\x00" + s.Username + "\x00" + s.Password)), base64.StdEncoding.EncodeToString([]byte(s.Password)),
	} {
		if s.Password != "" {
			text = strings.ReplaceAll(text, secret, "[secret]")
		}
	}
	text = bookmark.Clean(text)
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// describe says what happened, in words that help.
func describe(err error) string {
	var dns *net.DNSError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
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
