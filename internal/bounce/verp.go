package bounce

import (
	"crypto/hmac"
	"encoding/base32"
	"slices"
	"strconv"
	"strings"

	"digest/internal/subscriber"
)

// Paths makes the return paths of a newsletter, one for each message: a bounce
// then names its recipient, whatever the other server writes into it.
//
//	bounces@example.org  →  bounces+2s9-k3m0q8h2v1c7b5t4p6n9d0f8g@example.org
//
// Behind the plus are the ledger's number of the delivery and 128 bits of an HMAC
// over newsletter, edition and mailbox. It shows no address, and who forges or
// alters one cannot have anybody else taken off the list. It is of digits and
// small letters, since some servers change the case of a local part.
type Paths struct {
	Base       string // the address that all of them arrive at
	Keys       subscriber.Keys
	Newsletter string
}

const (
	maxLocal = 64 // RFC 5321, 4.5.3.1.1
	macBytes = 16
	maxID    = 1<<40 - 1 // a thousand editions of a thousand million
)

var (
	lowerHex  = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)
	macLength = lowerHex.EncodedLen(macBytes)
	// MaxBase is the longest local part of [Paths.Base].
	MaxBase = maxLocal - len("+") - len(strconv.FormatInt(maxID, 32)) - len("-") - macLength
)

// Of is the return path of one delivery: its number, that of the edition, and the
// recipient's key.
func (p Paths) Of(id int64, edition int, key string) string {
	local, domain, _ := strings.Cut(p.Base, "@")
	return local + "+" + strconv.FormatInt(id, 32) + "-" + p.mac(p.Keys[0], edition, key) + "@" + domain
}

func (p Paths) mac(k subscriber.Key, edition int, key string) string {
	mac := k.MAC("bounce", p.Newsletter, strconv.Itoa(edition), key)
	return lowerHex.EncodeToString(mac[:macBytes])
}

// A Claim is what a return path says, before anybody has verified it.
type Claim struct {
	ID  int64 // of the delivery
	mac string
}

// Parse reads an address that may be a return path. A server that signs return
// paths (BATV) may have put something before it.
func (p Paths) Parse(address string) (Claim, bool) {
	base, domain, ok := strings.Cut(p.Base, "@")
	local, at, ok2 := strings.Cut(address, "@")
	if !ok || !ok2 || !strings.EqualFold(at, domain) {
		return Claim{}, false
	}
	local = strings.ToLower(local[strings.LastIndexByte(local, '=')+1:])
	token, ok := strings.CutPrefix(local, strings.ToLower(base)+"+")
	number, mac, ok2 := strings.Cut(token, "-")
	if !ok || !ok2 || len(mac) != macLength {
		return Claim{}, false
	}
	id, err := strconv.ParseInt(number, 32, 64)
	if err != nil || id < 1 || strconv.FormatInt(id, 32) != number {
		return Claim{}, false
	}
	return Claim{id, mac}, true
}

// Verify reports whether we have made the claimed return path, for this edition
// and this recipient.
func (p Paths) Verify(c Claim, edition int, key string) bool {
	return slices.ContainsFunc(p.Keys, func(k subscriber.Key) bool { return hmac.Equal([]byte(c.mac), []byte(p.mac(k, edition, key))) })
}
