package email

import (
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	seventy := strings.TrimSpace(strings.Repeat("123456 ", 10)) + "x" // 70 columns
	tests := []struct{ name, s, want string }{
		{"empty", "", ""},
		{"short", "one two", "one two"},
		{"fits exactly", seventy + " y", seventy + " y"},
		{"one too many", seventy + " yz", seventy + "\nyz"},
		{"a word too long for a line", "a " + strings.Repeat("x", 200) + " b", "a\n" + strings.Repeat("x", 72) + "\n" + strings.Repeat("x", 72) + "\n" + strings.Repeat("x", 56) + " b"},
		{"emoji with a skin end no line", "👍🏽 yes, 👩🏽\u200d💻 wrote it", "👍🏽 yes, 👩🏽\u200d💻 wrote it"},
		{"joined emoji stay whole", strings.Repeat("x", 71) + "👩🏽\u200d💻 y", strings.Repeat("x", 71) + "\n👩🏽\u200d💻 y"},
		{"an address stays whole", "Read it at https://www.example.org/a/long/path/to/an/article/with-many-words/index.html now", "Read it at\nhttps://www.example.org/a/long/path/to/an/article/with-many-words/index.html\nnow"},
		{"an address stays whole, however long", "(https://example.org/" + strings.Repeat("a-", 60) + ") x", "(https://example.org/" + strings.Repeat("a-", 60) + ")\nx"},
		{"CJK is two columns wide", strings.Repeat("漢", 40), strings.Repeat("漢", 36) + "\n漢漢漢漢"},
		{"CJK puts no stop first", strings.Repeat("漢", 36) + "。", strings.Repeat("漢", 35) + "\n漢。"},
		{"families are whole", strings.Repeat("👨‍👩‍👧‍👦", 40), strings.Repeat("👨‍👩‍👧‍👦", 36) + "\n" + strings.Repeat("👨‍👩‍👧‍👦", 4)},
		{"marks take no room", strings.Repeat("e\u0301", 72), strings.Repeat("e\u0301", 72)},
		{"a no-break blank holds", strings.Repeat("x", 70) + " a\u00a0b", strings.Repeat("x", 70) + "\na\u00a0b"},
		{"lines stay", "one\ntwo\r\nthree\n", "one\ntwo\nthree"},
		{"marks before a long word stay", "\u0301" + strings.Repeat("x", 80), "\u0301" + strings.Repeat("x", 72) + "\n" + strings.Repeat("x", 8)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := wrap(tt.s); got != tt.want {
				t.Errorf("wrap(%q) =\n%s\nwant\n%s", tt.s, got, tt.want)
			}
			checkWrap(t, tt.s)
		})
	}
}

func TestWrapTakesTimeByLength(t *testing.T) {
	for _, s := range []string{bomb("x"), bomb("x\u200d"), bomb("漢"), bomb("\u0301"), bomb("word "), bomb("\u00ad"), bomb("🇩"), bomb("\n")} {
		start := cpu()
		wrap(s)
		if took := cpu() - start; took > most()/2 {
			t.Errorf("wrap(%.10q...) takes %v of CPU", s, took)
		}
	}
}

func TestUnderline(t *testing.T) {
	tests := []struct{ name, s, want string }{
		{"ASCII", "Design", "Design\n======"},
		{"CJK", "科学", "科学\n===="},
		{"emoji", "a 🧪", "a 🧪\n===="},
		{"two lines", strings.Repeat("x", 70) + " yyy", strings.Repeat("x", 70) + "\nyyy\n" + strings.Repeat("=", 70)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := underline("=", tt.s); got != tt.want {
				t.Errorf("underline(%q) =\n%s\nwant\n%s", tt.s, got, tt.want)
			}
		})
	}
}

func TestTidy(t *testing.T) {
	tests := []struct{ name, s, want string }{
		{"blanks at ends", "a  \t\nb ", "a\nb\n"},
		{"many empty lines", "\n\na\n\n\n \n\nb\n\n\n", "a\n\nb\n"},
		{"CR LF", "a\r\nb\r\n", "a\nb\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tidy(tt.s); got != tt.want {
				t.Errorf("tidy(%q) = %q, want %q", tt.s, got, tt.want)
			}
		})
	}
}
