package email

import (
	"io/fs"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"digest/internal/theme"
	"digest/templates"
)

func theLook() look { return newLook(theme.Default()) }

func TestEveryStyleExistsAndIsUsed(t *testing.T) {
	used, styles, sheets := append(namesIn(t, "style"), namesIn(t, "prose")...), theLook().styles, theLook().sheets
	for name := range styles {
		if !slices.Contains(used, name) {
			t.Errorf("no template uses the style %q", name)
		}
	}
	for _, name := range used {
		if styles[name] == "" {
			t.Errorf("a template uses the style %q, which does not exist", name)
		}
	}
	for _, name := range namesIn(t, "sheet") {
		if sheets[name] == "" {
			t.Errorf("a template uses the sheet %q, which does not exist", name)
		}
	}
}

// namesIn are the arguments of a function in the HTML templates.
func namesIn(t *testing.T, function string) []string {
	t.Helper()
	files, err := fs.Glob(templates.FS(""), "*.html.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		data, err := fs.ReadFile(templates.FS(""), file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\{\{`+function+` "([^"]*)"[^}]*\}\}`).FindAllStringSubmatch(string(data), -1) {
			names = append(names, m[1])
		}
	}
	if len(names) == 0 {
		t.Fatalf("no template calls %s", function)
	}
	return names
}

func TestSheetsAreSmallAndPlain(t *testing.T) {
	total := 0
	for name, s := range theLook().sheets {
		total += len(s)
		if strings.ContainsAny(s, "<\\") || strings.Contains(s, "@import") || strings.Contains(s, "url(") || strings.Contains(s, "/*") || strings.Count(s, "@") > 1 {
			t.Errorf("sheet %s has what Gmail drops a block for: %s", name, s)
		}
		if strings.Count(s, "{") != strings.Count(s, "}") {
			t.Errorf("sheet %s does not balance: %s", name, s)
		}
	}
	if total > 8192 {
		t.Errorf("the sheets have %d bytes, want at most 8192 together", total)
	}
}

// The dark rules name each colour of the palette.
func TestDarkRulesUseTheWholePalette(t *testing.T) {
	for _, name := range []string{"dark", "outlook"} {
		v := reflect.ValueOf(theme.Default().Dark)
		for i := range v.NumField() {
			if colour := v.Field(i).String(); !strings.Contains(theLook().sheets[name], colour) {
				t.Errorf("sheet %s lacks %s %s", name, v.Type().Field(i).Name, colour)
			}
		}
	}
}

// Each type style stands by itself where nothing is inherited, and is large enough.
func TestTypeIsLargeEnough(t *testing.T) {
	form := regexp.MustCompile(`font-size:(\d+)px;line-height:(\d+)px`)
	for name, s := range theLook().styles {
		m := form.FindStringSubmatch(s)
		if m == nil || name == "preheader" {
			continue
		}
		font, _ := strconv.Atoi(m[1])
		line, _ := strconv.Atoi(m[2])
		if font < 14 || font < 20 && float64(line) < 1.4*float64(font) {
			t.Errorf("style %s is %d px on lines of %d px, want at least 14 px and 1.4 times that", name, font, line)
		}
	}
}

func TestConditionalCommentsBalance(t *testing.T) {
	letter, note := draftOf(t, theWeekly(), goldenEdition()).To(reader).HTML(), noteOf(t, notesIn(t, "en"), confirmNote).HTML()
	for name, c := range conditionals {
		inLetter := map[bool]int{true: 0, false: 1}[name == "button"] // of notes
		if a, b := strings.Count(letter, c), strings.Count(note, c); a != inLetter || b != 1 {
			t.Errorf("the letter has %d times and the note %d times %s", a, b, c)
		}
	}
	for _, doc := range []string{letter, note} {
		if a, b := strings.Count(doc, "<!--[if mso]>"), strings.Count(doc, "<![endif]-->"); a != b || a != strings.Count(doc, "<!--") {
			t.Errorf("%d conditions, %d ends, %d comments", a, b, strings.Count(doc, "<!--"))
		}
	}
}
