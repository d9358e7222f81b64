package bounce

import (
	"mime"
	"regexp"
	"strings"

	"digest/internal/bookmark"
)

// fields are those of a header, or of a group in a report, by their names in
// lower case.
type fields map[string][]string

// maxFields is how many fields are read: no honest header has as many.
const maxFields = 1000

var unfold = strings.NewReplacer("\n ", " ", "\n\t", " ")

// readFields reads the fields up to an empty line, and returns what is behind
// it. Unlike net/mail it passes over a line that is no field: a header that came
// by way of several programs is often broken somewhere, and one that was
// returned may end in the middle of a line.
func readFields(text string) (f fields, rest string) {
	f = fields{}
	head := ""
	if after, empty := strings.CutPrefix(text, "\n"); empty {
		return f, after
	}
	head, rest, _ = strings.Cut(text, "\n\n")
	n := 0
	for line := range strings.Lines(unfold.Replace(head)) {
		name, value, ok := strings.Cut(line, ":")
		if name = strings.ToLower(strings.TrimSpace(name)); !ok || name == "" || strings.ContainsAny(name, " \t") {
			continue
		}
		if n++; n > maxFields {
			break
		}
		f[name] = append(f[name], strings.TrimSpace(value))
	}
	return f, rest
}

// first is the first field of a name, or empty.
func (f fields) first(name string) string {
	if values := f[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// subject is the subject, decoded where that can be done.
func (f fields) subject() string {
	s := f.first("subject")
	if decoded, err := new(mime.WordDecoder).DecodeHeader(s); err == nil {
		s = decoded
	}
	return printable(s)
}

// printable is foreign text for a log or a terminal: one line, not too long.
func printable(s string) string {
	const most = 300
	s = bookmark.Clean(s[:min(len(s), 4*most)])
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

var addressForm = regexp.MustCompile(`[^\s<>()\[\],;:"]+@[^\s<>()\[\],;:"]+`)

// maxAddress is the length of the longest path of RFC 5321, with room for one
// that was rewritten on its way.
const maxAddress = 512

// addresses are those in a field, whatever stands around them.
func addresses(value string) []string {
	const most = 20
	found := addressForm.FindAllString(value[:min(len(value), most*maxAddress)], most)
	for i, a := range found {
		found[i] = bookmark.Clean(a[:min(len(a), maxAddress)])
	}
	return found
}
