package main

import (
	"fmt"

	"digest/internal/email"
)

// readKey makes the signer, if there is a DKIM key.
func (n *newsletter) readKey() error {
	if err := n.newSigner(); err != nil {
		return &exitError{exitUsage, fmt.Errorf("dkim.key_file: %s: %w", n.DKIM.KeyFile, err)}
	}
	return nil
}

func (n *newsletter) newSigner() (err error) {
	if n.DKIM.Key != "" {
		n.signer, err = email.NewSigner(n.DKIM.Domain, n.DKIM.Selector, []byte(n.DKIM.Key))
	}
	return err
}

// sign signs a message, if there is a key. Should that fail, although the key
// was tried when it was read, the letter goes out all the same.
func (n *newsletter) sign(m email.Message) email.Message {
	if n.signer == nil {
		return m
	}
	signed, err := n.signer.Sign(m)
	if err != nil {
		n.log.Warn(fmt.Sprintf("a message is not signed: %v", err))
	}
	return signed
}

// checkKey tells what has to be in the DNS.
func (n *newsletter) checkKey() []finding {
	if err := n.newSigner(); err != nil {
		return []finding{{"dkim.key", "error", n.DKIM.KeyFile, err.Error(), ""}}
	}
	if n.signer == nil {
		return nil
	}
	name, value := n.signer.Record()
	note := "in a zone file, as strings of at most 255 characters"
	bits := n.signer.Bits()
	if bits == 0 {
		note = "not all receivers know Ed25519"
	}
	found := []finding{{"dkim.record", "info", name, "publish this TXT record (" + note + "): " + value, ""}}
	const safe = 2048
	if 0 < bits && bits < safe {
		found = append(found, finding{"dkim.weak", "warning", n.DKIM.KeyFile, fmt.Sprintf("an RSA key of %d bits can be broken", bits),
			fmt.Sprintf("make one of %d, and publish it under another selector", safe)})
	}
	return found
}
