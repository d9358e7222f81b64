package email

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"slices"
	"strings"
	"testing"
)

func TestNewSigner(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(ed25519Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := x509.MarshalPKCS1PrivateKey(rsaKey())
	good := pkcs8(t, ed25519Key)
	const noKey, other = "no private key in PEM is in it; make one with: openssl", "neither RSA nor Ed25519"
	tests := []struct {
		name string
		key  []byte
		bits int
		want string // of the error
	}{
		{"Ed25519", good, 0, ""},
		{"RSA in PKCS #8", pkcs8(t, rsaKey()), 2048, ""},
		{"RSA in PKCS #1", inPEM("RSA PRIVATE KEY", pkcs1), 2048, ""},
		{"RSA of 1024 bits", rsaOf(t, 1024), 1024, ""},
		{"words and a public key before it", slices.Concat([]byte("my key\n"), inPEM("PUBLIC KEY", public), good), 0, ""},
		{"lines that end in CR LF", bytes.ReplaceAll(good, []byte("\n"), []byte("\r\n")), 0, ""},
		{"a last line that does not end", bytes.TrimSpace(good), 0, ""},
		{"RSA of 512 bits", rsaOf(t, 512), 0, "has 1024 to 4096 bits, and this one 512; make one with: openssl"},
		{"nothing", nil, 0, noKey},
		{"no PEM", []byte("hunter2"), 0, noKey},
		{"a public key", inPEM("PUBLIC KEY", public), 0, noKey},
		{"half a key", good[:len(good)-20], 0, noKey},
		{"broken within", inPEM("PRIVATE KEY", []byte("hunter2")), 0, "the key cannot be read: "},
		{"broken within, PKCS #1", inPEM("RSA PRIVATE KEY", pkcs1[:200]), 0, "the key cannot be read: "},
		{"ECDSA in PKCS #8", pkcs8(t, ec), 0, other},
		{"ECDSA", slices.Concat(inPEM("EC PARAMETERS", []byte{5, 0}), inPEM("EC PRIVATE KEY", sec1)), 0, other},
		{"of OpenSSH", inPEM("OPENSSH PRIVATE KEY", []byte("openssh-key-v1")), 0, other},
		{"with a passphrase", inPEM("ENCRYPTED PRIVATE KEY", []byte{1}), 0, "; write it without: openssl pkey"},
		{"with a passphrase as of old", []byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"), 0, "; write it without: openssl pkey"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := NewSigner("example.org", "news", tt.key)
			if tt.want != "" {
				wantRemedy(t, err, tt.want)
				return
			}
			if err != nil || s.Bits() != tt.bits {
				t.Errorf("NewSigner = %+v, %v, want a key of %d bits", s, err, tt.bits)
			}
		})
	}
}

func TestNewSignerRefusesNames(t *testing.T) {
	key, long := pkcs8(t, ed25519Key), strings.Repeat("a", 64)
	for _, name := range []string{"", " ", "my news", "news.", ".news", "a..b", "-a", "a-", "bücher", "a_b", "a;l=0", "a\r\nBcc: b", "a\n", long, "a." + long} {
		_, err := NewSigner("example.org", name, key)
		wantRemedy(t, err, "is no selector; write")
		_, err = NewSigner(name, "news", key)
		wantRemedy(t, err, "is no domain; write")
	}
	for _, name := range []string{"a", "2026", "News", "2026.news", "xn--bcher-kva.example", long[:63]} {
		if s, err := NewSigner(name, name, key); err != nil {
			t.Errorf("NewSigner: %v", err)
		} else if record, _ := s.Record(); record != name+"._domainkey."+name {
			t.Errorf("Record: name %s", record)
		}
	}
}

func wantRemedy(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "; ") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("NewSigner: %v, want an error with %q and a remedy", err, want)
	}
}

// rsaOf makes a key, however short.
func rsaOf(t *testing.T, bits int) []byte {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0")
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return pkcs8(t, key)
}
