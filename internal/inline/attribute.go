package inline

import "strings"

// attributeAt finds the first attribute of that name in a source that ends with
// a start tag, from the end of the tag's name. It reads as the tokenizer does;
// start is 0 if there is none.
func attributeAt(src string, from int, name string) (start, end int) {
	last := len(src) - len(">")
	for i := from; ; {
		for i < last && (isSpace(src[i]) || src[i] == '/') {
			i++
		}
		if i >= last {
			return 0, 0
		}
		start = i
		i++ // an equals sign here is part of the name
		for i < last && !isSpace(src[i]) && src[i] != '/' && src[i] != '=' {
			i++
		}
		key := src[start:i]
		i = valueEnd(src[:last], i)
		if strings.EqualFold(key, name) {
			return start, i
		}
	}
}

// valueEnd is the end of the value of the attribute whose name ends at i, and i
// if it has none.
func valueEnd(src string, i int) int {
	v := skipSpace(src, i)
	if v == len(src) || src[v] != '=' {
		return i
	}
	if v = skipSpace(src, v+1); v == len(src) {
		return v
	}
	if q := src[v]; q == '"' || q == '\'' {
		// The tag is whole, so there is a second one.
		return v + 1 + strings.IndexByte(src[v+1:], q) + 1
	}
	for v < len(src) && !isSpace(src[v]) {
		v++
	}
	return v
}

func skipSpace(s string, i int) int {
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	return i
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'
}

// For text between double quotes. An angle bracket would be allowed, but not
// every mail program knows.
var escaper = strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;")

// withStyle is the edit that gives a start tag the style.
func (s *source) withStyle(t tag, style string) edit {
	text := `style="` + escaper.Replace(style) + `"`
	if start, end := attributeAt(s.doc[:t.end], t.name, "style"); start > 0 {
		return edit{start, end, text}
	}
	return edit{t.name, t.name, " " + text}
}
