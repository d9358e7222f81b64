package inline_test

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"digest/internal/inline"
)

// What the inliner of the JavaScript world makes of a document, without
// !important as we write it.
const juice = `
let doc = ''
process.stdin.on('data', d => doc += d).on('end', () => {
	const juice = require('juice')
	process.stdout.write(juice(doc, {preserveImportant: false}))
})`

// NPM=folder go test ./internal/inline -run Juice, where folder has
// node_modules/juice.
func TestStylesAreThoseOfJuice(t *testing.T) {
	npm := os.Getenv("NPM")
	if npm == "" {
		t.Skip("NPM names no folder with node_modules/juice")
	}
	const body = `<html><body><div id="i" class="a b"><p class="a">a</p><p style="color:red;margin:0 1px">b</p><p class="b" style="color:blue !important">c</p></div>` +
		`<table class="t"><tbody><tr><td class="a">d</td><td>e</td></tr></tbody></table><h1>f</h1><h2>g</h2></body></html>`
	for name, css := range map[string]string{
		"order":           `p{color:red}p{color:blue}.a{top:0}.a{top:1px}`,
		"specificity":     `#i p{color:red}p.a{color:blue}div p{color:green}p{color:black}div.a.b p{left:0}`,
		"important":       `p{color:red!important;margin:0!important}#i .b{color:green}.a{top:0!important}p.a{top:1px}`,
		"attribute":       `p{color:green;margin:5px;top:0}`,
		"lists":           `h1,h2,.a{color:red}h2,p{color:blue}`,
		"combinators":     `div > p{top:0}p + p{left:0}p ~ p{right:0}table td{bottom:0}body p{clear:both}`,
		"structure":       `td:first-child{top:0}td:last-child{left:0}p:nth-child(2){right:0}`,
		"shorthands":      `p{margin-top:5px}p{margin:0}.a{padding:0;padding-left:1px}`,
		"broken":          `p{color:;top:0;}.a{;;left:0}`,
		"strings":         `p{font-family:"Segoe UI",'Arial';background:url(a.png?b&c)}`,
		"what stays":      `p{top:0}p:hover{top:1px}@media (max-width:9px){p{top:2px}}`,
		"comments":        `/* a{top:1px} */p/* b */{/* c */top:0/* d */;/* e */}`,
		"case of letters": `P{COLOR:red}DIV P.a{Top:0}`,
	} {
		t.Run(name, func(t *testing.T) {
			doc := strings.Replace(body, "<body>", "<head><style>"+css+"</style></head><body>", 1)
			ours, err := inline.Styles(doc)
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), "node", "-e", juice)
			cmd.Dir = npm
			cmd.Stdin = strings.NewReader(doc)
			var fault bytes.Buffer
			cmd.Stderr = &fault
			theirs, err := cmd.Output()
			if err != nil {
				t.Fatalf("node: %v: %s", err, &fault)
			}
			got, want := styleSets(t, ours), styleSets(t, string(theirs))
			if len(got) != len(want) {
				t.Fatalf("%d elements, want %d", len(got), len(want))
			}
			for i := range got {
				if !maps.Equal(got[i], want[i]) {
					t.Errorf("element %d has %v, want %v\n%s\n%s", i, got[i], want[i], ours, theirs)
				}
			}
		})
	}
}

// same takes away what may differ. Juice drops the author's own !important in an
// attribute too.
var same = strings.NewReplacer(" ", "", `"`, "'", "!important", "")

// styleSets are the properties of each element of the body.
func styleSets(t *testing.T, doc string) []map[string]string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	var sets []map[string]string
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data == "style" {
			continue
		}
		set := map[string]string{}
		for _, a := range n.Attr {
			if a.Key != "style" {
				continue
			}
			for d := range strings.SplitSeq(a.Val, ";") {
				if property, value, ok := strings.Cut(d, ":"); ok {
					set[strings.ToLower(strings.TrimSpace(property))] = same.Replace(value)
				}
			}
		}
		sets = append(sets, set)
	}
	return sets
}
