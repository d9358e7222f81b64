package subscriber

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"
)

// A Purpose is what a token allows, and nothing else.
type Purpose string

// The purposes.
const (
	Leaving     Purpose = "unsubscribe"
	Preferences Purpose = "preferences"
	Confirming  Purpose = "confirm" // of a wish to subscribe; ends
	Checking    Purpose = "check"   // of nobody: that a server has the same keys
)

// A token is the id of its key (1 byte), a tag that says whose it is (7), when it
// ends if it does (4), and an HMAC (16), in base64url.
const (
	tagBytes   = 7
	macBytes   = 16
	tokenBytes = 1 + tagBytes + macBytes
	endBytes   = 4

	// TokenLength is the length of a token that does not end, in characters.
	TokenLength = (tokenBytes*8 + 5) / 6
)

// Token is what a reader shows to be let in: 128 bits of an HMAC over purpose,
// newsletter and mailbox, behind the id of the key. It holds no address, and
// nobody can make one without the key.
func (k Keys) Token(p Purpose, newsletter, key string) string {
	return k.token(p, newsletter, key, nil)
}

// TokenUntil is a token that ends with the second of end.
func (k Keys) TokenUntil(p Purpose, newsletter, key string, end time.Time) string {
	return k.token(p, newsletter, key, binary.BigEndian.AppendUint32(nil, uint32(end.Unix())))
}

func (k Keys) token(p Purpose, newsletter, key string, end []byte) string {
	var room [tokenBytes + endBytes]byte
	b := append(room[:0], k[0].id)
	tag, mac := k[0].tag(newsletter, key), k[0].proof(p, newsletter, key, end)
	b = append(b, tag[:tagBytes]...)
	b = append(append(b, end...), mac[:macBytes]...)
	return base64.RawURLEncoding.EncodeToString(b)
}

// Tag is what tokens made now say of whose they are. Without the key it is not
// known whose it is; two may have the same.
func (k Keys) Tag(newsletter, key string) int64 {
	tag := k[0].tag(newsletter, key)
	return number(tag[:tagBytes])
}

func (k Key) tag(newsletter, key string) [sha256.Size]byte { return k.MAC("tag", newsletter, key) }

func (k Key) proof(p Purpose, newsletter, key string, end []byte) [sha256.Size]byte {
	if len(end) == 0 {
		return k.MAC(string(p), newsletter, key)
	}
	return k.MAC(string(p), newsletter, key, string(end))
}

// number is a tag as a ledger keeps it.
func number(tag []byte) int64 {
	var b [8]byte
	copy(b[8-tagBytes:], tag)
	return int64(binary.BigEndian.Uint64(b[:]))
}

// A Claim is what a token says, before anybody has verified it.
type Claim struct {
	Tag int64

	keys Keys // that may have made it
	end  []byte
	mac  []byte
}

// Parse reads a token. One whose key is not among these is none.
func (k Keys) Parse(token string) (c Claim, ok bool) {
	const most = (tokenBytes+endBytes)*8/6 + 1
	if len(token) > most {
		return c, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != tokenBytes && len(b) != tokenBytes+endBytes || base64.RawURLEncoding.EncodeToString(b) != token { // it passes over line ends
		return c, false
	}
	for _, key := range k {
		if key.id == b[0] {
			c.keys = append(c.keys, key)
		}
	}
	c.Tag, c.end, c.mac = number(b[1:1+tagBytes]), b[1+tagBytes:len(b)-macBytes], b[len(b)-macBytes:]
	return c, c.keys != nil
}

// Verify reports whether we have made the claimed token for this purpose,
// newsletter and mailbox, and it has not ended by now.
func (c Claim) Verify(p Purpose, newsletter, key string, now time.Time) bool {
	for _, k := range c.keys {
		mac := k.proof(p, newsletter, key, c.end)
		if hmac.Equal(c.mac, mac[:macBytes]) && (Keys{k}).Tag(newsletter, key) == c.Tag {
			return len(c.end) == 0 || now.Unix() <= int64(binary.BigEndian.Uint32(c.end))
		}
	}
	return false
}

// Of is the one of some subscribers whose token it is, for that purpose and
// newsletter.
func (c Claim) Of(all []Subscriber, p Purpose, newsletter string, now time.Time) (Subscriber, bool) {
	for _, s := range all {
		if c.Verify(p, newsletter, s.Key, now) {
			return s, true
		}
	}
	return Subscriber{}, false
}
