package bookmark

import "bytes"

// tomlLook is the value of the key date as it stands, if that is at the start of
// a line above all tables and after no text of several lines.
func tomlLook(text []byte) (value []byte, ok bool) {
	for {
		line, rest, ok := nextLine(text)
		if !ok || bytes.HasPrefix(line, []byte("+++")) {
			return nil, false
		}
		text = rest
		if after, found := bytes.CutPrefix(line, []byte("date")); found {
			after = bytes.TrimLeft(after, " ")
			if value, found := bytes.CutPrefix(after, []byte("=")); found {
				return bytes.Trim(value, " "), true
			}
		}
		if bytes.HasPrefix(line, []byte("[")) || bytes.IndexByte(line, '{') >= 0 || bytes.Contains(line, []byte(`"""`)) || bytes.Contains(line, []byte("'''")) {
			return nil, false
		}
	}
}

// A jsonLook is what is left of a JSON object to look at.
type jsonLook struct{ text []byte }

// date is the value of the object's key date, in its quotes. Since the last one
// counts, the whole object has to be there.
func (j jsonLook) date() (value []byte, ok bool) {
	for {
		key, ok := j.string()
		if !ok || bytes.IndexByte(key, '\\') >= 0 || !j.next(':') {
			return nil, false
		}
		v, ok := j.value()
		if !ok {
			return nil, false
		}
		if string(key) == `"date"` {
			value = v
		}
		if j.next('}') {
			return value, value != nil
		}
		if !j.next(',') {
			return nil, false
		}
	}
}

// next takes a character, and blanks before it.
func (j *jsonLook) next(c byte) bool {
	j.text = bytes.TrimLeft(j.text, " \t\r\n")
	if len(j.text) == 0 || j.text[0] != c {
		return false
	}
	j.text = j.text[1:]
	return true
}

// string takes a string with its quotes, and blanks before it.
func (j *jsonLook) string() (s []byte, ok bool) {
	j.text = bytes.TrimLeft(j.text, " \t\r\n")
	if len(j.text) == 0 || j.text[0] != '"' {
		return nil, false
	}
	for i := 1; i < len(j.text); i++ {
		switch j.text[i] {
		case '\\':
			i++
		case '"':
			s, j.text = j.text[:i+1], j.text[i+1:]
			return s, true
		}
	}
	return nil, false
}

// value takes any value; that of a list or an object is empty.
func (j *jsonLook) value() (v []byte, ok bool) {
	depth := 0
	for {
		j.text = bytes.TrimLeft(j.text, " \t\r\n")
		if len(j.text) == 0 {
			return nil, false
		}
		v = []byte{}
		switch c := j.text[0]; c {
		case '"':
			if v, ok = j.string(); !ok {
				return nil, false
			}
		case '{', '[':
			depth++
			j.text = j.text[1:]
			continue
		case '}', ']':
			if depth--; depth < 0 {
				return nil, false
			}
			j.text = j.text[1:]
		case ',', ':':
			if depth == 0 {
				return nil, false
			}
			j.text = j.text[1:]
			continue
		default:
			end := bytes.IndexAny(j.text, ",:{}[]\" \t\r\n")
			if end < 1 {
				return nil, false
			}
			v, j.text = j.text[:end], j.text[end:]
		}
		if depth == 0 {
			return v, true
		}
	}
}
