package subscriber

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"digest/internal/cell"
)

// A LineError is the fault of one line of a list. It is left out; the others
// are not affected.
type LineError struct {
	Line int // 1 is the header
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }
func (e *LineError) Unwrap() error { return e.Err }

// ReadCSV yields the subscribers of a list as it reads it, with a *LineError
// in place of one that is no address. Any other error ends the list.
func ReadCSV(list io.Reader) iter.Seq2[Subscriber, error] {
	return func(yield func(Subscriber, error) bool) {
		r, err := newReader(list)
		if err != nil {
			yield(Subscriber{}, err)
			return
		}
		for {
			s, err := r.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(s, err) || err != nil && !errors.As(err, new(*LineError)) {
				return
			}
		}
	}
}

// A reader reads a list line by line.
type reader struct {
	csv     *csv.Reader
	columns columns
	skipped int64 // bytes before those that csv counts
	line    int   // that was read last

	rest  io.Reader // what csv has not read
	read  int64     // what it has
	begin int64     // of the line that it is reading
}

// maxLine is the most bytes of one line of a list, and of a quote that is not
// closed.
const maxLine = 1 << 20

// Read gives the list to csv, unless a line has no end.
func (r *reader) Read(p []byte) (int, error) {
	if r.read-r.begin > maxLine {
		return 0, fmt.Errorf("what follows line %d has more than %d bytes; a quote there may not be closed", r.line, maxLine)
	}
	n, err := r.rest.Read(p)
	r.read += int64(n)
	return n, err
}

// newReader reads the header.
func newReader(list io.Reader) (*reader, error) {
	b := bufio.NewReaderSize(list, maxStart)
	r := &reader{}
	switch mark, _ := b.Peek(len(bom)); {
	case string(mark) == bom:
		r.skipped = int64(len(bom))
		_, _ = b.Discard(len(bom))
	case bytes.HasPrefix(mark, []byte("\xFF\xFE")) || bytes.HasPrefix(mark, []byte("\xFE\xFF")):
		return nil, ErrUTF16
	}
	first, err := start(b)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	r.rest = io.MultiReader(bytes.NewReader(first), b)
	r.csv = csv.NewReader(r)
	r.csv.FieldsPerRecord = -1
	r.csv.ReuseRecord = true
	r.csv.Comma = delimiter(first)
	header, err := r.csv.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	r.columns, err = of(header, r.csv.Comma)
	return r, err
}

// next returns the next line, a *LineError for one that is no address, or what
// ends the list: io.EOF, or a quote that is not closed and swallows lines, so that
// nobody knows whom.
func (r *reader) next() (Subscriber, error) {
	r.begin = r.csv.InputOffset()
	record, err := r.csv.Read()
	if err != nil {
		return Subscriber{}, err
	}
	r.line, _ = r.csv.FieldPos(0)
	s, err := r.columns.subscriber(record)
	if err != nil {
		return Subscriber{}, &LineError{r.line, err}
	}
	s.Line = r.line
	return s, nil
}

// offset is where the next line begins, in bytes of the list.
func (r *reader) offset() int64 { return r.skipped + r.csv.InputOffset() }

func (c columns) subscriber(record []string) (Subscriber, error) {
	field := func(column int) string {
		if column < 0 || column >= len(record) {
			return ""
		}
		return cell.Unescape(record[column])
	}
	address := field(c.address)
	if strings.TrimSpace(address) == "" {
		return Subscriber{}, errors.New("no address")
	}
	s, err := New(address, field(c.name))
	if err != nil {
		return s, fmt.Errorf("%q: %w", address, err)
	}
	return s.With(ParseCategories(field(c.categories), c.delimiter != ','), field(c.language)), nil
}
