package subscriber

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// A LineError is the fault of one line of a list. It is left out; the others
// are not affected.
type LineError struct {
	Line int // 1 is the header
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }
func (e *LineError) Unwrap() error { return e.Err }

// ErrHeader is the fault of a list that does not begin with its columns.
var ErrHeader = errors.New(`the first line names no column "address"; begin with: address,name`)

const bom = "\uFEFF"

// ReadCSV yields the subscribers of a list as it reads it, with a *LineError
// in place of one that is no address. Any other error ends the list.
func ReadCSV(r io.Reader) iter.Seq2[Subscriber, error] {
	return func(yield func(Subscriber, error) bool) {
		b := bufio.NewReader(r)
		if start, _ := b.Peek(len(bom)); string(start) == bom {
			_, _ = b.Discard(len(bom))
		}
		c := csv.NewReader(b)
		c.FieldsPerRecord = -1
		c.ReuseRecord = true
		header, err := c.Read()
		if err != nil && !errors.Is(err, io.EOF) {
			yield(Subscriber{}, err)
			return
		}
		column := func(name string) int {
			return slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) })
		}
		address, name := column("address"), column("name")
		if address < 0 {
			yield(Subscriber{}, ErrHeader)
			return
		}
		for {
			record, err := c.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				// A quote that is not closed swallows lines: nobody knows whom.
				yield(Subscriber{}, err)
				return
			}
			s, err := row(record, address, name)
			if err != nil {
				line, _ := c.FieldPos(0)
				err = &LineError{line, err}
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

func row(record []string, address, name int) (Subscriber, error) {
	if address >= len(record) || strings.TrimSpace(record[address]) == "" {
		return Subscriber{}, errors.New("no address")
	}
	var of string
	if name >= 0 && name < len(record) {
		of = record[name]
	}
	s, err := New(record[address], of)
	if err != nil {
		return s, fmt.Errorf("%q: %w", record[address], err)
	}
	return s, nil
}
