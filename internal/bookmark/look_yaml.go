package bookmark

import "bytes"

// A yamlLook goes through YAML line by line, to the key date at the start of one.
// What it must know of all that comes before is whether that line may be part of
// it: of a text in quotes or of a list in brackets that is still open.
type yamlLook struct {
	key   bool // there was one
	quote byte // the value in quotes that is open, or 0
	block bool // the lines are those of a block scalar
}

// date is the value of the key date as it stands.
func (y yamlLook) date(text []byte) (value []byte, ok bool) {
	for {
		line, rest, ok := nextLine(text)
		if !ok {
			return nil, false
		}
		text = rest
		if y.quote == 0 {
			if value, found := bytes.CutPrefix(line, []byte("date: ")); found {
				// An indented line, also after empty ones, would go on with it.
				more := len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n"), rest[0]) >= 0
				return bytes.Trim(value, " "), !more
			}
		}
		if !y.line(line) {
			return nil, false
		}
	}
}

// line reports whether what the line holds is known.
func (y *yamlLook) line(line []byte) bool {
	content := bytes.TrimLeft(line, " ")
	switch {
	case len(content) == 0:
		return true
	case y.quote != 0:
		return len(content) < len(line) && y.quoted(content)
	case len(content) < len(line):
		return y.block || y.key && y.nested(content)
	}
	y.block = false
	switch content[0] {
	case '#':
		return true
	case '-':
		return y.key && (len(content) == 1 || content[1] == ' ') && y.nested(content)
	}
	y.key = true
	value, ok := cutYAMLKey(content)
	if ok && len(value) > 0 && (value[0] == '|' || value[0] == '>') {
		y.block = true
		return len(value) == 1 || len(value) == 2 && (value[1] == '-' || value[1] == '+')
	}
	return ok && y.value(value)
}

// nested reads an item of a list, a key within a table, or more of a text.
func (y *yamlLook) nested(content []byte) bool {
	for bytes.HasPrefix(content, []byte("- ")) {
		content = bytes.TrimLeft(content[2:], " ")
	}
	if len(content) == 1 && content[0] == '-' || len(content) == 0 {
		return true
	}
	if value, ok := cutYAMLKey(content); ok {
		return y.value(value)
	}
	return y.value(content)
}

// cutYAMLKey cuts a plain key, its colon and the blanks around the value.
func cutYAMLKey(line []byte) (value []byte, ok bool) {
	for i, c := range line {
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_':
		case i > 0 && (c >= '0' && c <= '9' || c == '.' || c == '-'):
		case i > 0 && c == ':' && (i+1 == len(line) || line[i+1] == ' '):
			return bytes.Trim(line[i+1:], " "), true
		default:
			return nil, false
		}
	}
	return nil, false
}

// value reads a value, or what of it stands on its first line.
func (y *yamlLook) value(v []byte) bool {
	if len(v) == 0 {
		return true
	}
	switch v[0] {
	case '"', '\'':
		y.quote = v[0]
		return y.quoted(v[1:])
	case '[':
		return flatList(v[1:])
	case '#':
		return true
	case '-':
		return len(v) > 1 && v[1] != ' '
	case '&', '*', '!', '|', '>', '%', '@', '`', '?', ':', ',', ']', '{', '}':
		return false
	}
	// A colon would make a key of what stands before it.
	return v[len(v)-1] != ':' && !bytes.Contains(v, []byte(": "))
}

// quoted reads on in a value in quotes.
func (y *yamlLook) quoted(s []byte) bool {
	for i := 0; i < len(s); i++ {
		switch {
		case y.quote == '"' && s[i] == '\\':
			if i++; i == len(s) || s[i] >= 0x7F { // the end of the line, or what a decoder replaces
				return false
			}
		case s[i] != y.quote:
		case y.quote == '\'' && i+1 < len(s) && s[i+1] == '\'':
			i++
		default:
			y.quote = 0
			return len(bytes.TrimLeft(s[i+1:], " ")) == 0
		}
	}
	return true
}

// flatList reports whether s is the rest of a list in brackets that ends on its
// line and holds nothing but plain words and values in quotes.
func flatList(s []byte) bool {
	for {
		s = bytes.TrimLeft(s, " ")
		if len(s) == 0 {
			return false
		}
		if q := s[0]; q == '"' || q == '\'' {
			end := bytes.IndexByte(s[1:], q)
			if end < 0 || bytes.IndexByte(s[1:1+end], '\\') >= 0 {
				return false
			}
			s = bytes.TrimLeft(s[1+end+1:], " ")
		} else {
			end := bytes.IndexAny(s, "\"'[]{}#&*!|>%@`:?,")
			if end < 0 {
				return false
			}
			s = s[end:]
		}
		switch {
		case len(s) == 0:
			return false
		case s[0] == ']':
			return len(bytes.TrimLeft(s[1:], " ")) == 0
		case s[0] != ',':
			return false
		}
		s = s[1:]
	}
}
