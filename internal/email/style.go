package email

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
)

// A palette is the colours of the letter in one scheme, as six hex digits:
// mail programs know no other form everywhere.
type palette struct {
	Page, Card, Text, Muted, Link, Accent string
}

var (
	light = palette{Page: "#f3f1ec", Card: "#ffffff", Text: "#1f2328", Muted: "#575e66", Link: "#0b4f8a", Accent: "#9a3412"}
	dark  = palette{Page: "#14161a", Card: "#1d2025", Text: "#e8e6e1", Muted: "#a9b0b8", Link: "#8cc4ff", Accent: "#ffb38a"}
)

const (
	sans  = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
	serif = "Georgia,Cambria,'Times New Roman',Times,serif"
)

// styles are the inline styles of the letter by name. Many webmails drop all
// else, so the letter must be right with these alone, and since few pass styles
// on to nested tables, each says all that it needs.
var styles = map[string]string{
	"body":      "margin:0;padding:0;background-color:" + light.Page + ";-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%",
	"preheader": "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;color:" + light.Page,
	"outer":     "padding:24px 12px",
	"container": "max-width:600px;background-color:" + light.Card,
	"masthead":  "padding:36px 32px 12px 32px",
	"h1":        font(serif, 34, 40, light.Text) + ";margin:0;font-weight:bold;letter-spacing:-0.3px",
	"issue":     font(sans, 15, 22, light.Muted) + ";margin:8px 0 0 0",
	"contents":  font(sans, 15, 24, light.Muted) + ";padding:8px 32px 4px 32px",
	"section":   "padding:28px 32px 0 32px",
	"h2":        font(sans, 15, 34, light.Accent) + ";margin:0;font-weight:bold;border-bottom:2px solid " + light.Accent,
	"item":      "padding:20px 32px 4px 32px",
	"h3":        font(serif, 21, 28, light.Text) + ";margin:0;font-weight:bold;" + breaks,
	"link":      "color:" + light.Link + ";text-decoration:underline",
	"meta":      font(sans, 14, 22, light.Muted) + ";margin:2px 0 0 0;" + breaks,
	"text":      font(sans, 16, 25, light.Text) + ";margin:6px 0 0 0;" + breaks,
	"more":      font(sans, 15, 22, light.Muted) + ";margin:0",
	"footer":    "padding:40px 32px 36px 32px",
	"small":     font(sans, 14, 22, light.Muted) + ";margin:0 0 10px 0",
	"quiet":     "color:" + light.Muted + ";text-decoration:underline",
}

// breaks lets a word without end not widen the letter.
const breaks = "word-break:break-word;overflow-wrap:anywhere"

// font says all of a text's type, since little of it is passed on to tables.
func font(family string, size, line int, colour string) string {
	return fmt.Sprintf("font-family:%s;font-size:%dpx;line-height:%dpx;color:%s", family, size, line, colour)
}

// functions are what templates can call besides the fields of the letter.
var functions = map[string]any{
	// style is the inline style of that name.
	"style": func(name string) (template.HTMLAttr, error) {
		s, ok := styles[name]
		if !ok {
			return "", fmt.Errorf("no style %q; there are %s", name, strings.Join(slices.Sorted(maps.Keys(styles)), ", "))
		}
		return template.HTMLAttr(`style="` + s + `"`), nil // #nosec: of the table above
	},
	// background is the page's colour as an attribute, for programs that drop styles.
	"background": func() template.HTMLAttr { return template.HTMLAttr(`bgcolor="` + light.Page + `"`) }, // #nosec: a constant
	// sheet is a block of rules for the head: base, dark or outlook.
	"sheet": func(name string) (template.CSS, error) {
		s, ok := sheets[name]
		if !ok {
			return "", fmt.Errorf("no sheet %q; there are base, dark and outlook", name)
		}
		return template.CSS(s), nil // #nosec: of the table below
	},
	// mso is a comment that only Outlook's Word engine reads. html/template
	// drops comments, so they come from here.
	"mso": func(name string) (template.HTML, error) {
		s, ok := conditionals[name]
		if !ok {
			return "", fmt.Errorf("no conditional %q; there are head, open and close", name)
		}
		return template.HTML(s), nil // #nosec: of the table below
	},
	// filler keeps the body out of the preview beside the preheader.
	"filler": func() template.HTML { return template.HTML(strings.Repeat("&#8199;&#65279;&#847; ", 60)) }, // #nosec: a constant
	// wrap, heading and subheading lay out the text part.
	"wrap":       wrap,
	"heading":    func(s string) string { return underline("=", s) },
	"subheading": func(s string) string { return underline("-", s) },
}

// Gmail drops a whole block for one rule that it does not like, so there are three.
var sheets = map[string]string{
	"base": "@media only screen and (max-width:480px){" +
		".pad{padding-left:20px!important;padding-right:20px!important}" +
		".h1{font-size:28px!important;line-height:34px!important}}",
	"dark": "@media (prefers-color-scheme:dark){" + rules("", dark) + "}",
	// Outlook.com marks what it darkened itself.
	"outlook": rules("[data-ogsc] ", dark),
}

// rules recolours the letter; the names are the classes of the templates.
func rules(prefix string, p palette) string {
	var b strings.Builder
	for _, r := range []struct{ class, property, colour string }{
		{"page", "background-color", p.Page}, {"card", "background-color", p.Card},
		{"ink", "color", p.Text}, {"muted", "color", p.Muted}, {"link", "color", p.Link},
		{"accent", "color", p.Accent}, {"accent", "border-color", p.Accent},
		{"hidden", "color", p.Page},
	} {
		fmt.Fprintf(&b, "%s.%s{%s:%s!important}", prefix, r.class, r.property, r.colour)
	}
	return b.String()
}

var conditionals = map[string]string{
	"head": `<!--[if mso]><noscript><xml xmlns:o="urn:schemas-microsoft-com:office:office"><o:OfficeDocumentSettings>` +
		`<o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml></noscript>` +
		`<style>td,p,h1,h2,h3,a{mso-line-height-rule:exactly}</style><![endif]-->`,
	"open":  `<!--[if mso]><table role="presentation" border="0" cellpadding="0" cellspacing="0" width="600" align="center"><tr><td><![endif]-->`,
	"close": `<!--[if mso]></td></tr></table><![endif]-->`,
}
