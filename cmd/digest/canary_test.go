package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"digest/internal/email/smtptest"
	"digest/internal/subscriber"
)

// A canary is a secret that must be in no log, error or metric.
var canaries = map[string]string{
	"password":         "canary-password-7c1d",
	"imap password":    "canary-imap-51fe",
	"secret":           "canary-secret-of-enough-bytes-93ab",
	"rotated secret":   "canary-secret-rotated-0815-77",
	"reader's address": "canary.reader@example.net",
}

// TestCanaries lets every command do its work, and fail at it, and looks at all that
// was said to standard error and counted. What a command is asked for goes to
// standard output and may have addresses in it, but no secret.
func TestCanaries(t *testing.T) {
	server := smtptest.Script(t, smtptest.Config{TLS: smtptest.STARTTLS, Username: "news", Password: canaries["password"]},
		smtptest.Fault{Phase: smtptest.Rcpt, Nth: 1, Act: smtptest.Reply, Text: "451 4.2.0 <canary.reader@example.net> is greylisted"},
		smtptest.Fault{Phase: smtptest.Rcpt, Nth: 2, Act: smtptest.Reply, Text: "550 5.1.1 <canary.reader@example.net>: no such user"},
		smtptest.Fault{Phase: smtptest.Auth, Nth: 4, Act: smtptest.Reply, Text: "535 5.7.8 canary-password-7c1d is wrong, and so is Y2FuYXJ5LXBhc3N3b3JkLTdjMWQ="},
		smtptest.Fault{Phase: smtptest.Rcpt, Nth: 3, Act: smtptest.Reply, Text: "550 5.7.1 canary.reader@example.net may not be written to"},
	)
	n := newNewsroom(t, server, "starttls")
	old, err := os.ReadFile(filepath.Join(n.dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	kept := regexp.MustCompile(`(?m)^(subscribers|unsubscribe|subscribe|serve):.*\n`).ReplaceAll(old, nil)
	n.write("config.yaml", append(kept, pagesConfig...))
	n.write("secret", []byte(canaries["secret"]+"\n"+canaries["rotated secret"]+"\n"))
	n.write("password", []byte(canaries["password"]))
	n.write("imap-password", []byte(canaries["imap password"]))
	n.env = append(n.env, "DIGEST_SMTP_USERNAME=news", "DIGEST_SMTP_PASSWORD_FILE=password", "DIGEST_BOUNCE_ADDRESS=bounces@example.org", "DIGEST_DELIVERY_GIVE_UP_AFTER=0",
		"DIGEST_BOUNCES_IMAP_HOST=127.0.0.1", "DIGEST_BOUNCES_IMAP_PORT=1", "DIGEST_BOUNCES_IMAP_USERNAME=bounces", "DIGEST_BOUNCES_IMAP_PASSWORD_FILE=imap-password")

	c := &cage{newsroom: n}
	reader := canaries["reader's address"]
	c.run("subscribers", "add", reader)
	c.run("subscribers", "add", "other@example.net")
	for range 4 { // each fails in another way, and the last one sends
		c.run("send", "--as-of", "2026-11-20", "--verbose")
	}
	c.run("test", reader, "--as-of", "2026-11-20", "--verbose")
	for _, args := range [][]string{
		{"status"}, {"status", "weekly-2026-11-20"}, {"status", "--format", "json"}, {"list", "--as-of", "2026-11-20"}, {"--dry-run", "--as-of", "2026-11-20"},
		{"subscribers", "list"}, {"subscribers", "why", reader}, {"subscribers", "export"}, {"bounce", "--imap"},
		{"check", "--connect", "--dns", "127.0.0.1:1", "--as-of", "2026-11-20", "--verbose"}, {"serve", "--snippet"}, {"send", "--help"}, {"bounce", "nothing"},
	} {
		c.run(args...)
	}
	n.write("report", []byte(dsn("bounces+1-x@example.org", reader, "5.7.1")))
	c.run("bounce", "report", "--verbose")
	n.env = append(n.env, "DIGEST_SMTP_PASSWORD_FILE=imap-password") // a wrong one
	c.run("send", "--as-of", "2026-11-27", "--verbose")
	c.run("check", "--connect", "--dns", "127.0.0.1:1")

	c.visit(reader)
	c.look()
}

// A cage keeps all that was said in it.
type cage struct {
	*newsroom
	said, shown strings.Builder // standard error and metrics; standard output
	links       []string        // of readers
}

func (c *cage) run(args ...string) {
	c.t.Helper()
	cmd := process(c.t, c.dir, c.env, args...)
	cmd.Stdout, cmd.Stderr = &c.shown, &c.said
	_ = cmd.Run() // many of them are to fail
}

// visit has digest serve do all that a reader can ask for, while the mail server
// knows another password.
func (c *cage) visit(reader string) {
	c.t.Helper()
	for _, format := range []string{"text", "json"} {
		s := c.serve("--verbose", "--log-format", format)
		keys := subscriber.NewKeys(canaries["secret"])
		leave, choose := "/u/"+keys.Token("unsubscribe", "weekly", reader), "/p/"+keys.Token("preferences", "weekly", reader)
		c.links = append(c.links, leave, choose)
		for _, path := range []string{leave, choose, leave + "x", "/u/" + reader, "/join?address=" + url.QueryEscape(reader), "/healthz"} {
			s.get(s.base + path)
		}
		s.post("/join", "address", reader, "name", reader)
		s.post("/join", "address", "new."+reader)
		s.post(choose, "do", "data")
		s.post(choose, "do", "save", "category", "design")
		s.post(leave, "List-Unsubscribe", "One-Click", "note", reader)
		s.post(leave, "back", "1")
		if r, err := http.Post(s.base+leave, "multipart/form-data; boundary="+url.QueryEscape(reader), strings.NewReader(reader)); err == nil {
			_ = r.Body.Close()
		}
		if db, err := os.OpenFile(filepath.Join(c.dir, "digest.db"), os.O_RDWR, 0); err == nil { // and a database that is none
			if format == "json" {
				_, _ = db.WriteAt([]byte(strings.Repeat("x", 100)), 0)
			}
			_ = db.Close()
		}
		s.post(leave, "List-Unsubscribe", "One-Click")
		_, metrics := s.get(s.metrics)
		s.stop()
		c.said.WriteString(s.log.String() + metrics)
	}
}

// look fails for each canary that was heard.
func (c *cage) look() {
	c.t.Helper()
	said, shown := c.said.String(), c.shown.String()
	for _, want := range []string{"left", "digest_requests_total", "greylisted", "page="} {
		if !strings.Contains(said, want) {
			c.t.Errorf("nothing was said of %q: is anything tried?\n%s", want, said)
		}
	}
	for name, canary := range canaries {
		if at := strings.Index(said, canary); at >= 0 {
			c.t.Errorf("the %s was said: %s", name, around(said, at))
		}
		if at := strings.Index(shown, canary); at >= 0 && name != "reader's address" {
			c.t.Errorf("the %s was shown: %s", name, around(shown, at))
		}
	}
	for _, link := range c.links {
		_, token, _ := strings.Cut(link[1:], "/")
		if at := strings.Index(said, token); at >= 0 {
			c.t.Errorf("a token was said: %s", around(said, at))
		}
	}
}

func around(s string, at int) string { return s[max(0, at-200):min(len(s), at+200)] }
