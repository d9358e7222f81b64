package subscriber_test

import (
	"encoding/base64"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"digest/internal/subscriber"
)

var (
	old  = subscriber.NewKeys("an old secret of sixteen bytes")
	keys = subscriber.NewKeys("a secret of at least sixteen bytes")
	noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
)

const newsletter, ada = "weekly", "ada@example.org"

func TestToken(t *testing.T) {
	token := keys.Token(subscriber.Leaving, newsletter, ada)
	if again := keys.Token(subscriber.Leaving, newsletter, ada); again != token {
		t.Errorf("Token = %s, and then %s", token, again)
	}
	if len(token) != subscriber.TokenLength {
		t.Errorf("Token has %d characters, want %d", len(token), subscriber.TokenLength)
	}
	if strings.Contains(token, "ada") {
		t.Errorf("Token = %s, which tells the address", token)
	}
	c, ok := keys.Parse(token)
	if !ok || c.Tag != keys.Tag(newsletter, ada) || !c.Verify(subscriber.Leaving, newsletter, ada, noon) {
		t.Fatalf("Parse(%s) = %+v, %v, and it is not verified", token, c, ok)
	}
	for name, got := range map[string]bool{
		"another mailbox":             c.Verify(subscriber.Leaving, newsletter, "bo@example.org", noon),
		"another newsletter":          c.Verify(subscriber.Leaving, "daily", ada, noon),
		"another purpose":             c.Verify(subscriber.Preferences, newsletter, ada, noon),
		"letters moved over the seam": c.Verify(subscriber.Leaving, newsletter+"a", ada[1:], noon),
		"nothing":                     c.Verify("", "", "", noon),
	} {
		if got {
			t.Errorf("the token is verified for %s", name)
		}
	}
	// Links in letters that were sent must go on working: this one is for ever.
	if got := subscriber.NewKeys("secret").Token(subscriber.Leaving, newsletter, ada); got != golden {
		t.Errorf("Token = %s, want %s", got, golden)
	}
}

// golden is the base64url of 1, 7 and 16 bytes: what "openssl dgst -sha256 -hmac
// secret" makes of key\0\0, tag\0weekly\0ada@example.org and
// unsubscribe\0weekly\0ada@example.org.
const golden = "fiujl8KgAkqEYI-1_JGSrLTsATtGYwkv"

func TestTokenEnds(t *testing.T) {
	token := keys.TokenUntil(subscriber.Confirming, newsletter, ada, noon)
	c, ok := keys.Parse(token)
	if !ok || !c.Verify(subscriber.Confirming, newsletter, ada, noon) {
		t.Errorf("%s is not verified at its last moment", token)
	}
	if c.Verify(subscriber.Confirming, newsletter, ada, noon.Add(time.Second)) {
		t.Errorf("%s is verified after its end", token)
	}
	later, _ := base64.RawURLEncoding.DecodeString(token)
	later[11]++ // of the time
	c, ok = keys.Parse(base64.RawURLEncoding.EncodeToString(later))
	if ok && c.Verify(subscriber.Confirming, newsletter, ada, noon) {
		t.Error("a token is verified whose end was put off")
	}
}

func TestTokensOfRotatedKeys(t *testing.T) {
	token := old.Token(subscriber.Leaving, newsletter, ada)
	rotated := subscriber.NewKeys(subscriber.Secrets("\r\n a secret of at least sixteen bytes\r\n\nan old secret of sixteen bytes")...)
	if got, want := rotated.Token(subscriber.Leaving, newsletter, ada), keys.Token(subscriber.Leaving, newsletter, ada); got != want {
		t.Errorf("Token with two keys = %s, want that of the first, %s", got, want)
	}
	c, ok := rotated.Parse(token)
	if !ok || !c.Verify(subscriber.Leaving, newsletter, ada, noon) || c.Tag != old.Tag(newsletter, ada) {
		t.Error("a token of the older key is not verified")
	}
	if c, ok := keys.Parse(token); ok && c.Verify(subscriber.Leaving, newsletter, ada, noon) {
		t.Error("a token is verified whose key is gone")
	}
}

// A token is refused with any bit of it changed, cut or longer.
func TestTokenAltered(t *testing.T) {
	for _, token := range []string{keys.Token(subscriber.Leaving, newsletter, ada), keys.TokenUntil(subscriber.Leaving, newsletter, ada, noon)} {
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			t.Fatal(err)
		}
		var altered []string
		for bit := range 8 * len(raw) {
			raw[bit/8] ^= 1 << (bit % 8)
			altered = append(altered, base64.RawURLEncoding.EncodeToString(raw))
			raw[bit/8] ^= 1 << (bit % 8)
		}
		altered = append(altered, token[1:], token[:len(token)-1], token+"A", token+"=", token+"\n", " "+token, strings.ToLower(token), "", strings.Repeat("A", 1<<20))
		for _, a := range altered {
			if c, ok := keys.Parse(a); ok && c.Verify(subscriber.Leaving, newsletter, ada, noon) {
				t.Errorf("%q is verified", a)
			}
		}
	}
}

// DIGEST_FORGERIES is how many tokens are forged.
func TestTokensForged(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("DIGEST_FORGERIES"))
	if err != nil {
		n = 10_000
	}
	rng := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	right, _ := base64.RawURLEncoding.DecodeString(keys.Token(subscriber.Leaving, newsletter, ada))
	parsed := 0
	for i := range n {
		b := make([]byte, len(right))
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		if i%2 == 0 { // who has one of another reader knows all but the HMAC
			copy(b, right[:len(right)-16])
		}
		c, ok := keys.Parse(base64.RawURLEncoding.EncodeToString(b))
		if ok {
			parsed++
		}
		if ok && c.Verify(subscriber.Leaving, newsletter, ada, noon) {
			t.Fatalf("%x is verified", b)
		}
	}
	if parsed < n/2 {
		t.Errorf("%d of %d were of a known key, want half", parsed, n)
	}
}

func BenchmarkToken(b *testing.B) {
	for b.Loop() {
		_ = keys.Token(subscriber.Leaving, newsletter, ada)
	}
}
