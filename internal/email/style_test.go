package email

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"digest/templates"
)

// Every colour of text is read on the card; what is muted and the links may
// stand on the page too.
func TestContrast(t *testing.T) {
	for name, p := range map[string]palette{"light": light, "dark": dark} {
		for _, behind := range []struct{ name, colour string }{{"card", p.Card}, {"page", p.Page}} {
			for _, text := range []struct{ name, colour string }{{"text", p.Text}, {"muted", p.Muted}, {"link", p.Link}, {"accent", p.Accent}} {
				if got := contrast(t, text.colour, behind.colour); got < 4.5 {
					t.Errorf("%s: %s %s on %s %s has a contrast of %.2f, want 4.5", name, text.name, text.colour, behind.name, behind.colour, got)
				}
			}
		}
	}
}

// contrast is the ratio of WCAG 2.2.
func contrast(t *testing.T, a, b string) float64 {
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	if !regexp.MustCompile(`^#[0-9a-f]{6}$`).MatchString(colour) {
		t.Fatalf("%q is not a colour of six hex digits", colour)
	}
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestContrastFormula(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want string
	}{{"#000000", "#ffffff", "21.00"}, {"#777777", "#ffffff", "4.48"}, {"#ff0000", "#ffffff", "4.00"}} {
		if got := fmt.Sprintf("%.2f", contrast(t, tt.a, tt.b)); got != tt.want {
			t.Errorf("contrast(%s, %s) = %s, want %s", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestEveryStyleExistsAndIsUsed(t *testing.T) {
	used := namesIn(t, HTMLTemplate, "style")
	for name := range styles {
		if !slices.Contains(used, name) {
			t.Errorf("no template uses the style %q", name)
		}
	}
	for _, name := range used {
		if styles[name] == "" {
			t.Errorf("%s uses the style %q, which does not exist", HTMLTemplate, name)
		}
	}
	for _, name := range namesIn(t, HTMLTemplate, "sheet") {
		if sheets[name] == "" {
			t.Errorf("%s uses the sheet %q, which does not exist", HTMLTemplate, name)
		}
	}
}

// namesIn are the arguments of a function in a template.
func namesIn(t *testing.T, file, function string) []string {
	t.Helper()
	f, err := templates.FS("").Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	data := make([]byte, 1<<16)
	n, err := f.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range regexp.MustCompile(`\{\{`+function+` "([^"]*)"\}\}`).FindAllStringSubmatch(string(data[:n]), -1) {
		names = append(names, m[1])
	}
	if len(names) == 0 {
		t.Fatalf("%s does not call %s", file, function)
	}
	return names
}

func TestSheetsAreSmallAndPlain(t *testing.T) {
	total := 0
	for name, s := range sheets {
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
		v := reflect.ValueOf(dark)
		for i := range v.NumField() {
			if colour := v.Field(i).String(); !strings.Contains(sheets[name], colour) {
				t.Errorf("sheet %s lacks %s %s", name, v.Type().Field(i).Name, colour)
			}
		}
	}
}

// Each type style stands by itself where nothing is inherited, and is large enough.
func TestTypeIsLargeEnough(t *testing.T) {
	form := regexp.MustCompile(`font-size:(\d+)px;line-height:(\d+)px`)
	for name, s := range styles {
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
	doc := draftOf(t, theWeekly(), goldenEdition()).To(reader).HTML()
	for _, c := range conditionals {
		if strings.Count(doc, c) != 1 {
			t.Errorf("the letter has %d times %s", strings.Count(doc, c), c)
		}
	}
	if a, b := strings.Count(doc, "<!--[if mso]>"), strings.Count(doc, "<![endif]-->"); a != b || a != strings.Count(doc, "<!--") {
		t.Errorf("%d conditions, %d ends, %d comments", a, b, strings.Count(doc, "<!--"))
	}
}
