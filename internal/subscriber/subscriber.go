// Package subscriber reads and writes the list of those who get the newsletter.
//
// A list is a CSV file with a header; the column address is required, name,
// categories and language are optional, in any order, among any others:
//
//	address,name,categories,language
//	tobias@example.org,Tobias Fennimore,design; open source,en
//
// Commas, semicolons or tabs separate its columns, as the header shows.
// Semicolons separate categories; commas may do so too, if the columns are
// separated by something else.
package subscriber

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
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
	Address    mail.Address // the domain in A-labels (RFC 5890)
	Key        string       // equal for all spellings of one mailbox
	Categories Categories
	Language   string // a tag (BCP 47), or what is written in its place
	Line       int    // of the list it was read from; 0: of none
}

// A State is what may be sent to somebody.
type State string

// The states.
const (
	Active       State = "active"
	Pending      State = "pending"      // has not confirmed yet
	Unsubscribed State = "unsubscribed" // has left the list
	Suppressed   State = "suppressed"   // is never sent to, whatever the list says
)

// An Entry is a subscriber with what is known of them.
type Entry struct {
	Subscriber
	State State
	Since time.Time // of the state; zero: not known
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

// With is the subscriber with categories and a language, as a list has them.
func (s Subscriber) With(categories Categories, lang string) Subscriber {
	s.Categories, s.Language = categories, parseLanguage(lang)
	return s
}

// Fault is what should be mended before s is put on a list; the address is good.
func (s Subscriber) Fault() error {
	switch _, err := language.Parse(s.Language); {
	case s.Language != "" && (err != nil || len(s.Language) > maxLanguage):
		return fmt.Errorf("%q is no language; write a tag such as en or pt-BR", s.Language)
	case strings.ContainsRune(s.Address.Name+string(s.Categories), unicode.ReplacementChar):
		return fmt.Errorf("%q was not written in UTF-8; save the list as UTF-8, in Excel as CSV UTF-8", s.Address.Name+" "+string(s.Categories))
	}
	return nil
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
