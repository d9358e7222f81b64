package subscriber_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"digest/internal/subscriber"
)

// readAll is the list as it is yielded: names and addresses, and errors.
func readAll(r io.Reader) (got []string) {
	for s, err := range subscriber.ReadCSV(r) {
		if err != nil {
			got = append(got, "! "+err.Error())
			continue
		}
		got = append(got, s.Address.Name+"/"+s.Address.Address)
	}
	return got
}

func TestReadCSV(t *testing.T) {
	header := "! " + subscriber.ErrHeader.Error()
	tests := []struct {
		name, in string
		want     []string
	}{
		{"plain", "address,name\na@example.org,Ada\nb@example.org,Bo\n", []string{"Ada/a@example.org", "Bo/b@example.org"}},
		{"no line end at the end", "address,name\na@example.org,Ada", []string{"Ada/a@example.org"}},
		{"CRLF", "address,name\r\na@example.org,Ada\r\n", []string{"Ada/a@example.org"}},
		{"byte order mark", "\ufeffaddress,name\na@example.org,Ada\n", []string{"Ada/a@example.org"}},
		{"byte order mark and quotes", "\ufeff\"address\",\"name\"\na@example.org,Ada\n", []string{"Ada/a@example.org"}},
		{"other order, more columns", "since,name,x,address\n2020,Ada,,a@example.org\n", []string{"Ada/a@example.org"}},
		{"capitals and blanks in the header", " Address , NAME\na@example.org,Ada\n", []string{"Ada/a@example.org"}},
		{"address alone", "address\na@example.org\n", []string{"/a@example.org"}},
		{"quoted name", "address,name\na@example.org,\"Byron, \"\"Ada\"\"\"\n", []string{`Byron, "Ada"/a@example.org`}},
		{"name over two lines", "address,name\na@example.org,\"Ada\nByron\"\nnobody,\n", []string{"Ada Byron/a@example.org", `! line 4: "nobody": no @ in it`}},
		{"empty lines", "\n\naddress,name\n\na@example.org,Ada\n\n\n", []string{"Ada/a@example.org"}},
		{"short row", "address,name\na@example.org\n", []string{"/a@example.org"}},
		{"row too short for an address", "name,address\nAda\nBo,b@example.org\n", []string{"! line 2: no address", "Bo/b@example.org"}},
		{"long row", "address,name\na@example.org,Ada,1,2,3\n", []string{"Ada/a@example.org"}},
		{"no address", "address,name\n,Ada\n  ,Bo\nc@example.org,Cy\n", []string{"! line 2: no address", "! line 3: no address", "Cy/c@example.org"}},
		{"a bad address hurts nobody else", "address,name\na@example.org,Ada\nb@,Bo\nc@example.org,Cy\n", []string{"Ada/a@example.org", `! line 3: "b@": "" is no domain`, "Cy/c@example.org"}},
		{"header only", "address,name\n", nil},
		{"header only, no line end", "address", nil},
		{"empty", "", []string{header}},
		{"byte order mark only", "\ufeff", []string{header}},
		{"no header", "a@example.org,Ada\n", []string{header}},
		{"no column address", "who,name\na@example.org,Ada\n", []string{header}},
		{"semicolons", "\ufeffaddress;name\r\na@example.org;\"Byron; Ada\"\r\n", []string{"Byron; Ada/a@example.org"}},
		{"semicolons, and commas in the names of columns", "\"name, first\";Full Name;address\nx;Ada;a@example.org\n", []string{"Ada/a@example.org"}},
		{"tabs", "Full Name\tE-Mail\nAda\ta@example.org\n", []string{"Ada/a@example.org"}},
		{"other names of columns", "E_MAIL ADDRESS,FULL_NAME\na@example.org,Ada\n", []string{"Ada/a@example.org"}},
		{"two columns for the address", "Name,Address,Email Address\nAda,1 Road,a@example.org\n",
			[]string{`! the columns "Address" and "Email Address" could both be the address; rename one`}},
		{"cells that no spreadsheet takes for formulas", "address,name\n'=a@example.org,'=Ada\n'b@example.org,'Bo\n", []string{"=Ada/=a@example.org", "'Bo/'b@example.org"}},
		{"UTF-16", "\xff\xfea\x00d\x00d\x00r\x00e\x00s\x00s\x00\n\x00", []string{"! " + subscriber.ErrUTF16.Error()}},
		{"UTF-16, the other way round", "\xfe\xff\x00a", []string{"! " + subscriber.ErrUTF16.Error()}},
		{"quote that is not closed before much", "address,name\na@example.org,Ada\n\"b" + strings.Repeat("@example.org\n", 100_000), []string{"Ada/a@example.org",
			"! what follows line 2 has more than 1048576 bytes; a quote there may not be closed"}},
		{"endless header", strings.Repeat("address,", 1<<16), []string{"! it has no header in its first 65536 bytes; begin with: address,name"}},
		{"endless empty lines", strings.Repeat("\n", 1<<17), []string{"! it has no header in its first 65536 bytes; begin with: address,name"}},
		{"quote that is not closed", "address,name\na@example.org,Ada\nb@example.org,\"Bo\nc@example.org,Cy\n",
			[]string{"Ada/a@example.org", `! record on line 3; parse error on line 4, column 18: extraneous or missing " in quoted-field`}},
		{"quote that is not closed in the header", "\"address,name\na@example.org,Ada\n",
			[]string{`! record on line 1; parse error on line 2, column 19: extraneous or missing " in quoted-field`}},
		{"quote within a field", "address,name\na@example.org,Ada \"Byron\"\nb@example.org,Bo\n", []string{`! parse error on line 2, column 19: bare " in non-quoted-field`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for name, r := range map[string]io.Reader{"at once": strings.NewReader(tt.in), "byte by byte": iotest.OneByteReader(strings.NewReader(tt.in))} {
				if got := readAll(r); !reflect.DeepEqual(got, tt.want) {
					t.Errorf("ReadCSV(%q) %s = %q, want %q", tt.in, name, got, tt.want)
				}
			}
		})
	}
}

