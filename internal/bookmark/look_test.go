package bookmark

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// days are bounds for dates of the documents that tests make: a look that errs by
// a day errs here.
var days = []time.Time{
	{}, time.Date(2018, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(2019, 2, 20, 0, 0, 0, 0, time.UTC),
	time.Date(2019, 2, 20, 13, 47, 49, 0, time.UTC), time.Date(2019, 2, 21, 0, 0, 0, 0, time.FixedZone("", 14*3600)), time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC),
}

// checkLook looks at a file within many bounds. What is passed over must be out
// of them when it is decoded, or a fault. It reports whether any bounds decided.
func checkLook(t interface{ Errorf(string, ...any) }, data []byte, locations ...*time.Location) (decided bool) {
	type verdict struct {
		date time.Time
		err  error
	}
	var decoded []verdict
	for i, since := range days {
		for _, until := range append([]time.Time{{}}, days[i+1:]...) {
			r := Reader{Since: since, Until: until}
			if !r.look().outside(data[:min(headSize, len(data))]) {
				continue
			}
			decided = true
			for at, loc := range locations {
				if len(decoded) <= at {
					r.Location = loc
					b, err := r.Parse("a.md", data)
					decoded = append(decoded, verdict{b.Date, err})
				}
				v := decoded[at]
				if v.err == nil && !v.date.Before(since) && (until.IsZero() || v.date.Before(until)) {
					t.Errorf("a file of %v, in %v, is passed over between %v and %v:\n%s", v.date, loc, since, until, data)
				}
			}
		}
	}
	return decided
}

var zones = []*time.Location{time.UTC, time.FixedZone("east", 14*3600), time.FixedZone("west", -12*3600)}

func TestLookAt(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		decides  bool
	}{
		{"YAML", "---\ntitle: a\ndate: 2010-01-02\n---\n", true},
		{"the first key", "---\ndate: 2010-01-02T03:04:05Z\ntitle: a\n---\n", true},
		{"CR LF", "---\r\ntitle: a\r\ndate: 2010-01-02T03:04:05+09:00\r\n---\r\n", true},
		{"a byte order mark", "\ufeff---\ntitle: a\ndate: 2010-01-02\n---\n", true},
		{"in quotes", "---\ndate: \"2010-01-02 03:04:05 -0700\"\n---\n", true},
		{"after a folded title", "---\ntitle: 'a: it''s\n  b'\nc: \"d\n  \\\"e\"\ndate: 2010-01-02\n---\n", true},
		{"after lists, tables and a block", "---\na:\n- b\n- c: d\n  e: [f, 'g']\nh: |\n  \"i\n  [\n\nj:\n  k: l\ndate: 2010-01-02\n---\n", true},
		{"TOML", "+++\ntitle = \"a\"\ndate = 2010-01-02T03:04:05Z\n+++\n", true},
		{"JSON", `{"a": {"date": "2026-11-20", "b": [1, "}"]}, "date": "2010-01-02"}`, true},

		{"no date", "---\ntitle: a\n---\n", false},
		{"a date below the front matter", "---\ntitle: a\n---\ndate: 2010-01-02\n", false},
		{"another key", "---\nDate: 2010-01-02\n---\n", false},
		{"a key in quotes", "---\n\"date\": 2010-01-02\n---\n", false},
		{"an explicit key", "---\n? date\n: 2010-01-02\n---\n", false},
		{"an indented root", "---\n  a: b\n  date: 2010-01-02\n---\n", false},
		{"a root in braces", "---\n{a: b,\ndate: 2010-01-02}\n---\n", false},
		{"within a text in quotes", "---\na: \"b\ndate: 2010-01-02\nc\"\n---\n", false},
		{"within a list", "---\na: [b, 'c\ndate: 2010-01-02\nd']\n---\n", false},
		{"a quote hidden by a word", "---\na: [it's, 'b]\ndate: 2010-01-02\nc']\n---\n", false},
		{"a quote hidden by a blank to be", "---\na: \u2028\"b\ndate: 2010-01-02\nc\"\n---\n", false},
		{"an escape hidden by what is removed", "---\na: \"b\\\u0081\"\ndate: 2010-01-02\nc\"\n---\n", false},
		{"an anchor", "---\na: &b \"c\ndate: 2010-01-02\nd\"\n---\n", false},
		{"a date that goes on", "---\ndate: 2010-01-02\n  03:04:05\n---\n", false},
		{"an anchor of the date", "---\ndate: &a 2010-01-02\n---\n", false},
		{"a tab", "---\na:\tb\ndate: 2010-01-02\n---\n", false},
		{"an integer is seconds", "---\ndate: 20100102\n---\n", false},
		{"no day of that month", "---\ndate: 2010-02-30\n---\n", false},
		{"year 1", "---\ndate: 0001-01-01T00:00:00Z\n---\n", false},
		{"a lone CR", "---\na: b\rdate: 2010-01-02\n---\n", false},
		{"an open end", "---\ndate: 2010-01-02", false},
		{"text after the mark", "--- a\ndate: 2010-01-02\n---\n", false},
		{"in a TOML table", "+++\n[a]\ndate = 2010-01-02\n+++\n", false},
		{"in a TOML text", "+++\na = \"\"\"\ndate = 2010-01-02\n\"\"\"\n+++\n", false},
		{"the last of JSON counts", `{"date": "2010-01-02", "date": "2019-02-20"}`, true},
		{"JSON with an escaped key", `{"date": "2010-01-02", "d\u0061te": "2019-02-20"}`, false},
		{"JSON that does not end", `{"date": "2010-01-02"`, false},
		{"JSON with an integer", `{"date": 5}`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := checkLook(t, []byte(tt.in), zones...); got != tt.decides {
				t.Errorf("the look decides: %v, want %v", got, tt.decides)
			}
		})
	}
}

