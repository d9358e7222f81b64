package web

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// A document is a page as a browser reads it.
type document struct {
	t    *testing.T
	root *html.Node
}

func parsed(t *testing.T, doc string) document {
	t.Helper()
	root, err := html.Parse(strings.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	return document{t, root}
}

func (d document) all(name string) []*html.Node { return within(d.root, name) }

func within(root *html.Node, name string) (found []*html.Node) {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			found = append(found, n)
		}
	}
	return found
}

func (d document) one(name string) *html.Node {
	d.t.Helper()
	found := d.all(name)
	if len(found) != 1 {
		d.t.Fatalf("%d %s, want one", len(found), name)
	}
	return found[0]
}

func (d document) id(id string) *html.Node {
	for n := range d.root.Descendants() {
		if id != "" && attr(n, "id") == id {
			return n
		}
	}
	return nil
}

// text is what is read, without the style.
func (d document) text() string {
	var b strings.Builder
	for n := range d.root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}

// check finds what every page must have, or must not.
func (d document) check(t *testing.T) {
	t.Helper()
	for _, name := range []string{"main", "h1", "title", "header", "style"} {
		if n := d.one(name); strings.TrimSpace(textOf(n)) == "" {
			t.Errorf("%s is empty", name)
		}
	}
	ids := map[string]bool{}
	for n := range d.root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attr(n, "id"); id != "" && ids[id] {
			t.Errorf("the id %s is there twice", id)
		} else {
			ids[id] = true
		}
		for _, name := range []string{"aria-describedby", "aria-labelledby", "for"} {
			if id := attr(n, name); id != "" && d.id(id) == nil {
				t.Errorf("%s of %s names %s, which is not there", name, n.Data, id)
			}
		}
		switch n.Data {
		case "script", "img", "iframe", "object":
			t.Errorf("there is a %s", n.Data)
		case "input", "select":
			if attr(n, "type") != "hidden" && !d.labelled(n) {
				t.Errorf("%v has no label", n.Attr)
			}
			fallthrough
		case "button":
			if parent(n, "form") == nil {
				t.Errorf("%s %v is in no form", n.Data, n.Attr)
			}
		}
	}
}

func (d document) labelled(n *html.Node) bool {
	if l := parent(n, "label"); l != nil {
		return strings.TrimSpace(textOf(l)) != ""
	}
	return slices.ContainsFunc(d.all("label"), func(l *html.Node) bool {
		return attr(l, "for") == attr(n, "id") && attr(n, "id") != "" && strings.TrimSpace(textOf(l)) != ""
	})
}

// fields are what a form sends: names with values, in order.
func fields(form *html.Node) (all []string) {
	for n := range form.Descendants() {
		switch {
		case n.Data == "select":
			all = append(all, attr(n, "name"))
		case (n.Data == "input" || n.Data == "button") && attr(n, "name") != "":
			all = append(all, attr(n, "name")+"="+attr(n, "value"))
		}
	}
	return all
}

func parent(n *html.Node, name string) *html.Node {
	for n = n.Parent; n != nil && n.Data != name; n = n.Parent {
	}
	return n
}

func attr(n *html.Node, key string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}
