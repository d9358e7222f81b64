package email

import (
	"crypto/tls"
	"errors"
	"fmt"
)

// A Session is what an open connection is, and what the server offers on it.
type Session struct {
	TLS        string   // the version, such as "TLS 1.3"; empty: in clear
	Login      string   // the SASL mechanism; empty: nobody logged in
	Extensions []string // of those that matter to letters, such as DSN or SIZE 35882577
}

// Session tells of the connection that [Sender.Connect] has made. Without one it
// is empty.
func (s *Sender) Session() (found Session) {
	if s.client == nil {
		return found
	}
	if state, err := s.client.GetTLSConnectionState(); err == nil {
		found.TLS = tls.VersionName(state.Version)
	}
	if s.Username != "" {
		found.Login = s.method
	}
	for _, name := range []string{"PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE", "DSN", "CHUNKING"} {
		if offered, _ := s.client.Extension(name); offered {
			if name == "SIZE" && s.offers.mostBytes > 0 {
				name = fmt.Sprintf("SIZE %d", s.offers.mostBytes)
			}
			found.Extensions = append(found.Extensions, name)
		}
	}
	return found
}

// Takes is why the server at the other end would not take a message, or nil. It
// says nothing of the recipient, whom nobody asked for.
func (s *Sender) Takes(m Message) error {
	if o, ok := s.fits(m); !ok {
		return errors.New(o.Reply)
	}
	return nil
}
