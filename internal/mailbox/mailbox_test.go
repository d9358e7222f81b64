package mailbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// flags are those of all messages, by their numbers.
func flags(t *testing.T, c Config) string {
	t.Helper()
	var all []string
	err := c.connected(t.Context(), func(s *session) error {
		if _, err := s.open(true); err != nil {
			return err
		}
		messages, err := s.client.Fetch(imap.SeqSet{{Start: 1, Stop: s.count()}}, &imap.FetchOptions{UID: true, Flags: true}).Collect()
		for _, m := range messages {
			slices.Sort(m.Flags)
			all = append(all, fmt.Sprintf("%d%v", m.UID, m.Flags))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

// mailboxOf is one with these messages.
func mailboxOf(t *testing.T, texts ...string) (Config, *imapmemserver.User) {
	t.Helper()
	c, user := start(t, ImplicitTLS)
	for _, text := range texts {
		put(t, user, text)
	}
	return c, user
}

// What is in the messages comes as it is, whatever the way to the server is.
func TestEach(t *testing.T) {
	files, err := filepath.Glob("../bounce/testdata/*.eml")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d messages, %v", len(files), err)
	}
	// This server writes the heads of its messages anew; see TestDovecot.
	files = slices.DeleteFunc(files, func(file string) bool {
		return strings.HasSuffix(file, "broken-lines.eml") || strings.HasSuffix(file, "mbox-line.eml")
	})
	for _, way := range []TLS{ImplicitTLS, STARTTLS, NoTLS} {
		t.Run(string(way), func(t *testing.T) {
			c, user := start(t, way, imap.CapIMAP4rev2)
			want := map[uint32]string{}
			for i, file := range files {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				text := strings.ReplaceAll(string(data), "\n", "\r\n")
				put(t, user, text)
				want[uint32(i)+1] = text
			}
			last := uint32(0)
			err := c.Each(t.Context(), func(uid uint32, message io.Reader) Mark {
				if data, err := io.ReadAll(message); err != nil || string(data) != want[uid] || uid <= last {
					t.Errorf("after message %d comes %d, %v:\n%s\nwant\n%s", last, uid, err, data, want[uid])
				}
				delete(want, uid)
				last = uid
				return Seen
			})
			if err != nil || len(want) > 0 {
				t.Errorf("Each: %v, and %d messages are left", err, len(want))
			}
			if got := unread(t, c); len(got) > 0 {
				t.Errorf("then Each reads %v, want nothing", got)
			}
		})
	}
}

// unread are the numbers of the messages that Each reads, and leaves as they are.
func unread(t *testing.T, c Config) (uids []uint32) {
	t.Helper()
	if err := c.Each(t.Context(), func(uid uint32, _ io.Reader) Mark {
		uids = append(uids, uid)
		return None
	}); err != nil {
		t.Fatal(err)
	}
	return uids
}

func TestMarks(t *testing.T) {
	c, user := mailboxOf(t, "one", "two", "three", "four")
	put(t, user, "five", imap.FlagSeen)
	put(t, user, "six", imap.FlagFlagged)
	put(t, user, "seven", imap.FlagDeleted)
	put(t, user, "eight", imap.FlagAnswered)
	err := c.Each(t.Context(), func(uid uint32, _ io.Reader) Mark {
		return map[uint32]Mark{1: Seen, 2: Flagged, 4: Seen, 8: Flagged}[uid]
	})
	const want = `1[\Seen] 2[\Flagged] 3[] 4[\Seen] 5[\Seen] 6[\Flagged] 7[\Deleted] 8[\Answered \Flagged]`
	if got := flags(t, c); err != nil || got != want {
		t.Errorf("Each: %v, and the flags are\n%s, want\n%s", err, got, want)
	}
	if got := unread(t, c); !slices.Equal(got, []uint32{3}) {
		t.Errorf("then Each reads %v, want 3 again", got)
	}
}

func TestLongMessages(t *testing.T) {
	const most = 5*chunk + 7
	for _, size := range []int{100, chunk - 1, chunk, chunk + 1, 2 * chunk, most - 1, most, most + 1, 10 * chunk} {
		c, _ := mailboxOf(t, "Subject: x\r\n\r\n"+strings.Repeat("0123456789abcd\r\n", size/16+1)[:size-14])
		c.MaxSize = most
		read := -1
		err := c.Each(t.Context(), func(_ uint32, message io.Reader) Mark {
			data, _ := io.ReadAll(message)
			read = len(data)
			return Seen
		})
		if want := min(size, most); err != nil || read != want {
			t.Errorf("of %d bytes Each reads %d, %v, want %d", size, read, err, want)
		}
	}
}

// More messages than are searched at once, and another program that takes some
// of them away meanwhile.
func TestManyMessages(t *testing.T) {
	const many = 2*window + 10
	c, _ := mailboxOf(t, slices.Repeat([]string{"x"}, many)...)
	read := map[uint32]bool{}
	err := c.Each(t.Context(), func(uid uint32, message io.Reader) Mark {
		if uid == 5 {
			expunge(t, c, 6, 7, many)
		}
		read[uid] = true
		return Seen
	})
	if err != nil || read[6] || read[7] || read[many] {
		t.Errorf("Each: %v, and reads what is gone: %v, %v, %v", err, read[6], read[7], read[many])
	}
	for _, uid := range unread(t, c) {
		read[uid] = true
	}
	if len(read) != many-3 {
		t.Errorf("two runs read %d messages, want %d", len(read), many-3)
	}
}

// expunge removes messages, as another mail program would.
func expunge(t *testing.T, c Config, uids ...imap.UID) {
	t.Helper()
	err := c.connected(t.Context(), func(s *session) error {
		if _, err := s.open(false); err != nil {
			return err
		}
		deleted := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}
		return errors.Join(s.client.Store(imap.UIDSetNum(uids...), deleted, nil).Close(), s.client.Expunge().Close())
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestStopped(t *testing.T) {
	c, _ := mailboxOf(t, "one", "two")
	ctx, cancel := context.WithCancel(t.Context())
	err := c.Each(ctx, func(uint32, io.Reader) Mark {
		cancel()
		return Seen
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Each: %v, want the context's error", err)
	}
	if got := unread(t, c); !slices.Equal(got, []uint32{1, 2}) {
		t.Errorf("then Each reads %v, want both", got)
	}
}

func TestCheck(t *testing.T) {
	c, user := mailboxOf(t, "one")
	with := func(change func(*Config)) Config {
		changed := c
		change(&changed)
		return changed
	}
	for _, tt := range []struct {
		name string
		c    Config
		want string
	}{
		{"all is well", c, "<nil>"},
		{"wrong password", with(func(c *Config) { c.Password = "hunter2" }), ": login: the server says NO AUTHENTICATIONFAILED: "},
		{"no such folder", with(func(c *Config) { c.Folder = "Bounces" }), `: folder Bounces: the server says NO NONEXISTENT: "No such mailbox"`},
		{"another name", with(func(c *Config) { c.Host = "localhost" }), ": TLS: tls: failed to verify certificate"},
		{"nobody there", with(func(c *Config) { c.Port = 1 }), "127.0.0.1:1: connect: connection refused"},
		{"no such way", with(func(c *Config) { c.TLS = "" }), `TLS: "" is no way of TLS`},
		{"TLS without TLS", with(func(c *Config) { c.TLS = NoTLS }), "login: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.c.Timeout = min(tt.c.Timeout, 2e9)
			if got := fmt.Sprint(tt.c.Check(t.Context())); !strings.Contains(got, tt.want) || strings.Contains(got, "hunter2") {
				t.Errorf("Check: %s, want %q", got, tt.want)
			}
		})
	}
	if err := user.Create("Rückläufer", nil); err != nil {
		t.Fatal(err)
	}
	if err := with(func(c *Config) { c.Folder = "Rückläufer" }).Check(t.Context()); err != nil {
		t.Errorf("Check of a folder with umlauts: %v", err)
	}
}

// Without AUTH=PLAIN the login is by the command LOGIN, with any password.
func TestLogin(t *testing.T) {
	var heard transcript
	c := script(t, ImplicitTLS, greeting, heard.of(honest("NONE", "")))
	c.Password = `a "b" \c`
	if err := c.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := `LOGIN "bounces@example.org" "a \"b\" \\c"`; !strings.Contains(heard.String(), want+"\n") {
		t.Errorf("the server heard %q, want %s", heard.String(), want)
	}
}
