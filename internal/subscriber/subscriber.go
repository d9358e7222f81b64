// Package subscriber reads the list of those who get the newsletter.
//
// A list is a CSV file with a header; the column address is required, name is
// optional, in any order:
//
//	address,name
//	tobias@example.org,Tobias Fennimore
package subscriber

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"digest/internal/bookmark"
)

// A Subscriber is one line of the list.
type Subscriber struct {
	Address mail.Address // the domain in A-labels (RFC 5890)
	Key     string       // equal for all spellings of one mailbox
}

// New checks an address and a name. The address is a bare addr-spec (RFC 5322
// 3.4.1) without quotes, comments or an address literal; it is kept as written
// but for its domain, which becomes ASCII in lower case.
func New(address, name string) (Subscriber, error) {
	local, domain, err := split(strings.TrimSpace(address))
	if err != nil {
		return Subscriber{}, err
	}
	key := fold(local)
	if err := checkLocal(key); err != nil { // a full-width @, say
		return Subscriber{}, err
	}
	return Subscriber{
		Address: mail.Address{Name: bookmark.Clean(name), Address: local + "@" + domain},
		Key:     key + "@" + domain,
	}, nil
}

func fold(local string) string {
	if !strings.ContainsFunc(local, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return strings.ToLower(local) // as the long way does, which is long for a million
	}
	// Fold alone turns small Cherokee letters into capitals, and those into small ones.
	return norm.NFKC.String(cases.Fold().String(cases.Lower(language.Und).String(norm.NFKC.String(local))))
}

// Limits of RFC 5321 4.5.3.1.
const (
	maxLocal   = 64
	maxLabel   = 63
	maxAddress = 254 // a path has 256, with < and >
)

func split(address string) (local, domain string, err error) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return "", "", errors.New("no @ in it")
	}
	local, domain = address[:at], address[at+1:]
	if len(local) > maxLocal {
		return "", "", fmt.Errorf("more than %d bytes before the @", maxLocal)
	}
	if err := checkLocal(local); err != nil {
		return "", "", err
	}
	if strings.HasSuffix(domain, ".") {
		return "", "", errors.New("the domain ends with a dot")
	}
	ascii, err := idna.Lookup.ToASCII(norm.NFC.String(domain))
	if err != nil || !utf8.ValidString(domain) || !isDomain(ascii) {
		return "", "", fmt.Errorf("%q is no domain", domain)
	}
	if !strings.Contains(ascii, ".") {
		return "", "", fmt.Errorf("the domain %q has no dot", domain)
	}
	if len(local)+1+len(ascii) > maxAddress {
		return "", "", fmt.Errorf("more than %d bytes", maxAddress)
	}
	return local, ascii, nil
}

func checkLocal(local string) error {
	switch {
	case local == "":
		return errors.New("nothing before the @")
	case strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, ".."):
		return errors.New("a dot too many before the @")
	case strings.ContainsFunc(local, func(r rune) bool { return !atomRune(r) }):
		return errors.New("a character before the @ that needs quotes; such addresses are not sent to")
	}
	return nil
}

// isDomain reports whether the mapped name is one of labels that the DNS can
// hold, which idna does not check, and whose last is no number.
func isDomain(ascii string) bool {
	for label := range strings.SplitSeq(ascii, ".") {
		if label == "" || len(label) > maxLabel || strings.ContainsFunc(label, func(r rune) bool { return !labelRune(r) }) {
			return false
		}
	}
	last := ascii[strings.LastIndexByte(ascii, '.')+1:]
	return last[0] < '0' || last[0] > '9'
}

// atomRune reports whether r may stand in a dot-atom (RFC 5322 3.2.3, RFC 6532).
func atomRune(r rune) bool {
	switch {
	case r == unicode.ReplacementChar || unicode.IsControl(r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r):
		return false
	case r >= 0x80, r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return true
	}
	return strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", r)
}

func labelRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-'
}
