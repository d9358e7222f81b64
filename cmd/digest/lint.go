package main

import (
	"errors"
	"fmt"
	"strings"

	"digest/internal/email"
	"digest/internal/ledger"
	"digest/internal/lint"
)

// anybody's message of a draft, to look at.
func (n *newsletter) anybody(draft *email.Draft) email.Message {
	return n.addresser(draft, 0)(ledger.Recipient{Key: "nobody@example.org", Address: "nobody@example.org"})
}

// lint is what is wrong with the letter. Where no way to leave the list is
// configured, which is only so while nothing leaves this machine, it need not say it.
func (n *newsletter) lint(draft *email.Draft) []lint.Finding {
	found := lint.Letter(n.anybody(draft).Bytes())
	for i, f := range found {
		if f.ID == "letter.unsubscribe" && n.Unsubscribe.URL+n.Unsubscribe.Mailto == "" {
			found[i].Severity = lint.Warning
		}
	}
	return found
}

// refuse is the error of a letter that must not be sent: it would hurt its readers,
// or mail providers would refuse it.
func (n *newsletter) refuse(draft *email.Draft) error {
	var lines []string
	for _, f := range n.lint(draft) {
		if f.Severity == lint.Error {
			lines = append(lines, fmt.Sprintf("letter: %s; %s", f, f.Hint))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	lines = append(lines, "send refuses such a letter; mend the templates, then look with: digest check")
	return &exitError{exitUsage, errors.New(strings.Join(lines, "\n"))}
}

// checkLetter is all that is wrong with the letter, and what it left out.
func (n *newsletter) checkLetter(draft *email.Draft) []finding {
	var found []finding
	for _, f := range n.lint(draft) {
		where := string(f.Part)
		if f.Line > 0 {
			where = fmt.Sprintf("%s:%d", f.Part, f.Line)
		}
		more := ""
		if f.More > 0 {
			more = fmt.Sprintf(" (and %d more)", f.More)
		}
		found = append(found, finding{f.ID, string(f.Severity), draft.Edition + ": " + where, f.Message + more, f.Hint})
	}
	if len(draft.Shortened) > 0 {
		found = append(found, finding{"letter.shortened", "info", draft.Edition, fmt.Sprintf("so that the HTML part stays below %d KB, %s", email.MaxHTML/1000, strings.Join(draft.Shortened, "; ")), ""})
	}
	return found
}
