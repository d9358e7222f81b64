// Package lint reads a finished letter as mail programs and their readers will,
// and says what they would stumble over: an image without a description, a link
// that the text part lacks, a header that servers refuse.
//
//	for _, f := range lint.Letter(message.Bytes()) {
//		fmt.Println(f) // html:12: letter.alt: the image has no alt
//	}
//
// It looks at the bytes alone: it fetches nothing, and knows nothing of the
// templates that made them. What it cannot see, such as contrast or a layout too
// wide for a phone, needs a browser.
package lint

import "fmt"

// A Severity says what a finding is worth.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // readers are hurt, or providers refuse: not to be sent
	Warning Severity = "warning" // the letter is worse than it could be
)

// A Part of the letter is where a finding is.
type Part string

// The parts.
const (
	Headers Part = "headers" // the message's own
	Message Part = "message" // how it is built of parts and lines
	Text    Part = "text"
	HTML    Part = "html"
)

// A Finding is one fault of a letter.
type Finding struct {
	ID       string // of the rule, such as letter.alt; never changes
	Severity Severity
	Part     Part
	Line     int    // of the decoded part, or of the message for Headers and Message; 0: unknown
	Message  string // what is wrong
	Hint     string // what to do
	More     int    // how many more the same rule found that are not listed
}

// String is the finding on one line, without the hint.
func (f Finding) String() string {
	s := string(f.Part)
	if f.Line > 0 {
		s += fmt.Sprintf(":%d", f.Line)
	}
	s += ": " + f.ID + ": " + f.Message
	if f.More > 0 {
		s += fmt.Sprintf(" (and %d more)", f.More)
	}
	return s
}

// listed is the most findings of one rule: what is wrong in a loop of a template
// is wrong for every bookmark.
const listed = 5

// Letter is all that is wrong with a message as it is sent, or as a .eml file
// holds it: in the order of [Rules], and for each rule in that of the letter. A
// message that cannot be read at all has findings too.
func Letter(raw []byte) []Finding {
	l := read(raw)
	var findings []Finding
	for _, g := range groups {
		if !g.applies(l) {
			continue
		}
		for _, r := range g.rules {
			before := len(findings)
			r.check(l, func(part Part, line int, format string, args ...any) {
				if len(findings)-before == listed {
					findings[len(findings)-1].More++
					return
				}
				findings = append(findings, Finding{
					ID: r.ID, Severity: r.Severity, Part: part, Line: line,
					Message: fmt.Sprintf(format, args...), Hint: r.Hint,
				})
			})
		}
	}
	return findings
}
