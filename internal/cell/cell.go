// Package cell keeps spreadsheets from taking text for a formula, in a way that
// can be undone:
//
//	cell.Escape("=1+1")    // '=1+1
//	cell.Unescape("'=1+1") // =1+1
package cell

import (
	"strings"
	"unicode/utf8"
)

// Escape puts an apostrophe before a text that a spreadsheet would calculate,
// and before one that looks as if that had been done to it already.
func Escape(s string) string {
	if isFormula(s) {
		return "'" + s
	}
	return s
}

// Unescape returns what Escape was given. A text that Escape has not made is left
// as it is, unless it is an apostrophe before a formula.
func Unescape(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && isFormula(rest) {
		return rest
	}
	return s
}

// isFormula reports whether s begins as a formula, behind any apostrophes. Some
// spreadsheets take full-width signs for the narrow ones.
func isFormula(s string) bool {
	first, size := utf8.DecodeRuneInString(strings.TrimLeft(s, "'"))
	return size > 0 && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first)
}
