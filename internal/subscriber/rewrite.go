package subscriber

import (
	"errors"
	"io"
	"iter"
)

// Rewrite copies a list as it is written, without the lines that drop tells, and
// with more at its end, in its columns. A list that cannot be read to its end is
// an error.
func Rewrite(w io.Writer, list *io.SectionReader, drop func(Subscriber) bool, more iter.Seq2[Subscriber, error]) error {
	r, err := newReader(list)
	if err != nil {
		return err
	}
	out := &tail{w: w}
	header := r.offset()
	copied, end := int64(0), header // what lies between them is kept
	for {
		s, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.As(err, new(*LineError)) {
			return err
		}
		if err == nil && drop(s) {
			if err := out.copy(list, copied, end); err != nil {
				return err
			}
			copied = r.offset()
		}
		end = r.offset()
	}
	if err := out.copy(list, copied, list.Size()); err != nil {
		return err
	}
	lineEnd, err := r.columns.lineEnd(list, header)
	if err != nil {
		return err
	}
	return r.columns.add(out, lineEnd, more)
}

// lineEnd is that of the header, which ends at an offset.
func (c columns) lineEnd(list io.ReaderAt, header int64) (string, error) {
	end := make([]byte, 2)
	if _, err := list.ReadAt(end, header-2); err != nil {
		return "", err
	}
	if string(end) == "\r\n" {
		return "\r\n", nil
	}
	return "\n", nil
}

// add writes more lines.
func (c columns) add(out *tail, lineEnd string, more iter.Seq2[Subscriber, error]) error {
	w := newWriter(out, c)
	w.csv.UseCRLF = lineEnd == "\r\n"
	first := true
	for s, err := range more {
		if err != nil {
			return err
		}
		if first && out.last != '\n' {
			if _, err := io.WriteString(out, lineEnd); err != nil {
				return err
			}
		}
		first = false
		if err := w.Write(s); err != nil {
			return err
		}
	}
	return w.Flush()
}

// A tail knows the last byte that was written.
type tail struct {
	w    io.Writer
	last byte
}

func (t *tail) Write(p []byte) (int, error) {
	if len(p) > 0 {
		t.last = p[len(p)-1]
	}
	return t.w.Write(p)
}

func (t *tail) copy(list io.ReaderAt, from, to int64) error {
	_, err := io.Copy(t, io.NewSectionReader(list, from, to-from))
	return err
}
