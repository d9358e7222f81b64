package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"digest/internal/deliverability/dnstest"
	"digest/internal/email/smtptest"
)

// A newsroom is a folder with the sample and a configuration for a server.
type newsroom struct {
	t      *testing.T
	dir    string
	env    []string
	server *smtptest.Server
}

func newNewsroom(t *testing.T, server *smtptest.Server, tls string) *newsroom {
	t.Helper()
	dir := t.TempDir()
	if _, stderr, status := digestIn(t, dir, "init", "--sample"); status != 0 {
		t.Fatal(stderr)
	}
	n := &newsroom{t: t, dir: dir, server: server}
	n.write("ca.pem", server.CA)
	n.write("secret", []byte("a secret of enough bytes\n"))
	n.env = []string{
		"SSL_CERT_FILE=" + filepath.Join(dir, "ca.pem"), "DIGEST_DELIVERY_VIA=smtp", "DIGEST_DELIVERY_CONNECTIONS=1",
		"DIGEST_SMTP_HOST=" + server.Host, fmt.Sprint("DIGEST_SMTP_PORT=", server.Port), "DIGEST_SMTP_TLS=" + tls,
		"DIGEST_UNSUBSCRIBE_SECRET_FILE=secret",
	}
	return n
}

func (n *newsroom) write(name string, data []byte) {
	n.t.Helper()
	if err := os.WriteFile(filepath.Join(n.dir, name), data, 0o600); err != nil {
		n.t.Fatal(err)
	}
}

