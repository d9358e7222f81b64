package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"digest/internal/bookmark"
	"digest/internal/draftfile"
)

// introduction is what the folder of introductions has for an edition, or empty.
func (n *newsletter) introduction(edition string) (string, error) {
	const longestName = 255
	file := edition + ".md"
	if n.Intro == "" || len(file) > longestName {
		return "", nil
	}
	dir, err := bookmark.Dir(n.Intro)
	if err != nil {
		return "", fmt.Errorf("intro: %w; make it readable, or leave intro empty", err)
	}
	defer dir.Close()
	where := filepath.Join(n.Intro, file)
	f, err := dir.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("intro: %s: %w; make it readable, or remove it", where, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a regular file")
	}
	if err != nil {
		return "", fmt.Errorf("intro: %s: %w; put the text itself there, or remove it", where, err)
	}
	data, err := io.ReadAll(io.LimitReader(f, draftfile.MaxIntroduction+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("intro: %s: %w; make it readable, or remove it", where, err)
	case len(data) > draftfile.MaxIntroduction:
		return "", fmt.Errorf("intro: %s has more than %d bytes, too many for a letter; shorten it", where, draftfile.MaxIntroduction)
	case !utf8.Valid(data):
		return "", fmt.Errorf("intro: %s is not UTF-8; save it as UTF-8", where)
	}
	text := strings.TrimPrefix(string(data), "\uFEFF")
	if line, _, _ := strings.Cut(text, "\n"); slices.Contains([]string{"---", "+++"}, strings.TrimSpace(line)) { // as files of a Hugo site have
		if page, err := new(bookmark.Reader).Parse(file, data); err == nil {
			text = page.Body
		} // else it is a rule, as Markdown has it too
	}
	return draftfile.Text(text), nil
}
