package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"digest/internal/theme"
)

// The files of the pages, in the folder of the templates.
const (
	pageTemplate = "web/page.html.tmpl"
	styleSheet   = "web/page.css"
)

// parse reads the page and its parts, which include each other by their paths.
func (p *Pages) parse(fsys fs.FS) error {
	names, err := fs.Glob(fsys, "web/*.tmpl")
	if err != nil {
		return err
	}
	p.template = template.New("")
	for _, name := range names {
		source, err := fs.ReadFile(fsys, name)
		if err != nil {
			return fmt.Errorf("template %w", err)
		}
		if _, err := p.template.New(name).Parse(string(source)); err != nil {
			return templateError(err)
		}
	}
	if p.template.Lookup(pageTemplate) == nil {
		return fmt.Errorf("template %s: %w", pageTemplate, fs.ErrNotExist)
	}
	return nil
}

// loadStyle reads the style sheet, and puts the theme before it as properties.
func (p *Pages) loadStyle(fsys fs.FS) error {
	t := p.site.Theme
	if err := t.Check(); err != nil {
		return fmt.Errorf("theme: %w", err)
	}
	sheet, err := fs.ReadFile(fsys, styleSheet)
	if err != nil {
		return fmt.Errorf("template %w", err)
	}
	if strings.Contains(strings.ToLower(string(sheet)), "</style") {
		return fmt.Errorf("%s: it holds </style; a style sheet cannot", styleSheet)
	}
	fonts := fmt.Sprintf(":root{--headings:%s;--font:%s;%s}", t.Headings, t.Text, properties(t.Light))
	dark := fmt.Sprintf("@media (prefers-color-scheme:dark){:root{%s}}\n", properties(t.Dark))
	p.style = template.CSS(fonts + dark + string(sheet)) // #nosec: a checked theme and the operator's file
	return nil
}

func properties(c theme.Palette) string {
	return fmt.Sprintf("--page:%s;--card:%s;--text:%s;--muted:%s;--link:%s;--accent:%s;--line:%s", c.Page, c.Card, c.Text, c.Muted, c.Link, c.Accent, c.Line)
}

// try makes every kind of page in every language, and the policy that lets them
// have their style and nothing else.
func (p *Pages) try(fs.FS) error {
	if _, err := p.snippet("/"); err != nil {
		return err
	}
	var hashes []string
	for _, words := range p.words {
		for k := range kinds {
			for _, bad := range []bool{false, true} {
				choices := []Choice{{"a", "A", true}, {"b", "B", false}}
				page := Page{Kind: k, Action: "/", Categories: choices, Languages: choices, Address: "a@example.org", Name: "A", BadAddress: bad}
				doc, err := p.render(page, words)
				if err != nil {
					return err
				}
				styles, err := inspect(string(doc))
				if err != nil {
					return fmt.Errorf("%s: the page %s has %w", pageTemplate, k, err)
				}
				hashes = append(hashes, styles...)
			}
		}
	}
	slices.Sort(hashes)
	hashes = slices.Compact(hashes)
	p.policy = fmt.Sprintf("default-src 'none'; style-src %s; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
		cmp.Or(strings.Join(hashes, " "), "'none'"))
	return nil
}

// inspect finds the hashes of the style elements of a page, or what browsers
// would refuse in it.
func inspect(doc string) (hashes []string, err error) {
	z := html.NewTokenizer(strings.NewReader(doc))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return hashes, nil
		case html.StartTagToken, html.SelfClosingTagToken:
			raw := string(z.Raw())
			tag := z.Token()
			if strings.Contains(raw, "ZgotmplZ") {
				return nil, fmt.Errorf("%s with a value that html/template does not allow there", raw)
			}
			if tag.Data == "script" || slices.ContainsFunc(tag.Attr, func(a html.Attribute) bool { return a.Key == "style" || strings.HasPrefix(a.Key, "on") }) {
				return nil, fmt.Errorf("%s, which its security policy forbids; write rules into %s, and do without script", raw, styleSheet)
			}
			if tag.Data == "style" && z.Next() == html.TextToken {
				sum := sha256.Sum256(z.Raw())
				hashes = append(hashes, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
			}
		}
	}
}

// templateError begins with the file and line.
func templateError(err error) error {
	s := strings.TrimPrefix(err.Error(), "html/")
	return errors.New(strings.TrimPrefix(strings.TrimPrefix(s, "template:"), " "))
}
