package subscriber_test

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"digest/internal/subscriber"
)

func TestNew(t *testing.T) {
	long := strings.Repeat("a", 64)
	label := strings.Repeat("b", 63)
	tests := []struct{ name, in, address, key string }{
		{"plain", "tobias@example.org", "tobias@example.org", "tobias@example.org"},
		{"blanks around it", " \ttobias@example.org\u00a0\r\n", "tobias@example.org", "tobias@example.org"},
		{"letters are kept as written", "Tobias.F@Example.ORG", "Tobias.F@example.org", "tobias.f@example.org"},
		{"all that needs no quotes", "!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org"},
		{"plus tag", "a+b@example.org", "a+b@example.org", "a+b@example.org"},
		{"64 bytes before the @", long + "@example.org", long + "@example.org", long + "@example.org"},
		{"label of 63 bytes", "a@" + label + ".org", "a@" + label + ".org", "a@" + label + ".org"},
		{"subdomains", "a@x.y.z.example.org", "a@x.y.z.example.org", "a@x.y.z.example.org"},
		{"digits in the domain", "a@163.com", "a@163.com", "a@163.com"},
		{"U-label", "a@bücher.example", "a@xn--bcher-kva.example", "a@xn--bcher-kva.example"},
		{"A-label in capitals", "a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example", "a@xn--bcher-kva.example"},
		{"top level of other letters", "a@пример.рф", "a@xn--e1afmkfd.xn--p1ai", "a@xn--e1afmkfd.xn--p1ai"},
		{"sharp s is a letter of its own", "a@straße.de", "a@xn--strae-oqa.de", "a@xn--strae-oqa.de"},
		{"ideographic full stop", "a@example。org", "a@example.org", "a@example.org"},
		{"full-width domain", "a@ｅｘａｍｐｌｅ.org", "a@example.org", "a@example.org"},
		{"other letters before the @", "Jörg@example.org", "Jörg@example.org", "jörg@example.org"},
		{"decomposed before the @", norm.NFD.String("Jörg@example.org"), norm.NFD.String("Jörg") + "@example.org", "jörg@example.org"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := subscriber.New(tt.in, "")
			if err != nil || s.Address.Address != tt.address || s.Key != tt.key {
				t.Errorf("New(%q) = %q, key %q, %v, want %q, key %q", tt.in, s.Address.Address, s.Key, err, tt.address, tt.key)
			}
		})
	}
}

// One mailbox is one key, and two mailboxes are two.
func TestKey(t *testing.T) {
	same := [][]string{
		{"ada@example.org", "ADA@EXAMPLE.ORG", "Ada@Example.org", " ada@example.org "},
		{"a@bücher.example", "a@xn--bcher-kva.example", "a@BÜCHER.example", norm.NFD.String("a@bücher.example"), "a@Xn--Bcher-Kva.Example"},
		{"jörg@example.org", norm.NFD.String("jörg@example.org"), "JÖRG@example.org"},
		{"ａｄａ@example.com", "ada@example.com"},
		{"σίσυφος@example.org", "ΣΊΣΥΦΟΣ@example.org"},
		{"Ꭰ@example.org", "ꭰ@example.org"},
		{"ada+a@example.org"}, {"ada+b@example.org"}, {"a.da@example.org"}, {"ada@example.net"}, {"ada@mail.example.org"},
		{"a@strasse.de"}, {"a@straße.de"}, // two domains since 2010
	}
	seen := map[string]string{}
	for _, spellings := range same {
		var first string
		for i, address := range spellings {
			s, err := subscriber.New(address, "")
			if err != nil {
				t.Errorf("New(%q): %v", address, err)
				continue
			}
			if i == 0 {
				first = s.Key
				if other, taken := seen[s.Key]; taken {
					t.Errorf("New(%q).Key = %q, which is that of %q", address, s.Key, other)
				}
				seen[s.Key] = address
			}
			if s.Key != first {
				t.Errorf("New(%q).Key = %q, want %q as of %q", address, s.Key, first, spellings[0])
			}
		}
	}
}

