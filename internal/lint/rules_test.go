package lint

import (
	"slices"
	"strings"
	"testing"
)

// A broken letter is the golden one with one change, and the rule that sees it.
type broken struct {
	name string
	id   string
	change
}

func in(part Part, pattern, instead string) change {
	return change{{part: part, pattern: pattern, instead: instead}}
}

func all(part Part, pattern, instead string) change {
	return change{{part: part, pattern: pattern, instead: instead, anywhere: true}}
}

func both(first, second change) change { return slices.Concat(first, second) }

// last puts something before the end of the body.
func last(s string) change { return in(HTML, `</body>`, s+"</body>") }

// table has all of a table that the rules ask for.
const table = `role="presentation" border="0" cellpadding="0" cellspacing="0"`

// said is a paragraph as a letter should have it.
func said(s string) string {
	return `<p style="font-family:serif;font-size:16px;line-height:24px">` + s + `</p>`
}

// brokenLetters are by the letter that they break.
var brokenLetters = map[string][]broken{
	"golden": slices.Concat(brokenHeaders, brokenParts, brokenText, brokenHTML),
	"small":  brokenSmall,
}

func TestEveryRuleFindsItsFault(t *testing.T) {
	letters := map[string]string{"golden": golden(t), "small": small}
	for of, list := range brokenLetters {
		before := ids(Letter([]byte(letters[of])))
		for _, tt := range list {
			t.Run(of+"/"+tt.name, func(t *testing.T) {
				findings := Letter([]byte(tt.to(t, letters[of])))
				got := slices.DeleteFunc(ids(findings), func(id string) bool { return slices.Contains(before, id) && id != tt.id })
				if !slices.Equal(got, []string{tt.id}) {
					t.Errorf("Letter() finds %v, want %s alone:\n%v", got, tt.id, findings)
				}
			})
		}
	}
}

func TestNoRuleIsDeadOrNamedTwice(t *testing.T) {
	seen := map[string]bool{}
	for _, list := range brokenLetters {
		for _, tt := range list {
			seen[tt.id] = true
		}
	}
	var named []string
	for _, r := range Rules() {
		if !seen[r.ID] {
			t.Errorf("no letter breaks %s", r.ID)
		}
		if r.Severity != Error && r.Severity != Warning {
			t.Errorf("%s has the severity %q", r.ID, r.Severity)
		}
		if !strings.HasPrefix(r.ID, "letter.") || r.Says == "" || r.Hint == "" || slices.Contains(named, r.ID) {
			t.Errorf("the rule %+v is named twice, or does not say all", r)
		}
		named = append(named, r.ID)
	}
}

// What is wrong is said where it is.
func TestLines(t *testing.T) {
	const html = "<!DOCTYPE html>\n<html lang=en\n dir=ltr>\n<!--[if mso]>\n<table>\n<![endif]-->\n<h1>\none</h1>\n<img\nalt=x src=y>\n<p>a\n{{b}}</p>\n<!--[if !mso]><!-->\n"
	l := read([]byte("Content-Type: text/html; charset=utf-8\r\n\r\n" + html))
	want := map[string]int{"table": 5, "h1": 7, "img": 9, "p": 11}
	for _, e := range slices.Concat(l.doc.elements, l.doc.outlook) {
		if line, ok := want[e.name]; ok && e.line != line {
			t.Errorf("%s is at line %d, want %d", e.name, e.line, line)
		}
		delete(want, e.name)
	}
	if len(want) > 0 {
		t.Errorf("not seen: %v", want)
	}
	if len(l.doc.faults) != 1 || l.doc.faults[0].line != 13 {
		t.Errorf("faults of comments are %v, want one at line 13", l.doc.faults)
	}
	residue(l, func(part Part, line int, format string, args ...any) {
		if part != HTML || line != 12 {
			t.Errorf("residue is at %s:%d, want html:12", part, line)
		}
	})
}

func TestManyOfOneFaultAreListedOnce(t *testing.T) {
	raw := last(strings.Repeat(`<img alt="" width="1" height="1" src="http://example.com/a.png">`, 50)).to(t, golden(t))
	n := 0
	for _, f := range Letter([]byte(raw)) {
		if f.ID != "letter.image-source" {
			continue
		}
		n++
		if want := 50 - listed; n == listed && f.More != want || n < listed && f.More != 0 {
			t.Errorf("finding %d has More = %d, want %d at the last", n, f.More, want)
		}
	}
	if n != listed {
		t.Errorf("%d findings are listed, want %d", n, listed)
	}
}
