package email

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"digest/internal/bookmark"
)

// maxBody is how much of a body is read, in bytes: a conversion cannot be
// stopped, and some input costs much more than its length.
const maxBody = 32 << 10

// A converter makes safe HTML of bodies from the open web. It is not safe for
// concurrent use.
type converter struct {
	markdown goldmark.Markdown
	editors  goldmark.Markdown  // makes links of bare addresses too
	policy   *bluemonday.Policy // the allow-list
}

func newConverter() *converter {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "em", "strong", "b", "i", "code", "pre", "blockquote", "ul", "ol", "li",
		"h1", "h2", "h3", "h4", "h5", "h6", "hr", "q", "cite", "sub", "sup", "del", "ins")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.RequireNoFollowOnLinks(false)
	c := &converter{policy: p}
	blocks := goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(blockSanitizer{c}, 1)))
	c.markdown, c.editors = goldmark.New(blocks), goldmark.New(blocks, goldmark.WithExtensions(extension.Linkify))
	return c
}

// html is the body as HTML that holds only what the allow-list names. It may
// still link to places; it loads nothing.
func (c *converter) html(body string, markup bookmark.Markup) string {
	if len(body) > maxBody {
		body = strings.ToValidUTF8(body[:maxBody], "")
	}
	if strings.Contains(body, "{{") || strings.Contains(body, "{%") {
		body = shortcode.ReplaceAllString(body, "")
	}
	if markup == bookmark.HTML || strings.HasPrefix(strings.TrimLeft(body, " \t\r\n\f\v"), "<") && startsWithTag.MatchString(body) {
		return clean(c.policy.Sanitize(body))
	}
	return c.convert(c.markdown, body)
}

func (c *converter) convert(markdown goldmark.Markdown, body string) string {
	// A short reference can stand for a long address any number of times.
	b := limitedBuffer{left: 4 * maxBody}
	if err := markdown.Convert([]byte(body), &b); err != nil && !errors.Is(err, errTooLong) {
		return "" // only a writer can fail
	}
	return clean(c.policy.SanitizeReader(&b.Buffer).String())
}

// startsWithTag tells HTML from an address in angle brackets.
var startsWithTag = regexp.MustCompile(`^\s*<[!?/]?[A-Za-z][A-Za-z0-9]*[\s/>]|^\s*<!--`)

// shortcode is what Hugo, Jekyll and Eleventy replace when they build a site.
var shortcode = regexp.MustCompile(`(?s)\{\{[<%].*?[>%]\}\}|\{%.*?%\}`)

// clean removes control characters from sanitised HTML and keeps its lines.
func clean(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = bookmark.Clean(l)
	}
	return strings.Join(lines, "\n")
}

// A blockSanitizer renders blocks of raw HTML, which goldmark's safe mode
// would drop whole, through the allow-list instead.
type blockSanitizer struct{ c *converter }

func (b blockSanitizer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindHTMLBlock, b.render)
}

func (b blockSanitizer) render(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var raw bytes.Buffer
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		raw.Write(line.Value(source))
	}
	if block := n.(*ast.HTMLBlock); block.HasClosure() {
		raw.Write(block.ClosureLine.Value(source))
	}
	_, err := io.WriteString(w, b.c.policy.SanitizeReader(&raw).String())
	return ast.WalkContinue, err
}

var _ renderer.NodeRenderer = blockSanitizer{}
