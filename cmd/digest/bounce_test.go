package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"digest/internal/email/smtptest"
)

// bounced is a newsroom whose sample edition was sent with return paths, which
// are returned by recipient.
func bounced(t *testing.T) (*newsroom, map[string]string) {
	t.Helper()
	n := newNewsroom(t, smtptest.Start(t, smtptest.Config{TLS: smtptest.STARTTLS}), "starttls")
	n.env = append(n.env, "DIGEST_BOUNCE_ADDRESS=bounces@example.org", "DIGEST_BOUNCES_SOFT_LIMIT=2")
	n.digest(0, "5 sent", "send", "--as-of", "2026-11-13")
	return n, n.returnPaths()
}

func (n *newsroom) returnPaths() map[string]string {
	paths := map[string]string{}
	for _, m := range n.server.Messages() {
		paths[m.To] = m.From
	}
	return paths
}

// pipe runs digest bounce with a message on its standard input.
func (n *newsroom) pipe(status int, says, message string) {
	n.t.Helper()
	var out bytes.Buffer
	cmd := process(n.t, n.dir, n.env, "bounce")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(message), &out, &out
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		n.t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != status || !regexp.MustCompile(says).MatchString(out.String()) {
		n.t.Errorf("digest bounce exits with %d and says %q, want %d and a match of %q", got, out.String(), status, says)
	}
}

// in are the names of the messages in a folder of a Maildir.
func (n *newsroom) in(dir string) []string {
	n.t.Helper()
	entries, err := os.ReadDir(filepath.Join(n.dir, dir))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		n.t.Fatal(err)
	}
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// dsn is a delivery report.
func dsn(path, recipient, status string) string {
	return fmt.Sprintf(`Return-Path: <>
To: %s
Message-ID: <%s-%s@mx.example.net>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; %s
Action: failed
Status: %s

--b--
`, path, status, path, recipient, status)
}

// someone is the first of the recipients.
func someone(t *testing.T, paths map[string]string) (address, path string) {
	t.Helper()
	if len(paths) == 0 {
		t.Fatal("nothing was sent")
	}
	address = slices.Min(slices.Collect(maps.Keys(paths)))
	return address, paths[address]
}

func TestEveryLetterHasItsOwnReturnPath(t *testing.T) {
	_, paths := bounced(t)
	form := regexp.MustCompile(`^bounces\+[0-9a-v]+-[0-9a-v]{26}@example\.org$`)
	seen := map[string]bool{}
	for address, path := range paths {
		if local, _, _ := strings.Cut(path, "@"); !form.MatchString(path) || seen[path] || len(local) > 64 {
			t.Errorf("the return path of %s is %s, want one of its own", address, path)
		}
		seen[path] = true
	}
	if len(seen) != 5 {
		t.Errorf("%d return paths, want 5", len(seen))
	}
}

func TestHardBounceByThePipe(t *testing.T) {
	n, paths := bounced(t)
	address, path := someone(t, paths)
	n.pipe(0, regexp.QuoteMeta(address)+": hard, weekly-2026-11-13: there is no such mailbox .*; nothing more is sent there", dsn(path, address, "5.1.1"))
	n.pipe(0, "recorded before", dsn(path, address, "5.1.1"))
	if kept := append(n.in("bounces/new"), append(n.in("bounces/cur"), n.in("bounces/tmp")...)...); len(kept) > 0 {
		t.Errorf("kept %q, want nothing of what is recorded", kept)
	}
	n.digest(0, "4 sent", "send", "--as-of", "2026-11-20")
	for _, m := range n.server.Messages()[5:] {
		if m.To == address {
			t.Errorf("%s got the next edition", address)
		}
	}
}

func TestForgedReturnPathSuppressesNobody(t *testing.T) {
	n, paths := bounced(t)
	address, path := someone(t, paths)
	for other, theirs := range paths {
		if other == address {
			continue
		}
		// The number of one and the proof of another, which its recipient knows.
		number, _, _ := strings.Cut(path, "-")
		_, proof, _ := strings.Cut(theirs, "-")
		n.pipe(0, "unclear: it says hard, but no return path of weekly", dsn(number+"-"+proof, address, "5.1.1"))
		break
	}
	n.pipe(0, "unclear: it says hard, but no return path of weekly", dsn("bounces@example.org", address, "5.1.1"))
	if kept := n.in("bounces/new"); len(kept) != 2 {
		t.Errorf("kept %q, want both", kept)
	}
	n.digest(0, "5 sent", "send", "--as-of", "2026-11-20")
}

