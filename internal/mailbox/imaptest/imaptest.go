// Package imaptest runs a real IMAP server for tests: Debian's Dovecot, on
// loopback, with a folder of its own.
//
//	server := imaptest.Dovecot(t)
//	server.Deliver(t, "Subject: hello\r\n\r\n...")
//	...
//	if got := server.Flags(t); got[0] != "S" { ... }
package imaptest

import (
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"digest/internal/certtest"
)

// Username and Password open the mailbox.
const (
	Username = "bounces@example.org"
	Password = "pass \"word\" of ümlauts"
)

// A Server is a running Dovecot.
type Server struct {
	Port     int    // of implicit TLS
	STARTTLS int    // the port of the other way
	CA       string // file of the certificate
	RootCAs  *x509.CertPool

	dir string
	uid int // whose the mail is
	n   int // messages delivered
}

// Dovecot runs one until the end of the test. Where there is none the test is
// skipped, unless DIGEST_DOVECOT=required.
func Dovecot(t testing.TB) *Server {
	t.Helper()
	program, err := exec.LookPath("dovecot")
	if err != nil {
		if os.Getenv("DIGEST_DOVECOT") == "required" {
			t.Fatal("there is no dovecot in PATH")
		}
		t.Skip("there is no dovecot in PATH")
	}
	dir, err := os.MkdirTemp("", "dovecot") // a short name: sockets are in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &Server{Port: freePort(t), STARTTLS: freePort(t), CA: filepath.Join(dir, "cert.pem"), dir: dir}
	_, s.RootCAs = certtest.Write(t, dir, "127.0.0.1")
	settings := filepath.Join(dir, "dovecot.conf")
	if err := os.WriteFile(settings, []byte(s.settings(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, sub := range []string{"", "mail", "mail/new", "mail/cur", "mail/tmp"} {
		s.make(t, sub)
	}
	cmd := exec.Command(program, "-F", "-c", settings)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		<-ended
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			t.Logf("dovecot says\n%s%s", said.String(), log)
		}
	})
	for range 200 {
		if conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port))); err == nil {
			_ = conn.Close()
			return s
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("dovecot does not begin to listen")
	return nil
}

// settings are those of a Dovecot that needs nothing of the machine's. Root's
// must not read mail as root.
func (s *Server) settings(t testing.TB) string {
	t.Helper()
	who, err := user.Current()
	if err == nil && who.Uid == "0" {
		who, err = user.Lookup("nobody")
	}
	if err != nil {
		t.Fatal(err)
	}
	if s.uid, err = strconv.Atoi(who.Uid); err != nil {
		t.Fatal(err)
	}
	group, err := user.LookupGroupId(who.Gid)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`protocols = imap
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/log
auth_verbose = yes
auth_failure_delay = 0
ssl = required
ssl_cert = <%[1]s/cert.pem
ssl_key = <%[1]s/key.pem
default_internal_user = %[2]s
default_internal_group = %[3]s
default_login_user = %[2]s
first_valid_uid = 1
mail_location = maildir:%[1]s/mail
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%%u %[1]s/users
}
userdb {
  driver = static
  args = uid=%[4]s gid=%[5]s home=%[1]s/home
}
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = %[6]d
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = %[7]d
    ssl = yes
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
`, s.dir, who.Username, group.Name, who.Uid, who.Gid, s.STARTTLS, s.Port)
}

// make makes a folder that the server can write to.
func (s *Server) make(t testing.TB, name string) {
	t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if name == "" {
		users := filepath.Join(s.dir, "users")
		if err := os.WriteFile(users, []byte(Username+":{PLAIN}"+Password+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := os.Chown(path, s.uid, -1); err != nil {
		t.Fatal(err)
	}
}

// Deliver puts a message into the mailbox, as a mail server does: with LF.
func (s *Server) Deliver(t testing.TB, message string) {
	t.Helper()
	s.n++
	name := fmt.Sprintf("%d.M%d.test", 1795000000+s.n, s.n)
	temporary, final := filepath.Join(s.dir, "mail/tmp", name), filepath.Join(s.dir, "mail/new", name)
	if err := os.WriteFile(temporary, []byte(message), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(temporary, s.uid, -1); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(temporary, final); err != nil {
		t.Fatal(err)
	}
}

// Flags are those of all messages in the order of delivery, in the letters of a
// Maildir: S is seen, F is flagged.
func (s *Server) Flags(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, sub := range []string{"new", "cur"} {
		entries, err := os.ReadDir(filepath.Join(s.dir, "mail", sub))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	flags := make([]string, len(names))
	for i, name := range names {
		_, flags[i], _ = strings.Cut(name, ":2,")
	}
	return flags
}

func freePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}
