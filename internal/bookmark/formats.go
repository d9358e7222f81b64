package bookmark

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

func decodeTOML(front []byte) (matter, error) {
	front = bytes.ToValidUTF8(bytes.ReplaceAll(front, []byte("\x00"), nil), []byte("\uFFFD"))
	var table map[string]any
	if err := toml.Unmarshal(front, &table); err != nil {
		le := &lineError{err: errors.New(strings.TrimPrefix(err.Error(), "toml: ")), hint: `write key = "value", each key once`}
		var de *toml.DecodeError
		if errors.As(err, &de) {
			le.line, _ = de.Position()
		}
		return nil, le
	}
	return newMatter(table, front, tomlKey), nil
}

func decodeJSON(front []byte) (matter, error) {
	d := json.NewDecoder(bytes.NewReader(front))
	d.UseNumber()
	var table map[string]any
	if err := d.Decode(&table); err != nil {
		return nil, jsonError(err, front)
	}
	return newMatter(table, front, jsonKey), nil
}

// cutJSON finds the end of the JSON object that data begins with.
func cutJSON(data []byte) (front, body []byte, _ *lineError) {
	d := json.NewDecoder(bytes.NewReader(data))
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return nil, nil, jsonError(err, data)
	}
	return data[:d.InputOffset()], data[d.InputOffset():], nil
}

func jsonError(err error, data []byte) *lineError {
	le := &lineError{line: 1, err: err, hint: `write strict JSON: "key": "value", no comma before }`}
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		le.line = 1 + lineEnds(data[:min(int(syntax.Offset), len(data))])
	case errors.Is(err, io.ErrUnexpectedEOF):
		le.err, le.hint = errors.New("JSON front matter is not closed"), "end it with }"
	}
	return le
}

// Where a key stands; the key is the group. They are for messages, so that a key
// which is written with escapes goes without a line.
var (
	tomlKey = regexp.MustCompile(`(?m)^[ \t]*["']?([^"'=\s]+)["']?[ \t]*=`)
	jsonKey = regexp.MustCompile(`"([^"\\]+)"\s*:`)
)

// newMatter types the values of a decoded table and finds the line of each key.
// Keys are taken in order, so that the result does not depend on that of a map.
func newMatter(table map[string]any, front []byte, key *regexp.Regexp) matter {
	lines := keyLines(front, key)
	m := matter{}
	for _, k := range slices.Sorted(maps.Keys(table)) {
		m[strings.ToLower(k)] = field{value: plain(table[k]), line: lines[k]}
	}
	return m
}

// keyLines maps each key to the line where it first stands.
func keyLines(front []byte, key *regexp.Regexp) map[string]int {
	lines := map[string]int{}
	line, at := 1, 0
	for _, m := range key.FindAllSubmatchIndex(front, -1) {
		line, at = line+lineEnds(front[at:m[2]]), m[2]
		if k := string(front[m[2]:m[3]]); lines[k] == 0 {
			lines[k] = line
		}
	}
	return lines
}

// plain maps the types of the decoders to those of a field.
func plain(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
		return v
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
		return v
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, _ := v.Float64()
		return f
	case toml.LocalDate:
		return v.String()
	case toml.LocalDateTime:
		return v.AsTime(time.UTC).Format("2006-01-02T15:04:05.999999999")
	case toml.LocalTime:
		return v.String()
	}
	return v
}
