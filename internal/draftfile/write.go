package draftfile

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const head = `# An edition to edit. This sends exactly what stands here (with --dry-run it only
# shows it):
#   digest send --draft FILE
#
# Yours are the introduction, the notes and the titles, and the order of sections
# and bookmarks. Delete what shall not be in it; add a bookmark by its path, as
# "digest list --all" shows it. Introduction and notes are Markdown: *emphasis*,
# [links](https://www.example.org/), lists and quotes; no images. A text of more
# than a line stands below a "|", further in than its key.

`

// Bytes is the file with comments that say what may be changed. [Read] gives the
// same file back.
func (f *File) Bytes() []byte {
	var b bytes.Buffer
	b.WriteString(head + "introduction: " + block(Text(f.Introduction), "  ") + "\n\n")
	b.WriteString("# Which edition this is; leave it as it stands.\n")
	fmt.Fprintf(&b, "edition: %s\nwindow:\n  start: %s\n  end: %s\n\n", scalar(f.Edition), f.Start.Format(time.RFC3339), f.End.Format(time.RFC3339))
	b.WriteString("sections:\n")
	for _, s := range f.Sections {
		fmt.Fprintf(&b, "  - category: %s\n    title: %s\n    bookmarks:\n", scalar(s.Category), scalar(s.Title))
		for _, m := range s.Bookmarks {
			note := `""`
			if text := Text(m.Note); strings.Contains(text, "\n") {
				note = block(text, "          ")
			} else if text != "" {
				note = scalar(text)
			}
			fmt.Fprintf(&b, "      - path: %s\n        title: %s\n        note: %s\n", scalar(m.Path), scalar(m.Title), note)
		}
	}
	if len(f.Offered) > 0 {
		b.WriteString("\n# What there was to choose from when this was written; leave it as it stands. What\n# is here and not above was left out by you, and does not come later.\noffered:\n")
	}
	for _, link := range f.Offered {
		fmt.Fprintf(&b, "  - %s\n", scalar(link))
	}
	return b.Bytes()
}

// block is a text below its key, where it can stand there as it is; else it is
// quoted. An empty one is a place to write.
func block(s, indent string) string {
	if s == "" {
		return "|"
	}
	if strings.HasPrefix(s, " ") || strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && !plain(r) }) || !utf8.ValidString(s) {
		return scalar(s)
	}
	var b strings.Builder
	b.WriteString("|")
	for line := range strings.SplitSeq(s, "\n") {
		b.WriteByte('\n')
		if line != "" {
			b.WriteString(indent + line)
		}
	}
	return b.String()
}

// scalar is a text on one line.
func scalar(s string) string {
	var value any = s // what is not UTF-8 becomes a !!binary
	if utf8.ValidString(s) && strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }) {
		value = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: yaml.DoubleQuotedStyle}
	}
	data, _ := yaml.Marshal(value) // a text does not fail
	return strings.TrimSuffix(string(data), "\n")
}

// plain reports whether r can stand in YAML without an escape, whoever reads it.
func plain(r rune) bool { return r == ' ' || unicode.IsGraphic(r) && !unicode.IsSpace(r) }