// Only the first of the keys for a date may decide.
func TestLookKeys(t *testing.T) {
	in := []byte("---\ndate: 2010-01-02\npublished: 2026-11-19\n---\n")
	for _, tt := range []struct {
		keys    []string
		decides bool
	}{
		{nil, true}, {[]string{"Date"}, true}, {[]string{"date", "published"}, true}, {[]string{"published", "date"}, false}, {[]string{":filename", "date"}, false},
	} {
		r := Reader{Fields: Fields{Date: tt.keys}, Since: days[5]}
		if got := r.look().outside(in); got != tt.decides {
			t.Errorf("with the keys %q the look decides: %v, want %v", tt.keys, got, tt.decides)
		}
	}
}

// The real files of the shared corpora, each within many bounds.
func TestLookCorpora(t *testing.T) {
	needCorpus(t)
	files, decided := 0, 0
	err := filepath.WalkDir(corpus, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isContent(name) {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if files++; checkLook(t, data, zones...) {
			decided++
		}
		return nil
	})
	must(t, err)
	t.Logf("%d files, of which a look decides %d", files, decided)
	if decided < files/3 {
		t.Errorf("a look decides only %d of %d files", decided, files)
	}
}

// Lines that are awkward alone, and more so together.
var awkward = []string{
	"date: 2019-02-20", "date: 2010-01-02T03:04:05Z", "date: '2019-02-20'", "date: \"2019-02-20 01:02:03 +0900\"", "date: |", "date:", "Date: 2019-02-20", "date: 2019-02-20 # c",
	"  date: 2019-02-20", "  2019-02-20", "- date: 2019-02-20", "title: a", "title: 'a", "title: \"a", "title: it's", "b'", "b\"", "  b'", "  b\"", "  'b", "  \"b", "  'b'", "a: ['b", "a: [a, 'b]", "a: [it's, 'b]",
	"a: [", "a: [b, c]", "a: [\"b\", c]", "  - [d", "]", "  ]", "}", "a: {b: c", "a: {b: 'c'}", "  b: c}", "a: |", "a: >-", "a: |2", "  a: |", "    text 'x", "\ta: b", "a:\tb", "a: &b c", "a: *b", "a: !!str 'b", "<<: {date: 2019-02-20}",
	"- a", "- 'b", "- \"b", "- - 'c", "- \"q\": \"r", "  'q': 'r", "- ", "-", "  - b: 'c", "  foo bar: \"x", "# c", "  # it's", "? a", ": b", "\"q\": r", "\"q: r", "'date': 2019-02-20", "...", "--- ", "", "  ", "\u00a0'x", "\u2028\"x", "a: \u0085'x", "a: \ufeff'x", "\ufeffdate: 2019-02-20",
	"a: \"b\\", "a: \"b\\\"", "a: 'b''", "  ''c'", "a: \x01'b", "a: \"\\\x01\"", "a: b\rdate: 2019-02-20", "a: b\r", "=: 'x", "%YAML 1.2", "a: @b", "a: `b", "a: -", "a: - b",
}

