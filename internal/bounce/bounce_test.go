package bounce

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func ExampleRead() {
	f, err := os.Open("testdata/postfix-unknown.eml")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	m, err := Read(f)
	if err != nil {
		fmt.Println(err)
		return
	}
	r := m.For("tobias@example.net")
	fmt.Println(r.Kind, r.Status, r.Why)
	// Output: hard 5.1.1 there is no such mailbox
}

func TestAddressesThatAreNotASCII(t *testing.T) {
	m := read(t, fixture(t, "postfix-utf8"))
	if r := m.For("töbias@xn--bcher-kva.example"); r.Kind != Hard || r.Final != "töbias@bücher.example" {
		t.Errorf("For = %+v, want a hard bounce of töbias@bücher.example", r)
	}
}

func TestForManyWhoComplain(t *testing.T) {
	text := strings.Replace(fixture(t, "yahoo-complaint"), "Original-Rcpt-To: ", "Original-Rcpt-To: <zoe@example.net>\nOriginal-Rcpt-To: ", 1)
	m := read(t, text)
	if r := m.For("zoe@example.net"); r.Kind != Complaint {
		t.Errorf("For(zoe) = %+v, want a complaint", r)
	}
	if r := m.For("ada@example.net"); r.Kind != Unclear {
		t.Errorf("For(ada) = %+v, want unclear: it is of two others", r)
	}
}

// The registry says what codes mean; these alone cannot pass.
func TestHardCodes(t *testing.T) {
	hard := map[string]bool{"5.1.1": true, "5.1.2": true, "5.1.3": true, "5.1.6": true, "5.1.10": true, "5.2.1": true, "5.7.17": true, "5.7.18": true}
	for class := 2; class <= 5; class++ {
		for subject := range 10 {
			for detail := range 40 {
				code := fmt.Sprintf("%d.%d.%d", class, subject, detail)
				kind, got, why := judge(code, "")
				if (kind == Hard) != hard[code] || got != code || why == "" {
					t.Errorf("judge(%s) = %s %s, %q", code, kind, got, why)
				}
				if (subject == 5 || subject == 6 || subject == 7 && detail < 17) && kind != Unclear {
					t.Errorf("judge(%s) = %s, want unclear: it is about us", code, kind)
				}
			}
		}
	}
}

func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		name, status, diagnostic string
		kind                     Kind
		code                     string
	}{
		{"a code alone", "5.1.1", "", Hard, "5.1.1"},
		{"the code of the other server is better than none", "5.0.0", "550 5.1.1 no", Hard, "5.1.1"},
		{"the milder of two counts", "5.1.1", "550 5.7.1 no", Unclear, "5.7.1"},
		{"the milder of two counts, in the status", "4.2.2", "550 5.1.1 no", Soft, "4.2.2"},
		{"a hard code for now is soft", "4.1.1", "450 4.1.1 no", Soft, "4.1.1"},
		{"an address of IP is no code", "", "said 550 5.1.1.20 is not welcome", Soft, ""},
		{"qmail's form", "", "no mailbox (#5.1.1)", Hard, "5.1.1"},
		{"several lines", "", "550-5.1.1 no 550 5.1.1 really", Hard, "5.1.1"},
		{"a code of SMTP and a colon", "", "550: 5.1.1 no", Hard, "5.1.1"},
		{"550 alone means several things", "", "550 no", Soft, ""},
		{"550 in words", "", "550 User unknown", Hard, ""},
		{"554 in words", "", "554 no such mailbox", Hard, ""},
		{"554 alone may be about us", "", "554 no", Unclear, ""},
		{"450 in words may pass", "", "450 User unknown", Soft, ""},
		{"556", "", "556 no mail here", Hard, ""},
		{"no code, no reason", "", "it failed", Unclear, ""},
		{"no reason at all", "", "", Unclear, ""},
		{"words of a filter", "5.1.1", "550 5.1.1 blocked by Spamhaus", Unclear, "5.1.1"},
		{"words of a quota", "5.2.1", "550 5.2.1 over quota", Soft, "5.2.1"},
		{"words in an address", "5.1.1", "550 5.1.1 <spam@example.net> unknown", Hard, "5.1.1"},
		{"words in a link", "5.1.1", "550 5.1.1 https://example.net/policy/spam", Hard, "5.1.1"},
		{"Domino's words", "5.1.1", "550 5.1.1 User not listed in directory", Hard, "5.1.1"},
		{"nonsense for a code", "", "999 9.9.9", Unclear, ""},
	} {
		if kind, code, why := judge(tt.status, tt.diagnostic); kind != tt.kind || code != tt.code {
			t.Errorf("%s: judge(%q, %q) = %s %q, %s, want %s %q", tt.name, tt.status, tt.diagnostic, kind, code, why, tt.kind, tt.code)
		}
	}
}

