package subscriber

import (
	"encoding/csv"
	"io"

	"digest/internal/cell"
)

// A Writer writes a list that ReadCSV reads, and that no spreadsheet takes for
// formulas. An error of writing is that of Flush.
type Writer struct {
	csv     *csv.Writer
	columns columns
	record  []string
}

// NewWriter writes the header.
func NewWriter(w io.Writer) *Writer {
	list := newWriter(w, columns{address: 0, name: 1, categories: 2, language: 3, all: 4, delimiter: ','})
	_ = list.csv.Write([]string{"address", "name", "categories", "language"})
	return list
}

func newWriter(w io.Writer, c columns) *Writer {
	list := &Writer{csv.NewWriter(w), c, make([]string, c.all)}
	list.csv.Comma = c.delimiter
	return list
}

// Write writes one line. It fails if the list has no column for what s has.
func (w *Writer) Write(s Subscriber) error {
	clear(w.record)
	for _, f := range []struct {
		column     int
		name, text string
	}{
		{w.columns.address, "address", s.Address.Address},
		{w.columns.name, "name", s.Address.Name},
		{w.columns.categories, "categories", s.Categories.text(w.columns.delimiter != ',')},
		{w.columns.language, "language", s.Language},
	} {
		switch {
		case f.column >= 0:
			w.record[f.column] = cell.Escape(f.text)
		case f.text != "":
			return &ColumnError{f.name}
		}
	}
	return w.csv.Write(w.record)
}

// Flush writes what is not written yet.
func (w *Writer) Flush() error {
	w.csv.Flush()
	return w.csv.Error()
}

// A ColumnError is that of a list without a column that is needed.
type ColumnError struct{ Column string }

func (e *ColumnError) Error() string {
	return "it has no column " + e.Column + "; add that to its first line"
}
