package preview

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// letterPolicy is the frame's: no script, no form, no way to navigate but a click
// that opens a new tab. What images may be is added.
const letterPolicy = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'self'; img-src "

// imageSources are for each option of the images.
var imageSources = map[string]string{"embedded": "data:", "remote": "data: https: http:", "off": "'none'"}

// letter answers with the letter, as a document for the frame.
func (s *Server) letter(w http.ResponseWriter, r *http.Request) {
	v := viewOf(r.URL.Query())
	c := s.letters.at(r.Context(), v.asOf)
	if c.err != nil {
		http.Error(w, c.err.Error(), http.StatusServiceUnavailable)
		return
	}
	document, err := frameDocument(c.letter, dress{
		phone:    r.URL.Query().Get("frame") == "phone",
		inverted: v.value(themes) == "inverted",
		bare:     v.value(styles) == "off",
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", letterPolicy+imageSources[v.value(images)])
	h.Del("Cross-Origin-Opener-Policy") // a sandboxed document has no opener to keep
	w.Write(document)
}

// dress is what the frame's document has besides the letter, or lacks.
type dress struct{ phone, inverted, bare bool }

// frameDocument is the letter with its images in place, links that open a new tab,
// and without elements that no mail program shows and a browser prepares for by
// calling their hosts, before it asks the policy. That nothing runs and nothing
// else is fetched is up to the policy.
func frameDocument(l *Letter, d dress) ([]byte, error) {
	root, err := html.ParseWithOptions(strings.NewReader(l.HTML), html.ParseOptionEnableScripting(false))
	if err != nil {
		return nil, fmt.Errorf("the letter's HTML: %w", err)
	}
	embed := embedder(l.Images)
	head := root
	var drop []*html.Node
	for n := range root.Descendants() {
		switch n.DataAtom {
		case atom.Base, atom.Link, atom.Iframe, atom.Frame, atom.Object, atom.Embed:
			drop = append(drop, n)
		case atom.Style:
			if d.bare {
				drop = append(drop, n)
			}
		case atom.Head:
			if head == root {
				head = n
			}
		}
		for i, a := range n.Attr {
			if a.Key == "src" || a.Key == "background" || a.Key == "style" {
				n.Attr[i].Val = embed.Replace(a.Val)
			}
		}
	}
	for _, n := range drop {
		n.Parent.RemoveChild(n)
	}
	first := `<base target="_blank">`
	if d.phone {
		first += `<style>html{scrollbar-width:none}</style>` // they take no room there
	}
	if d.inverted {
		first += `<style>img{filter:invert(1) hue-rotate(180deg)}</style>` // pictures are left as they are
	}
	head.InsertBefore(&html.Node{Type: html.RawNode, Data: first}, head.FirstChild)
	var document bytes.Buffer
	if err := html.Render(&document, root); err != nil {
		return nil, fmt.Errorf("the letter's HTML: %w", err)
	}
	return document.Bytes(), nil
}

var imageType = regexp.MustCompile(`^image/[a-z0-9.+-]+$`)

// embedder replaces cid: sources by the images themselves. So the frame needs
// nothing from the server, which would not know it: its origin is no one's.
func embedder(images map[string]Image) *strings.Replacer {
	var pairs []string
	// The longest of those that begin alike comes first.
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(images))) {
		image := images[id]
		if !imageType.MatchString(image.Type) {
			continue
		}
		data := "data:" + image.Type + ";base64," + base64.StdEncoding.EncodeToString(image.Data)
		pairs = append(pairs, "cid:"+id, data)
		if escaped := url.PathEscape(id); escaped != id {
			pairs = append(pairs, "cid:"+escaped, data)
		}
	}
	return strings.NewReplacer(pairs...)
}
