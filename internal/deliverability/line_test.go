package deliverability

import (
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// A line to publish is one record to whoever reads zone files, and says what was
// meant; a stranger's text is never more than one line of plain characters.
func FuzzLine(f *testing.F) {
	for _, s := range []string{"v=spf1 -all", `v=spf1 x="\" -all`, strings.Repeat("p=AB;", 150), `\034`, `a ; b`, "\x1b[2J\n", "v=DKIM1; k=rsa; h=sha1; p=AAAA"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if q := quote(value); len(q) > 400 || strings.ContainsAny(q, "\n\x1b") {
			t.Errorf("quote(%q) = %s", value, q)
		}
		unusable(tags(value), tags("v=DKIM1; k=rsa; p=AAAA"))
		if !plain(value) || value == "" {
			return
		}
		record, err := dns.NewRR(line("_x.example.org", value))
		if err != nil {
			t.Fatalf("line(%q): %v", value, err)
		}
		raw := make([]byte, dns.MaxMsgSize) // as it is on the wire, without the escapes
		end, err := dns.PackRR(record, raw, 0, nil, false)
		if err != nil {
			t.Fatalf("line(%q): %v", value, err)
		}
		got := ""
		for rest := raw[end-int(record.Header().Rdlength) : end]; len(rest) > 0; {
			length := 1 + int(rest[0])
			got, rest = got+string(rest[1:length]), rest[length:]
		}
		if got != value {
			t.Errorf("line(%q) = %s, which says %q", value, line("_x.example.org", value), got)
		}
	})
}
