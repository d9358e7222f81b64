package subscriber

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The faults of a list that does not begin with its columns.
var (
	ErrHeader = errors.New(`the first line names no column "address"; begin with: address,name`)
	ErrUTF16  = errors.New("it is written in UTF-16; save it as UTF-8, in Excel as CSV UTF-8")
)

const bom = "\uFEFF"

// maxStart is the most bytes of a header, and of the empty lines before it.
const maxStart = 64 << 10

// synonyms are the names of our columns, in small letters and with blanks.
var synonyms = map[string][]string{
	"address":    {"address", "email", "e mail", "mail", "email address", "e mail address", "mail address"},
	"name":       {"name", "full name", "fullname"},
	"categories": {"categories", "category", "topics"},
	"language":   {"language", "lang", "locale"},
}

// columns are the places of what we know among the columns of a list; -1: none.
type columns struct {
	address, name, categories, language int
	all                                 int
	delimiter                           rune
}

// of finds the columns in a header.
func of(header []string, delimiter rune) (columns, error) {
	c := columns{all: len(header), delimiter: delimiter}
	named := make([]string, len(header))
	for i, h := range header {
		named[i] = strings.Join(strings.FieldsFunc(strings.ToLower(h), func(r rune) bool { return strings.ContainsRune(" _-\t\u00a0", r) }), " ")
	}
	find := func(column string, from int) int {
		i := slices.IndexFunc(named[from:], func(name string) bool { return slices.Contains(synonyms[column], name) })
		if i < 0 {
			return -1
		}
		return from + i
	}
	if c.address = find("address", 0); c.address < 0 {
		return c, ErrHeader
	}
	// A postal address, perhaps.
	if other := find("address", c.address+1); other >= 0 {
		return c, fmt.Errorf("the columns %q and %q could both be the address; rename one", header[c.address], header[other])
	}
	c.name, c.categories, c.language = find("name", 0), find("categories", 0), find("language", 0)
	return c, nil
}

// start reads up to the end of the first line that is not empty.
func start(b *bufio.Reader) ([]byte, error) {
	var read []byte
	for {
		line, err := b.ReadSlice('\n')
		read = append(read, line...)
		switch {
		case len(read) > maxStart || errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("it has no header in its first %d bytes; begin with: address,name", maxStart)
		case err != nil || len(bytes.Trim(line, "\r\n")) > 0:
			return read, err
		}
	}
}

// delimiter is the one with which the header has an address; a comma if there is
// none.
func delimiter(header []byte) rune {
	for _, d := range ",;\t" {
		c := csv.NewReader(bytes.NewReader(header))
		c.Comma = d
		names, err := c.Read()
		if err != nil {
			continue
		}
		if _, err := of(names, d); !errors.Is(err, ErrHeader) {
			return d
		}
	}
	return ','
}
