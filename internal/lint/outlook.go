package lint

import (
	"slices"
	"strconv"
	"strings"
)

// Outlook on Windows lays letters out with Word, which knows tables and little
// else.
var outlookRules = []rule{
	{Rule{"letter.conditional", Warning, "conditional comments begin and end",
		"each needs its end, in the same template"}, conditional},
	{Rule{"letter.ghost-table", Warning, "Outlook gets a table of a fixed width, in a conditional comment",
		"it knows no max-width: <!--[if mso]><table width=\"600\" ..."}, ghostTable},
	{Rule{"letter.dpi", Warning, "Outlook is told the dots an inch", "else it scales images and text apart: PixelsPerInch 96"}, dpi},
	{Rule{"letter.table-role", Warning, "every table has role=presentation", "else screen readers read out rows and columns"}, tableRole},
	{Rule{"letter.table-space", Warning, "every table has cellpadding=0 and cellspacing=0", "else old mail programs add two pixels everywhere"}, tableSpace},
}

func conditional(l *letter, found report) {
	for _, f := range l.doc.faults {
		found(HTML, f.line, "%s", f.what)
	}
}

func ghostTable(l *letter, found report) {
	for _, e := range l.doc.outlook {
		if _, err := strconv.ParseUint(strings.TrimSuffix(e.value("width"), "px"), 10, 16); err == nil && e.name == "table" {
			return
		}
	}
	found(HTML, lineOf(l.doc.first("table")), "no conditional comment has a table of a fixed width")
}

func dpi(l *letter, found report) {
	if !l.doc.dpi {
		found(HTML, lineOf(l.doc.first("head")), "no conditional comment sets PixelsPerInch")
	}
}

// tables are all of the letter, with those for Outlook.
func (d *document) tables(yield func(*element)) {
	for _, e := range slices.Concat(d.elements, d.outlook) {
		if e.name == "table" {
			yield(e)
		}
	}
}

func tableRole(l *letter, found report) {
	l.doc.tables(func(e *element) {
		if role := e.value("role"); role != "presentation" && role != "none" {
			found(HTML, e.line, "the table has no role=presentation")
		}
	})
}

func tableSpace(l *letter, found report) {
	l.doc.tables(func(e *element) {
		for _, name := range []string{"cellpadding", "cellspacing"} {
			if e.value(name) != "0" {
				found(HTML, e.line, "the table has no %s=0", name)
			}
		}
	})
}
