package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/emersion/go-message/mail"
	"github.com/rogpeppe/go-internal/testscript"
)

// readLetter prints subject, fields about the list, and text part of the message to
// an address in the outbox, as a mail program decodes them: "letter ADDRESS".
func readLetter(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: letter address")
	}
	names, err := filepath.Glob(ts.MkAbs("outbox/new/*"))
	ts.Check(err)
	found := 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		ts.Check(err)
		if !bytes.Contains(data, []byte("<"+args[0]+">")) {
			continue
		}
		found++
		text, err := decode(data)
		ts.Check(err)
		_, err = io.WriteString(ts.Stdout(), text)
		ts.Check(err)
	}
	if found != 1 {
		ts.Fatalf("%d letters to %s, want 1", found, args[0])
	}
}

// decode is what a reader sees of the text part.
func decode(message []byte) (string, error) {
	r, err := mail.CreateReader(bytes.NewReader(message))
	if err != nil {
		return "", err
	}
	subject, err := r.Header.Subject()
	if err != nil {
		return "", err
	}
	head := fmt.Sprintf("Subject: %s\n", subject)
	for f := r.Header.Fields(); f.Next(); {
		if strings.HasPrefix(f.Key(), "List-") {
			head += fmt.Sprintf("%s: %s\n", f.Key(), f.Value())
		}
	}
	for {
		p, err := r.NextPart()
		if err != nil {
			return "", err
		}
		if kind, _, err := p.Header.(*mail.InlineHeader).ContentType(); err == nil && kind == "text/plain" {
			text, err := io.ReadAll(p.Body)
			return head + "\n" + strings.ReplaceAll(string(text), "\r\n", "\n"), err
		}
	}
}
