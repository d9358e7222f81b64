package deliverability

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// dmarcForm is how a record begins (RFC 7489 6.4); others are not of DMARC.
var dmarcForm = regexp.MustCompile(`^v[ \t]*=[ \t]*DMARC1[ \t]*(;|$)`)

// checkDMARC reads the policy of the From domain, and whether our letters can
// satisfy it.
func (c *Checker) checkDMARC(ctx context.Context, s Sender) []Finding {
	name, records, err := c.policy(ctx, s.From)
	switch {
	case err != nil:
		return []Finding{unasked("dns.dmarc", name, "TXT", err)}
	case len(records) == 0:
		name = "_dmarc." + s.From
		return []Finding{{"dns.dmarc", Warning, name, "there is no DMARC record; big providers ask for one", publish(name, "v=DMARC1; p=none; rua=mailto:postmaster@"+s.From)}}
	case len(records) > 1:
		return []Finding{{"dns.dmarc", Error, name, fmt.Sprintf("there are %d records of DMARC, so receivers heed none", len(records)), "leave one of them"}}
	}
	record := tags(records[0])
	policy := record["p"]
	if sub, has := record["sp"]; has && name != "_dmarc."+s.From {
		policy = sub
	}
	switch strings.ToLower(policy) {
	case "none", "quarantine", "reject":
	default:
		return []Finding{{"dns.dmarc", Warning, name, "the policy is " + quote(policy) + ", so receivers may heed none", "write p=none, p=quarantine or p=reject"}}
	}
	return []Finding{alignment(s, name, strings.ToLower(policy), record)}
}

// policy finds the records of a domain, or else of the one it belongs to.
func (c *Checker) policy(ctx context.Context, domain string) (name string, records []string, err error) {
	for _, d := range []string{domain, organization(domain)} {
		name = "_dmarc." + d
		found, err := c.questions().LookupTXT(ctx, name)
		if err != nil && !absent(err) {
			return name, nil, err
		}
		for _, r := range found {
			if dmarcForm.MatchString(r) {
				records = append(records, r)
			}
		}
		if records != nil || d == organization(domain) {
			break
		}
	}
	return name, records, nil
}

// alignment says what of our letters is in the name of the From domain: one of
// SPF and DKIM must be, and pass (RFC 7489 3.1).
func alignment(s Sender, name, policy string, record map[string]string) Finding {
	var by []string
	if aligned(s.From, s.ReturnPath, record["aspf"]) {
		by = append(by, "SPF of "+s.ReturnPath)
	}
	if s.Key != nil && aligned(s.From, s.Key.Domain, record["adkim"]) {
		by = append(by, "DKIM of "+s.Key.Domain)
	}
	if by != nil {
		return Finding{"dns.dmarc", Info, name, fmt.Sprintf("the policy is %s; in the name of %s are %s", policy, s.From, strings.Join(by, " and ")), ""}
	}
	f := Finding{"dns.dmarc", Warning, name, fmt.Sprintf("the policy is %s, and the envelope is in the name of %s, which does not count for %s", policy, s.ReturnPath, s.From),
		"set bounce_address to one of " + s.From + ", or sign with a key of it"}
	if s.Key == nil {
		f.Message += "; all hangs on the signature of the mail server"
		return f
	}
	f.Message += ", nor does the signature of " + s.Key.Domain
	if policy != "none" {
		f.Severity = Error
	}
	return f
}

// aligned reports whether a domain counts for that of From: strictly if it is the
// same, else if both belong together.
func aligned(from, other, mode string) bool {
	if strings.EqualFold(mode, "s") {
		return strings.EqualFold(from, other)
	}
	return organization(from) == organization(other)
}

// organization is the domain that was registered, of which a domain is a part.
func organization(domain string) string {
	domain = strings.ToLower(domain)
	if registered, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return registered
	}
	return domain
}
