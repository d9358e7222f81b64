package subscriber_test

import (
	"bytes"
	"errors"
	"io"
	"net/mail"
	"slices"
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
		"e-mail;topics;lang\r\na@example.org;a, b;de_AT\r\n'=b@example.org;a,;zz-zz", "mail\tcategory\na@example.org\ta;b,c\n",
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
				if s.Line <= line {
					t.Fatalf("ReadCSV(%q): line %d after line %d", list, s.Line, line)
				}
				line = s.Line
				checkWritten(t, s)
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

// checkWritten writes a subscriber and reads them.
func checkWritten(t *testing.T, s subscriber.Subscriber) {
	var list bytes.Buffer
	w := subscriber.NewWriter(&list)
	if err := errors.Join(w.Write(s), w.Flush()); err != nil {
		t.Fatalf("Write(%+v) = %v", s, err)
	}
	written := list.String()
	for got, err := range subscriber.ReadCSV(&list) {
		if got.Line = s.Line; err != nil || got != s {
			t.Fatalf("%+v is written as %q and read as %+v, %v", s, written, got, err)
		}
	}
}

// Rewrite changes what it is asked to, and not one byte of the rest.
func FuzzRewrite(f *testing.F) {
	for _, seed := range []string{
		"address,name\na@example.org,Ada\nb@example.org,Bo\n", "\ufeffx;E-Mail\r\n1;a@example.org\r\n\r\n2;nobody\r\n3;A@example.org", "address", "address\n\"a",
		"address\n\n\n\"a@example.org\"\n\n", "name\taddress\tcategories\n\"x\ny\"\ta@example.org\tz",
	} {
		f.Add(seed, "a@example.org")
	}
	f.Fuzz(func(t *testing.T, list, key string) {
		added, err := subscriber.New("new@example.org", "")
		if err != nil {
			t.Fatal(err)
		}
		var want []subscriber.Subscriber
		for s, err := range subscriber.ReadCSV(strings.NewReader(list)) {
			switch {
			case err != nil && !errors.As(err, new(*subscriber.LineError)):
				if out, again := rewrite(list, "", added); again == nil {
					t.Fatalf("Rewrite(%q) = %q, want the error %v", list, out, err)
				}
				return
			case err == nil && s.Key != key:
				s.Line = 0
				want = append(want, s)
			}
		}
		if out, err := rewrite(list, ""); err != nil || out != list {
			t.Fatalf("Rewrite(%q) of nothing = %q, %v", list, out, err)
		}
		out, err := rewrite(list, key, added)
		if err != nil {
			t.Fatalf("Rewrite(%q) = %v", list, err)
		}
		var got []subscriber.Subscriber
		for s, err := range subscriber.ReadCSV(strings.NewReader(out)) {
			if err == nil {
				s.Line = 0
				got = append(got, s)
			}
		}
		if !slices.Equal(got, append(want, added)) {
			t.Fatalf("Rewrite(%q) without %q and with new@example.org = %q, which is read as %+v", list, key, out, got)
		}
	})
}

func rewrite(list, drop string, more ...subscriber.Subscriber) (string, error) {
	var out strings.Builder
	err := subscriber.Rewrite(&out, io.NewSectionReader(strings.NewReader(list), 0, int64(len(list))),
		func(s subscriber.Subscriber) bool { return s.Key == drop },
		func(yield func(subscriber.Subscriber, error) bool) {
			for _, s := range more {
				if !yield(s, nil) {
					return
				}
			}
		})
	return out.String(), err
}
