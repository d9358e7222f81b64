package deliverability

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// checkDKIM compares the published record with the key (RFC 6376 3.6.1).
func (c *Checker) checkDKIM(ctx context.Context, s Sender) []Finding {
	if s.Key == nil {
		return []Finding{{"dns.dkim", Info, s.From, "no key is configured here, so the mail server has to sign", "a letter to yourself shows whether it does: its Authentication-Results say dkim=pass"}}
	}
	say := func(severity Severity, format string, args ...any) []Finding {
		return []Finding{{"dns.dkim", severity, s.Key.Name, fmt.Sprintf(format, args...), publish(s.Key.Name, s.Key.Record)}}
	}
	records, err := c.questions().LookupTXT(ctx, s.Key.Name)
	switch {
	case absent(err):
		return say(Error, "there is no such record, so no signature verifies")
	case err != nil:
		return []Finding{unasked("dns.dkim", s.Key.Name, "TXT", err)}
	case len(records) != 1:
		return say(Error, "there are %d TXT records, so receivers cannot tell which is the key", len(records))
	}
	published, key := tags(records[0]), tags(s.Key.Record)
	if wrong := unusable(published, key); wrong != "" {
		return say(Error, "%s, so no signature verifies", wrong)
	}
	if slices.Contains(list(published["t"]), "y") {
		return []Finding{{"dns.dkim", Warning, s.Key.Name, "the record says that signing is only being tested (t=y), so receivers may not count it", "take t=y out; " + publish(s.Key.Name, s.Key.Record)}}
	}
	return []Finding{{"dns.dkim", Info, s.Key.Name, fmt.Sprintf("the record is that of the key (SHA-256 %s)", fingerprint(published)), ""}}
}

// unusable is why a record serves not to verify what a key signs, or empty.
func unusable(published, key map[string]string) string {
	value, has := published["p"]
	v, versioned := published["v"]
	hashes, limited := published["h"]
	services, restricted := published["s"]
	switch {
	case versioned && v != "DKIM1":
		return "the record is of version " + quote(v)
	case !has:
		return "the record holds no key (p=)"
	case value == "":
		return "the key is revoked (p= is empty)"
	case kind(published) != kind(key):
		return fmt.Sprintf("the record is of a key of kind %s, and the key is of kind %s", quote(kind(published)), kind(key))
	case !bytes.Equal(keyBytes(published), keyBytes(key)):
		return fmt.Sprintf("the record is of another key (SHA-256 %s; that of the key is %s)", fingerprint(published), fingerprint(key))
	case limited && !slices.Contains(list(hashes), "sha256"):
		return "the record allows other hashes than sha256 only (h=" + quote(hashes) + ")"
	case restricted && !slices.Contains(list(services), "*") && !slices.Contains(list(services), "email"):
		return "the record is not for mail (s=" + quote(services) + ")"
	}
	return ""
}

// tags reads a list such as "v=DKIM1; p=..." (RFC 6376 3.2). What is no tag is
// left out.
func tags(record string) map[string]string {
	found := map[string]string{}
	for part := range strings.SplitSeq(record, ";") {
		if name, value, ok := strings.Cut(part, "="); ok {
			found[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return found
}

// list is a value with colons in it.
func list(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ':' || r == ' ' || r == '\t' })
}

func kind(record map[string]string) string {
	if k, ok := record["k"]; ok {
		return k
	}
	return "rsa"
}

// keyBytes are those of p=. An RSA key has two forms (RFC 6376 3.6.1 and its
// erratum 3017), of which this is the common one.
func keyBytes(record map[string]string) []byte {
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(record["p"]), ""))
	if err != nil {
		return []byte(record["p"]) // which is no key of ours
	}
	key, err := x509.ParsePKCS1PublicKey(raw)
	if err != nil {
		return raw
	}
	common, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return raw
	}
	return common
}

// fingerprint is enough of a hash to tell keys apart.
func fingerprint(record map[string]string) string {
	return fmt.Sprintf("%x", sha256.Sum256(keyBytes(record)))[:12] + "…"
}
