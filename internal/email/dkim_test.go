package email

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"digest/internal/bookmark"
	"digest/internal/email/smtptest"
)

// ed25519Key is always the same, and so are its signatures within a second.
var ed25519Key = ed25519.NewKeyFromSeed([]byte("thirty-two bytes, for tests only"))

// rsaKey is made once: that takes a while.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, _ := rsa.GenerateKey(rand.Reader, 2048) // pkcs8 refuses nil
	return key
})

// signingKeys are one of each kind.
func signingKeys() map[string]crypto.Signer {
	return map[string]crypto.Signer{"RSA": rsaKey(), "Ed25519": ed25519Key}
}

func inPEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func pkcs8(t testing.TB, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return inPEM("PRIVATE KEY", der)
}

func signerOf(t testing.TB, key crypto.Signer) *Signer {
	t.Helper()
	s, err := NewSigner("example.org", "news", pkcs8(t, key))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func signedBy(t testing.TB, s *Signer, m Message) Message {
	t.Helper()
	signed, err := s.Sign(m)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// verify is what a receiver finds who looks the signer's key up.
func verify(s *Signer, raw []byte) error {
	name, value := s.Record()
	found, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: func(domain string) ([]string, error) {
		if domain != name {
			return nil, fmt.Errorf("no record %s", domain)
		}
		return []string{value}, nil
	}})
	if err != nil {
		return err
	}
	if len(found) != 1 || found[0].Domain != "example.org" {
		return fmt.Errorf("signatures %v, want one of example.org", found)
	}
	return found[0].Err
}

// awkward is a newsletter whose header is long and folded.
func awkward() Newsletter {
	n := theWeekly()
	n.Title = strings.Repeat("Wöchentliche Sammlung, ", 8)
	n.From.Name = "Zoë “Zo” Müller-Lüdenscheidt, von " + strings.Repeat("Ährenfeld", 9)
	n.ReplyTo = "Antworten <answers@example.org>"
	n.UnsubscribeURL = "https://example.org/" + strings.Repeat("unsubscribe/", 60)
	return n
}

// awkwardEdition has words without end, dots where lines begin, and blanks.
func awkwardEdition() []bookmark.Bookmark {
	return []bookmark.Bookmark{
		{Title: strings.Repeat("Donaudampfschifffahrtsgesellschaftskapitän", 30)},
		{Title: ".", Summary: strings.Repeat(". .. ... ", 60)},
		{Title: "..", Link: "https://example.com/" + strings.Repeat("......", 80), Body: "<p>. .</p>\n\n.\n\n<p>" + strings.Repeat(".\t", 300) + "</p>", Markup: bookmark.HTML},
		{Title: "漢字  and   blanks \t ", Summary: strings.Repeat("漢字 👨‍👩‍👧‍👦 = =20 ", 40)},
	}
}

func TestSignatureSurvivesTheWay(t *testing.T) {
	draft := draftOf(t, awkward(), editionOf(awkwardEdition()...))
	readers := []Recipient{reader, {Address: mail.Address{Address: "a@example.net"}}, {
		Address: mail.Address{Name: strings.Repeat("Zoë, ", 12), Address: "zoë@example.net"}, Token: strings.Repeat("-", TokenLength),
	}}
	for name, key := range signingKeys() {
		t.Run(name, func(t *testing.T) {
			server, signer := smtptest.Start(t, smtptest.Config{}), signerOf(t, key)
			s := senderFor(t, server)
			for _, r := range readers {
				m := signedBy(t, signer, draft.To(r))
				if stuffed := m.appendStuffed(nil); !bytes.Contains(stuffed, []byte("\r\n..")) {
					t.Error("no line of the message begins with a dot; the test shows less than it should")
				}
				wantSent(t, s.Send(t.Context(), m, nil, committed))
				messages := server.Messages()
				got := messages[len(messages)-1].Data
				if !bytes.Equal(got, m.Bytes()) || !bytes.HasPrefix(got, []byte("DKIM-Signature: ")) {
					t.Errorf("to %s arrived\n%.300q\nwant the message with its signature in front", r.Address.Address, got)
				}
				if err := verify(signer, got); err != nil {
					t.Errorf("the message to %s does not verify: %v", r.Address.Address, err)
				}
			}
		})
	}
}

func TestSignatureOfHostileContent(t *testing.T) {
	signer := signerOf(t, ed25519Key)
	for _, payload := range slices.Concat(hostileMarkup, hostileCharacters) {
		m := signedBy(t, signer, draftOf(t, theWeekly(), everywhere(payload)).To(Recipient{Address: mail.Address{Name: payload, Address: "a@example.net"}}))
		if err := verify(signer, m.Bytes()); err != nil {
			t.Errorf("a message with %.60q does not verify: %v", payload, err)
		}
	}
}

// The parts, the recipient and the Message-ID stay what they were.
func TestSignAddsNothingElse(t *testing.T) {
	m := draftOf(t, theWeekly(), goldenEdition()).To(reader)
	signed := signedBy(t, signerOf(t, ed25519Key), m)
	field, ok := bytes.CutSuffix(signed.Bytes(), m.Bytes())
	if !ok || signed.size() != len(signed.Bytes()) {
		t.Fatal("Sign changes more than what is in front")
	}
	if names := fieldNames(bytes.TrimSpace(field)); !slices.Equal(names, []string{"DKIM-Signature"}) {
		t.Errorf("in front are %q, want the signature", names)
	}
	checkParts(t, signed)
}

func TestSignIsSafeForConcurrentUse(t *testing.T) {
	draft := draftOf(t, theWeekly(), goldenEdition())
	for name, key := range signingKeys() {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			signer, errs := signerOf(t, key), make(chan error, 8)
			for i := range cap(errs) {
				go func() {
					var err error
					for j := range 8 {
						r := Recipient{Address: mail.Address{Address: fmt.Sprintf("r%d.%d@example.net", i, j)}, Token: strings.Repeat(string(rune('a'+i)), TokenLength)}
						signed, fault := signer.Sign(draft.To(r))
						err = errors.Join(err, fault, verify(signer, signed.Bytes()))
					}
					errs <- err
				}()
			}
			for range cap(errs) {
				if err := <-errs; err != nil {
					t.Error(err)
				}
			}
		})
	}
}