func TestSoftBouncesOfTwoEditions(t *testing.T) {
	n, paths := bounced(t)
	address, path := someone(t, paths)
	n.pipe(0, "soft, .*; 1 of 2 editions in a row", dsn(path, address, "5.2.2"))
	n.digest(0, "5 sent", "send", "--as-of", "2026-11-20")
	n.pipe(0, "soft, weekly-2026-11-20: .*; nothing more is sent there", dsn(n.returnPaths()[address], address, "4.2.2"))
}

func TestBouncesInAMaildir(t *testing.T) {
	n, paths := bounced(t)
	address, path := someone(t, paths)
	n.write("unread", []byte(dsn(path, address, "5.7.1")))
	for _, dir := range []string{"new", "cur", "tmp"} {
		if err := os.MkdirAll(filepath.Join(n.dir, "mail", dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	n.write("mail/new/1.hard", []byte(dsn(path, address, "5.1.1")))
	n.write("mail/new/2.away", []byte("To: "+path+"\nAuto-Submitted: auto-replied\n\nI am away.\n"))
	n.write("mail/new/3.policy", []byte(dsn(path, address, "5.7.1")))
	n.write("mail/new/4.person", []byte("To: "+path+"\n\nPlease take me off.\n"))
	n.write("mail/new/5.complaint", []byte("Message-ID: <c>\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nOriginal-Mail-From: <"+path+">\n--b--\n"))
	if err := os.Symlink("../../unread", filepath.Join(n.dir, "mail/new/6.link")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		out := n.digest(0, "(?s)mail/new/3.policy: unclear: .*mail/new/4.person: unclear: ", "bounce", "mail")
		if got, want := strings.Join(n.in("mail/cur"), " "), "1.hard:2,S 2.away:2,S 5.complaint:2,S"; got != want {
			t.Errorf("cur has %s, want %s\n%s", got, want, out)
		}
		if got, want := strings.Join(n.in("mail/new"), " "), "3.policy 4.person 6.link"; got != want {
			t.Errorf("new has %s, want %s\n%s", got, want, out)
		}
	}
}

// A mail to the address for leaving is as good as a click.
func TestLeaveByMail(t *testing.T) {
	n, _ := bounced(t)
	token := linkToken(t, string(n.server.Messages()[0].Data))
	who := n.server.Messages()[0].To
	mail := func(subject string) string {
		return "From: somebody@example.com\nTo: unsubscribe@example.org\nSubject: " + subject + "\nMessage-ID: <" + subject + "@example.com>\n\n"
	}
	n.pipe(0, "unclear: it asks to leave, with a token", mail("unsubscribe "+token[:20]+"x"+token[21:]))
	n.pipe(0, who+" has left the list", mail("unsubscribe "+token))
	n.pipe(0, who+" had left the list before", mail("UNSUBSCRIBE "+token))
	n.digest(0, "unsubscribed", "subscribers", "why", who)
	n.write("mbox", []byte(mail("Unsubscribe\n "+token)))
	n.digest(0, "1 leave", "bounce", "mbox")
	if kept := n.in("bounces/new"); len(kept) != 1 {
		t.Errorf("kept %q, want the forged one for a person to read", kept)
	}
}

// linkToken is the token for leaving in a letter.
func linkToken(t *testing.T, letter string) string {
	t.Helper()
	m := regexp.MustCompile(`subject=unsubscribe%20([-\w]+)>`).FindStringSubmatch(letter)
	if m == nil {
		t.Fatalf("there is no token in\n%s", letter)
	}
	return m[1]
}

func TestBounceFaults(t *testing.T) {
	n, paths := bounced(t)
	address, path := someone(t, paths)
	n.digest(1, "nothing: no such file or directory; name a message", "bounce", "nothing")
	n.digest(1, "name a Maildir", "bounce", ".")
	n.write("message", []byte(dsn(path, address, "5.2.2")))
	n.digest(3, "1 read: 0 hard, 1 soft(.|\n)*1 could not be read", "bounce", "message", "nothing")

	// What cannot be recorded is kept, once, and recorded later.
	env := n.env
	n.env = append(n.env, "DIGEST_DATABASE=other.db")
	for range 2 {
		n.pipe(1, "nothing was sent from here yet(.|\n)*the message is kept: .*digest bounce .*bounces", dsn(path, address, "5.1.1"))
	}
	n.env = env
	if kept := n.in("bounces/new"); len(kept) != 1 {
		t.Errorf("kept %q, want the message once", kept)
	}
	n.digest(0, "nothing more is sent there\n1 read: 1 hard", "bounce", "bounces")

	n.env = append(n.env, "DIGEST_BOUNCE_ADDRESS=")
	config, err := os.ReadFile(filepath.Join(n.dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	n.write("config.yaml", bytes.ReplaceAll(config, []byte(`mailto: "unsubscribe@example.org"`), []byte(`mailto: ""`)))
	n.pipe(2, "bounce_address: it is empty", dsn(path, address, "5.1.1"))
}
