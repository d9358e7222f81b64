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
	rows  [][]string
	notes []string
}

// add adds a line: what was measured, digest's figure, the contender's, and how
// they compare.
func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// note adds a line below the table.
func (t *table) note(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

func (t *table) print(w io.Writer) {
	if len(t.rows) == 0 {
		return
	}
	head := []string{"", "digest", "beside it", "ratio: median (least to most)"}
	for _, row := range append([][]string{head, {"---", "---", "---", "---"}}, t.rows...) {
		fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
	}
	fmt.Fprintln(w)
	for _, n := range t.notes {
		fmt.Fprintln(w, n)
	}
}

// A series is one figure of several runs.
type series []float64

func (s series) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// over is a figure by another one, pair by pair.
func (s series) over(other series) series {
	ratios := make(series, len(s))
	for i := range s {
		ratios[i] = s[i] / other[i]
	}
	return ratios
}

// String is the median and what it lies between.
func (s series) String() string {
	return fmt.Sprintf("**%.2f** (%.2f to %.2f)", s.median(), slices.Min(s), slices.Max(s))
}