var awkwardTOML = []string{
	"date = 2019-02-20", "date = 2010-01-02T03:04:05Z", "date = \"2019-02-20\"", "date=2019-02-20 01:02:03", "date = '2019-02-20'", "Date = 2019-02-20", "\"date\" = 2019-02-20", "date.a = 1", "  date = 2019-02-20",
	"a = \"b\"", "a = \"\"\"", "\"\"\"", "a = '''", "'''", "a = ''''b", "a = [", "]", "\"b\",", "[t]", "[[t]]", "a = {", "a = {b = 1}", "}", "# c", "a = \"\\\"", "a = \"\"\x00\"", "b = [[", "]]", "", "\tdate = 2019-02-20", "c = 1979-05-27", "a = b\r",
}

func TestLookAwkwardLines(t *testing.T) {
	const documents = 100_000
	for seed := range uint64(documents) {
		random := rand.New(rand.NewPCG(seed, 0))
		mark, lines, end := "---", awkward, "\n"
		if random.IntN(4) == 0 {
			mark, lines = "+++", awkwardTOML
		}
		if random.IntN(4) == 0 {
			end = "\r\n"
		}
		drawn := []string{mark}
		for range 1 + random.IntN(7) {
			drawn = append(drawn, lines[random.IntN(len(lines))])
		}
		if checkLook(t, []byte(strings.Join(append(drawn, mark, ""), end)), time.UTC); t.Failed() {
			return
		}
	}
}

func FuzzLook(f *testing.F) {
	for _, doc := range fuzzDocuments {
		f.Add([]byte(doc))
	}
	for _, doc := range documents {
		f.Add([]byte(doc))
	}
	f.Add([]byte("---\n" + strings.Join(awkward, "\n") + "\n---\n"))
	f.Add([]byte("+++\n" + strings.Join(awkwardTOML, "\n") + "\n+++\n"))
	f.Add([]byte(`{"a": "b\"", "date": "2019-02-20", "c": [{}, {"date": 1}], "date": "2010-01-02"}`))
	f.Fuzz(func(t *testing.T, data []byte) { checkLook(t, data, time.UTC) })
}

func BenchmarkLook(b *testing.B) {
	for format, doc := range documents {
		b.Run(format, func(b *testing.B) {
			r := Reader{Since: days[5].AddDate(1, 0, 0)}
			look, head := r.look(), bytes.Clone([]byte(doc))
			b.ReportAllocs()
			for b.Loop() {
				if !look.outside(head) {
					b.Fatal("the look does not decide")
				}
			}
		})
	}
}

// Each byte at each place of a line is found if it is not printable ASCII.
func TestPlainPrefix(t *testing.T) {
	for c := range 256 {
		for at := range 16 {
			line := bytes.Repeat([]byte("a ~Z"), 4)
			line[at] = byte(c)
			want := len(line)
			if c < ' ' || c >= 0x7F {
				want = at / 8 * 8
			}
			if got := plainPrefix(line); got != want {
				t.Errorf("plainPrefix with %#x at %d = %d, want %d", c, at, got, want)
			}
		}
	}
}
