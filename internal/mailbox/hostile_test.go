package mailbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"
)

const greeting = "* OK [CAPABILITY IMAP4rev1] ready\r\n"

func TestHostileServer(t *testing.T) {
	for _, tt := range []struct{ name, odd, said, want string }{
		{"the conversation itself", "NONE", "", ""},
		{"nothing", "UID FETCH", "", "message 7: the server closed the connection"},
		{"no such folder", "SELECT", "~ NO [NONEXISTENT] \x1b[31mno\r\n", `folder INBOX: the server says NO NONEXISTENT: "[31mno"`},
		{"the password again", "LOGIN", "~ NO [AUTHENTICATIONFAILED] not hunter2 nor AGJvdW5jZXMAaHVudGVyMg==\r\n", `login: the server says NO AUTHENTICATIONFAILED: "not [secret] nor [secret]"`},
		{"no login", "CAPABILITY", "* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n~ OK done\r\n", "takes no password on this connection (LOGINDISABLED)"},
		{"a line without end", "SELECT", "* OK " + endless("a"), "more than was asked for"},
		{"many lines", "SELECT", endless("* 1 EXISTS\r\n"), "more than was asked for"},
		{"many messages unasked", "UID FETCH", endless("* 1 FETCH (UID 8 BODY[]<0> {5}\r\nhello)\r\n"), "more than was asked for"},
		{"many flags", "UID STORE", "* 1 FETCH (UID 7 FLAGS (" + endless("\\Seen "), "more than was asked for"},
		{"many capabilities", "CAPABILITY", "* CAPABILITY " + endless("X "), "more than was asked for"},
		{"a folder of billions", "SELECT", "* 4294967295 EXISTS\r\n~ OK done\r\n", "4294967295 messages"},
		{"billions found", "UID SEARCH", "* ESEARCH (TAG \"~\") UID ALL 1:4294967295\r\n~ OK done\r\n", "messages that cannot be there"},
		{"many found", "UID SEARCH", "* SEARCH 1 3 5\r\n~ OK done\r\n", "messages that cannot be there"},
		{"found without end", "UID SEARCH", "* SEARCH" + endless(" 4294967295 1"), "more than was asked for"},
		{"a number too large", "UID SEARCH", "* SEARCH 99999999999\r\n~ OK done\r\n", "expected number"},
		{"a huge literal", "UID FETCH", "* 1 FETCH (UID 7 BODY[]<0> {9999999999}\r\n" + endless("a"), "more than was asked for"},
		{"a literal of more than that", "UID FETCH", "* 1 FETCH (UID 7 BODY[]<0> {99999999999999999999}\r\n", "expected"},
		{"a literal without its bytes", "UID FETCH", "* 1 FETCH (UID 7 BODY[]<0> {12000}\r\nhello", "no answer in time"},
		{"a connection lost in a message", "UID FETCH", cut("* 1 FETCH (UID 7 BODY[]<0> {12000}\r\nhello"), "message 7: the server closed the connection"},
		{"a connection lost before the end", "UID FETCH", cut("* 1 FETCH (UID 7 BODY[]<0> {5}\r\nhello)\r\n"), "message 7: the server closed the connection"},
		{"a refusal after the message", "UID FETCH", "* 1 FETCH (UID 7 BODY[]<0> {5}\r\nhello)\r\n~ NO sorry\r\n", `message 7: the server says NO: "sorry"`},
		{"another huge literal", "SELECT", "* LIST () \"/\" {9999999999}\r\n" + endless("a"), "more than was asked for"},
		{"another message", "UID FETCH", "* 1 FETCH (UID 8 BODY[]<0> {5}\r\nhello)\r\n~ OK done\r\n", "another message than was asked for"},
		{"another part", "UID FETCH", "* 1 FETCH (UID 7 BODY[TEXT]<0> {5}\r\nhello)\r\n~ OK done\r\n", "another part than was asked for"},
		{"another place", "UID FETCH", "* 1 FETCH (UID 7 BODY[]<5> {5}\r\nhello)\r\n~ OK done\r\n", "another part than was asked for"},
		{"deep nesting", "UID FETCH", "* 1 FETCH (UID 7 BODYSTRUCTURE " + endless("("), "more than was asked for"},
		{"a flag that is not kept", "UID STORE", "* 1 FETCH (UID 7 FLAGS ())\r\n~ OK done\r\n", `does not keep the flag \Seen`},
		{"no right to mark", "UID STORE", "~ NO [NOPERM] read only\r\n", `marking message 7: the server says NO NOPERM: "read only"`},
		{"a tag of its own", "UID SEARCH", "x1 OK done\r\n", "unknown tag"},
		{"no IMAP", "LOGIN", "HTTP/1.1 400 Bad Request\r\n\r\n", "login: "},
		{"an end", "UID SEARCH", "* BYE shutting down\r\n", "no answer in time"},
		{"no message any more", "UID FETCH", "~ OK done\r\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := script(t, NoTLS, greeting, honest(tt.odd, tt.said))
			c.Username = "bounces"
			if tt.want == "no answer in time" {
				c.Timeout = 500 * time.Millisecond
			}
			before, began := allocated(), time.Now()
			settled := false
			err := c.Each(t.Context(), func(uint32, io.Reader) Mark {
				settled = true
				return Seen
			})
			if wanted := tt.odd == "NONE" || tt.odd == "UID STORE"; settled != wanted {
				t.Errorf("Each settles a message: %v, want %v", settled, wanted)
			}
			if got := fmt.Sprint(err); tt.want == "" && err != nil || !strings.Contains(got, tt.want) {
				t.Errorf("Each: %v, want %q", err, tt.want)
			} else if strings.Contains(got, "hunter2") || strings.ContainsAny(got, "\x1b\r\n") || len(got) > 400 {
				t.Errorf("Each: %q is not fit for a log", got)
			}
			if took, grown := time.Since(began), live(before); took > 2*time.Minute || grown > 16<<20 {
				t.Errorf("Each took %s and holds %d bytes", took, grown)
			}
		})
	}
}