func TestNewRefuses(t *testing.T) {
	long := strings.Repeat("x", 65)
	tests := []struct{ name, in, want string }{
		{"empty", "", "no @"},
		{"blank", " \t", "no @"},
		{"no @", "tobias.example.org", "no @"},
		{"nothing before", "@example.org", "nothing before"},
		{"nothing after", "tobias@", "is no domain"},
		{"two @", "a@b@example.org", "needs quotes"},
		{"blank before", "a b@example.org", "needs quotes"},
		{"blank after", "a@exam ple.org", "is no domain"},
		{"dot first", ".a@example.org", "dot too many"},
		{"dot last", "a.@example.org", "dot too many"},
		{"two dots", "a..b@example.org", "dot too many"},
		{"comma for a dot", "a@example,org", "is no domain"},
		{"trailing dot of the domain", "a@example.org.", "ends with a dot"},
		{"ideographic dot at the end", "a@example.org。", "is no domain"},
		{"dot before the domain", "a@.example.org", "is no domain"},
		{"two dots in the domain", "a@example..org", "is no domain"},
		{"A-label of nothing", "a@xn--.org", "is no domain"},
		{"A-label of ASCII", "a@xn--example-.org", "is no domain"},
		{"A-label that is none", "a@xn--a.org", "is no domain"},
		{"hyphen first", "a@-example.org", "is no domain"},
		{"hyphen last", "a@example-.org", "is no domain"},
		{"underscore", "a@ex_ample.org", "is no domain"},
		{"label of 64 bytes", "a@" + long[1:] + ".org", "is no domain"},
		{"U-label too long as A-label", "a@" + strings.Repeat("ü", 60) + "漢漢漢漢漢漢漢漢漢漢漢漢.org", "is no domain"},
		{"domain of 254 bytes", "a@" + strings.Repeat("x.", 125) + "info", "bytes"},
		{"address of 255 bytes", strings.Repeat("a", 64) + "@" + strings.Repeat("x.", 93) + "info", "bytes"},
		{"65 bytes before the @", long + "@example.org", "more than 64 bytes"},
		{"33 letters of two bytes", strings.Repeat("ü", 33) + "@example.org", "more than 64 bytes"},
		{"no dot", "root@localhost", "no dot"},
		{"IP address", "a@192.0.2.1", "is no domain"},
		{"address literal", "a@[192.0.2.1]", "is no domain"},
		{"IPv6 literal", "a@[IPv6:2001:db8::1]", "is no domain"},
		{"port", "a@example.org:25", "is no domain"},
		{"two directions", "a@aא.example", "is no domain"},

		{"quoted", `"a b"@example.org`, "needs quotes"},
		{"quoted without need", `"a"@example.org`, "needs quotes"},
		{"parameter smuggled in quotes", `"a> NOTIFY=NEVER <b"@example.org`, "needs quotes"},
		{"backslash", `a\b@example.org`, "needs quotes"},
		{"comment before", "(evil@example.net)a@example.org", "needs quotes"},
		{"comment within", "a(x)@example.org", "needs quotes"},
		{"comment after", "a@example.org (evil)", "is no domain"},
		{"comment holding an @", "a@example.org (evil@example.net)", "needs quotes"},
		{"name and address", "Ada <a@example.org>", "needs quotes"},
		{"angle brackets", "<a@example.org>", "needs quotes"},
		{"closing bracket", "a@example.org>", "is no domain"},
		{"group", "friends: a@example.org, b@example.org;", "needs quotes"},
		{"empty group", "friends:;@example.org", "needs quotes"},
		{"two addresses", "a@example.org,b@example.org", "needs quotes"},
		{"mailto", "mailto:a@example.org", "needs quotes"},
		{"source route", "@example.net:a@example.org", "needs quotes"},
		{"percent in the domain", "a@example%2eorg", "is no domain"},

		{"line end before", "a\r\nb@example.org", "needs quotes"},
		{"line end and command", "a@example.org\r\nRCPT TO:<b@example.net>", "needs quotes"},
		{"line end in the domain", "a@example.org\r\nDATA", "is no domain"},
		{"NUL", "a\x00@example.org", "needs quotes"},
		{"DEL", "a\x7f@example.org", "needs quotes"},
		{"escape", "a\x1b[2J@example.org", "needs quotes"},
		{"line separator", "a\u2028b@example.org", "needs quotes"},
		{"no-break space", "a\u00a0b@example.org", "needs quotes"},
		{"zero-width blank", "a\u200bb@example.org", "needs quotes"},
		{"byte order mark", "\ufeffa@example.org", "needs quotes"},
		{"right to left override", "a\u202eb@example.org", "needs quotes"},
		{"bad UTF-8", "a\xff@example.org", "needs quotes"},
		{"replacement character", "a\ufffd@example.org", "needs quotes"},
		{"bad UTF-8 in the domain", "a@ex\xffample.org", "is no domain"},
		{"full-width @", "a＠example.net@example.org", "needs quotes"},
		{"full-width bracket", "a＞@example.org", "needs quotes"},
		{"full-width quote", "＂a＂@example.org", "needs quotes"},
		{"full-width dot first", "．a@example.org", "dot too many"},
		{"two-dot leader", "a‥b@example.org", "dot too many"},
		{"mark on a blank", "\u00a8@example.org", "needs quotes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := subscriber.New(tt.in, "Name")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New(%q) = %q, %v, want an error with %q", tt.in, s.Address.Address, err, tt.want)
			}
			if s != (subscriber.Subscriber{}) {
				t.Errorf("New(%q) = %+v with an error, want nothing", tt.in, s)
			}
		})
	}
}

func TestName(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "Ada Byron", "Ada Byron"},
		{"line end and header", "Ada\r\nBcc: evil@example.net", "Ada Bcc: evil@example.net"},
		{"quotes, commas and brackets stay text", `"Ada", <evil@example.net>`, `"Ada", <evil@example.net>`},
		{"controls", "A\x00d\x1b\u202ea\u200b", "Ada"},
		{"blanks", "  Ada \u00a0\t Byron ", "Ada Byron"},
		{"bad UTF-8", "Ad\xe4", "Ad\ufffd"},
		{"10,000 letters", strings.Repeat("ä", 10_000), strings.Repeat("ä", 10_000)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := subscriber.New("a@example.org", tt.in)
			if err != nil || s.Address.Name != tt.want {
				t.Errorf("New(a@example.org, %q): name %q, %v, want %q", tt.in, s.Address.Name, err, tt.want)
			}
			if s.Address.Address != "a@example.org" || strings.ContainsAny(s.Address.String(), "\r\n") {
				t.Errorf("New(a@example.org, %q) = %q, want the address untouched and one line", tt.in, s.Address.String())
			}
		})
	}
}
