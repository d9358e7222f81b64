package subscriber

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
)

// TokenLength is the length of a token in characters.
const TokenLength = 32

// Token is what a subscriber shows to leave a newsletter: 192 bits of an HMAC
// over newsletter and mailbox, in base64url. It holds no address, and nobody
// can make one without the secret.
func Token(secret []byte, newsletter, key string) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("unsubscribe\x00" + newsletter + "\x00" + key))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:24])
}
