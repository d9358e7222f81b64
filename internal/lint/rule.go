package lint

// A Rule is something that a good letter keeps to.
type Rule struct {
	ID       string
	Severity Severity
	Says     string // what holds of a letter without findings
	Hint     string // what to do about a finding
}

// A rule is one with what finds its faults.
type rule struct {
	Rule
	check func(*letter, report)
}

// A report takes one fault: where it is, and what.
type report func(part Part, line int, format string, args ...any)

// groups are the rules in their order, and of which letters they hold: what is
// not there is one fault, not fifty.
var groups = []struct {
	rules   []rule
	applies func(*letter) bool
}{
	{headerRules, always},
	{wireRules, always},
	{partRules, always},
	{characterRules, always},
	{textRules, (*letter).hasText},
	{twinRules, func(l *letter) bool { return l.hasText() && l.hasHTML() }},
	{documentRules, (*letter).hasHTML},
	{headingRules, (*letter).hasHTML},
	{linkRules, (*letter).hasHTML},
	{imageRules, (*letter).hasHTML},
	{outlookRules, (*letter).hasHTML},
	{safetyRules, (*letter).hasHTML},
	{sheetRules, (*letter).hasHTML},
	{typeRules, (*letter).hasHTML},
}

func always(*letter) bool { return true }

// Rules lists what [Letter] looks for, in the order of its findings.
func Rules() []Rule {
	var all []Rule
	for _, g := range groups {
		for _, r := range g.rules {
			all = append(all, r.Rule)
		}
	}
	return all
}