func TestSampleList(t *testing.T) {
	f, err := os.Open("../../subscribers.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for s, err := range subscriber.ReadCSV(f) {
		if err != nil {
			t.Errorf("ReadCSV(subscribers.csv) = %+v, %v", s, err)
		}
		n++
	}
	if n == 0 {
		t.Error("ReadCSV(subscribers.csv) yields nobody")
	}
}

func TestErrorsOfAList(t *testing.T) {
	for _, err := range subscriber.ReadCSV(strings.NewReader("address\nnobody\n")) {
		var line *subscriber.LineError
		if !errors.As(err, &line) || line.Line != 2 || errors.Unwrap(line) == nil {
			t.Errorf("ReadCSV: %#v, want a LineError of line 2 with its cause", err)
		}
	}
	for _, err := range subscriber.ReadCSV(strings.NewReader("")) {
		if !errors.Is(err, subscriber.ErrHeader) {
			t.Errorf("ReadCSV of nothing: %v, want ErrHeader", err)
		}
	}
	for _, err := range subscriber.ReadCSV(strings.NewReader("address\n\"a")) {
		if !errors.Is(err, csv.ErrQuote) {
			t.Errorf("ReadCSV with an open quote: %v, want csv.ErrQuote", err)
		}
	}
	broken := errors.New("disk on fire")
	got := 0
	for _, err := range subscriber.ReadCSV(io.MultiReader(strings.NewReader("address\na@example.org\n"), iotest.ErrReader(broken))) {
		if got++; got == 2 && !errors.Is(err, broken) {
			t.Errorf("ReadCSV of a broken file: %v, want %v", err, broken)
		}
	}
	if got != 2 {
		t.Errorf("ReadCSV of a broken file yields %d times, want a subscriber and an error", got)
	}
}

func TestReadCSVStops(t *testing.T) {
	for _, list := range []string{"address\na@example.org\nb@example.org\n", "address\nnobody\nb@example.org\n", "", "address\n\"a"} {
		n := 0
		for range subscriber.ReadCSV(strings.NewReader(list)) {
			n++
			break
		}
		if n != 1 {
			t.Errorf("ReadCSV(%q) goes on after break", list)
		}
	}
}

// rows makes a list of n subscribers as it is read.
type rows struct {
	n, next int
	pending bytes.Buffer
}

func (r *rows) Read(p []byte) (int, error) {
	for r.pending.Len() == 0 {
		if r.next > r.n {
			return 0, io.EOF
		}
		if r.next == 0 {
			r.pending.WriteString("address,name\n")
		} else {
			fmt.Fprintf(&r.pending, "subscriber%d@example.org,Subscriber Number %d\n", r.next, r.next)
		}
		r.next++
	}
	return r.pending.Read(p)
}

// A list of 100,000 is never in memory as a whole.
func TestReadCSVStreams(t *testing.T) {
	const n, most = 100_000, 2 << 20
	live := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, highest, got := live(), uint64(0), 0
	for s, err := range subscriber.ReadCSV(&rows{n: n}) {
		if got++; err != nil || s.Address.Address != fmt.Sprintf("subscriber%d@example.org", got) {
			t.Fatalf("ReadCSV: subscriber %d is %+v, %v", got, s, err)
		}
		if got%20_000 == 0 {
			highest = max(highest, live())
		}
	}
	if got != n {
		t.Errorf("ReadCSV yields %d, want %d", got, n)
	}
	if highest > before+most {
		t.Errorf("ReadCSV of %d rows holds %d bytes, want at most %d", n, highest-before, most)
	}
}

func BenchmarkReadCSV(b *testing.B) {
	for b.Loop() {
		n := 0
		for range subscriber.ReadCSV(&rows{n: 10_000}) {
			n++
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10_000, "ns/row")
}
