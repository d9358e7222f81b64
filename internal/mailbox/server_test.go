package mailbox

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"log"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"go.uber.org/goleak"

	"digest/internal/certtest"
	"digest/internal/mailbox/imaptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs go-imap's server with one user and an empty INBOX.
func start(t *testing.T, way TLS, caps ...imap.Cap) (Config, *imapmemserver.User) {
	t.Helper()
	user := imapmemserver.NewUser(imaptest.Username, imaptest.Password)
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	store := imapmemserver.New()
	store.AddUser(user)
	set := imap.CapSet{imap.CapIMAP4rev1: {}}
	for _, c := range caps {
		set[c] = struct{}{}
	}
	options := &imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return store.NewSession(), nil, nil
		},
		Caps:         set,
		InsecureAuth: way == NoTLS,
		Logger:       log.New(io.Discard, "", 0),
	}
	listener := listen(t)
	c := config(listener, way)
	certificate, roots := certtest.Write(t, t.TempDir(), "127.0.0.1")
	c.RootCAs = roots
	switch way {
	case STARTTLS:
		options.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	case ImplicitTLS:
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}})
	}
	server := imapserver.New(options)
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		_ = server.Close()
		served.Wait()
	})
	return c, user
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener
}

func config(listener net.Listener, way TLS) Config {
	return Config{
		Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, TLS: way,
		Username: imaptest.Username, Password: imaptest.Password, Timeout: 20 * time.Second,
	}
}

// put appends a message, with flags.
func put(t *testing.T, user *imapmemserver.User, text string, flags ...imap.Flag) {
	t.Helper()
	if _, err := user.Append("INBOX", literal{bytes.NewReader([]byte(text))}, &imap.AppendOptions{Flags: flags}); err != nil {
		t.Fatal(err)
	}
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// script runs a server that says what answer returns for each command, which
// begins with its tag. It serves one connection after the other.
func script(t *testing.T, way TLS, greeting string, answer func(tag, command string) string) Config {
	t.Helper()
	listener := listen(t)
	c := config(listener, way)
	c.Password = "hunter2"
	if way == ImplicitTLS {
		certificate, roots := certtest.Write(t, t.TempDir(), "127.0.0.1")
		c.RootCAs = roots
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}})
	}
	var served sync.WaitGroup
	served.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			converse(conn, greeting, answer)
			_ = conn.Close()
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		served.Wait()
	})
	return c
}

// A transcript is what a server was told.
type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

// of notes what answer is asked.
func (h *transcript) of(answer func(tag, command string) string) func(tag, command string) string {
	return func(tag, command string) string {
		h.mu.Lock()
		h.text.WriteString(command + "\n")
		h.mu.Unlock()
		return answer(tag, command)
	}
}

func (h *transcript) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// converse ends when the client is gone, or with an empty answer.
func converse(conn net.Conn, greeting string, answer func(tag, command string) string) {
	if _, err := io.WriteString(conn, greeting); err != nil {
		return
	}
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		tag, command, _ := strings.Cut(lines.Text(), " ")
		said := answer(tag, command)
		if said == "" {
			return
		}
		said, again, endless := strings.Cut(said, "\x00")
		said, _, last := strings.Cut(said, "\x04")
		if _, err := io.WriteString(conn, said); err != nil || last {
			return
		}
		for again = strings.Repeat(again, 1+4096/max(1, len(again))); endless; {
			if _, err := io.WriteString(conn, again); err != nil {
				return
			}
		}
	}
}

// cut is an answer after which the connection is lost.
func cut(say string) string { return say + "\x04" }

// endless is an answer, or the rest of one, that goes on so until nobody listens.
func endless(say string) string { return "\x00" + say }

// honest answers as a server with one message does, but for the command that
// begins so. A ~ in that answer stands for the tag.
func honest(odd, said string) func(tag, command string) string {
	return func(tag, command string) string {
		switch {
		case strings.HasPrefix(command, odd):
			return strings.ReplaceAll(said, "~", tag)
		case strings.HasPrefix(command, "CAPABILITY"):
			return "* CAPABILITY IMAP4rev1\r\n" + tag + " OK done\r\n"
		case strings.HasPrefix(command, "SELECT"):
			return "* 1 EXISTS\r\n" + tag + " OK [READ-WRITE] done\r\n"
		case strings.HasPrefix(command, "UID SEARCH"):
			return "* SEARCH 7\r\n" + tag + " OK done\r\n"
		case strings.HasPrefix(command, "UID FETCH"):
			return "* 1 FETCH (UID 7 BODY[]<0> {5}\r\nhello)\r\n" + tag + " OK done\r\n"
		case strings.HasPrefix(command, "UID STORE"):
			return "* 1 FETCH (UID 7 FLAGS (\\Seen))\r\n" + tag + " OK done\r\n"
		case strings.HasPrefix(command, "LOGOUT"):
			return "* BYE bye\r\n" + tag + " OK done\r\n"
		}
		return tag + " OK done\r\n"
	}
}
