package config

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"digest/internal/subscriber"
)

func (f *file) checkUnsubscribe(c *Config, faults *Faults, inFile func(string) bool) {
	u := f.Unsubscribe
	c.Unsubscribe = Unsubscribe{
		URL:         readerURL(faults, "unsubscribe.url", u.URL),
		Preferences: readerURL(faults, "unsubscribe.preferences", u.Preferences),
		Secret:      secret(c, faults, "unsubscribe.secret", u.Secret, u.SecretFile, inFile),
	}
	if u.Secret == "" {
		c.Unsubscribe.SecretFile = c.Path(u.SecretFile)
	}
	if u.Mailto != "" {
		if a, err := address(u.Mailto); err != nil {
			faults.add("unsubscribe.mailto", "write an address, or leave it empty", "%q: %v", u.Mailto, err)
		} else {
			c.Unsubscribe.Mailto = a.Address
		}
	}
	if f.Delivery.Via != "smtp" {
		return
	}
	if u.URL == "" && u.Mailto == "" {
		faults.add("unsubscribe", "set unsubscribe.url or unsubscribe.mailto", "nobody could leave, and big providers refuse such mail")
	}
	if err := subscriber.CheckSecrets(subscriber.Secrets(string(c.Unsubscribe.Secret))); err != nil && (c.Unsubscribe.Secret != "" || u.SecretFile == "") {
		faults.add("unsubscribe.secret_file", "make one with: (umask 077; head -c 32 /dev/urandom | base64 > secret)", "%v", err)
	}
}

// readerURL is an address to which a slash and a token are added, or empty. It
// goes into a header as it is.
func readerURL(faults *Faults, key, s string) string {
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.String() != s {
		faults.add(key, "write https://news.example.org/u", "%q is no https address, in ASCII and without a query", s)
	}
	return s
}

func (f *file) checkServe(c *Config, faults *Faults) {
	s := f.Serve
	c.Subscribe = readerURL(faults, "subscribe.url", f.Subscribe.URL)
	if c.Subscribe != "" && c.Subscribers != "" {
		faults.add("subscribe.url", "set subscribers: database, and take the file in with: digest subscribers import FILE --apply", "who joins is put into the database, and the list is a file")
	}
	checkPaths(c, faults)
	c.Serve = Serve{Listen: s.Listen, Metrics: s.Metrics, Certificate: c.Path(s.Certificate), Key: c.Path(s.CertificateKey)}
	if !isListen(s.Listen) {
		faults.add("serve.listen", "write 127.0.0.1:8025", "%q is no address to listen at", s.Listen)
	}
	if s.Metrics != "" && !isListen(s.Metrics) {
		faults.add("serve.metrics", "write 127.0.0.1:9125, or leave it empty", "%q is no address to listen at", s.Metrics)
	} else if s.Metrics != "" && s.Metrics == s.Listen && !strings.HasSuffix(s.Listen, ":0") {
		faults.add("serve.metrics", "write another port", "it is that of serve.listen, where everybody would see them")
	}
	if (s.Certificate == "") != (s.CertificateKey == "") {
		faults.add("serve.certificate", "name both, or neither behind a proxy that speaks TLS", "certificate and certificate_key go together")
	}
	for _, text := range s.TrustedProxies {
		network, err := netip.ParsePrefix(text)
		if a, failed := netip.ParseAddr(text); failed == nil && a.Zone() == "" {
			network, err = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()), nil
		}
		if err != nil {
			faults.add("serve.trusted_proxies", "write 127.0.0.1 or 10.0.0.0/8", "%q is no address and no network", text)
			continue
		}
		c.Serve.TrustedProxies = append(c.Serve.TrustedProxies, network.Masked())
	}
}

// checkPaths refuses pages that would stand in each other's place.
func checkPaths(c *Config, faults *Faults) {
	taken := map[string]string{"/healthz": "the page that says how the server is"}
	for _, p := range []struct{ key, address string }{
		{"unsubscribe.url", c.Unsubscribe.URL}, {"unsubscribe.preferences", c.Unsubscribe.Preferences}, {"subscribe.url", c.Subscribe},
	} {
		u, err := url.Parse(p.address)
		if err != nil || p.address == "" {
			continue
		}
		path := strings.TrimSuffix(u.Path, "/")
		if other := taken[path]; other != "" {
			faults.add(p.key, "give each page a path of its own", "it has the path of %s", other)
		}
		taken[path] = p.key
	}
}

// isListen reports whether s is a host, or none, and a port.
func isListen(s string) bool {
	_, port, err := net.SplitHostPort(s)
	n, bad := strconv.Atoi(port)
	return err == nil && bad == nil && n >= 0 && n <= 65535
}
