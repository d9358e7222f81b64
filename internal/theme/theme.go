// Package theme is how a letter looks, as data: colours for a light and a dark
// scheme, and fonts.
//
//	t := theme.Default()
//	t.Light.Accent = "#00695c"
//	err := t.Check() // names each pair of colours that cannot be told apart
package theme

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// A Theme is the colours and fonts of a letter.
type Theme struct {
	Headings string // CSS font families
	Text     string
	Light    Palette
	Dark     Palette
}

// A Palette is the colours in one scheme, each as # and six hex digits: mail
// programs know no other form everywhere.
type Palette struct {
	Page   string // behind the letter
	Card   string // behind the text
	Text   string
	Muted  string // what is less important
	Link   string
	Accent string // the names of sections, and a bar above the title
	Line   string // between parts; decoration
}

// The built-in families: what a system has. A web font would be Times in Outlook.
const (
	Sans  = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
	Serif = "Georgia,Cambria,'Times New Roman',Times,serif"
)

// Default is the built-in theme.
func Default() Theme {
	return Theme{
		Headings: Serif,
		Text:     Sans,
		Light:    Palette{Page: "#f4f1ea", Card: "#fffefb", Text: "#22252a", Muted: "#5c6068", Link: "#1a4f8b", Accent: "#a33b20", Line: "#e4dfd4"},
		Dark:     Palette{Page: "#121417", Card: "#1b1e22", Text: "#e9e6df", Muted: "#a8adb5", Link: "#9cc7f5", Accent: "#f0a58c", Line: "#343941"},
	}
}

// MinContrast is what WCAG 2.2 asks of text (1.4.3, level AA).
const MinContrast = 4.5

// Check reports what is wrong with a theme, each fault beginning with the name of
// what it is about, such as light.muted.
func (t Theme) Check() error {
	errs := []error{families("headings", t.Headings), families("text", t.Text)}
	for _, s := range []struct {
		name string
		Palette
	}{{"light", t.Light}, {"dark", t.Dark}} {
		errs = append(errs, s.check(s.name))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if luminance(t.Light.Card) < luminance(t.Dark.Card) {
		return errors.New("dark.card: it is lighter than light.card")
	}
	return nil
}

func (p Palette) check(scheme string) error {
	var errs []error
	for _, c := range p.colours() {
		if !colour.MatchString(c.value) {
			errs = append(errs, fmt.Errorf("%s.%s: %q is not a colour such as #1a4f8b", scheme, c.name, c.value))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	for _, behind := range p.colours()[:2] {
		for _, text := range p.colours()[2:6] {
			if got := Contrast(text.value, behind.value); got < MinContrast {
				errs = append(errs, fmt.Errorf("%[1]s.%[2]s: %[3]s on %[1]s.%[4]s %[5]s has a contrast of %.2[6]f, and text needs %.1[7]f",
					scheme, text.name, text.value, behind.name, behind.value, got, MinContrast))
			}
		}
	}
	return errors.Join(errs...)
}

type named struct{ name, value string }

// colours are the two that are behind text, the four of text, and the line.
func (p Palette) colours() []named {
	return []named{{"page", p.Page}, {"card", p.Card}, {"text", p.Text}, {"muted", p.Muted}, {"link", p.Link}, {"accent", p.Accent}, {"line", p.Line}}
}

var colour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// A list of families goes into style attributes as it stands.
var family = regexp.MustCompile(`^(-?[A-Za-z][A-Za-z0-9-]*( -?[A-Za-z][A-Za-z0-9-]*)*|'[A-Za-z0-9 -]+')$`)

func families(name, list string) error {
	for _, f := range strings.Split(list, ",") {
		if !family.MatchString(strings.TrimSpace(f)) {
			return fmt.Errorf("%s: %q is no font family; write names with commas between, those with digits in single quotes", name, f)
		}
	}
	return nil
}

// Contrast is the ratio of two colours as WCAG 2.2 defines it, 1 to 21.
func Contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is the relative luminance of WCAG 2.2, 0 to 1.
func luminance(hex string) float64 {
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8) // the form was checked
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
