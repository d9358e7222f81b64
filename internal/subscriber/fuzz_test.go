package subscriber_test

import (
	"errors"
	"net/mail"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"digest/internal/subscriber"
)

// An address that is accepted is safe between < and > of an SMTP command, and
// stays what it is when it is read again.
func FuzzNew(f *testing.F) {
	for _, seed := range []string{
		"tobias@example.org", "A+b@Bücher.example", `"a> NOTIFY=NEVER <b"@example.org`, "a@example.org\r\nDATA", "a@xn--.org", "a@b..c",
		"Jörg@example.org", "ﬁ@example.org", "a＠b@example.org", "¨@example.org", "Ꭰ@example.org", "İ@ﬀ.example", "a@ß.de", "ͅ@example.org",
	} {
		f.Add(seed, "Name\r\n\x00<,\">")
	}
	f.Fuzz(func(t *testing.T, address, name string) {
		s, err := subscriber.New(address, name)
		if err != nil {
			if s != (subscriber.Subscriber{}) {
				t.Fatalf("New(%q) = %+v, %v, want nothing with an error", address, s, err)
			}
			return
		}
		checkSafe(t, address, s)
		if again, err := subscriber.New(s.Address.Address, s.Address.Name); err != nil || again != s {
			t.Fatalf("New(%q) = %+v, and read again %+v, %v", address, s, again, err)
		}
		if again, err := subscriber.New(s.Key, ""); err == nil && again.Key != s.Key {
			t.Fatalf("New(%q).Key = %q, and its own key is %q", address, s.Key, again.Key)
		}
		// Without the name, in which net/mail leaves a backslash bare.
		bare := mail.Address{Address: s.Address.Address}
		if parsed, err := mail.ParseAddress(bare.String()); err != nil || parsed.Address != s.Address.Address {
			t.Fatalf("New(%q): %q is read as %v, %v", address, bare.String(), parsed, err)
		}
	})
}

func checkSafe(t *testing.T, in string, s subscriber.Subscriber) {
	unsafe := func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`<>"(),:;[]\`, r)
	}
	for what, text := range map[string]string{"address": s.Address.Address, "key": s.Key} {
		if strings.ContainsFunc(text, unsafe) || !utf8.ValidString(text) || strings.Count(text, "@") != 1 {
			t.Fatalf("New(%q): %s %q is not safe in a command", in, what, text)
		}
	}
	_, domain, _ := strings.Cut(s.Address.Address, "@")
	if strings.ContainsFunc(domain, func(r rune) bool { return r >= utf8.RuneSelf }) || strings.ToLower(domain) != domain || len(s.Address.Address) > 254 {
		t.Fatalf("New(%q): domain %q is not in lower-case ASCII, or too long", in, domain)
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > 63 {
			t.Fatalf("New(%q): label %q of domain %q", in, label, domain)
		}
	}
	if strings.ContainsFunc(s.Address.Name, unicode.IsControl) {
		t.Fatalf("New(%q): name %q has control characters", in, s.Address.Name)
	}
}

// A list yields valid subscribers and line errors with rising lines, and at
// most one other error, as its last.
func FuzzReadCSV(f *testing.F) {
	for _, seed := range []string{
		"address,name\na@example.org,Ada\n", "\ufeffname,address\r\n\"A\nda\",a@example.org\r\n", "address\n\"a", "", "\n\naddress\n,\n", "address,address\na@b.org",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, list string) {
		line, ended := 1, false
		for s, err := range subscriber.ReadCSV(strings.NewReader(list)) {
			if ended {
				t.Fatalf("ReadCSV(%q) goes on after its last error", list)
			}
			var fault *subscriber.LineError
			switch {
			case err == nil:
				checkSafe(t, list, s)
			case errors.As(err, &fault):
				if fault.Line <= line {
					t.Fatalf("ReadCSV(%q): line %d after line %d", list, fault.Line, line)
				}
				line = fault.Line
			default:
				ended = true
			}
		}
	})
}
