package main

import (
	"bytes"
	"crypto/tls"
	"database/sql"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"digest/internal/certtest"
	"digest/internal/mailbox/imaptest"
)

// A mailServer has a mailbox to which letters come back.
type mailServer struct {
	port    int
	ca      string // file
	deliver func(message string)
	flags   func() []string // S is seen, F is flagged
}

func TestBouncesInAMailbox(t *testing.T) { bouncesInAMailbox(t, memoryServer(t)) }

func TestBouncesInDovecot(t *testing.T) {
	s := imaptest.Dovecot(t)
	bouncesInAMailbox(t, mailServer{s.Port, s.CA, func(m string) { s.Deliver(t, m) }, func() []string { return s.Flags(t) }})
}

// memoryServer is go-imap's server, with a mailbox in memory.
func memoryServer(t *testing.T) mailServer {
	t.Helper()
	user := imapmemserver.NewUser(imaptest.Username, imaptest.Password)
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	users := imapmemserver.New()
	users.AddUser(user)
	dir := t.TempDir()
	certificate, _ := certtest.Write(t, dir, "127.0.0.1")
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		t.Fatal(err)
	}
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return users.NewSession(), nil, nil
		},
		Logger: log.New(io.Discard, "", 0),
	})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	count := 0
	return mailServer{
		port: listener.Addr().(*net.TCPAddr).Port,
		ca:   filepath.Join(dir, "cert.pem"),
		deliver: func(message string) {
			count++
			message = strings.ReplaceAll(message, "\n", "\r\n")
			if _, err := user.Append("INBOX", literal{strings.NewReader(message)}, &imap.AppendOptions{}); err != nil {
				t.Fatal(err)
			}
		},
		flags: func() []string { return flagsOf(t, user, count) },
	}
}

type literal struct{ *strings.Reader }

// flagsOf are the flags of the first messages of a user's INBOX.
func flagsOf(t *testing.T, user *imapmemserver.User, count int) []string {
	t.Helper()
	session := imapmemserver.NewUserSession(user)
	if _, err := session.Select("INBOX", &imap.SelectOptions{}); err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	all := make([]string, count)
	for _, flag := range []struct {
		name   imap.Flag
		letter string
	}{{imap.FlagFlagged, "F"}, {imap.FlagSeen, "S"}, {imap.FlagDeleted, "T"}} {
		found, err := session.Search(imapserver.NumKindUID, &imap.SearchCriteria{Flag: []imap.Flag{flag.name}}, &imap.SearchOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, uid := range found.AllUIDs() {
			all[uid-1] += flag.letter
		}
	}
	return all
}

// bouncesInAMailbox is the story of letters that come back to a server.
func bouncesInAMailbox(t *testing.T, server mailServer) {
	n, paths := bounced(t)
	address, path := someone(t, paths)
	n.trust(server.ca)
	n.digest(2, "bounces.imap.host: it is empty; write the name", "bounce", "--imap")
	n.write("password", []byte(imaptest.Password+"\n"))
	n.env = append(n.env, "DIGEST_BOUNCES_IMAP_HOST=127.0.0.1", fmt.Sprint("DIGEST_BOUNCES_IMAP_PORT=", server.port),
		"DIGEST_BOUNCES_IMAP_USERNAME="+imaptest.Username, "DIGEST_BOUNCES_IMAP_PASSWORD_FILE=password")
	n.digest(2, "--imap reads the mailbox alone; leave out mail", "bounce", "--imap", "mail")
	n.digest(0, "bounces.imap +127.0.0.1: ready, the folder is INBOX", "check", "--connect", "--dns", "127.0.0.1:1", "--as-of", "2026-11-20")
	n.digest(0, "^0 read: ", "bounce", "--imap")

	server.deliver(dsn(path, address, "5.1.1"))
	server.deliver("Subject: away\nTo: " + path + "\nAuto-Submitted: auto-replied\n\nI am away.\n")
	server.deliver(dsn(path, address, "5.7.1"))
	server.deliver("Subject: off\nTo: " + path + "\n\nPlease take me off.\n")

	// What the ledger does not take is left as it is, for the next run.
	env := n.env
	n.env = append(n.env, "DIGEST_DATABASE=other.db")
	n.digest(1, "nothing was sent from here yet", "bounce", "--imap")
	n.env = env
	n.ledger("CREATE TRIGGER full BEFORE INSERT ON bounce BEGIN SELECT RAISE(FAIL, 'disk full'); END")
	n.digest(3, "INBOX, message 1: .*disk full(.|\n)*3 read: 0 hard, 0 soft, 0 complaints, 1 automatic answers, 0 leave, 2 unclear", "bounce", "--imap")
	n.flagged(server, "", "S", "F", "F")
	n.ledger("DROP TRIGGER full")

	n.digest(0, address+": hard, .*; nothing more is sent there\n1 read: 1 hard", "bounce", "--imap")
	n.flagged(server, "S", "S", "F", "F")
	n.digest(0, "^0 read: ", "bounce", "--imap")
	server.deliver(dsn(path, address, "5.1.1")) // as after a crash before the mark
	n.digest(0, "recorded before\n1 read: 1 hard.*; 0 more addresses", "bounce", "--imap")
	n.flagged(server, "S", "S", "F", "F", "S")
	n.digest(0, "4 sent", "send", "--as-of", "2026-11-20")

	n.write("password", []byte("hunter2\n"))
	out := n.digest(1, "bounces.imap: 127.0.0.1:[0-9]+: login: the server says NO .*; when that is mended, run it again", "bounce", "--imap")
	out += n.digest(1, "error +bounces.imap +127.0.0.1: .*login: the server says NO", "check", "--connect", "--dns", "127.0.0.1:1", "--as-of", "2026-11-20")
	if strings.Contains(out, "hunter2") {
		t.Errorf("the password is told:\n%s", out)
	}
}

// trust has the program trust another authority too.
func (n *newsroom) trust(file string) {
	n.t.Helper()
	other, err := os.ReadFile(file)
	if err != nil {
		n.t.Fatal(err)
	}
	n.write("ca.pem", bytes.Join([][]byte{n.server.CA, other}, nil))
}

// ledger changes the ledger behind the program's back.
func (n *newsroom) ledger(statement string) {
	n.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(n.dir, "digest.db"))
	if err != nil {
		n.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(n.t.Context(), statement); err != nil {
		n.t.Fatal(err)
	}
}

func (n *newsroom) flagged(server mailServer, want ...string) {
	n.t.Helper()
	if got := server.flags(); !slices.Equal(got, want) {
		n.t.Errorf("the messages have the flags %q, want %q", got, want)
	}
}