// digest runs the program and checks its exit status and, as a regular
// expression, what it says.
func (n *newsroom) digest(status int, says string, args ...string) string {
	n.t.Helper()
	var out bytes.Buffer
	cmd := process(n.t, n.dir, n.env, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		n.t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != status {
		n.t.Errorf("digest %v exits with %d, want %d\n%s", args, got, status, out.String())
	}
	if !regexp.MustCompile(says).MatchString(out.String()) {
		n.t.Errorf("digest %v says\n%swant a match of %q", args, out.String(), says)
	}
	return out.String()
}

func (n *newsroom) delivered(want int) {
	n.t.Helper()
	if got := len(n.server.Messages()); got != want {
		n.t.Errorf("the server has %d messages, want %d", got, want)
	}
}

func TestSendOverSMTP(t *testing.T) {
	n := newNewsroom(t, smtptest.Start(t, smtptest.Config{TLS: smtptest.STARTTLS, Username: "news", Password: "pass word"}), "starttls")
	n.write("password", []byte("pass word\n"))
	n.env = append(n.env, "DIGEST_SMTP_USERNAME=news", "DIGEST_SMTP_PASSWORD_FILE=password")
	n.digest(0, "for 5 recipients; a dry run", "--dry-run", "--as-of", "2026-11-20", "--out", "preview")
	n.delivered(0)
	n.digest(0, "5 sent, 0 deferred, 0 already had it", "--as-of", "2026-11-20")
	n.digest(0, "0 sent, 0 deferred, 5 already had it", "--as-of", "2026-11-20")
	n.delivered(5)

	preview, err := os.ReadFile(filepath.Join(n.dir, "preview", "digest.eml"))
	if err != nil {
		t.Fatal(err)
	}
	same := 0
	for _, m := range n.server.Messages() {
		if bytes.Equal(m.Data, preview) {
			same++
		}
		if !m.TLS || m.Username != "news" || m.From != "digest@example.org" || m.HELO != "example.org" {
			t.Errorf("message to %s: TLS %v, user %q, from %q, HELO %q", m.To, m.TLS, m.Username, m.From, m.HELO)
		}
	}
	if same != 1 {
		t.Errorf("%d of the messages are byte for byte that of the dry run, want 1", same)
	}
	n.digest(0, "me@example.net: sent", "test", "me@example.net", "--as-of", "2026-11-20")
	n.delivered(6)
}

func TestServerAway(t *testing.T) {
	n := newNewsroom(t, smtptest.Start(t, smtptest.Config{}), "none")
	port := n.env[5]
	n.env[5] = "DIGEST_SMTP_PORT=1"
	n.digest(1, "connect: 127.0.0.1:1: connection refused; 5 still wait for it, and get it when digest is run again", "--as-of", "2026-11-20")
	n.digest(0, "5 recipients: 0 sent, 5 pending, 0 deferred", "status", "weekly-2026-11-20")
	n.digest(0, "weekly-2026-11-20 is not finished: 0 sent, 5 pending, 0 deferred, 0 unknown; to go on with it: digest --edition weekly-2026-11-20", "--as-of", "2026-11-24")
	n.env[5] = port
	n.digest(0, "5 sent", "--edition", "weekly-2026-11-20")
	n.delivered(5)
	n.server.Close()
	n.digest(0, "0 sent, 0 deferred, 5 already had it", "--as-of", "2026-11-20")
	n.digest(1, "weekly-2000-01-01: no such edition", "--edition", "weekly-2000-01-01")
}

// Until somebody has an edition it can still be put right.
func TestEditionThatNobodyGotIsMadeAnew(t *testing.T) {
	n := newNewsroom(t, smtptest.Script(t, smtptest.Config{}, smtptest.Fault{
		Phase: smtptest.Mail, Nth: 1, Act: smtptest.Reply, Text: "550 5.1.8 bad sender",
	}, smtptest.Fault{Phase: smtptest.Mail, Nth: 2, Act: smtptest.Reply, Text: "550 5.1.8 bad sender"},
		smtptest.Fault{Phase: smtptest.Mail, Nth: 3, Act: smtptest.Reply, Text: "550 5.1.8 bad sender"}), "none")
	n.digest(1, "3 times in a row", "--as-of", "2026-11-20")
	n.env = append(n.env, "DIGEST_FROM=News <news@example.com>")
	n.digest(0, "5 sent", "--as-of", "2026-11-20")
	for _, m := range n.server.Messages() {
		if m.From != "news@example.com" {
			t.Errorf("the message to %s is from %s, want the sender that was put right", m.To, m.From)
		}
	}
	n.digest(0, "weekly-2026-11-20 +1 ", "status")
	// Now it stays as it is.
	n.env[len(n.env)-1] = "DIGEST_FROM=Other <other@example.com>"
	n.write("subscribers.csv", []byte("address\ntobias.fennimore@example.org\nzoe@example.org\nnew@example.org\nx@example.org\ny@example.org\n"))
	n.digest(0, "sent", "--as-of", "2026-11-20")
	for _, m := range n.server.Messages() {
		if m.From != "news@example.com" {
			t.Errorf("the message to %s is from %s, want the edition as it was", m.To, m.From)
		}
	}
}

func TestWrongPassword(t *testing.T) {
	n := newNewsroom(t, smtptest.Start(t, smtptest.Config{TLS: smtptest.ImplicitTLS, Username: "news", Password: "right"}), "tls")
	n.env = append(n.env, "DIGEST_SMTP_USERNAME=news", "DIGEST_SMTP_PASSWORD=wrong-canary")
	said := n.digest(1, "AUTH: 535 ", "--as-of", "2026-11-20") + n.digest(1, "AUTH: 535 ", "check", "--connect", "--dns", dnstest.Start(t, "").Addr, "--as-of", "2026-11-20") +
		n.digest(1, "AUTH: 535 ", "-v", "--log-format", "json", "test", "a@example.org", "--as-of", "2026-11-20")
	n.digest(0, "5 recipients: 0 sent, 5 pending", "status", "weekly-2026-11-20")
	if strings.Contains(said, "wrong-canary") {
		t.Errorf("the password is in what digest says:\n%s", said)
	}
	n.delivered(0)
}

func TestRefusedRecipient(t *testing.T) {
	n := newNewsroom(t, smtptest.Script(t, smtptest.Config{}, smtptest.Fault{
		Phase: smtptest.Rcpt, Nth: 2, Act: smtptest.Reply, Text: "550 5.1.1 no such user here",
	}), "none")
	n.digest(3, "4 sent, 0 deferred, 1 rejected, 0 already had it\n.*did not reach everyone; digest status weekly-2026-11-13 names them", "--as-of", "2026-11-13")
	n.digest(0, `rejected +\S+@example.org +1 +550 no such user here`, "status", "weekly-2026-11-13")
	n.digest(3, "0 sent, 0 deferred, 1 rejected, 4 already had it", "--as-of", "2026-11-13")
	n.digest(0, "4 sent, 0 deferred, 1 suppressed, 0 already had it", "--as-of", "2026-11-20")
	n.delivered(8)
}

func TestLostReply(t *testing.T) {
	lost := smtptest.Fault{Phase: smtptest.Dot, Nth: 3, Accept: true, Act: smtptest.Drop}
	for _, c := range []struct {
		flag, says, then string
		messages         int
	}{
		{"--release", "1 recipients were unknown and get it again with: digest --edition weekly-2026-11-20", "1 sent, 0 deferred, 4 already had it", 6},
		{"--drop", "1 recipients were unknown and are left without it", "0 sent, 0 deferred, 1 rejected, 4 already had it", 5},
	} {
		t.Run(c.flag, func(t *testing.T) {
			n := newNewsroom(t, smtptest.Script(t, smtptest.Config{}, lost), "none")
			n.digest(3, "4 sent, 0 deferred, 1 unknown, 0 already had it", "--as-of", "2026-11-20")
			n.digest(3, "0 sent, 0 deferred, 1 unknown, 4 already had it", "--as-of", "2026-11-20")
			n.delivered(5)
			n.digest(0, "(?s)unknown +\\S+@example.org.*Nobody knows whether", "status", "weekly-2026-11-20")
			n.digest(0, c.says, "status", "weekly-2026-11-20", c.flag)
			status := 0
			if c.flag == "--drop" {
				status = 3
			}
			n.digest(status, c.then, "--as-of", "2026-11-20")
			n.delivered(c.messages)
		})
	}
	t.Run("on_unknown: resend", func(t *testing.T) {
		n := newNewsroom(t, smtptest.Script(t, smtptest.Config{}, lost), "none")
		n.env = append(n.env, "DIGEST_DELIVERY_ON_UNKNOWN=resend")
		n.digest(3, "4 sent, 0 deferred, 1 unknown, 0 already had it", "--as-of", "2026-11-20")
		n.digest(0, "1 sent, 0 deferred, 4 already had it", "--as-of", "2026-11-20")
		n.delivered(6)
		ids := map[string]int{}
		for _, m := range n.server.Messages() {
			ids[m.ID()]++
		}
		if len(ids) != 5 {
			t.Errorf("the double has a Message-ID of its own: %v", ids)
		}
	})
}
