package web

import "strings"

// snippetTemplate is the file of the form for other sites.
const snippetTemplate = "web/snippet.html.tmpl"

// Snippet is a form to subscribe for a page of another site, in the newsletter's
// language, which is sent to the address action. It has no style of its own.
func (p *Pages) Snippet(action string) string {
	s, _ := p.snippet(action) // it was tried
	return s
}

func (p *Pages) snippet(action string) (string, error) {
	var b strings.Builder
	v := newView(p, Page{Kind: Join, Action: action}, p.own)
	if err := p.template.ExecuteTemplate(&b, snippetTemplate, v); err != nil {
		return "", templateError(err)
	}
	return b.String(), nil
}
