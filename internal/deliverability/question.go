package deliverability

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// questions are those to the DNS: of names as they stand, without the system's
// search list, and each within a time.
type questions struct {
	resolver *net.Resolver
	timeout  time.Duration
}

func (c *Checker) questions() questions { return questions{c.Resolver, c.timeout()} }

// LookupTXT returns each record as one string.
func (q questions) LookupTXT(ctx context.Context, name string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, q.timeout)
	defer cancel()
	found, err := q.resolver.LookupTXT(ctx, absolute(name))
	return found, fault(err)
}

// LookupMX returns the mail servers of a domain, the preferred ones first.
func (q questions) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	ctx, cancel := context.WithTimeout(ctx, q.timeout)
	defer cancel()
	found, err := q.resolver.LookupMX(ctx, absolute(name))
	return found, fault(err)
}

// LookupIPAddr returns the addresses of a host; of an address, itself.
func (q questions) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	ctx, cancel := context.WithTimeout(ctx, q.timeout)
	defer cancel()
	found, err := q.resolver.LookupIPAddr(ctx, absolute(host))
	return found, fault(err)
}

// LookupAddr returns the names of an address.
func (q questions) LookupAddr(ctx context.Context, address string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, q.timeout)
	defer cancel()
	found, err := q.resolver.LookupAddr(ctx, address)
	return found, fault(err)
}

// known reports whether there is anything in the DNS under a name that has no
// record of the kind that was wanted.
func (q questions) known(ctx context.Context, domain string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, q.timeout)
	defer cancel()
	if _, err := q.resolver.LookupTXT(ctx, absolute(domain)); err == nil {
		return true, nil
	}
	_, err := q.resolver.LookupNS(ctx, absolute(domain))
	if err = fault(err); absent(err) {
		return false, nil
	}
	return err == nil, err
}

func absolute(name string) string {
	if net.ParseIP(name) != nil || strings.HasSuffix(name, ".") {
		return name
	}
	return name + "."
}

// fault is an error of the DNS. Whatever is not the answer that there is no such
// record may pass (RFC 7208 4.4 counts all else among temporary errors).
func fault(err error) error {
	var d *net.DNSError
	if errors.As(err, &d) {
		copied := *d
		copied.IsTemporary = !d.IsNotFound
		return &copied
	}
	return err
}

// absent reports whether the answer was that there is no such record.
func absent(err error) bool {
	var d *net.DNSError
	return errors.As(err, &d) && d.IsNotFound
}

// unasked is the finding that a question got no answer: what was to be checked
// may be right or wrong.
func unasked(id, where, what string, err error) Finding {
	return Finding{id, Warning, where, fmt.Sprintf("%s could not be asked: %s", what, reason(err)), "try again later, or ask another DNS server"}
}

func reason(err error) string {
	var d *net.DNSError
	switch {
	case errors.As(err, &d) && d.IsTimeout, errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case d != nil:
		return d.Err
	}
	return err.Error()
}
