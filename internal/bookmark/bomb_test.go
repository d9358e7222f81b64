package bookmark

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// aliases is YAML whose e is 14⁴ times the scalar, and merges of it.
func aliases(scalar string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\na: &a %s\n", scalar)
	prev := "a"
	for _, name := range []string{"b", "c", "d", "e"} {
		fmt.Fprintf(&b, "%s: &%s [%s*%s]\n", name, name, strings.Repeat("*"+prev+", ", 13), prev)
		prev = name
	}
	return b.String() + "---\n"
}

func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// A bomb is a file that is cheap to write and would be dear to read.
func TestBombs(t *testing.T) {
	const raised = 4 << 20 // a limit that lets the parsers see it all
	r := strings.Repeat
	for _, tt := range []struct {
		name  string
		limit int64 // of the front matter; 0: the default
		in    string
		fault string // empty: it is read
	}{
		{"aliases of aliases", 0, aliases("x"), "aliases unfold"},
		{"aliases of a long text", 0, aliases(r("x", 60_000)), "aliases unfold"},
		{"aliases of a long integer", 0, aliases(r("1", 60_000)), "aliases unfold"},
		{"aliases of a long fraction", 0, aliases("1." + r("1", 60_000)), "aliases unfold"},
		{"aliases of an integer with underscores", 0, aliases("1" + r("_", 60_000)), "aliases unfold"},
		{"aliases of fractions that cost least", 0, aliases("1.2345678901234"), "aliases unfold"},
		{"aliases of a long key", 0, aliases("{? " + r("K", 50_000) + " : 1}"), "aliases unfold"},
		{"an alias of itself", 0, "---\na: &a [*a]\n---\n", "aliases unfold"},
		{"a merge of itself", 0, "---\na: &a {<<: *a}\n---\n", "aliases unfold"},
		{"merges of a long key", 0, "---\na: &a {? " + r("K", 20_000) + " : 1}\n<<: [" + r("*a,", 14_000) + "]\n---\n", "aliases unfold"},
		{"nested merges", 0, "---\na: &a {x: 1}\nb: &b {<<: [" + r("*a,", 500) + "]}\nc: {<<: [" + r("*b,", 500) + "]}\n---\n", "aliases unfold"},

		{"100,000 [ in YAML", raised, "---\na: " + r("[", 100_000) + "\n---\n", "exceeded max depth"},
		{"100,000 [] in YAML", raised, "---\na: " + r("[", 100_000) + r("]", 100_000) + "\n---\n", "exceeded max depth"},
		{"100,000 { in YAML", raised, "---\na: " + r("{a: ", 100_000) + "\n---\n", "exceeded max depth"},
		{"100,000 - in YAML", raised, "---\na:\n " + r("- ", 100_000) + "\n---\n", "exceeded max depth"},
		{"100,000 ? in YAML", raised, "---\n" + r("? ", 100_000) + "\n---\n", "exceeded max depth"},
		{"9,990 [] in YAML", 0, "---\na: " + r("[", 9_990) + r("]", 9_990) + "\n---\n", ""},
		{"100,000 [ in TOML", raised, "+++\na = " + r("[", 100_000) + "\n+++\n", "nested more than"},
		{"100,000 [] in TOML", raised, "+++\na = " + r("[", 100_000) + r("]", 100_000) + "\n+++\n", "nested more than"},
		{"100,000 { in TOML", raised, "+++\na = " + r("{a=", 100_000) + "\n+++\n", "nested more than"},
		{"a TOML key of 30,000 parts", 0, "+++\n" + r("a.", 30_000) + "a = 1\n+++\n", ""},
		{"a TOML table of 30,000 parts", 0, "+++\n[" + r("a.", 30_000) + "a]\n+++\n", ""},
		{"100,000 [ in JSON", raised, `{"a": ` + r("[", 100_000), "exceeded max depth"},
		{"100,000 [] in JSON", raised, `{"a": ` + r("[", 100_000) + r("]", 100_000) + "}", "exceeded max depth"},
		{"100,000 { in JSON", raised, r(`{"a": `, 100_000), "exceeded max depth"},
		{"100,000 [ within the default limit", 0, "---\na: " + r("[", 100_000) + "\n---\n", "too large"},

		{"200,000 keys", 0, "---\n" + numbered(200_000, "k%d: \n") + "---\n", "too large"},
		{"9,000 keys of YAML", 0, "---\n" + numbered(9_000, "%d: \n") + "---\n", ""},
		{"8,000 keys of a YAML flow", 0, "---\n{" + numbered(8_000, "%d: ,") + "}\n---\n", ""},
		{"6,000 anchors", 0, "---\na: [" + numbered(6_000, "&%d x,") + "]\n---\n", ""},
		{"20,000 anchors on one value", 0, "---\na: " + r("&a ", 20_000) + "x\n---\n", "did not find"},
		{"a YAML list of 30,000", 0, "---\ntags: [" + r("a,", 30_000) + "]\n---\n", ""},
		{"15,000 quotes without commas", 0, "---\na: [" + r(`"a" `, 15_000) + "]\n---\n", "did not find"},
		{"60,000 empty lines", 0, "---\na: |\n" + r("\n", 60_000) + "---\n", ""},
		{"30,000 comments", 0, "---\n" + r("#\n", 30_000) + "---\n", ""},
		{"8,000 keys of TOML", 0, "+++\n" + numbered(8_000, "%d=1\n") + "+++\n", ""},
		{"200 long keys of TOML", 0, "+++\n" + numbered(200, r("k", 300)+"%d=1\n") + "+++\n", ""},
		{"200 long keys of JSON", 0, "{" + numbered(199, `"`+r("k", 300)+`%d":1,`) + `"a":1}`, ""},
		{"6,000 tables of one TOML list", 0, "+++\n" + r("[[a]]\n", 6_000) + "+++\n", ""},
		{"a TOML list of 30,000", 0, "+++\ntags = [" + r("1,", 30_000) + "]\n+++\n", ""},
		{"a TOML list of 300,000", 0, "+++\ntags = [" + r("1,", 300_000) + "]\n+++\n", "too large"},
		{"a text of 60,000 underscores that may be a number", 0, "---\ntitle: 1" + r("_", 60_000) + "\n---\n", ""},
		{"a line of 5,000 dates", 0, "---\ndate: " + r("2020-01-02 ", 5_000) + "\n---\n", "not a date"},
		{"1 MB without an end", 0, "---\n" + r("\n--", 350_000), "not closed"},
		{"1 MB of brackets that are JSON", 0, `{"a": [` + r("[],", 340_000) + "[]]}", "too large"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := defuse(t, Reader{Fields: DefaultFields(), MaxFrontMatter: tt.limit}, tt.in)
			var fe *FileError
			switch {
			case tt.fault == "" && err != nil:
				t.Errorf("Parse: %v, want it read", err)
			case tt.fault != "" && (!errors.As(err, &fe) || !strings.Contains(fe.Err.Error(), tt.fault)):
				t.Errorf("Parse error = %v, want %q", err, tt.fault)
			case strings.HasPrefix(tt.fault, "too large") && !errors.Is(err, ErrTooLarge):
				t.Errorf("Parse error = %v, want ErrTooLarge", err)
			}
		})
	}
}

// defuse parses in and fails if that takes long or much memory. What the bounds
// are to catch takes many times as much, even on a busy machine.
func defuse(t *testing.T, r Reader, in string) error {
	t.Helper()
	const (
		maxWait   = 2 * time.Minute
		maxMemory = 128 << 20
	)
	maxCPU := time.Second
	if underRace() {
		maxCPU *= 10
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := cpu(t)
	done := make(chan error, 1)
	go func() {
		_, err := r.Parse("bomb.md", []byte(in))
		done <- err
	}()
	var err error
	select {
	case err = <-done:
	case <-time.After(maxWait):
		t.Fatalf("Parse still runs after %v", maxWait)
	}
	took := cpu(t) - start
	runtime.ReadMemStats(&after)
	memory := after.TotalAlloc - before.TotalAlloc
	if took > maxCPU || memory > maxMemory {
		t.Errorf("Parse took %v of the processor and %d MB, want at most %v and %d MB", took, memory>>20, maxCPU, maxMemory>>20)
	}
	return err
}

// cpu is the time that the processors spent on this process.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func underRace() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
