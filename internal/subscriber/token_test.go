package subscriber_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"digest/internal/subscriber"
)

func TestToken(t *testing.T) {
	secret := []byte("a secret of at least sixteen bytes")
	const newsletter, key = "weekly", "ada@example.org"
	token := subscriber.Token(secret, newsletter, key)
	if again := subscriber.Token(secret, newsletter, key); again != token {
		t.Errorf("Token = %s, and then %s", token, again)
	}
	if len(token) != subscriber.TokenLength {
		t.Errorf("Token has %d characters, want %d", len(token), subscriber.TokenLength)
	}
	if raw, err := base64.RawURLEncoding.DecodeString(token); err != nil || len(raw)*8 < 128 {
		t.Errorf("Token = %s, %d bits (%v), want base64url of 128 or more", token, len(raw)*8, err)
	}
	if strings.Contains(token, "ada") {
		t.Errorf("Token = %s, which tells the address", token)
	}
	others := map[string]string{
		"another mailbox":             subscriber.Token(secret, newsletter, "bo@example.org"),
		"another newsletter":          subscriber.Token(secret, "daily", key),
		"another secret":              subscriber.Token([]byte("b secret of at least sixteen bytes"), newsletter, key),
		"letters moved over the seam": subscriber.Token(secret, newsletter+"a", key[1:]),
		"nothing":                     subscriber.Token(nil, "", ""),
	}
	for name, other := range others {
		if other == token {
			t.Errorf("Token with %s = %s, want another one", name, other)
		}
	}
	// Links in letters that were sent must go on working: this one is for ever.
	if got, want := subscriber.Token([]byte("secret"), "weekly", key), golden; got != want {
		t.Errorf("Token(secret, weekly, %s) = %s, want %s", key, got, want)
	}
}

// golden is printf 'unsubscribe\0weekly\0ada@example.org' | openssl dgst -sha256 -hmac secret -binary | head -c 24 | basenc --base64url
const golden = "hGCPtfyRkqy07AE7RmMJL0q6KvqXLaXc"
