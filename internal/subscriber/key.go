package subscriber

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"hash"
	"strings"
	"sync"
)

// Keys make and check the tokens in links. The first one makes them, all of them
// check: to rotate keys a new one is put first, and the oldest goes when its
// letters are old enough.
type Keys []Key

// A Key is a secret with what is derived from it.
type Key struct {
	id     byte // tells keys apart, and nothing of them
	hashes *sync.Pool
}

// NewKeys makes keys of secrets. To make tokens it takes one at least.
func NewKeys(secrets ...string) Keys {
	keys := make(Keys, len(secrets))
	for i, secret := range secrets {
		keys[i].hashes = &sync.Pool{New: func() any { return hmac.New(sha256.New, []byte(secret)) }}
		keys[i].id = keys[i].MAC("key", "", "")[0]
	}
	return keys
}

// MAC is an HMAC-SHA256 over parts, which hold no NUL.
func (k Key) MAC(parts ...string) [sha256.Size]byte {
	h := k.hashes.Get().(hash.Hash)
	defer k.hashes.Put(h)
	h.Reset()
	b := make([]byte, 0, 512) // on the stack, as long as addresses are as short as they are
	for i, part := range parts {
		if i > 0 {
			b = append(b, 0)
		}
		b = append(b, part...)
	}
	h.Write(b)
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	return sum
}

// Secrets are those of a text, one a line. A line that begins with # is a comment.
func Secrets(text string) []string {
	var secrets []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			secrets = append(secrets, line)
		}
	}
	return secrets
}

// minSecret is the least that is hard to guess, in bytes.
const minSecret = 16

// CheckSecrets reports whether there is a secret, and none that can be guessed.
func CheckSecrets(secrets []string) error {
	if len(secrets) == 0 {
		return fmt.Errorf("there is no secret in it, and %d bytes are needed", minSecret)
	}
	for _, secret := range secrets {
		if len(secret) < minSecret {
			return fmt.Errorf("a secret has %d bytes and needs %d", len(secret), minSecret)
		}
	}
	return nil
}
