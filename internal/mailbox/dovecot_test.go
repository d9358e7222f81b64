package mailbox

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"digest/internal/mailbox/imaptest"
)

func dovecot(t *testing.T) (*imaptest.Server, Config) {
	t.Helper()
	server := imaptest.Dovecot(t)
	return server, Config{
		Host: "127.0.0.1", Port: server.Port, TLS: ImplicitTLS,
		Username: imaptest.Username, Password: imaptest.Password, RootCAs: server.RootCAs,
	}
}

func TestDovecot(t *testing.T) {
	server, c := dovecot(t)
	files, err := filepath.Glob("../bounce/testdata/*.eml")
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(data))
	}
	texts = append(texts, "Subject: long\n\n"+strings.Repeat("a line of the body\n", 10*chunk/19), "Subject: longer\n\n"+strings.Repeat("x\n", 1<<20))
	for _, text := range texts {
		server.Deliver(t, text)
	}
	for _, way := range []TLS{ImplicitTLS, STARTTLS} {
		c.TLS, c.Port = way, map[TLS]int{ImplicitTLS: server.Port, STARTTLS: server.STARTTLS}[way]
		n := 0
		err = c.Each(t.Context(), func(uid uint32, message io.Reader) Mark {
			data, err := io.ReadAll(message)
			want := crlf(texts[n])
			if want = want[:min(len(want), 1<<20)]; err != nil || string(data) != want || uid != uint32(n)+1 {
				t.Errorf("%s: message %d has %d bytes, %v:\n%.5000q\nwant %d\n%.5000q", way, uid, len(data), err, data, len(want), want)
			}
			n++
			if way == ImplicitTLS {
				return None
			}
			return []Mark{Seen, Flagged}[n%2]
		})
		if err != nil || n != len(texts) {
			t.Fatalf("%s: Each reads %d messages, %v, want %d", way, n, err, len(texts))
		}
	}
	for i, flags := range server.Flags(t) {
		if want := []string{"F", "S"}[i%2]; flags != want {
			t.Errorf("message %d has the flags %q, want %q", i+1, flags, want)
		}
	}
	server.Deliver(t, "Subject: one more\n\n")
	if got := unread(t, c); !slices.Equal(got, []uint32{uint32(len(texts)) + 1}) {
		t.Errorf("then Each reads %v, want one more", got)
	}
}

// crlf is a text as IMAP carries it.
func crlf(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
}

func TestDovecotRefuses(t *testing.T) {
	_, c := dovecot(t)
	c.Password = "hunter2"
	if err := c.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "login: the server says NO AUTHENTICATIONFAILED") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("Check with a wrong password: %v", err)
	}
	c.Password, c.Folder = imaptest.Password, "Nowhere"
	if err := c.Check(t.Context()); err == nil || !strings.Contains(err.Error(), `folder Nowhere: the server says NO: "Mailbox doesn't exist`) {
		t.Errorf("Check of a folder that is not there: %v", err)
	}
}

// On loopback Dovecot takes a password without TLS.
func TestDovecotWithoutTLS(t *testing.T) {
	server, c := dovecot(t)
	c.TLS, c.Port = NoTLS, server.STARTTLS
	server.Deliver(t, "Subject: one\n\n")
	if got := unread(t, c); !slices.Equal(got, []uint32{1}) {
		t.Errorf("Each reads %v, want 1", got)
	}
}
