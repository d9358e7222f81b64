package deliverability_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"strings"
	"testing"

	"digest/internal/deliverability"
)

func TestDKIM(t *testing.T) {
	s, other := signing(t)
	_, p, _ := strings.Cut(s.Key.Record, "p=")
	at := func(value string) string {
		var b strings.Builder
		b.WriteString(published + s.Key.Name + ". TXT")
		for ; len(value) > 200; value = value[200:] {
			b.WriteString(` "` + value[:200] + `"`)
		}
		return b.String() + ` "` + value + "\"\n"
	}
	signs := func(name, zone string, want ...string) zoneCase { return zoneCase{name, zone, s, "dns.dkim", want} }
	ed := s
	ed.Key = &deliverability.Key{Domain: s.From, Name: s.Key.Name, Record: "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(make([]byte, 32))}
	for _, c := range []zoneCase{
		signs("is there", at(s.Key.Record), "info k1._domainkey.news.example.org: the record is that of the key (SHA-256 "),
		signs("no k, spaces in the key", at("p="+p[:100]+" "+p[100:]), "info k1._domainkey"),
		signs("the older form of the key", at("v=DKIM1; p="+olderForm(t, p)), "info k1._domainkey"),
		signs("by an alias", published+s.Key.Name+". CNAME k.example.com.\nk.example.com. TXT "+quoted(s.Key.Record), "info k1._domainkey"),
		signs("none", published, "error k1._domainkey.news.example.org: there is no such record", `publish: k1._domainkey.news.example.org. TXT "v=DKIM1; k=rsa; p=`),
		signs("two", at(s.Key.Record)+s.Key.Name+`. TXT "p="`, "error k1._domainkey.news.example.org: there are 2 TXT records"),
		signs("another key", at(other), "the record is of another key (SHA-256 ", "error k1._domainkey"),
		signs("a cut key", at("v=DKIM1; p="+p[:100]), "error k1._domainkey.news.example.org: the record is of another key"),
		signs("revoked", at("v=DKIM1; p="), "error k1._domainkey.news.example.org: the key is revoked"),
		signs("no key", at("v=DKIM1; k=rsa"), "error k1._domainkey.news.example.org: the record holds no key"),
		signs("another text", at("hello"), "error k1._domainkey.news.example.org: the record holds no key"),
		signs("another version", at("v=DKIM2; p="+p), `error k1._domainkey.news.example.org: the record is of version "DKIM2"`),
		signs("another kind", at("k=ed25519; p="+p), `error k1._domainkey.news.example.org: the record is of a key of kind "ed25519", and the key is of kind rsa`),
		signs("another hash", at("h=sha1; p="+p), "error k1._domainkey.news.example.org: the record allows other hashes"),
		signs("both hashes", at("h=sha1:sha256; p="+p), "info"),
		signs("not for mail", at("s=web; p="+p), "error k1._domainkey.news.example.org: the record is not for mail"),
		signs("testing", at("t=s:y; p="+p), "warning k1._domainkey.news.example.org: the record says that signing is only being tested"),
		signs("fails", published+s.Key.Name+". SERVFAIL", "warning k1._domainkey.news.example.org: TXT could not be asked"),
		signs("escapes", at(`v=\027[2J; p=`), `the record is of version "\x1b[2J"`),
		{"Ed25519", published + s.Key.Name + ". TXT " + quoted(ed.Key.Record), ed, "dns.dkim", []string{"info k1._domainkey"}},
	} {
		c.run(t)
	}
}

func quoted(value string) string {
	if len(value) > 250 {
		return `"` + value[:250] + `" "` + value[250:] + `"`
	}
	return `"` + value + `"`
}

// olderForm is the key as RFC 6376 has it.
func olderForm(t *testing.T, p string) string {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(p)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.ParsePKIXPublicKey(raw)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(rsaKey(t, key)))
}

func rsaKey(t *testing.T, key any) *rsa.PublicKey {
	t.Helper()
	k, ok := key.(*rsa.PublicKey)
	if !ok {
		t.Fatalf("%T is no RSA key", key)
	}
	return k
}