func TestHostileServerOverTLS(t *testing.T) {
	c := script(t, ImplicitTLS, greeting, honest("UID FETCH", "* 1 FETCH (UID 7 BODY[]<0> {9999999999}\r\n"+endless("a")))
	if err := c.Each(t.Context(), func(uint32, io.Reader) Mark { return Seen }); err == nil || !strings.Contains(err.Error(), "more than was asked for") {
		t.Errorf("Each: %v, want an error", err)
	}
	c = script(t, ImplicitTLS, greeting, honest("EXAMINE", "* OK "+endless("a")))
	if err := c.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "more than was asked for") {
		t.Errorf("Check: %v, want an error", err)
	}
}

// allocated is what is in use.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

func live(before uint64) uint64 { return max(before, allocated()) - before }

func TestServerThatHangs(t *testing.T) {
	for _, odd := range []string{"CAPABILITY", "LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "UID STORE"} {
		t.Run(odd, func(t *testing.T) {
			c := script(t, NoTLS, greeting, honest(odd, "* OK still here\r\n"))
			c.Timeout = 200 * time.Millisecond
			if err := c.Each(t.Context(), func(uint32, io.Reader) Mark { return Seen }); err == nil || !strings.HasSuffix(err.Error(), ": no answer in time") {
				t.Errorf("Each: %v, want no answer in time", err)
			}
		})
		t.Run(odd+", and we are told to stop", func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			c := script(t, NoTLS, greeting, honest(odd, "* OK still here\r\n"))
			if err := c.Each(ctx, func(uint32, io.Reader) Mark { return Seen }); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Each: %v, want the context's error", err)
			}
		})
	}
	for _, way := range []TLS{ImplicitTLS, STARTTLS, NoTLS} {
		t.Run("no greeting, "+string(way), func(t *testing.T) {
			c := script(t, NoTLS, "", func(string, string) string { return " " })
			c.TLS, c.Timeout = way, 200*time.Millisecond
			if err := c.Check(t.Context()); err == nil {
				t.Error("Check of a server that says nothing: no error")
			}
		})
	}
}

// A server that trickles gets no more time than one that says nothing.
func TestServerThatTrickles(t *testing.T) {
	listener := listen(t)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		for said := "* OK "; ; said = "a" {
			if _, err := io.WriteString(conn, said); err != nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	c := config(listener, NoTLS)
	c.Timeout = 300 * time.Millisecond
	began := time.Now()
	if err := c.Check(t.Context()); err == nil || !strings.HasSuffix(err.Error(), ": no answer in time") || time.Since(began) > 5*time.Second {
		t.Errorf("Check: %v after %s, want no answer in time", err, time.Since(began))
	}
}

func TestSTARTTLSIsNotStripped(t *testing.T) {
	for _, tt := range []struct{ name, greeting, odd, said, want string }{
		{"not known", greeting, "STARTTLS", "~ BAD what\r\n", `TLS: the server says BAD: "what"`},
		{"not now", greeting, "STARTTLS", "~ NO not now\r\n", `TLS: the server says NO: "not now"`},
		{"logged in already", "* PREAUTH welcome\r\n", "STARTTLS", "~ BAD what\r\n", "TLS: "},
		{"a flood", greeting, "STARTTLS", "* OK " + endless("a"), "TLS: the server says more than was asked for"},
		// What a stranger puts behind the OK would be taken for the server's word.
		{"answers before TLS", greeting, "STARTTLS", "~ OK go\r\n* CAPABILITY IMAP4rev1\r\nT2 OK done\r\nT3 OK done\r\n", "TLS: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var heard transcript
			c := script(t, NoTLS, tt.greeting, heard.of(honest(tt.odd, tt.said)))
			c.TLS = STARTTLS
			_ = c.Check(t.Context()) // it is over when the server answers to the next
			err := c.Check(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Check: %v, want %q", err, tt.want)
			}
			if said := heard.String(); !strings.Contains(said, "STARTTLS\n") || strings.Contains(said, "LOGIN") || strings.Contains(said, "AUTHENTICATE") {
				t.Errorf("without TLS the server was told %q", said)
			}
		})
	}
}

func TestGreetings(t *testing.T) {
	for _, tt := range []struct{ greeting, want string }{
		{"* PREAUTH welcome\r\n", "asks for no password"},
		{"* BYE too many\r\n", "login: "},
		{"220 mail.example.org ESMTP\r\n", "login: "},
	} {
		c := script(t, ImplicitTLS, tt.greeting, honest("NONE", ""))
		c.Timeout = 2 * time.Second
		if err := c.Check(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Check of a server that begins with %q: %v, want %q", tt.greeting, err, tt.want)
		}
	}
}

func TestNoTLSIsForThisMachine(t *testing.T) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		ip, ok := a.(*net.IPNet)
		if !ok || ip.IP.IsLoopback() || ip.IP.To4() == nil {
			continue
		}
		listener, err := net.Listen("tcp", net.JoinHostPort(ip.IP.String(), "0"))
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		c := config(listener, NoTLS)
		c.Host = ip.IP.String()
		if err := c.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "without TLS") {
			t.Errorf("Check at %s: %v, want a refusal", c.Host, err)
		}
		return
	}
	t.Skip("this machine has no address but 127.0.0.1")
}
