package cell_test

import (
	"fmt"
	"strings"
	"testing"

	"digest/internal/cell"
)

func Example() {
	safe := cell.Escape("=HYPERLINK(1)")
	fmt.Println(safe)
	fmt.Println(cell.Unescape(safe))
	// Output:
	// '=HYPERLINK(1)
	// =HYPERLINK(1)
}

func TestEscape(t *testing.T) {
	for _, tt := range []struct{ claim, in, want string }{
		{"nothing", "", ""},
		{"a text", "Ada", "Ada"},
		{"signs within it", "a=b+c-d@e", "a=b+c-d@e"},
		{"an apostrophe", "'t Hooft", "'t Hooft"},
		{"apostrophes alone", "''", "''"},
		{"equals sign", "=1+1", "'=1+1"},
		{"plus", "+1", "'+1"},
		{"minus", "-1", "'-1"},
		{"at sign", "@SUM(A1)", "'@SUM(A1)"},
		{"tab", "\t=1", "'\t=1"},
		{"line end", "\r=1", "'\r=1"},
		{"full-width sign", "＝1", "'＝1"},
		{"what is escaped", "'=1", "''=1"},
		{"what is escaped twice", "''=1", "'''=1"},
	} {
		if got := cell.Escape(tt.in); got != tt.want {
			t.Errorf("%s: Escape(%q) = %q, want %q", tt.claim, tt.in, got, tt.want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "'", "=", "'=", "''+", "a", "'a", "＠", "\xff", "'\xff="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		safe := cell.Escape(s)
		if back := cell.Unescape(safe); back != s {
			t.Fatalf("Unescape(Escape(%q)) = %q", s, back)
		}
		for _, sign := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"} {
			if strings.HasPrefix(safe, sign) {
				t.Fatalf("Escape(%q) = %q, which begins a formula", s, safe)
			}
		}
	})
}
