package email

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"digest/internal/theme"
)

// A look is a theme as the templates use it.
type look struct {
	styles map[string]string // inline, by name
	sheets map[string]string // blocks of rules for the head, by name
	page   string            // the colour behind the letter
}

// newLook makes the styles of the letter. Many webmails drop all but inline ones,
// so the letter must be right with these alone, and since few pass them on to
// nested tables, each says all that it needs.
func newLook(t theme.Theme) look {
	light, line := t.Light, ";border-top:1px solid "+t.Light.Line
	return look{
		page: light.Page,
		styles: map[string]string{
			"body": "margin:0;padding:0;background-color:" + light.Page + ";-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%",
			// A word without end must not widen the letter: this is passed on.
			"wrapper":   "word-break:break-word;overflow-wrap:anywhere",
			"preheader": "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;overflow:hidden;color:" + light.Page,
			"outer":     "padding:28px 12px",
			"container": "max-width:600px;background-color:" + light.Card + ";border-top:4px solid " + light.Accent,
			"masthead":  "padding:34px 36px 22px 36px",
			"number":    font(t.Text, 14, 22, light.Muted) + ";margin:0",
			"h1":        font(t.Headings, 36, 42, light.Text) + ";margin:2px 0 0 0;font-weight:bold",
			"contents":  font(t.Text, 15, 24, light.Muted) + ";margin:12px 0 0 0",
			"opening":   "padding:0 36px 28px 36px",
			"intro":     font(t.Text, 17, 28, light.Text),
			"section":   "padding:30px 36px 0 36px" + line,
			"gap":       "padding:0 36px 30px 36px",
			"h2":        font(t.Text, 15, 22, light.Accent) + ";margin:0;font-weight:bold",
			"item":      "padding:16px 36px 10px 36px",
			"h3":        font(t.Headings, 21, 28, light.Text) + ";margin:0;font-weight:bold",
			"link":      "color:" + light.Link + ";text-decoration:underline",
			"meta":      font(t.Text, 14, 22, light.Muted) + ";margin:3px 0 0 0",
			"text":      font(t.Text, 16, 25, light.Text) + ";margin:7px 0 0 0",
			"noted":     "padding:10px 0 5px 0",
			"ruled":     "padding:0 0 0 14px;border-left:3px solid " + light.Accent,
			"ruled rtl": "padding:0 14px 0 0;border-right:3px solid " + light.Accent,
			"note":      font(t.Text, 16, 25, light.Text),
			"picture":   "padding:5px 0 0 20px",
			"image":     "display:block;border:0",
			"more":      font(t.Text, 14, 22, light.Muted) + ";margin:0;font-weight:bold",
			"listed":    font(t.Text, 15, 24, light.Muted) + ";margin:6px 0 0 0",
			"footer":    "padding:26px 36px 34px 36px" + line,
			"small":     font(t.Text, 14, 22, light.Muted) + ";margin:0 0 8px 0",
			"quiet":     "color:" + light.Muted + ";text-decoration:underline",
			// Of notes.
			"heading":    font(t.Headings, 28, 34, light.Text) + ";margin:4px 0 0 0;font-weight:bold",
			"button box": "margin:24px 0 24px 0",
			"said":       font(t.Text, 17, 28, light.Text) + ";margin:14px 0 0 0",
			"fill":       "background-color:" + light.Accent + ";border-radius:4px",
			"button":     font(t.Text, 17, 24, light.Card) + ";display:inline-block;padding:12px 24px;font-weight:bold;text-decoration:none",
			"data":       font(t.Text, 16, 26, light.Text) + ";margin:18px 0 0 0",
		},
		// Gmail drops a whole block for one rule that it does not like, so there are three.
		sheets: map[string]string{
			"base": "@media only screen and (max-width:480px){" +
				".outer{padding:0!important}.pad{padding-left:20px!important;padding-right:20px!important}" +
				".h1{font-size:30px!important;line-height:36px!important}}",
			"dark": "@media (prefers-color-scheme:dark){" + rules("", t.Dark) + "}",
			// Outlook.com marks what it darkened itself.
			"outlook": rules("[data-ogsc] ", t.Dark),
			// Buttons of notes.
			"button":         "@media (prefers-color-scheme:dark){" + buttonRules("", t.Dark) + "}",
			"button outlook": buttonRules("[data-ogsc] ", t.Dark),
		},
	}
}

