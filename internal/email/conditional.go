package email

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	syntax "text/template/parse"
)

// conditionalFunction is the name under which templates must know [rawMarker]
// after [keepConditionals].
const conditionalFunction = "conditional"

// keepConditionals puts template actions in the place of the markers of
// conditional comments, such as {{conditional "<!--[if mso]>"}}, so that
// html/template, which drops comments, gives out the markers as they were and
// reads what is between as part of the template. The FuncMap must have
//
//	conditionalFunction: rawMarker
//
// Each line stays the line that it was. What only looks like a marker stays as
// it is: in other comments, attributes, actions, styles and scripts. A comment
// that is nested in another or has no end is an error that begins with the name
// and the line. A source that is no template is left to the parser, which says
// better what is wrong.
func keepConditionals(name, source string) (string, error) {
	if !strings.Contains(source, "<!") {
		return source, nil
	}
	page, err := withoutActions(name, source)
	if err != nil {
		return source, nil
	}
	var out strings.Builder
	var open *marker
	at := 0
	fault := func(m marker, format string, args ...any) (string, error) {
		return "", fmt.Errorf("%s:%d: %w", name, lineAt(source, m.start), fmt.Errorf(format, args...))
	}
	for m := range markers(page) {
		text := source[m.start:m.end]
		switch {
		// An action within is no part of the page.
		case m.kind == malformed || text != page[m.start:m.end]:
			return fault(m, "not a conditional comment; write <!--[if mso]> and <![endif]-->")
		case m.kind == closing && open == nil:
			return fault(m, "%s ends no conditional comment", text)
		case m.kind == closing && open.kind == hiding && !strings.HasSuffix(text, "-->"):
			return fault(m, "%s does not end the conditional comment of line %d; write <![endif]-->", text, lineAt(source, open.start))
		case m.kind == closing:
			open = nil
		case open != nil:
			return fault(m, "conditional comment in the one of line %d", lineAt(source, open.start))
		default:
			open = &m
		}
		out.WriteString(source[at:m.start])
		out.WriteString("{{" + conditionalFunction + " " + strconv.Quote(text) + strings.Repeat("\n", strings.Count(text, "\n")) + "}}")
		at = m.end
	}
	if open != nil {
		return fault(*open, "conditional comment is not closed")
	}
	out.WriteString(source[at:])
	return out.String(), nil
}

// rawMarker lets the marker of a conditional comment through, and nothing else.
func rawMarker(s string) (template.HTML, error) {
	if m := markerForm.FindString(s); m == "" || m != s {
		return "", fmt.Errorf("%q is no marker of a conditional comment, such as <!--[if mso]>", s)
	}
	return template.HTML(s), nil // #nosec: it is of the form above
}

func lineAt(source string, offset int) int { return 1 + strings.Count(source[:offset], "\n") }

// withoutActions is the source with every other byte than the page's own made an
// x, but for blanks.
func withoutActions(name, source string) (string, error) {
	tree := syntax.New(name)
	tree.Mode = syntax.SkipFuncCheck
	trees := map[string]*syntax.Tree{}
	if _, err := tree.Parse(source, "", "", trees); err != nil {
		return "", err
	}
	page := []byte(source)
	for i, c := range page {
		if !isBlank(c) {
			page[i] = 'x'
		}
	}
	keep := func(t *syntax.TextNode) { copy(page[t.Pos:], t.Text) }
	eachText(tree.Root, keep)
	for _, t := range trees {
		eachText(t.Root, keep)
	}
	return string(page), nil
}

// eachText calls f with the texts of a list and of all lists in it.
func eachText(list *syntax.ListNode, f func(*syntax.TextNode)) {
	if list == nil {
		return
	}
	branch := func(b syntax.BranchNode) {
		eachText(b.List, f)
		eachText(b.ElseList, f)
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *syntax.TextNode:
			f(n)
		case *syntax.IfNode:
			branch(n.BranchNode)
		case *syntax.RangeNode:
			branch(n.BranchNode)
		case *syntax.WithNode:
			branch(n.BranchNode)
		}
	}
}
