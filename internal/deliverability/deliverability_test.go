package deliverability_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"digest/internal/deliverability"
	"digest/internal/deliverability/dnstest"
)

// A case is a sender in a zone, and the one finding of an ID that is wanted:
// "severity where: message; hint", in which what is wanted stands.
type zoneCase struct {
	name   string
	zone   string
	sender deliverability.Sender
	id     string
	want   []string
}

func (c zoneCase) run(t *testing.T) {
	t.Run(c.name, func(t *testing.T) {
		t.Parallel()
		found := check(t, dnstest.Start(t, c.zone), c.sender)
		for _, want := range c.want {
			if !slices.ContainsFunc(found, func(f string) bool { return strings.HasPrefix(f, c.id+" ") && strings.Contains(f, want) }) {
				t.Errorf("Check = \n%s\nwant a finding %s with %q", strings.Join(found, "\n"), c.id, want)
			}
		}
	})
}

// check returns each finding on a line.
func check(t *testing.T, server *dnstest.Server, s deliverability.Sender) []string {
	t.Helper()
	c := deliverability.Checker{Resolver: deliverability.Resolver(server.Addr), Timeout: 2 * time.Second}
	var lines []string
	for _, f := range c.Check(t.Context(), s) {
		lines = append(lines, fmt.Sprintf("%s %s %s: %s; %s", f.ID, f.Severity, f.Where, f.Message, f.Hint))
	}
	return lines
}

// sender is the one of the cases, who does not sign.
var sender = deliverability.Sender{From: "news.example.org", Host: "mail.example.org"}

// published is a zone in which all is well for it.
const published = `
news.example.org.        MX 10 mx.example.org.
news.example.org.        TXT "v=spf1 a:mail.example.org -all"
_dmarc.news.example.org. TXT "v=DMARC1; p=reject"
mx.example.org.          A 198.51.100.24
mail.example.org.        A 198.51.100.25
mail.example.org.        AAAA 2001:db8::25
`

// without is the zone less the lines in which a text stands, and with others.
func without(text, others string) string {
	var b strings.Builder
	for line := range strings.Lines(published) {
		if !strings.Contains(line, text) {
			b.WriteString(line)
		}
	}
	return b.String() + others
}

