package lint

import (
	"strings"

	"golang.org/x/net/html"
)

// comment reads a comment, which may be one of Outlook's conditions. There are
// two kinds. The first is a comment to all others:
//
//	<!--[if mso]> for Outlook <![endif]-->
//
// and the second is two comments around what all others see:
//
//	<!--[if !mso]><!--> for the others <!--<![endif]-->
func (p *parser) comment(raw string) {
	inner, isComment := strings.CutPrefix(raw, "<!--")
	if !isComment { // <![if !mso]>, which is no HTML, but is read so
		inner = strings.TrimSuffix(strings.TrimPrefix(raw, "<!"), ">")
	} else {
		inner = strings.TrimSuffix(inner, "-->")
	}
	switch inner = strings.TrimSpace(inner); {
	case strings.HasPrefix(inner, "<![endif]"), strings.HasPrefix(inner, "[endif]"):
		if p.reveals--; p.reveals < 0 {
			p.reveals = 0
			p.faults = append(p.faults, fault{p.line, "a conditional comment ends that has not begun"})
		}
	case !strings.HasPrefix(inner, "[if"):
	case !isComment:
		p.reveal()
	default:
		p.condition(raw, inner)
	}
}

// condition reads a comment that begins with [if.
func (p *parser) condition(raw, inner string) {
	_, body, ok := strings.Cut(inner, "]>")
	rest := strings.TrimSpace(body)
	body, ends := strings.CutSuffix(rest, "<![endif]")
	switch {
	case ok && (rest == "" || rest == "<!" || rest == "<!--"):
		p.reveal()
	case ok && ends:
		p.dpi = p.dpi || strings.Contains(body, "PixelsPerInch")
		p.forOutlook(p.line+strings.Count(raw[:strings.Index(raw, body)], "\n"), body)
	default:
		p.faults = append(p.faults, fault{p.line, "the conditional comment does not end"})
	}
}

func (p *parser) reveal() {
	p.reveals++
	p.revealed = p.line
}

// forOutlook notes the elements of a conditional comment, which begins at line.
func (p *parser) forOutlook(line int, source string) {
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		kind := z.Next()
		raw := string(z.Raw())
		switch kind {
		case html.ErrorToken:
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			p.outlook = append(p.outlook, &element{name: t.Data, attributes: t.Attr, line: line})
		}
		line += strings.Count(raw, "\n")
	}
}
