package deliverability

import (
	"context"
	"fmt"
	"net"
	"strings"
)

// checkMX finds out whether answers can arrive, and what comes back.
func (c *Checker) checkMX(ctx context.Context, s Sender) []Finding {
	found := []Finding{c.receives(ctx, s.From, "answers")}
	if !strings.EqualFold(s.ReturnPath, s.From) {
		found = append(found, c.receives(ctx, s.ReturnPath, "bounces"))
	}
	return found
}

// receives is what becomes of mail to a domain (RFC 5321 5.1).
func (c *Checker) receives(ctx context.Context, domain, what string) Finding {
	servers, err := c.questions().LookupMX(ctx, domain)
	switch {
	case len(servers) > 0:
		return c.reachable(ctx, domain, what, servers)
	case !absent(err):
		return unasked("dns.mx", domain, "MX", err)
	}
	addresses, err := c.questions().LookupIPAddr(ctx, domain)
	switch {
	case len(addresses) > 0:
		return Finding{"dns.mx", Warning, domain, fmt.Sprintf("there is no MX record, so %s go to the host of that name, if it takes mail", what), "publish: " + domain + ". MX 10 " + domain + "."}
	case !absent(err):
		return unasked("dns.mx", domain, "its addresses", err)
	}
	known, err := c.questions().known(ctx, domain)
	switch {
	case err != nil:
		return unasked("dns.mx", domain, "whether it exists", err)
	case !known:
		return Finding{"dns.mx", Error, domain, "the DNS knows no such domain; receivers refuse its mail", "mend the address in the configuration, or register the domain"}
	}
	return Finding{"dns.mx", Error, domain, fmt.Sprintf("there is neither an MX record nor an address, so %s get lost, and receivers may refuse its mail", what), "publish: " + domain + ". MX 10 HOST., with the name of the server that takes its mail"}
}

// reachable looks up the addresses of mail servers.
func (c *Checker) reachable(ctx context.Context, domain, what string, servers []*net.MX) Finding {
	const most = 10
	var hosts, lost []string
	for _, mx := range servers[:min(len(servers), most)] {
		host := strings.TrimSuffix(mx.Host, ".")
		if host == "" { // RFC 7505
			return Finding{"dns.mx", Error, domain, fmt.Sprintf("its MX record says that it takes no mail, so %s get lost, and receivers may refuse its mail", what), "publish: " + domain + ". MX 10 HOST. in its place, with the name of the server that takes its mail"}
		}
		switch _, err := c.questions().LookupIPAddr(ctx, mx.Host); { // with its dot: digits are no address here
		case err == nil:
			hosts = append(hosts, host)
		case absent(err):
			lost = append(lost, host)
		default:
			return unasked("dns.mx", domain, "the address of "+host, err)
		}
	}
	switch {
	case len(hosts) == 0:
		return Finding{"dns.mx", Error, domain, fmt.Sprintf("%s get lost: no address is known of %s", what, strings.Join(lost, ", ")), "publish: " + lost[0] + ". A ADDRESS, with the address of that server, or mend the MX record"}
	case len(lost) > 0:
		return Finding{"dns.mx", Warning, domain, "no address is known of " + strings.Join(lost, ", "), "publish: " + lost[0] + ". A ADDRESS, with the address of that server, or take it out of the MX records"}
	}
	return Finding{"dns.mx", Info, domain, fmt.Sprintf("%s go to %s", what, strings.Join(hosts, ", ")), ""}
}
