package deliverability

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"blitiri.com.ar/go/spf"
)

// stranger is an address from which no mail comes (RFC 5737): what SPF says of it
// is what it says of everyone.
var stranger = net.IPv4(192, 0, 2, 1)

// checkSPF evaluates the record of the envelope's domain (RFC 7208) for a
// stranger and for the mail server.
func (c *Checker) checkSPF(ctx context.Context, s Sender) []Finding {
	record, missing := c.spfRecord(ctx, s)
	if missing != nil {
		return []Finding{*missing}
	}
	result, err := c.evaluate(ctx, stranger, s.ReturnPath)
	if result == spf.TempError {
		return []Finding{unasked("dns.spf", s.ReturnPath, "what the record names", err)}
	}
	server := c.spfOfServer(ctx, s, record)
	var found []Finding
	switch result {
	case spf.PermError:
		severity, effect := Error, "so receivers refuse or distrust its mail"
		if server.Severity == Info {
			severity, effect = Warning, "which some receivers hold against all of it"
		}
		found = append(found, Finding{"dns.spf", severity, s.ReturnPath, fmt.Sprintf("the record is broken: %s, %s", brokenSPF(err), effect), "mend it: " + quote(record)})
		if severity == Error {
			return found
		}
	case spf.Pass:
		found = append(found, Finding{"dns.spf", Warning, s.ReturnPath, "the record lets everyone send in its name", "let it end with ~all or -all"})
	case spf.Neutral:
		found = append(found, Finding{"dns.spf", Warning, s.ReturnPath, "the record says nothing of servers that it does not name", "let it end with ~all or -all"})
	}
	return append(found, server)
}

// spfRecord is the one record there must be, or the finding that it is not so.
func (c *Checker) spfRecord(ctx context.Context, s Sender) (string, *Finding) {
	all, err := c.questions().LookupTXT(ctx, s.ReturnPath)
	if err != nil && !absent(err) {
		f := unasked("dns.spf", s.ReturnPath, "TXT", err)
		return "", &f
	}
	var records []string
	for _, r := range all {
		if lower := strings.ToLower(r); lower == "v=spf1" || strings.HasPrefix(lower, "v=spf1 ") {
			records = append(records, r)
		}
	}
	switch len(records) {
	case 0:
		return "", &Finding{"dns.spf", Warning, s.ReturnPath, "there is no SPF record; big providers ask for one", publish(s.ReturnPath, "v=spf1 "+c.mechanism(ctx, s.Host)+" ~all") + allowance}
	case 1:
		return records[0], nil
	}
	return "", &Finding{"dns.spf", Error, s.ReturnPath, fmt.Sprintf("there are %d records of SPF, so receivers heed none", len(records)), "leave one of them, which names all servers that send"}
}

// allowance is what has to be known to publish a proposal.
const allowance = ` (a provider may want an "include:" of its own instead)`

// evaluate is what receivers make of mail from an address. The library keeps to
// the limits of RFC 7208 4.6.4.
func (c *Checker) evaluate(ctx context.Context, ip net.IP, domain string) (spf.Result, error) {
	return spf.CheckHostWithSender(ip, domain, "postmaster@"+domain, spf.WithContext(ctx), spf.WithResolver(c.questions()))
}

// spfOfServer evaluates the record for the addresses of the mail server. From
// which address it sends is its own affair, so a fault is a warning.
func (c *Checker) spfOfServer(ctx context.Context, s Sender, record string) Finding {
	addresses, err := c.questions().LookupIPAddr(ctx, s.Host)
	if err != nil {
		return unasked("dns.spf", s.ReturnPath, "the address of the mail server "+s.Host, err)
	}
	const most = 8
	var pass, other []string
	for _, a := range addresses[:min(len(addresses), most)] {
		if !public(a.IP) {
			return Finding{"dns.spf", Info, s.ReturnPath, fmt.Sprintf("there is a record; whether it names the mail server %s cannot be seen from here, since that is at %s", s.Host, a.IP),
				"see that it names the address from which that server sends"}
		}
		switch result, err := c.evaluate(ctx, a.IP, s.ReturnPath); result {
		case spf.Pass:
			pass = append(pass, a.IP.String())
		case spf.TempError:
			return unasked("dns.spf", s.ReturnPath, "what the record names", err)
		default:
			other = append(other, fmt.Sprintf("%s (%s)", a.IP, result))
		}
	}
	if len(other) == 0 {
		return Finding{"dns.spf", Info, s.ReturnPath, fmt.Sprintf("the record names the mail server %s (%s)", s.Host, strings.Join(pass, ", ")), ""}
	}
	hint := "let the record name the address from which that server sends"
	if plain(record) {
		hint = "if it sends from there, " + publish(s.ReturnPath, record[:len("v=spf1")]+" "+c.mechanism(ctx, s.Host)+record[len("v=spf1"):]) + allowance
	}
	return Finding{"dns.spf", Warning, s.ReturnPath, fmt.Sprintf("the record does not name the mail server %s at %s, which may send from other addresses", s.Host, strings.Join(other, ", ")), hint}
}

// mechanism names the mail server in a record.
func (c *Checker) mechanism(ctx context.Context, host string) string {
	ip := net.ParseIP(host)
	addresses, err := c.questions().LookupIPAddr(ctx, host)
	switch {
	case err == nil && len(addresses) > 0 && !public(addresses[0].IP):
		return "ip4:ADDRESS" // the one from which it sends is not known here
	case ip == nil:
		return "a:" + strings.TrimSuffix(host, ".")
	case ip.To4() != nil:
		return "ip4:" + host
	}
	return "ip6:" + host
}

// public reports whether mail can come from an address.
func public(ip net.IP) bool {
	return ip.IsGlobalUnicast() && !ip.IsPrivate()
}

// brokenSPF says what is wrong with a record.
func brokenSPF(err error) string {
	for known, words := range map[error]string{
		spf.ErrLookupLimitReached:     "it takes more than 10 questions to the DNS",
		spf.ErrVoidLookupLimitReached: "more than 2 of the names in it are not in the DNS",
		spf.ErrTooManyMXRecords:       "a domain in it has more than 10 MX records",
		spf.ErrMultipleRecords:        "a domain in it has more than one record",
		spf.ErrNoResult:               "a domain that it includes has no record",
		spf.ErrUnknownField:           "a term in it is none of SPF",
		spf.ErrInvalidIP:              "an address in it is none",
		spf.ErrInvalidMask:            "the length of a prefix in it is none",
		spf.ErrInvalidMacro:           "a macro in it is none",
		spf.ErrInvalidDomain:          "a domain in it is none",
	} {
		if errors.Is(err, known) {
			return words
		}
	}
	return quote(err.Error())
}