func TestAllIsWell(t *testing.T) {
	server := dnstest.Start(t, published)
	want := []string{
		"dns.mx info news.example.org: answers go to mx.example.org; ",
		"dns.spf info news.example.org: the record names the mail server mail.example.org (198.51.100.25, 2001:db8::25); ",
		"dns.dkim info news.example.org: no key is configured here, so the mail server has to sign; a letter to yourself shows whether it does: its Authentication-Results say dkim=pass",
		"dns.dmarc info _dmarc.news.example.org: the policy is reject; in the name of news.example.org are SPF of news.example.org; ",
	}
	if got := check(t, server, sender); !slices.Equal(got, want) {
		t.Errorf("Check =\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if asked := server.Asked(); !slices.Contains(asked, "news.example.org. MX") {
		t.Errorf("the server was asked %q", asked)
	}
}

var tooLong = regexp.MustCompile(`"[^"]{256}`)

// Whoever publishes the lines of the hints, as they are, has a zone in which all
// is well.
func TestLinesToPublish(t *testing.T) {
	s, _ := signing(t)
	s.ReturnPath, s.Host = "bounce.example.org", "mail.example.org"
	server := dnstest.Start(t, "news.example.org. A 198.51.100.24\nbounce.example.org. A 198.51.100.24\nbounce.example.org. TXT \"v=spf1 ip4:203.0.113.7 -all\"\nmail.example.org. A 198.51.100.25")
	c := deliverability.Checker{Resolver: deliverability.Resolver(server.Addr)}
	lines := 0
	for _, f := range c.Check(t.Context(), s) {
		_, line, ok := strings.Cut(f.Hint, "publish: ")
		if !ok {
			t.Errorf("%s: no line to publish in %q", f.ID, f.Hint)
			continue
		}
		if tooLong.MatchString(line) {
			t.Errorf("%s: a string of more than 255 characters in %s", f.ID, line)
		}
		line, _, _ = strings.Cut(line, " (")
		name, rest, _ := strings.Cut(line, " ")
		kind, _, _ := strings.Cut(rest, " ")
		server.Withdraw(name, kind)
		server.Publish(t, line)
		lines++
	}
	for _, f := range c.Check(t.Context(), s) {
		if f.Severity != deliverability.Info {
			t.Errorf("after that: %+v", f)
		}
	}
	if lines != 5 {
		t.Errorf("%d lines to publish, want MX twice, SPF, DKIM and DMARC", lines)
	}
}

// Nothing that the DNS says or does not say costs more than its time.
func TestSilence(t *testing.T) {
	server := dnstest.Start(t, "org. SILENCE")
	c := deliverability.Checker{Resolver: deliverability.Resolver(server.Addr), Timeout: 500 * time.Millisecond}
	s, _ := signing(t)
	s.Host, s.ReturnPath = "mail.example.org", "bounce.example.org"
	begin := time.Now()
	found := c.Check(t.Context(), s)
	if took := time.Since(begin); took > 1500*time.Millisecond {
		t.Errorf("silence took %s", took)
	}
	if len(found) != 5 {
		t.Errorf("%d findings, want 5: %+v", len(found), found)
	}
	for _, f := range found {
		if f.Severity != deliverability.Warning || !strings.HasSuffix(f.Message, "could not be asked: no answer in time") {
			t.Errorf("%+v, want that it could not be asked", f)
		}
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, f := range c.Check(ctx, s) {
		if f.Severity != deliverability.Warning {
			t.Errorf("interrupted: %+v, want a warning", f)
		}
	}
}

// A record that asks for many names that are silent has its time, and no more.
func TestSilenceAgainAndAgain(t *testing.T) {
	zone := spf(`"v=spf1 ptr -all"`, "mute.example. SILENCE\n")
	for i := range 10 {
		zone += fmt.Sprintf("1.2.0.192.in-addr.arpa. PTR n%d.mute.example.\n", i)
	}
	server := dnstest.Start(t, zone)
	c := deliverability.Checker{Resolver: deliverability.Resolver(server.Addr), Timeout: 300 * time.Millisecond}
	begin := time.Now()
	c.Check(t.Context(), sender)
	if took := time.Since(begin); took > 2500*time.Millisecond || !slices.Contains(server.Asked(), "n1.mute.example. A") {
		t.Errorf("silence took %s; asked was %q", took, server.Asked())
	}
}

func TestFailure(t *testing.T) {
	for _, fault := range []string{"SERVFAIL", "REFUSED"} {
		found := check(t, dnstest.Start(t, "org. "+fault), sender)
		for _, part := range []string{"dns.mx", "dns.spf", "dns.dmarc"} {
			if !slices.ContainsFunc(found, func(f string) bool {
				return strings.HasPrefix(f, part+" warning") && strings.Contains(f, " could not be asked: server misbehaving")
			}) {
				t.Errorf("%s: %q has no warning %s that it could not be asked", fault, found, part)
			}
		}
	}
	c := deliverability.Checker{Resolver: deliverability.Resolver("127.0.0.1:1"), Timeout: 2 * time.Second}
	for _, f := range c.Check(t.Context(), sender) {
		if f.ID != "dns.dkim" && (f.Severity != deliverability.Warning || !strings.Contains(f.Message, "connection refused")) {
			t.Errorf("nobody listens: %+v", f)
		}
	}
}

func TestMX(t *testing.T) {
	other := sender
	other.ReturnPath = "bounce.example.net"
	for _, c := range []zoneCase{
		{"no such domain", "", sender, "dns.mx", []string{"error news.example.org: the DNS knows no such domain"}},
		{"other records only", without("MX", ""), sender, "dns.mx", []string{"error news.example.org: there is neither an MX record nor an address, so answers get lost, and receivers may refuse its mail; publish: news.example.org. MX 10 HOST."}},
		{"an address only", without("MX", "news.example.org. AAAA 2001:db8::1"), sender, "dns.mx", []string{"warning news.example.org: there is no MX record", "publish: news.example.org. MX 10 news.example.org."}},
		{"null", without("MX", "news.example.org. MX 0 ."), sender, "dns.mx", []string{"error news.example.org: its MX record says that it takes no mail"}},
		{"to nowhere", without("mx.example.org. ", ""), sender, "dns.mx", []string{"error news.example.org: answers get lost: no address is known of mx.example.org; publish: mx.example.org. A ADDRESS"}},
		{"to a number", without("MX", "news.example.org. MX 10 198.51.100.24."), sender, "dns.mx", []string{"error news.example.org: answers get lost"}},
		{"one of two to nowhere", published + "news.example.org. MX 20 gone.example.org.", sender, "dns.mx", []string{"warning news.example.org: no address is known of gone.example.org"}},
		{"one that fails", without("mx.example.org. ", "mx.example.org. SERVFAIL"), sender, "dns.mx", []string{"warning news.example.org: the address of mx.example.org could not be asked"}},
		{"a loop of aliases", without("mx.example.org. ", "mx.example.org. CNAME a.example.org.\na.example.org. CNAME mx.example.org."), sender, "dns.mx", []string{"error news.example.org: answers get lost"}},
		{"of the return path", published, other, "dns.mx", []string{"info news.example.org: answers go to", "error bounce.example.net: the DNS knows no such domain"}},
	} {
		c.run(t)
	}
}

// signing is a sender with a key of its own, and the record of another key.
func signing(t *testing.T) (s deliverability.Sender, other string) {
	t.Helper()
	var records [2]string
	for i := range records {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.MarshalPKIXPublicKey(key.Public())
		if err != nil {
			t.Fatal(err)
		}
		records[i] = "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
	}
	s = sender
	s.Key = &deliverability.Key{Domain: s.From, Name: "k1._domainkey." + s.From, Record: records[0]}
	return s, records[1]
}
