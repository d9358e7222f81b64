package config

import (
	"cmp"
	"regexp"
	"strings"
)

// selectorForm is one of labels that the DNS can hold (RFC 6376 3.1).
var selectorForm = regexp.MustCompile(`(?i)^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

// checkDKIM notes what would leave messages unsigned or signed in vain.
func (f *file) checkDKIM(c *Config, faults *Faults) {
	d := f.DKIM
	if d.Domain == "" && d.Selector == "" && d.KeyFile == "" {
		return
	}
	_, sender, _ := strings.Cut(c.From.Address, "@")
	c.DKIM = DKIM{Domain: sender, Selector: d.Selector, KeyFile: c.Path(d.KeyFile)}
	if d.Domain != "" {
		c.DKIM.Domain = signingDomain(faults, d.Domain, sender)
	}
	switch {
	case d.Selector == "":
		faults.add("dkim.selector", "write a name for the key, such as news, or leave all of dkim empty", "it is empty, so nothing would be signed")
	case !selectorForm.MatchString(d.Selector):
		faults.add("dkim.selector", "write letters, digits and hyphens", "%q is no name in the DNS", d.Selector)
	}
	if d.KeyFile == "" {
		faults.add("dkim.key_file", "name the file of the private key, or leave all of dkim empty", "it is empty, so nothing would be signed")
		return
	}
	c.DKIM.Key = secret(c, faults, "dkim.key", "", d.KeyFile, nil)
}

// signingDomain is the domain in A-labels. A receiver who goes by DMARC heeds
// the signature of the sender's domain, and by default that of one above it
// (RFC 7489 3.1.1).
func signingDomain(faults *Faults, domain, sender string) string {
	a, err := address("dkim@" + domain)
	if err != nil {
		faults.add("dkim.domain", "write "+cmp.Or(sender, "example.org")+", or leave it empty", "%q is no domain", domain)
		return ""
	}
	_, domain, _ = strings.Cut(a.Address, "@")
	if sender != "" && domain != sender && !strings.HasSuffix(sender, "."+domain) {
		faults.add("dkim.domain", "write "+sender+" or one above it, or leave it empty", "%q is not the domain of from, so the signature would count for nothing", domain)
	}
	return domain
}
