package bookmark

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// A look finds the date of a file at its head without decoding the front matter,
// which takes a thousand times as long. It may only ever say that the date is
// surely out of bounds. All else, and every file that is written in an unusual
// way, is for the decoder: what a look does not know, it does not judge.
type look struct {
	on    bool
	first int // the first day that may be within bounds, as in 20061231
	last  int // the last one
}

// look is that of the Reader's bounds. It knows the key date only.
func (r *Reader) look() look {
	l := look{on: !r.Since.IsZero() || !r.Until.IsZero(), last: 9999_12_31}
	if key := or(r.Fields.Date, DefaultFields().Date...)[0]; !strings.EqualFold(key, "date") {
		return look{}
	}
	// The day of a date is that of its own zone, which may be a day off, and it
	// may mean its last moment.
	if !r.Since.IsZero() {
		l.first = day(r.Since.UTC().AddDate(0, 0, -1))
	}
	if !r.Until.IsZero() {
		l.last = day(r.Until.UTC().AddDate(0, 0, 1))
	}
	return l
}

func day(t time.Time) int { return (t.Year()*100+int(t.Month()))*100 + t.Day() }

// outside reports whether the date of a file that begins with head is surely out
// of bounds, however it goes on.
func (l look) outside(head []byte) bool {
	d, ok := dayAt(head)
	return l.on && ok && l.out(d)
}

// out reports whether a day is out of bounds.
func (l look) out(day int) bool { return day < l.first || day > l.last }

// dayAt is the day of the date of a file that begins with head, as in 20061231, if
// that is sure.
func dayAt(head []byte) (day int, ok bool) {
	head = bytes.TrimPrefix(head, []byte("\uFEFF"))
	var value []byte
	if rest, found := cutLine(head, "---"); found {
		value, ok = yamlLook{}.date(rest)
	} else if rest, found := cutLine(head, "+++"); found {
		value, ok = tomlLook(rest)
	} else if rest, found := bytes.CutPrefix(head, []byte("{")); found {
		value, ok = jsonLook{rest}.date()
	}
	if !ok {
		return 0, false
	}
	return civil(value)
}

// cutLine cuts a first line that is exactly the mark.
func cutLine(head []byte, mark string) (rest []byte, ok bool) {
	rest, ok = bytes.CutPrefix(head, []byte(mark))
	if !ok {
		return nil, false
	}
	rest = bytes.TrimPrefix(rest, []byte("\r"))
	return bytes.CutPrefix(rest, []byte("\n"))
}

// nextLine cuts a line, without its end, which is LF or CR LF. A line that does
// not end is none, nor is one that holds what decoders remove or turn into
// blanks: tabs and other control characters, odd line ends.
func nextLine(text []byte) (line, rest []byte, ok bool) {
	end := bytes.IndexByte(text, '\n')
	if end < 0 {
		return nil, nil, false
	}
	line, rest = text[:end], text[end+1:]
	line = bytes.TrimSuffix(line, []byte("\r"))
	for i := plainPrefix(line); i < len(line); i++ {
		c := line[i]
		if !oddByte[c] {
			continue
		}
		tail := line[i:]
		switch {
		case c < ' ' || c == 0x7F:
			return nil, nil, false
		case c == 0xC2 && len(tail) > 1 && tail[1] < 0xA0: // U+0080 to U+009F
			return nil, nil, false
		case c == 0xE2 && len(tail) > 2 && tail[1] == 0x80 && (tail[2] == 0xA8 || tail[2] == 0xA9): // U+2028, U+2029
			return nil, nil, false
		case c == 0xEF && len(tail) > 1 && (tail[1] == 0xBF || tail[1] == 0xBB): // U+FFC0 to U+FFFF, byte order marks
			return nil, nil, false
		}
	}
	return line, rest, true
}

// plainPrefix is how much of a line is surely printable ASCII. It looks at eight
// characters at once: one below a blank, of 0x7F or above sets its highest bit in
// one of three sums.
func plainPrefix(line []byte) int {
	const ones, highest = 0x0101_0101_0101_0101, 0x8080_8080_8080_8080
	i := 0
	for ; i+8 <= len(line); i += 8 {
		x := binary.NativeEndian.Uint64(line[i:])
		if (x|(x-' '*ones)|(x+ones))&highest != 0 {
			break
		}
	}
	return i
}

// oddByte are the control characters of ASCII, and the first bytes of others.
var oddByte = func() (odd [256]bool) {
	for c := range ' ' {
		odd[c] = true
	}
	odd[0x7F], odd[0xC2], odd[0xE2], odd[0xEF] = true, true, true, true
	return odd
}()

// civil reads the day of a date in one of the usual forms: 2006-01-02, with or
// without a time of day, with or without a zone.
func civil(value []byte) (day int, ok bool) {
	if n := len(value); n > 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		value = value[1 : n-1]
	}
	const date, clock = "0000-00-00", "00:00:00"
	if len(value) < len(date) || !shaped(value[:len(date)], date) {
		return 0, false
	}
	y, m, d := number(value[:4]), number(value[5:7]), number(value[8:10])
	if y < 1000 || m < 1 || m > 12 || d < 1 || d > 28 && d > time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day() {
		return 0, false
	}
	day = (y*100+m)*100 + d
	rest := value[len(date):]
	if len(rest) == 0 {
		return day, true
	}
	blank := rest[0] == ' '
	if !blank && rest[0] != 'T' || len(rest) <= len(clock) || !shaped(rest[1:1+len(clock)], clock) {
		return 0, false
	}
	if number(rest[1:3]) > 23 || number(rest[4:6]) > 59 || number(rest[7:9]) > 59 {
		return 0, false
	}
	rest = rest[1+len(clock):]
	if len(rest) > 0 && rest[0] == '.' {
		digits := slices.IndexFunc(rest[1:], func(c byte) bool { return c < '0' || c > '9' })
		if digits < 0 {
			digits = len(rest) - 1
		}
		if digits < 1 || digits > 9 {
			return 0, false
		}
		rest = rest[1+digits:]
	}
	return day, len(rest) == 0 || isZone(rest) || blank && rest[0] == ' ' && isOffset(rest[1:])
}

func isZone(s []byte) bool { return string(s) == "Z" || isOffset(s) }

// isOffset reports whether s is +00:00 or +0000, of less than a day.
func isOffset(s []byte) bool {
	if len(s) < 5 || s[0] != '+' && s[0] != '-' || !shaped(s[1:], "00:00") && !shaped(s[1:], "0000") {
		return false
	}
	return number(s[1:3]) < 24 && number(s[len(s)-2:]) < 60
}

// shaped reports whether s has digits where the form has them, and is otherwise
// the form.
func shaped(s []byte, form string) bool {
	if len(s) != len(form) {
		return false
	}
	for i, c := range s {
		if form[i] == '0' && (c < '0' || c > '9') || form[i] != '0' && c != form[i] {
			return false
		}
	}
	return true
}

func number(digits []byte) int {
	n := 0
	for _, c := range digits {
		n = 10*n + int(c-'0')
	}
	return n
}
