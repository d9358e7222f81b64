package bookmark

import "testing"

func TestClean(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain text stays", "A title", "A title"},
		{"blanks around it go", " \t a \n", "a"},
		{"runs of blanks and line ends are one blank", "a \r\n\t b\vc\fd\re", "a b c d e"},
		{"no-break and other wide blanks are blanks", "a\u00a0\u2003\u3000b", "a b"},
		{"NEL, line and paragraph separators are blanks", "a\u0085b\u2028c\u2029d", "a b c d"},
		{"controls go", "a\x00b\x1b[31mc\x7fd\u0090e", "ab[31mcde"},
		{"overrides and isolates go", "a\u202eb\u202cc\u2066d\u2069e", "abcde"},
		{"zero-width blanks and marks of byte order go", "a\u200bb\ufeffc\u2060d", "abcd"},
		{"tags go", "a\U000E0061\U000E007Fb", "ab"},
		{"a blank beside what goes is still one", "a \u200b b", "a b"},
		{"joiners of emoji and Persian stay", "👩\u200d💻 می\u200cخواهم", "👩\u200d💻 می\u200cخواهم"},
		{"a run of bad UTF-8 is one replacement", "a\xff\xfeb", "a\ufffdb"},
		{"half a character is a replacement", "a\xe2\x82", "a\ufffd"},
		{"nothing but controls is nothing", "\x00\u200b\u202e", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Clean(tt.in)
			if got != tt.want {
				t.Errorf("Clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
			if again := Clean(got); again != got {
				t.Errorf("Clean(%q) = %q, want the same: it is clean", got, again)
			}
		})
	}
}

func TestFileErrorIsOneLine(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  FileError
		want string
	}{
		{"place, fault, remedy", FileError{"content/a.md", 3, errDate, "mend it"}, "content/a.md:3: not a date; mend it"},
		{"no line is known", FileError{"a.md", 0, errDate, "mend it"}, "a.md: not a date; mend it"},
		{"no remedy is known", FileError{"a.md", 3, errDate, ""}, "a.md:3: not a date"},
		{"a name with a newline is quoted", FileError{"a\nb.md", 3, errDate, ""}, `"a\nb.md":3: not a date`},
		{"a name with an escape is quoted", FileError{"\x1b[2Ja.md", 0, errDate, ""}, `"\x1b[2Ja.md": not a date`},
		{"the file's text cannot act on a terminal", FileError{"a.md", 0, errControl, ""}, "a.md: key [31m again"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.err.Error(); got != tt.want {
				t.Errorf("%#v.Error() = %q, want %q", tt.err, got, tt.want)
			}
		})
	}
}

var errControl = &lineError{err: errorText("key \x1b[31m\nagain")}

type errorText string

func (e errorText) Error() string { return string(e) }