func TestReaderThatFails(t *testing.T) {
	broken := errors.New("the disk is gone")
	if m, err := Read(io.MultiReader(strings.NewReader("Subject: x\n"), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("Read = %+v, %v, want the error of the reader", m, err)
	}
}

func TestPipeIsReadToItsEnd(t *testing.T) {
	r := strings.NewReader(fixture(t, "postfix-unknown") + strings.Repeat("a line of the letter\n", MaxSize/10))
	m, err := Read(r)
	if err != nil || m.For(tobias).Kind != Hard || r.Len() != 0 {
		t.Errorf("Read = %+v, %v, and %d bytes left, want the report before them and none left", m.For(tobias), err, r.Len())
	}
}

func TestForeignTextIsSafeToPrint(t *testing.T) {
	text := strings.Replace(fixture(t, "postfix-unknown"), "User unknown", "\x1b[2J\x00\u202e"+strings.Repeat("x", 5000), 1)
	r := read(t, text).For(tobias)
	if strings.ContainsAny(r.Diagnostic, "\x1b\x00\u202e\n") || len([]rune(r.Diagnostic)) > 301 {
		t.Errorf("Diagnostic = %q", r.Diagnostic)
	}
}

// bombs are messages that are made to be costly.
func bombs() map[string]string {
	fill := func(unit string) string { return strings.Repeat(unit, MaxSize/len(unit)) }
	report := "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
	nested, inner := "", ""
	for i := range 2000 {
		nested += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
		inner += fmt.Sprintf("--b%d--\n", 1999-i)
	}
	var names strings.Builder
	for i := range MaxSize / 8 {
		fmt.Fprintf(&names, "%05x:\n", i)
	}
	return map[string]string{
		"folds":             "Subject: x\n" + fill(" a\n"),
		"fields":            names.String(),
		"names":             fill("a"),
		"one field":         "To: " + fill("a@b,"),
		"an address":        "To: " + fill("a@"),
		"parameters":        "Content-Type: multipart/report; " + fill("a=b;"),
		"continuations":     "Content-Type: multipart/report; boundary*0=b" + fill("; boundary*1=b"),
		"parts":             report + fill("--b\n\n"),
		"boundaries":        report + "--b\n\n" + fill("\n--bb"),
		"a long boundary":   "Content-Type: multipart/mixed; boundary=" + fill("b")[:MaxSize/2] + "\n\n--" + fill("b")[:MaxSize/2],
		"depth":             nested + inner,
		"recipients":        report + "--b\nContent-Type: message/delivery-status\n\n" + fill("Final-Recipient: rfc822; a@b.example\nAction: failed\n\n"),
		"empty groups":      report + "--b\nContent-Type: message/delivery-status\n\n" + fill("\n"),
		"many who complain": "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\n" + fill("Original-Rcpt-To: a@b.example\n"),
		"encoded words":     "Subject: " + fill("=?utf-8?q?=41?="),
		"base64":            report + "--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n" + fill("QQ=="),
		"quoted-printable":  report + "--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable\n\n" + fill("=\n"),
		"qmail":             "\nHi. This is the qmail-send program\n\n" + fill("<a@b>:\nx\n\n"),
		"failed recipients": "X-Failed-Recipients: " + fill("a@b, ") + "\n\nx",
		"diagnostics":       report + "--b\nContent-Type: message/delivery-status\n\nAction: failed\nDiagnostic-Code: smtp; " + fill("user 550 "),
		"escapes":           report + "--b\nContent-Type: message/global-delivery-status\n\nAction: failed\nFinal-Recipient: utf-8; " + fill(`\x{10FFFF}`),
		"endless lines":     fill("\r"),
	}
}

func TestBombs(t *testing.T) {
	const most = 24 << 20
	for name, text := range bombs() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			started := time.Now()
			m := read(t, text)
			took := time.Since(started)
			runtime.ReadMemStats(&after)
			used := after.TotalAlloc - before.TotalAlloc
			if used > most || took > time.Second {
				t.Errorf("Read allocates %d MB in %v, want at most %d MB in a second", used>>20, took, most>>20)
			}
			if len(m.Reports) == 0 || len(m.Reports) > maxReports || len(m.Paths) > 50 {
				t.Errorf("Read has %d reports and %d paths", len(m.Reports), len(m.Paths))
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(files) == 0 {
		f.Fatalf("no fixtures, %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		m := read(t, text)
		if len(m.Reports) == 0 || len(m.Reports) > maxReports || len(m.Paths) > 50 || len(m.ID) != 32 {
			t.Fatalf("Read(%q) = %+v", text, m)
		}
		for _, r := range append(m.Reports, m.For(tobias)) {
			if r.Kind == "" || r.Why == "" {
				t.Errorf("Read(%q) has a report without a kind or a reason: %+v", text, r)
			}
			for _, s := range []string{r.Recipient, r.Final, r.Status, r.Diagnostic, r.Why} {
				if s != printable(s) || len(s) > 2000 {
					t.Errorf("Read(%q) says %q", text, s)
				}
			}
		}
		if len(text) > MaxSize/2 {
			return
		}
		lf := strings.ReplaceAll(text, "\r", "")
		for _, other := range []string{lf, strings.ReplaceAll(lf, "\n", "\r\n"), strings.ReplaceAll(lf, "\n", "\r\r\n")} {
			if got := read(t, other); fmt.Sprint(got) != fmt.Sprint(m) {
				t.Errorf("Read(%q) = %+v, and with other line ends %+v", text, m, got)
			}
		}
	})
}