// font says all of a text's type, since little of it is passed on to tables.
func font(family string, size, line int, colour string) string {
	return fmt.Sprintf("font-family:%s;font-size:%dpx;line-height:%dpx;color:%s", family, size, line, colour)
}

// rules recolours the letter; the names are the classes of the templates.
func rules(prefix string, p theme.Palette) string {
	var b strings.Builder
	for _, r := range []struct{ class, property, colour string }{
		{"page", "background-color", p.Page}, {"card", "background-color", p.Card}, {"card", "border-color", p.Accent},
		{"ink", "color", p.Text}, {"muted", "color", p.Muted}, {"link", "color", p.Link},
		{"accent", "color", p.Accent}, {"line", "border-color", p.Line}, {"hidden", "color", p.Page},
	} {
		fmt.Fprintf(&b, "%s.%s{%s:%s!important}", prefix, r.class, r.property, r.colour)
	}
	return b.String()
}

func buttonRules(prefix string, p theme.Palette) string {
	return fmt.Sprintf("%s.fill{background-color:%s!important}%s.onfill{color:%s!important}", prefix, p.Accent, prefix, p.Card)
}

// functions are what templates can call besides the fields of the letter.
func (k look) functions() map[string]any {
	return map[string]any{
		// style is the inline style of that name.
		"style": func(name string) (template.HTMLAttr, error) {
			s, err := named(k.styles, "style", name)
			return template.HTMLAttr(`style="` + s + `"`), err // #nosec: of a table and a checked theme
		},
		// sheet is a block of rules for the head: base, dark, outlook; button, button outlook.
		"sheet": func(name string) (template.CSS, error) {
			s, err := named(k.sheets, "sheet", name)
			return template.CSS(s), err // #nosec: of a table and a checked theme
		},
		// background is the page's colour as an attribute, for programs that drop styles.
		"background": func() template.HTMLAttr { return template.HTMLAttr(`bgcolor="` + k.page + `"`) }, // #nosec: of a checked theme
		// mso is a comment that only Outlook's Word engine reads.
		"mso": func(name string) (template.HTML, error) {
			s, err := named(conditionals, "conditional", name)
			return template.HTML(s), err // #nosec: of the table below
		},
		// filler keeps the body out of the preview beside the preheader.
		"filler": func() template.HTML { return filler },
		// dir is the attribute of a direction, or nothing.
		"dir": func(dir string) template.HTMLAttr {
			if dir != "ltr" && dir != "rtl" {
				return ""
			}
			return template.HTMLAttr(` dir="` + dir + `"`) // #nosec: one of two words
		},
		// prose is what the editor wrote, in the type of that style.
		"prose": func(name string, p Prose) (template.HTML, error) {
			style, err := named(k.styles, "style", name)
			return k.prose(style, p), err
		},
		// list is several values as one, for a template that needs them.
		"list": func(values ...any) []any { return values },
		// wrap, title, heading and subheading lay out the text part.
		"wrap":       wrap,
		"title":      wrapTitle,
		"heading":    func(s string) string { return underline("=", s) },
		"subheading": func(s string) string { return underline("-", s) },
	}
}

func named(table map[string]string, kind, name string) (string, error) {
	s, ok := table[name]
	if !ok {
		return "", fmt.Errorf("no %s %q; there are %s", kind, name, strings.Join(slices.Sorted(maps.Keys(table)), ", "))
	}
	return s, nil
}

var filler = template.HTML(strings.Repeat("&#8199;&#65279;&#847; ", 60)) // #nosec: a constant

var conditionals = map[string]string{
	"head": `<!--[if mso]><noscript><xml xmlns:o="urn:schemas-microsoft-com:office:office"><o:OfficeDocumentSettings>` +
		`<o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml></noscript>` +
		`<style>td,p,h1,h2,h3,a{mso-line-height-rule:exactly}</style><![endif]-->`,
	// Word pads no links.
	"button": `<!--[if mso]><style>.fill{padding:12px 24px}</style><![endif]-->`,
	"open":   `<!--[if mso]><table role="presentation" border="0" cellpadding="0" cellspacing="0" width="600" align="center"><tr><td><![endif]-->`,
	"close":  `<!--[if mso]></td></tr></table><![endif]-->`,
}
