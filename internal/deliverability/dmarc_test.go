package deliverability_test

import (
	"testing"

	"digest/internal/deliverability"
)

func TestDMARC(t *testing.T) {
	dmarc := func(record string) string {
		return without("_dmarc", "_dmarc.news.example.org. TXT "+record)
	}
	org := func(record string) string { return without("_dmarc", "_dmarc.example.org. TXT "+record) }
	above := sender
	above.ReturnPath = "example.org"
	foreign := sender
	foreign.ReturnPath = "provider.example"
	signed := foreign
	signed.Key = &deliverability.Key{Domain: "example.org", Name: "k1._domainkey.example.org", Record: "p=AAAA"}
	elsewhere := foreign
	elsewhere.Key = &deliverability.Key{Domain: "provider.example", Name: "k1._domainkey.provider.example", Record: "p=AAAA"}
	public := deliverability.Sender{From: "a.github.io", ReturnPath: "b.github.io", Host: "mail.example.org"}
	for _, c := range []zoneCase{
		{"none", without("_dmarc", ""), sender, "dns.dmarc", []string{`warning _dmarc.news.example.org: there is no DMARC record; big providers ask for one; publish: _dmarc.news.example.org. TXT "v=DMARC1; p=none; rua=mailto:postmaster@news.example.org"`}},
		{"another text", dmarc(`"v=DMARC10; p=none"`), sender, "dns.dmarc", []string{"there is no DMARC record"}},
		{"two", published + `_dmarc.news.example.org. TXT "v=DMARC1; p=none"`, sender, "dns.dmarc", []string{"error _dmarc.news.example.org: there are 2 records of DMARC"}},
		{"of the organization", org(`"v=DMARC1; p=quarantine; np=reject; psd=n; t=y"`), sender, "dns.dmarc", []string{"info _dmarc.example.org: the policy is quarantine"}},
		{"of the organization for what is below", org(`"v=DMARC1;p=reject;sp=none"`), sender, "dns.dmarc", []string{"info _dmarc.example.org: the policy is none"}},
		{"sp of its own is not for it", dmarc(`"v=DMARC1; p=reject; sp=none"`), sender, "dns.dmarc", []string{"info _dmarc.news.example.org: the policy is reject"}},
		{"no policy", dmarc(`"v=DMARC1; rua=mailto:a@example.org"`), sender, "dns.dmarc", []string{`warning _dmarc.news.example.org: the policy is "", so receivers may heed none`}},
		{"a policy of nothing", dmarc(`"v=DMARC1; p=deny\027[2J"`), sender, "dns.dmarc", []string{`the policy is "deny\x1b[2J"`}},
		{"loosely aligned", published, above, "dns.dmarc", []string{"info _dmarc.news.example.org: the policy is reject; in the name of news.example.org are SPF of example.org"}},
		{"strictly not", dmarc(`"v=DMARC1; p=none; aspf=s"`), above, "dns.dmarc", []string{"warning _dmarc.news.example.org: the policy is none, and the envelope is in the name of example.org"}},
		{"aligned by the signature", published, signed, "dns.dmarc", []string{"info _dmarc.news.example.org: the policy is reject; in the name of news.example.org are DKIM of example.org"}},
		{"strictly not by the signature", dmarc(`"v=DMARC1; p=quarantine; adkim=s"`), signed, "dns.dmarc", []string{"error _dmarc.news.example.org: the policy is quarantine, and the envelope is in the name of provider.example, which does not count for news.example.org, nor does the signature of example.org"}},
		{"not aligned", published, elsewhere, "dns.dmarc", []string{"error _dmarc.news.example.org: the policy is reject"}},
		{"not aligned, and no policy", dmarc(`"v=DMARC1; p=none"`), elsewhere, "dns.dmarc", []string{"warning _dmarc.news.example.org: the policy is none"}},
		{"not aligned, and signed by the server", published, foreign, "dns.dmarc", []string{"warning _dmarc.news.example.org: the policy is reject", "all hangs on the signature of the mail server"}},
		{"neighbours of a public suffix", `_dmarc.a.github.io. TXT "v=DMARC1; p=none"`, public, "dns.dmarc", []string{"warning _dmarc.a.github.io: the policy is none, and the envelope is in the name of b.github.io"}},
		{"fails", without("_dmarc", "_dmarc.news.example.org. SERVFAIL"), sender, "dns.dmarc", []string{"warning _dmarc.news.example.org: TXT could not be asked"}},
		{"the organization fails", without("_dmarc", "_dmarc.example.org. SERVFAIL"), sender, "dns.dmarc", []string{"warning _dmarc.example.org: TXT could not be asked"}},
	} {
		c.run(t)
	}
}
