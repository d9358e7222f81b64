package email

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// A Signer puts a DKIM signature (RFC 6376, RFC 8463) on messages. It is safe
// for concurrent use.
type Signer struct {
	options dkim.SignOptions
	record  string
	bits    int
}

// signed are the fields that a signature covers. A field that is named once more
// than a message has it cannot be added on the way (RFC 6376 5.4.2, 8.15): a
// second From, say, or another way to unsubscribe.
//
// The library writes the names as one line, so those that are to begin a line
// bring the fold along. Under such a name it finds nothing in the message, which
// is right for the last one of a field; who verifies removes the fold.
var signed = strings.Split(
	"From:Reply-To:To:Subject:Date:Message-ID:MIME-Version:Content-Type:"+
		"\r\n From:Reply-To:To:Subject:Date:List-Unsubscribe:List-Unsubscribe-Post:"+
		"\r\n Message-ID:MIME-Version:Content-Type:List-Id:Auto-Submitted:Precedence:"+
		"\r\n List-Unsubscribe:List-Unsubscribe-Post:List-Id:X-Auto-Response-Suppress", ":")

// Sizes of an RSA key in bits: verifiers must refuse shorter ones and may refuse
// longer ones (RFC 8301 3.2).
const (
	leastBits = 1024
	mostBits  = 4096
)

const makeKey = "make one with: openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out dkim.key"

// domainForm is a name that the DNS can hold, in A-labels.
var domainForm = regexp.MustCompile(`(?i)^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

// NewSigner makes a Signer of a private key in PEM: RSA in PKCS #8 or PKCS #1,
// or Ed25519 in PKCS #8. It has tried the key when it returns.
func NewSigner(domain, selector string, key []byte) (*Signer, error) {
	if !domainForm.MatchString(domain) {
		return nil, fmt.Errorf("%q is no domain; write one such as example.org, in ASCII", domain)
	}
	if !domainForm.MatchString(selector) {
		return nil, fmt.Errorf("%q is no selector; write letters, digits and hyphens", selector)
	}
	private, err := parseKey(key)
	if err != nil {
		return nil, err
	}
	s := &Signer{options: dkim.SignOptions{
		Domain: domain, Selector: selector, Signer: private, HeaderKeys: signed,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	}}
	switch public := private.Public().(type) {
	case ed25519.PublicKey:
		s.record = record("ed25519", public)
	case *rsa.PublicKey:
		if s.bits = public.N.BitLen(); s.bits < leastBits || s.bits > mostBits {
			return nil, fmt.Errorf("an RSA key has %d to %d bits, and this one %d; %s", leastBits, mostBits, s.bits, makeKey)
		}
		der, err := x509.MarshalPKIXPublicKey(public)
		if err != nil {
			return nil, fmt.Errorf("the key: %w; %s", err, makeKey)
		}
		s.record = record("rsa", der)
	}
	if _, err := s.field(strings.NewReader("From: digest@example.org\r\n\r\n")); err != nil {
		return nil, fmt.Errorf("the key: %w; %s", err, makeKey)
	}
	return s, nil
}

func record(algorithm string, public []byte) string {
	return "v=DKIM1; k=" + algorithm + "; p=" + base64.StdEncoding.EncodeToString(public)
}

// parseKey finds the private key in a PEM file.
func parseKey(text []byte) (crypto.Signer, error) {
	block, rest := pem.Decode(text)
	for block != nil && !strings.HasSuffix(block.Type, "PRIVATE KEY") {
		block, rest = pem.Decode(rest)
	}
	if block == nil {
		return nil, fmt.Errorf("no private key in PEM is in it; %s", makeKey)
	}
	var key any
	var err error
	switch {
	case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
		return nil, errors.New("the key has a passphrase; write it without: openssl pkey -in KEY -out dkim.key")
	case block.Type == "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case block.Type == "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, fmt.Errorf("the key cannot be read: %s; %s", strings.TrimPrefix(err.Error(), "x509: "), makeKey)
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return key, nil
	case ed25519.PrivateKey:
		return key, nil
	}
	return nil, fmt.Errorf("the key is neither RSA nor Ed25519 in PKCS #8; %s", makeKey)
}

// Record is the DNS record of type TXT by which receivers verify signatures.
func (s *Signer) Record() (name, value string) {
	return s.options.Selector + "._domainkey." + s.options.Domain, s.record
}

// Bits is the size of an RSA key, or 0 for Ed25519.
func (s *Signer) Bits() int { return s.bits }

// Sign returns the message with a signature in front. The signature tells the
// second in which it was made, so the same message signed in another second has
// other bytes. A fault is one of the key, which NewSigner has tried.
func (s *Signer) Sign(m Message) (Message, error) {
	field, err := s.field(m)
	if err != nil {
		return m, fmt.Errorf("DKIM: %w", err)
	}
	m.head = field + m.head
	return m, nil
}

// field is the header field with the signature of a message.
func (s *Signer) field(m io.WriterTo) (string, error) {
	signer, err := dkim.NewSigner(&s.options)
	if err != nil {
		return "", err
	}
	_, err = m.WriteTo(signer)
	if err := errors.Join(err, signer.Close()); err != nil {
		return "", err
	}
	// The library counts the columns of the first line without the field's name.
	// To a relaxed reader a fold before a blank is the blank.
	return strings.Replace(signer.Signature(), "; bh=", ";\r\n bh=", 1), nil
}
