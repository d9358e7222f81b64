// Package inline writes the rules of a letter's style sheets into the style
// attributes of its elements, since many mail programs read nothing else:
//
//	letter, err := inline.Styles(`<style>p{margin:0} a:hover{color:red}</style><p>Hello</p>`)
//	// <style> a:hover{color:red}</style><p style="margin:0">Hello</p>
//
// What is no start tag of a styled element and no style sheet keeps its bytes:
// the document is parsed to see what the rules match, but it is the source that
// is edited. So conditional comments and markup that no parser would write come
// out as they went in.
package inline

import (
	"fmt"
	"slices"
	"strings"
)

// Styles returns the document with the rules of its plain <style> elements
// written into the style attributes of the elements that they match, in the
// order of the cascade: what is important wins over the style attributes, and
// they win over the rest. The word !important itself is not written, since
// Outlook ignores declarations that have it.
//
// What cannot be inlined stays where it is, with the bytes that it has: rules
// that begin with @, selectors with attributes or with pseudo-classes that only
// a reader's doing makes true, selectors that are not understood, and those that
// match no element that the document has a tag for, since they may be meant for
// what mail programs put around a letter (.ExternalClass) or for what stands in
// a conditional comment. All that stays is weaker than any style attribute: to
// win in a mail program that knows it, such as in @media, it must be !important.
//
// A <style> whose rules are all inlined disappears. One that has the attribute
// data-inline="false" loses that attribute and nothing else; one for another
// medium than screens, or within a conditional comment, loses nothing. Of broken
// CSS, what CSS ignores is ignored. An error is a fault of the HTML that would
// make the letter another than it seems.
func Styles(doc string) (string, error) {
	if !mentionsStyle(doc) {
		return doc, nil
	}
	src, err := scan(doc)
	if err != nil {
		return "", err
	}
	var edits []edit
	var sheets []*sheet
	for _, b := range src.blocks {
		switch {
		case b.exempt():
			edits = append(edits, b.withoutExemption(doc))
		case b.plain():
			sheets = append(sheets, parseSheet(b))
		}
	}
	if slices.ContainsFunc(sheets, (*sheet).movable) {
		tree, err := src.parse()
		if err != nil {
			return "", err
		}
		// An SVG's or a template's <style> looks the same in the source only.
		sheets = slices.DeleteFunc(sheets, func(s *sheet) bool { return !tree.sheets[s.tag] })
		edits = append(edits, src.restyle(tree.elements, sheets)...)
		for _, s := range sheets {
			edits = append(edits, s.remains()...)
		}
	}
	return apply(doc, edits), nil
}

// mentionsStyle is false for documents that need no closer look.
func mentionsStyle(doc string) bool {
	const tag = "<style"
	for {
		i := strings.IndexByte(doc, '<')
		if i < 0 || len(doc)-i < len(tag) {
			return false
		}
		if strings.EqualFold(doc[i:i+len(tag)], tag) {
			return true
		}
		doc = doc[i+1:]
	}
}

// An edit puts a text in the place of a part of the source.
type edit struct {
	start, end int
	text       string
}

// apply makes edits that do not overlap.
func apply(doc string, edits []edit) string {
	if len(edits) == 0 {
		return doc
	}
	slices.SortFunc(edits, func(a, b edit) int { return a.start - b.start })
	var out strings.Builder
	at := 0
	for _, e := range edits {
		out.WriteString(doc[at:e.start])
		out.WriteString(e.text)
		at = e.end
	}
	out.WriteString(doc[at:])
	return out.String()
}

// atLine begins an error with the place of its cause.
func atLine(doc string, offset int, err error) error {
	return fmt.Errorf("line %d: %w", 1+strings.Count(doc[:offset], "\n"), err)
}
