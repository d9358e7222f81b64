package main

import (
	"bytes"
	"io"
)

// A jsonArray is printed value by value, as printJSON prints it whole.
type jsonArray struct {
	w      io.Writer
	indent string // of the line that it begins in
	n      int
}

func (a *jsonArray) add(v any) error {
	var b bytes.Buffer
	if a.n++; a.n == 1 {
		b.WriteString("[")
	} else {
		b.WriteString(",")
	}
	b.WriteString("\n" + a.indent + "  ")
	e := newEncoder(&b, a.indent+"  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := a.w.Write(bytes.TrimRight(b.Bytes(), "\n"))
	return err
}

func (a *jsonArray) end() error {
	end := "\n" + a.indent + "]"
	if a.n == 0 {
		end = "[]"
	}
	if a.indent == "" {
		end += "\n"
	}
	_, err := io.WriteString(a.w, end)
	return err
}
