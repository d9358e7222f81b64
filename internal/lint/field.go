package lint

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
)

// A field is one of a header.
type field struct {
	name  string
	rows  []string
	raw   string // the rows after the colon, as they stand
	value string // unfolded
	line  int
}

// splitHeader reads the fields of a message, and notes the lines that belong to
// none. body is what comes after the empty line, and at its line.
func splitHeader(raw []byte) (fields []field, faults []fault, body []byte, at int) {
	rest := raw
	for line := 1; ; line++ {
		row, more, ok := bytes.Cut(rest, []byte("\n"))
		text := string(bytes.TrimSuffix(row, []byte("\r")))
		if !ok && text != "" {
			faults = append(faults, fault{line, "the header does not end in an empty line"})
		}
		if text == "" {
			return unfold(fields), faults, more, line + 1
		}
		rest = more
		name, value, colon := strings.Cut(text, ":")
		switch {
		case strings.TrimSpace(text) == "":
			faults = append(faults, fault{line, "a field goes on with a line of blanks alone"})
		case text[0] == ' ' || text[0] == '\t':
			if len(fields) == 0 {
				faults = append(faults, fault{line, "the first line goes on with a field that there is not"})
				continue
			}
			last := &fields[len(fields)-1]
			last.rows = append(last.rows, text)
		case !colon || !isName(name):
			faults = append(faults, fault{line, "the line is no field, and goes on with none"})
		default:
			fields = append(fields, field{name: name, rows: []string{value}, line: line})
		}
	}
}

// isName reports whether s may name a field (RFC 5322, 3.6.8).
func isName(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

func unfold(fields []field) []field {
	for i, f := range fields {
		fields[i].raw = strings.Join(f.rows, "\n")
		fields[i].value = strings.TrimSpace(strings.Join(f.rows, ""))
	}
	return fields
}

// encodedWord is what other than ASCII is written as in a header (RFC 2047).
var encodedWord = regexp.MustCompile(`=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=`)

// decodeWords is the value of a field as it is shown; words that cannot be
// decoded stay.
func decodeWords(value string) string {
	if s, err := new(mime.WordDecoder).DecodeHeader(value); err == nil {
		return s
	}
	return value
}
