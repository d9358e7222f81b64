package lint

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// checker is another checker of letters; it comes beside a checkout, not with it.
const checker = "../../../shared/tools/emlcheck.py"

// seen are the rules here for each point of the other checker.
var seen = map[int][]string{
	1: {"letter.document", "letter.parts"}, 4: {"letter.lang", "letter.article"}, 5: {"letter.title"}, 6: {"letter.meta", "letter.zoom"},
	7: {"letter.conditional", "letter.ghost-table", "letter.dpi"}, 8: {"letter.table-role", "letter.table-space"},
	9: {"letter.h1", "letter.headings"}, 10: {"letter.href", "letter.link-text", "letter.link-twice"},
	11: {"letter.alt", "letter.image-size", "letter.image-source", "letter.image-type"}, 12: {"letter.preheader"}, 13: {"letter.background"},
	14: {"letter.font-inline"}, 15: {"letter.forbidden", "letter.handler"},
	16: {"letter.style-size", "letter.style-place", "letter.style-rules", "letter.dark"}, 17: {"letter.size"},
	27: {"letter.control", "letter.mojibake", "letter.residue", "letter.double-escape"}, 29: {"letter.alternative", "letter.text-thin", "letter.parts"},
	30: {"letter.text-links"}, 31: {"letter.text-width", "letter.text-markup"}, 32: {"letter.text-url"}, 33: {"letter.text-headings"},
	35: {"letter.header-missing", "letter.header-twice", "letter.from", "letter.from-name", "letter.date", "letter.message-id",
		"letter.message-id-domain", "letter.subject", "letter.subject-length", "letter.subject-shout"},
	36: {"letter.charset", "letter.transfer-encoding", "letter.line-length", "letter.line-ends", "letter.seven-bit"},
	37: {"letter.encoded-word", "letter.header-ascii"},
	38: {"letter.list-id", "letter.list-unsubscribe", "letter.one-click", "letter.unsubscribe"},
}

// alsoSeen are faults that the other checker sees, by the letter that has them.
var alsoSeen = map[string][]string{
	"headers": {"two recipients' fields", "a long encoded word", "From has no name", "a date of another form", "a bare Message-ID",
		"a subject shouts", "no list", "no one click", "a line of a thousand bytes", "no title", "no lang"},
	"text": {"a control character", "an action", "a line of 79 columns", "an entity", "an address in a sentence", "a link is missing",
		"a heading is missing", "a short preheader", "no way out in the text", "no background", "no scheme", "a line ends in LF"},
	"html": {"quirks", "no article", "no h1", "a link within", "a link that says nothing", "no alt", "a comment for Outlook does not end",
		"a table of data", "a handler", "no dark scheme", "a letter of 110 KiB", "escaped twice"},
}

// What another checker refuses, which was written without a look at this one, is
// found here too. It is slow to start, so each letter has many faults.
func TestNothingIsMissedThatAnotherCheckerSees(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	if _, err := os.Stat(checker); err != nil {
		t.Skip("no other checker beside this checkout")
	}
	letter := golden(t)
	for name, list := range alsoSeen {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := letter
			for _, tt := range slices.Concat(brokenHeaders, brokenParts, brokenText, brokenHTML) {
				if slices.Contains(list, tt.name) {
					raw = tt.to(t, raw)
				}
			}
			found := ids(Letter([]byte(raw)))
			points := refused(t, python, raw)
			if len(points) < 4 {
				t.Errorf("the other checker finds %v alone", points)
			}
			for _, point := range points {
				if !slices.ContainsFunc(seen[point], func(id string) bool { return slices.Contains(found, id) }) {
					t.Errorf("the other checker finds point %d, Letter() none of %v", point, seen[point])
				}
			}
		})
	}
}

// refused are the points that a letter breaks, for the other checker.
func refused(t *testing.T, python, raw string) []int {
	t.Helper()
	path := filepath.Join(t.TempDir(), "letter.eml")
	if err := os.WriteFile(path, []byte(raw), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python, checker, "--json", path).Output() // its status says that there are some
	var results []struct {
		Point  int
		Result string
	}
	if json.Unmarshal(out, &results) != nil {
		t.Fatalf("%s says %q: %v", checker, out, err)
	}
	var points []int
	for _, r := range results {
		if r.Result == "FAIL" {
			points = append(points, r.Point)
		}
	}
	return slices.Compact(points)
}
