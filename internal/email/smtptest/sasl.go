package smtptest

import (
	"bytes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1" // #nosec G505: SCRAM-SHA-1 is what many servers offer
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"hash"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// login is the server's side of a mechanism. It calls granted with the name of
// whoever has proved the password.
func (s *Server) login(mechanism string, state tls.ConnectionState, granted func(username string)) (sasl.Server, error) {
	check := func(username, password string) error {
		if username != s.config.Username || password != s.config.Password {
			return smtp.ErrAuthFailed
		}
		granted(username)
		return nil
	}
	scram := scram{username: s.config.Username, password: s.config.Password, hash: sha256.New, granted: granted}
	switch mechanism {
	case "PLAIN":
		return sasl.NewPlainServer(func(_, username, password string) error { return check(username, password) }), nil
	case "LOGIN":
		return &login{check: check}, nil
	case "XOAUTH2":
		return &xoauth2{check: check}, nil
	case "SCRAM-SHA-256":
		return &scram, nil
	case "SCRAM-SHA-1":
		scram.hash = sha1.New
		return &scram, nil
	case "SCRAM-SHA-256-PLUS":
		scram.binding, _ = state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32) // RFC 9266
		return &scram, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

// login is the server's side of LOGIN.
type login struct {
	check    func(username, password string) error
	username string
	step     int
}

func (l *login) Next(response []byte) (challenge []byte, done bool, err error) {
	if l.step == 0 && response != nil {
		l.step++ // the name came with the command
	}
	l.step++
	switch l.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.username = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.username, string(response))
}

// xoauth2 is the server's side of XOAUTH2; the password is the token.
type xoauth2 struct {
	check func(username, token string) error
	asked bool
	err   error
}

func (x *xoauth2) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case x.err != nil:
		return nil, true, x.err
	case response == nil && !x.asked:
		x.asked = true
		return nil, false, nil
	}
	fields := bytes.Split(response, []byte{1})
	if len(fields) != 4 || !bytes.HasPrefix(fields[0], []byte("user=")) || !bytes.HasPrefix(fields[1], []byte("auth=Bearer ")) {
		return nil, true, smtp.ErrAuthFailed
	}
	if x.err = x.check(string(fields[0][len("user="):]), string(fields[1][len("auth=Bearer "):])); x.err != nil {
		return []byte(`{"status":"401","schemes":"bearer"}`), false, nil // it says why first
	}
	return nil, true, nil
}

// scram is the server's side of SCRAM (RFC 5802, 7677).
type scram struct {
	username, password string
	hash               func() hash.Hash
	binding            []byte // of the channel, for PLUS
	granted            func(username string)

	step               int
	header, clientBare string
	serverFirst, nonce string
}

const salt, iterations = "salt of smtptest", 4096

func (s *scram) Next(response []byte) (challenge []byte, done bool, err error) {
	if s.step == 0 && len(response) == 0 {
		return nil, false, nil // no initial response: ask for it
	}
	s.step++
	switch s.step {
	case 1:
		challenge, err = s.first(string(response))
	case 2:
		challenge, err = s.final(string(response))
	default:
		s.granted(s.username)
		return nil, true, nil
	}
	return challenge, err != nil, err
}

// first answers client-first-message: gs2-header n=user,r=nonce.
func (s *scram) first(message string) ([]byte, error) {
	fields := strings.SplitN(message, ",", 3)
	if len(fields) != 3 || (fields[0] == "n") != (s.binding == nil) {
		return nil, smtp.ErrAuthFailed
	}
	s.header, s.clientBare = fields[0]+","+fields[1]+",", fields[2]
	name, nonce, ok := strings.Cut(s.clientBare, ",r=")
	if !ok || name != "n="+strings.NewReplacer("=", "=3D", ",", "=2C").Replace(s.username) {
		return nil, smtp.ErrAuthFailed
	}
	s.nonce = nonce + "smtptest"
	s.serverFirst = fmt.Sprintf("r=%s,s=%s,i=%d", s.nonce, base64.StdEncoding.EncodeToString([]byte(salt)), iterations)
	return []byte(s.serverFirst), nil
}

// final checks client-final-message, c=binding,r=nonce,p=proof, and proves that
// the server knows the password too.
func (s *scram) final(message string) ([]byte, error) {
	without, proof, ok := strings.Cut(message, ",p=")
	binding := base64.StdEncoding.EncodeToString([]byte(s.header + string(s.binding)))
	if !ok || without != "c="+binding+",r="+s.nonce {
		return nil, smtp.ErrAuthFailed
	}
	salted, err := pbkdf2.Key(s.hash, s.password, []byte(salt), iterations, s.hash().Size())
	if err != nil {
		return nil, err
	}
	auth := s.clientBare + "," + s.serverFirst + "," + without
	clientKey := s.mac(salted, "Client Key")
	stored := s.hash()
	stored.Write(clientKey)
	want := s.mac(stored.Sum(nil), auth)
	for i := range want {
		want[i] ^= clientKey[i]
	}
	if proof != base64.StdEncoding.EncodeToString(want) {
		return nil, smtp.ErrAuthFailed
	}
	signature := s.mac(s.mac(salted, "Server Key"), auth)
	return []byte("v=" + base64.StdEncoding.EncodeToString(signature)), nil
}

func (s *scram) mac(key []byte, message string) []byte {
	m := hmac.New(s.hash, key)
	m.Write([]byte(message))
	return m.Sum(nil)
}
