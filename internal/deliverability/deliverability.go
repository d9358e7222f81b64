// Package deliverability asks the world what receivers will ask it about a
// sender: where answers go (MX), which servers may send (SPF), by which key
// letters are signed (DKIM), what is to become of others (DMARC), and whether the
// page behind List-Unsubscribe answers as mail providers want it.
//
//	c := deliverability.Checker{Resolver: deliverability.Resolver("")}
//	for _, f := range c.Check(ctx, deliverability.Sender{From: "example.org", Host: "mail.example.org"}) {
//		fmt.Println(f.ID, f.Message, f.Hint)
//	}
//
// A hint holds the line to publish, as it stands in a zone file, where it can be
// known. What is not in the DNS is told apart from what could not be asked. The
// answers are strangers' data: they are quoted, cut, and cost bounded time.
package deliverability

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Severity says what a finding is worth.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // letters are refused, or answers get lost
	Warning Severity = "warning" // some letters may be, or nobody could tell
	Info    Severity = "info"    // all is well
)

// A Finding is one thing that was found.
type Finding struct {
	ID       string // dns.mx, dns.spf, dns.dkim, dns.dmarc or unsubscribe.url
	Severity Severity
	Where    string // the name in the DNS, or the URL
	Message  string
	Hint     string // what to do; may be empty
}

// A Sender is whom letters come from. Domains are in A-labels.
type Sender struct {
	From       string // domain of the From address
	ReturnPath string // domain of the envelope's sender; empty: From
	Host       string // mail server that letters are given to: a name or an address
	Key        *Key   // nil: the mail server is to sign
	LeaveURL   string // unsubscribe link with a token that is right and nobody's; empty: there is none
}

// A Key is a DKIM key with the record that is to be in the DNS.
type Key struct {
	Domain string // of the signatures
	Name   string // of the record, without the dot at the end
	Record string // its value: k= and p= are compared
}

// A Checker asks.
type Checker struct {
	Resolver   *net.Resolver
	RootCAs    *x509.CertPool // of the URL's certificate; nil: the system's
	Timeout    time.Duration  // of one question to the DNS; 0: 5 s. No part of a check takes more than four times that
	URLTimeout time.Duration  // of one request to the URL; 0: 10 s
}

// Resolver asks the DNS server at an address with a port; empty: those of the
// system.
func Resolver(server string) *net.Resolver {
	r := &net.Resolver{PreferGo: true}
	if server != "" {
		r.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server)
		}
	}
	return r
}

// Check asks everything at once, and returns what it found in a fixed order.
func (c *Checker) Check(ctx context.Context, s Sender) []Finding {
	s.ReturnPath = cmp.Or(s.ReturnPath, s.From)
	parts := []func(context.Context, Sender) []Finding{c.checkMX, c.checkSPF, c.checkDKIM, c.checkDMARC}
	found := make([][]Finding, len(parts)+1)
	var group sync.WaitGroup
	for i, part := range parts {
		group.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, 4*c.timeout())
			defer cancel()
			found[i] = part(ctx, s)
		})
	}
	group.Go(func() { found[len(parts)] = c.checkURL(ctx, s.LeaveURL) })
	group.Wait()
	return slices.Concat(found...)
}

func (c *Checker) timeout() time.Duration { return cmp.Or(c.Timeout, 5*time.Second) }

// publish is the hint to have a TXT record.
func publish(name, value string) string { return "publish: " + line(name, value) }

// line is a TXT record as it stands in a zone file, in strings of at most 255
// characters.
func line(name, value string) string {
	var b strings.Builder
	b.WriteString(name + ". TXT")
	for part := range slices.Chunk([]byte(value), 255) {
		fmt.Fprintf(&b, ` "%s"`, strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(string(part)))
	}
	return b.String()
}

// plain reports whether a text from the DNS can stand in a line to publish.
func plain(s string) bool {
	const most = 1000
	return len(s) <= most && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// quote makes a stranger's text safe to print, and short.
func quote(s string) string {
	const most = 80
	if len(s) > most {
		s = s[:most] + "..."
	}
	return fmt.Sprintf("%q", s)
}
