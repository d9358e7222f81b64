package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"digest/internal/email/smtptest"
)

// Whoever publishes the record that check prints has mail that verifies.
func TestDKIM(t *testing.T) {
	n := newNewsroom(t, smtptest.Start(t, smtptest.Config{}), "none")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	n.write("dkim.key", pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
	n.env = append(n.env, "DIGEST_FROM=News <news@mail.example.org>", "DIGEST_DKIM_DOMAIN=example.org", "DIGEST_DKIM_SELECTOR=2026.news", "DIGEST_DKIM_KEY_FILE=dkim.key")
	var findings []finding
	if err := json.Unmarshal([]byte(n.digest(0, "2026.news._domainkey.example.org", "check", "--as-of", "2026-11-20", "--format", "json")), &findings); err != nil {
		t.Fatal(err)
	}
	records := map[string]string{}
	for _, f := range findings {
		if _, value, ok := strings.Cut(f.Message, "TXT record (in a zone file, as strings of at most 255 characters): "); ok {
			records[f.Where] = value
		}
	}

	n.digest(0, "a dry run", "--dry-run", "--as-of", "2026-11-20", "--out", "preview")
	n.digest(0, "5 sent", "--as-of", "2026-11-20")
	n.digest(0, "me@example.net: sent", "test", "me@example.net", "--as-of", "2026-11-20")
	n.delivered(6)
	preview, err := os.ReadFile(filepath.Join(n.dir, "preview", "digest.eml"))
	if err != nil {
		t.Fatal(err)
	}
	messages := map[string][]byte{"preview": preview}
	for _, m := range n.server.Messages() {
		messages[m.To] = m.Data
	}
	for to, raw := range messages {
		found, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
			if value, ok := records[name]; ok {
				return []string{value}, nil
			}
			return nil, fmt.Errorf("no record %s", name)
		}})
		if err != nil || len(found) != 1 || found[0].Err != nil || found[0].Domain != "example.org" {
			t.Errorf("%s: %v, %v, want one signature of example.org that verifies", to, found, err)
			for _, v := range found {
				t.Error(v.Err)
			}
		}
	}
	if len(messages) != 7 {
		t.Errorf("%d messages, want 7", len(messages))
	}
}
