package email

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html/atom"
)

// noteIndent sets the notes of the text part apart.
const noteIndent = "    "

// indented is the prose with its text part moved in.
func (p Prose) indented(by string) Prose {
	p.Text = indent(p.Text, by, by)
	return p
}

// textOfBlocks lays them out in lines of so many columns.
func textOfBlocks(blocks []block, columns int) string {
	texts := make([]string, len(blocks))
	for i, b := range blocks {
		switch b.kind {
		case atom.P:
			texts[i] = b.paragraph(columns)
		case atom.Blockquote:
			texts[i] = indent(textOfBlocks(b.blocks, columns-len(noteIndent)), noteIndent, noteIndent)
		default:
			texts[i] = b.list(columns)
		}
	}
	return strings.Join(texts, "\n\n")
}

func (b block) list(columns int) string {
	items := make([]string, len(b.blocks))
	for i, item := range b.blocks {
		mark := "- "
		if b.kind == atom.Ol {
			mark = itoa(i+1) + ". "
		}
		items[i] = indent(textOfBlocks(item.blocks, columns-len(mark)), mark, strings.Repeat(" ", len(mark)))
	}
	return strings.Join(items, "\n")
}

// paragraph is its text with its links below: one by itself, and several each
// below its words.
func (b block) paragraph(columns int) string {
	var links, words []string
	for _, s := range b.spans {
		if s.link == "" {
			continue
		}
		i := slices.Index(links, s.link)
		if i < 0 {
			i = len(links)
			links, words = append(links, s.link), append(words, "")
		}
		words[i] += s.text
	}
	text := wrapWithin(b.text(), columns)
	if len(links) == 1 {
		return text + "\n" + links[0]
	}
	for i, link := range links {
		if label := strings.TrimSpace(words[i]); label == link || "mailto:"+label == link {
			text += "\n\n" + link
			continue
		}
		text += "\n\n" + wrapWithin(strings.TrimSpace(words[i])+":", columns) + "\n" + link
	}
	return text
}

// indent puts something before the first line, and before all others that are not
// empty.
func indent(text, first, others string) string {
	if text == "" {
		return ""
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		switch {
		case i == 0:
			lines[i] = first + l
		case l != "":
			lines[i] = others + l
		}
	}
	return strings.Join(lines, "\n")
}

// opening is how the prose begins: its first paragraph, on one line.
func (p Prose) opening() string {
	first, _, _ := strings.Cut(p.text(), "\n")
	return first
}

// text is all that the prose says, a line for each paragraph.
func (p Prose) text() string {
	var lines []string
	var visit func([]block)
	visit = func(blocks []block) {
		for _, b := range blocks {
			if b.kind == atom.P {
				lines = append(lines, strings.Join(strings.Fields(b.text()), " "))
			}
			visit(b.blocks)
		}
	}
	visit(p.blocks)
	return strings.Join(lines, "\n")
}

// shownIn reports whether a part, without its tags or with them, holds the
// prose's longest text.
func (p Prose) shownIn(part string) bool {
	longest := ""
	var visit func([]block)
	visit = func(blocks []block) {
		for _, b := range blocks {
			for _, s := range b.spans {
				if len(s.text) > len(longest) {
					longest = s.text
				}
			}
			visit(b.blocks)
		}
	}
	visit(p.blocks)
	return longest == "" || strings.Contains(withoutBlanks(part), withoutBlanks(longest))
}

// withoutBlanks makes a text and what wrap made of it the same.
func withoutBlanks(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
