package preview

import (
	"cmp"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Day is the moment as the date field takes it; empty if it is not just a day.
func (p page) Day() string {
	if _, err := time.Parse(time.DateOnly, p.AsOf); err != nil {
		return ""
	}
	return p.AsOf
}

// Sender is the name that a mail program lists.
func (p page) Sender() string {
	if a, err := mail.ParseAddress(p.From); err == nil {
		return cmp.Or(a.Name, a.Address)
	}
	return p.From
}

// Initial stands for the sender's picture.
func (p page) Initial() string {
	for _, r := range p.Sender() {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "@"
}

// Message is the source, as far as it is text.
func (p page) Message() string { return strings.ToValidUTF8(string(p.Source), "\uFFFD") }

// Ruler is as wide as a line of the text part.
func (p page) Ruler() string {
	var b strings.Builder
	for column := 10; column <= columns; column += 10 {
		fmt.Fprintf(&b, "%10s", fmt.Sprint(column))
	}
	return b.String() + strings.Repeat(" ", columns-utf8.RuneCountInString(b.String()))
}

// columns is how wide a text part should be at most.
const columns = 72

// ranks are the severities and what a number of them is called.
var ranks = []struct {
	severity  Severity
	one, more string
}{{Error, "error", "errors"}, {Warning, "warning", "warnings"}, {Info, "note", "notes"}}

// Ranked are the findings, the worst first.
func (p page) Ranked() []Finding {
	ranked := slices.Clone(p.Findings)
	for i := range ranked {
		if rank(ranked[i].Severity) < 0 {
			ranked[i].Severity = Info
		}
	}
	slices.SortStableFunc(ranked, func(a, b Finding) int { return rank(a.Severity) - rank(b.Severity) })
	return ranked
}

func rank(s Severity) int {
	for i, r := range ranks {
		if r.severity == s {
			return i
		}
	}
	return -1
}

// Counts says how many findings there are.
func (p page) Counts() string {
	var counts []string
	ranked := p.Ranked()
	for _, r := range ranks {
		n := 0
		for _, f := range ranked {
			if f.Severity == r.severity {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, plural(n, r.one, r.more))
		}
	}
	return strings.Join(counts, ", ")
}

// Bookmarked says how many bookmarks there are.
func (p page) Bookmarked() string { return plural(p.Bookmarks, "bookmark", "bookmarks") }

func plural(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", more)
}

// A size is one of those that the budget limits.
type size struct {
	Name               string
	Bytes, High, Limit int
	Text               string
	Over               bool
}

// Sizes are those of the HTML part.
func (p page) Sizes() []size {
	return []size{p.Budget.size("As mail programs read it", p.Budget.Decoded), p.Budget.size("Encoded for the way", p.Budget.Encoded)}
}

func (b Budget) size(name string, bytes int) size {
	s := size{Name: name, Bytes: bytes, High: b.Limit * 9 / 10, Limit: b.Limit, Text: kibibytes(bytes)}
	if b.Limit > 0 {
		s.Text += " of " + kibibytes(b.Limit)
		s.Over = bytes > b.Limit
	}
	return s
}

func kibibytes(n int) string { return fmt.Sprintf("%.1f KiB", float64(n)/1024) }
