package bookmark

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A format is a language of front matter.
type format string

const (
	noFormat format = ""
	yamlFM   format = "YAML"
	tomlFM   format = "TOML"
	jsonFM   format = "JSON"
)

// A file split where Hugo splits it.
type parts struct {
	format format
	front  []byte // without the marks
	line   int    // of the file, where front begins
	body   []byte
}

// A lineError is a fault at a line of the front matter.
type lineError struct {
	line int // in the front matter; 1 is the first
	err  error
	hint string
}

func (e *lineError) Error() string { return e.err.Error() }
func (e *lineError) Unwrap() error { return e.err }

// split finds the front matter. Blanks, line ends and byte order marks may
// come before it; "---", "+++" or "{" opens it. The closing mark is any later
// line that begins with the mark, whatever follows there.
func split(data []byte) (parts, error) {
	rest := bytes.TrimLeft(data, " \t\r\n\v\f\ufeff\u00a0\u0085\u2028\u2029")
	line := 1 + lineEnds(data[:len(data)-len(rest)])
	if len(rest) == 0 {
		return parts{body: data}, nil
	}
	switch rest[0] {
	case '-':
		return splitMarked(yamlFM, "---", rest, line)
	case '+':
		return splitMarked(tomlFM, "+++", rest, line)
	case '{':
		front, body, err := cutJSON(rest)
		if err != nil {
			err.line += line - 1
			return parts{}, err
		}
		return parts{jsonFM, front, line, afterLineEnd(body)}, nil
	}
	return parts{body: data}, nil
}

func splitMarked(f format, mark string, rest []byte, line int) (parts, error) {
	if !bytes.HasPrefix(rest, []byte(mark)) {
		return parts{}, &lineError{line, fmt.Errorf("begins with %q, which is neither front matter nor text", rest[0]),
			fmt.Sprintf("put %s front matter above it, or begin with another character", f)}
	}
	front := rest[len(mark):]
	for i := 0; i < len(front); i++ {
		if front[i] != '\n' && front[i] != '\r' {
			continue
		}
		if body, ok := bytes.CutPrefix(front[i+1:], []byte(mark)); ok {
			return parts{f, front[:i+1], line, afterLineEnd(body)}, nil
		}
	}
	return parts{}, &lineError{line, fmt.Errorf("%s front matter is not closed", f),
		fmt.Sprintf("end it with a line %s", mark)}
}

// afterLineEnd is s without one line end at its start.
func afterLineEnd(s []byte) []byte {
	s = bytes.TrimPrefix(s, []byte("\r"))
	return bytes.TrimPrefix(s, []byte("\n"))
}

// lineEnds counts LF, CR LF and lone CR.
func lineEnds(s []byte) int {
	return bytes.Count(s, []byte("\n")) + bytes.Count(s, []byte("\r")) - bytes.Count(s, []byte("\r\n"))
}

// A field is the value of a key: nil, bool, int64, float64, string, time.Time,
// []any or map[string]any, and where it stands in the front matter.
type field struct {
	value any
	line  int // 0: unknown
}

// A matter is decoded front matter: keys in lower case, Hugo's params merged in.
type matter map[string]field

// decode reads the front matter. Of two keys that differ in case only the later
// one counts.
func (p parts) decode() (matter, error) {
	var m matter
	var err error
	switch p.format {
	case noFormat:
		return matter{}, nil
	case yamlFM:
		m, err = decodeYAML(p.front, p.line)
	case tomlFM:
		m, err = decodeTOML(p.front)
	case jsonFM:
		m, err = decodeJSON(p.front)
	}
	if err != nil {
		var le *lineError
		if !errors.As(err, &le) {
			le = &lineError{err: err}
		}
		if le.line > 0 {
			le.line += p.line - 1
		}
		return nil, le
	}
	for k, f := range m {
		if f.line > 0 {
			f.line += p.line - 1
			m[k] = f
		}
	}
	if params, ok := m["params"].value.(map[string]any); ok {
		for _, k := range slices.Backward(slices.Sorted(maps.Keys(params))) {
			if _, has := m[strings.ToLower(k)]; !has {
				m[strings.ToLower(k)] = field{params[k], m["params"].line}
			}
		}
	}
	return m, nil
}

// lookup finds a key as a whole, and where that is missing, as a path through
// nested tables: "taxonomies.tags".
func (m matter) lookup(key string) (field, bool) {
	key = strings.ToLower(key)
	if f, ok := m[key]; ok {
		return f, true
	}
	head, tail, nested := strings.Cut(key, ".")
	if !nested {
		return field{}, false
	}
	f, ok := m[head]
	if !ok {
		return field{}, false
	}
	for name := range strings.SplitSeq(tail, ".") {
		table, ok := f.value.(map[string]any)
		if !ok {
			return field{}, false
		}
		keys := slices.DeleteFunc(slices.Sorted(maps.Keys(table)), func(k string) bool { return strings.ToLower(k) != name })
		if len(keys) == 0 {
			return field{}, false
		}
		f.value = table[keys[len(keys)-1]]
	}
	return f, true
}
