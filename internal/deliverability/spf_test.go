package deliverability_test

import (
	"fmt"
	"strings"
	"testing"

	"digest/internal/deliverability"
	"digest/internal/deliverability/dnstest"
)

// spf is the zone with another record of SPF, and more.
func spf(record, more string) string {
	return without("v=spf1", "news.example.org. TXT "+record+"\n"+more)
}

func TestSPF(t *testing.T) {
	at := func(host string) deliverability.Sender {
		s := sender
		s.Host = host
		return s
	}
	other := sender
	other.ReturnPath = "bounce.example.org"
	for _, c := range []zoneCase{
		{"none", without("v=spf1", ""), sender, "dns.spf", []string{`warning news.example.org: there is no SPF record; big providers ask for one; publish: news.example.org. TXT "v=spf1 a:mail.example.org ~all"`}},
		{"none, to a number", without("v=spf1", ""), at("198.51.100.25"), "dns.spf", []string{`TXT "v=spf1 ip4:198.51.100.25 ~all"`}},
		{"none, to IPv6", without("v=spf1", ""), at("2001:db8::25"), "dns.spf", []string{`TXT "v=spf1 ip6:2001:db8::25 ~all"`}},
		{"none, to a server here", without("v=spf1", ""), at("127.0.0.1"), "dns.spf", []string{`TXT "v=spf1 ip4:ADDRESS ~all"`}},
		{"other texts only", spf(`"v=spf10 -all"`, ""), sender, "dns.spf", []string{"there is no SPF record"}},
		{"two", published + `news.example.org. TXT "v=spf1 mx -all"`, sender, "dns.spf", []string{"error news.example.org: there are 2 records of SPF, so receivers heed none"}},
		{"another server", spf(`"v=spf1 ip4:203.0.113.7 -all"`, ""), sender, "dns.spf", []string{
			`warning news.example.org: the record does not name the mail server mail.example.org at 198.51.100.25 (fail), 2001:db8::25 (fail), which may send from other addresses; if it sends from there, publish: news.example.org. TXT "v=spf1 a:mail.example.org ip4:203.0.113.7 -all"`}},
		{"redirected to another server", spf(`"v=spf1 redirect=o.example.org"`, `o.example.org. TXT "v=spf1 ip4:203.0.113.7 ?all"`), sender, "dns.spf", []string{
			`(neutral)`, `publish: news.example.org. TXT "v=spf1 a:mail.example.org redirect=o.example.org"`}},
		{"one of its addresses", spf(`"v=spf1 ip4:198.51.100.0/24 ~all"`, ""), sender, "dns.spf", []string{"warning news.example.org: the record does not name the mail server mail.example.org at 2001:db8::25 (softfail)"}},
		{"a quote in it", spf(`"v=spf1 x=\" -all"`, ""), sender, "dns.spf", []string{`TXT "v=spf1 a:mail.example.org x=\" -all"`}},
		{"not of ASCII", spf(`"v=spf1 x=\195\164 -all"`, ""), sender, "dns.spf", []string{"let the record name the address"}},
		{"everyone", spf(`"v=spf1 +all"`, ""), sender, "dns.spf", []string{"warning news.example.org: the record lets everyone send"}},
		{"no end", spf(`"v=spf1 a:mail.example.org"`, ""), sender, "dns.spf", []string{"warning news.example.org: the record says nothing of servers that it does not name", "info news.example.org: the record names"}},
		{"syntax", spf(`"v=spf1 ip4:198.51.100.300 -all"`, ""), sender, "dns.spf", []string{"error news.example.org: the record is broken: an address in it is none"}},
		{"a term of nothing", spf(`"v=spf1 mail.example.org -all"`, ""), sender, "dns.spf", []string{"error news.example.org: the record is broken: a term in it is none of SPF"}},
		{"includes itself", spf(`"v=spf1 include:news.example.org -all"`, ""), sender, "dns.spf", []string{"error news.example.org: the record is broken: it takes more than 10 questions"}},
		{"includes nothing", spf(`"v=spf1 include:no.example.org -all"`, ""), sender, "dns.spf", []string{"error news.example.org: the record is broken: a domain that it includes has no record"}},
		{"three names of nothing", spf(`"v=spf1 a:x.example.org a:y.example.org a:z.example.org -all"`, ""), sender, "dns.spf", []string{"error news.example.org: the record is broken: more than 2 of the names"}},
		{"broken behind our server", spf(`"v=spf1 a:mail.example.org include:no.example.org -all"`, ""), sender, "dns.spf", []string{"warning news.example.org: the record is broken", "info news.example.org: the record names"}},
		{"an include that fails", spf(`"v=spf1 include:x.example.org -all"`, "x.example.org. SERVFAIL"), sender, "dns.spf", []string{"warning news.example.org: what the record names could not be asked: server misbehaving"}},
		{"a server here", published, at("127.0.0.1"), "dns.spf", []string{"info news.example.org: there is a record; whether it names the mail server 127.0.0.1 cannot be seen from here"}},
		{"no such server", published, at("no.example.org"), "dns.spf", []string{"warning news.example.org: the address of the mail server no.example.org could not be asked: no such host"}},
		{"of the return path", published, other, "dns.spf", []string{"warning bounce.example.org: there is no SPF record"}},
		{"a record of 60 KB", spf(strings.Repeat(`"`+strings.Repeat("x", 250)+`" `, 240), `news.example.org. TXT "v=spf1 a:mail.example.org -all"`), sender, "dns.spf", []string{"info news.example.org: the record names"}},
		{"SPF of 60 KB", spf(`"v=spf1 " `+strings.Repeat(`"`+strings.Repeat("ip4:203.0.113.7 ", 15)+`" `, 240)+`"-all"`, ""), sender, "dns.spf", []string{"let the record name the address"}},
	} {
		c.run(t)
	}
}

// A chain of records without end, and a record that names a hundred servers, are
// followed no further than the rules say.
func TestSPFAsksNoMoreThanItMay(t *testing.T) {
	var chain, wide strings.Builder
	for i := range 40 {
		fmt.Fprintf(&chain, "n%d.example.org. TXT \"v=spf1 include:n%d.example.org -all\"\n", i, i+1)
	}
	for i := range 20 {
		fmt.Fprintf(&wide, "w%d.example.org. MX 10 m%d.example.org.\n", i, i)
		for j := range 10 {
			fmt.Fprintf(&wide, "w%d.example.org. MX 10 m%d-%d.example.org.\nm%d-%d.example.org. A 203.0.113.9\n", i, i, j, i, j)
		}
	}
	for _, zone := range []string{
		spf(`"v=spf1 include:n0.example.org -all"`, chain.String()),
		spf(`"v=spf1 mx:w0.example.org mx:w1.example.org mx:w2.example.org -all"`, wide.String()),
	} {
		server := dnstest.Start(t, zone)
		if found := strings.Join(check(t, server, sender), "\n"); !strings.Contains(found, "dns.spf error news.example.org: the record is broken") {
			t.Errorf("Check =\n%s", found)
		}
		if n := len(server.Asked()); n > 120 {
			t.Errorf("%d questions were asked", n)
		}
	}
}
