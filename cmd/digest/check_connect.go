package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"digest/internal/deliverability"
	"digest/internal/email"
	"digest/internal/subscriber"
)

// dnsServer is the address of --dns with its port, or empty.
func dnsServer(flag string) (string, error) {
	if flag == "" {
		return "", nil
	}
	if ip, err := netip.ParseAddr(strings.Trim(flag, "[]")); err == nil {
		return net.JoinHostPort(ip.String(), "53"), nil
	}
	host, port, err := net.SplitHostPort(flag)
	if err != nil && !strings.Contains(flag, ":") {
		host, port, err = flag, "53", nil
	}
	if n, bad := strconv.Atoi(port); err != nil || bad != nil || host == "" || n < 1 || n > 65535 {
		return "", usage("--dns %s: write an address such as 9.9.9.9, or one with a port: 127.0.0.1:5353", flag)
	}
	return net.JoinHostPort(host, port), nil
}

// checkServer logs in, and tells what the mail server is and offers.
func (n *newsletter) checkServer(ctx context.Context) []finding {
	sender := n.sender()
	defer sender.Close()
	where := fmt.Sprintf("%s:%d", n.SMTP.Host, n.SMTP.Port)
	if n.Delivery.Via == "outbox" {
		where = n.Delivery.Outbox
	}
	if err := sender.Connect(ctx); err != nil {
		return []finding{{"server", "error", where, err.Error(), "see smtp in the configuration"}}
	}
	server, ok := sender.(*email.Sender)
	if !ok {
		return []finding{{"server", "info", where, "ready", ""}}
	}
	found := []finding{{"server", "info", where, "ready: " + inWords(server.Session()), ""}}
	if n.checked != nil {
		if err := server.Takes(n.anybody(n.checked)); err != nil {
			found = append(found, finding{"server.letter", "error", where, err.Error(), "or use another mail server"})
		}
	}
	return found
}

// inWords describes a connection.
func inWords(s email.Session) string {
	login := "no login"
	if s.Login != "" {
		login = "logged in with " + s.Login
	}
	return fmt.Sprintf("%s, %s; offers %s", cmp.Or(s.TLS, "no TLS"), login, cmp.Or(strings.Join(s.Extensions, ", "), "nothing"))
}

// checkDeliverability asks what receivers will ask. While nothing leaves this
// machine they ask nothing.
func (n *newsletter) checkDeliverability(ctx context.Context, dns string) []finding {
	if n.Delivery.Via == "outbox" {
		return []finding{{"dns", "info", n.Delivery.Outbox, "nothing leaves this machine, so the DNS is not asked", "set delivery.via to smtp"}}
	}
	sender := deliverability.Sender{From: domainOf(n.From.Address), ReturnPath: domainOf(n.Bounces.Address), Host: n.SMTP.Host}
	if n.Unsubscribe.URL != "" {
		sender.LeaveURL = tokenURL(n.Unsubscribe.URL, n.keys().TokenUntil(subscriber.Checking, n.Name, "", n.clock().Add(time.Hour)))
	}
	if n.signer != nil {
		name, value := n.signer.Record()
		sender.Key = &deliverability.Key{Domain: n.DKIM.Domain, Name: name, Record: value}
	}
	checker := deliverability.Checker{Resolver: deliverability.Resolver(dns)}
	var found []finding
	for _, f := range checker.Check(ctx, sender) {
		found = append(found, finding{f.ID, string(f.Severity), f.Where, f.Message, f.Hint})
	}
	if n.DKIM.Key != "" && n.signer == nil { // what is wrong with the key has been said
		found = slices.DeleteFunc(found, func(f finding) bool { return f.ID == "dns.dkim" })
	}
	return found
}

// domainOf is what stands behind the @ of an address.
func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return domain
}
