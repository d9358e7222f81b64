//go:build bench

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// A table is what was measured, in Markdown.
type table struct {
	rows     [][3]string
	notes    []string
	unjudged bool // what was measured is not what the goals are for
}

// A goal is what a figure should be; the zero value is none.
type goal struct {
	least bool // else at most
	value float64
	unit  string
}

func atLeast(value float64) goal { return goal{least: true, value: value} }
func atMost(value float64) goal  { return goal{value: value} }

func (g goal) String() string {
	switch {
	case g == goal{}:
		return "none"
	case g.least:
		return fmt.Sprintf("at least %g%s", g.value, g.unit)
	}
	return fmt.Sprintf("at most %g%s", g.value, g.unit)
}

func (g goal) met(value float64) bool {
	return g == goal{} || g.least && value >= g.value || !g.least && value <= g.value
}

// add adds a line: what was measured, turn by turn, and what it should be.
func (t *table) add(g goal, s series, what string, args ...any) {
	form := "**%.2f%s** (%.2f to %.2f)"
	if g.unit != "" {
		form = "**%.1f%s** (%.1f to %.1f)"
	}
	want := g.String()
	if !t.unjudged && !g.met(s.median()) {
		want += ", missed"
	}
	t.rows = append(t.rows, [3]string{fmt.Sprintf(what, args...), fmt.Sprintf(form, s.median(), g.unit, slices.Min(s), slices.Max(s)), want})
}

// leaveOut adds a line for what could not be measured.
func (t *table) leaveOut(what, why string) {
	say("%s: left out, %s", what, why)
	t.rows = append(t.rows, [3]string{what, "left out", why})
}

// note adds a line below the table.
func (t *table) note(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

func (t *table) print(w io.Writer) {
	for _, row := range append([][3]string{{"what", "ratio", "goal"}, {"---", "---", "---"}}, t.rows...) {
		fmt.Fprintf(w, "| %s |\n", strings.Join(row[:], " | "))
	}
	fmt.Fprintln(w)
	for _, n := range t.notes {
		fmt.Fprintln(w, n)
	}
}
