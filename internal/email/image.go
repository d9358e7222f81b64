package email

import (
	"crypto/sha256"
	"encoding/hex"
	"html/template"

	"digest/internal/bookmark"
)

// A Picture is what a letter shows for a bookmark's image: a file that is sent
// with the letter, or the address of one.
type Picture struct {
	Data          []byte // PNG or JPEG; nil: the address is linked
	Type          string // of the data: image/png or image/jpeg
	Link          string // https, without data
	Width, Height int    // as shown, in pixels
}

// An Image is a picture as the templates show it. It is decoration: the letter
// says the same without.
type Image struct {
	Source        template.URL // cid: or https:
	Width, Height int
}

// Illustrated is the renderer with pictures, found by the Image of a bookmark.
func (r *Renderer) Illustrated(pictures map[string]Picture) *Renderer {
	copied := *r
	copied.pictures = pictures
	return &copied
}

func (r *Renderer) image(b bookmark.Bookmark) *Image {
	p, ok := r.pictures[b.Image]
	if !ok || b.Image == "" {
		return nil
	}
	i := &Image{Source: template.URL(p.Link), Width: p.Width, Height: p.Height} // #nosec: https, as the thumbnail was fetched from
	if p.Data != nil {
		i.Source = template.URL("cid:" + p.ContentID()) // #nosec: of hexadecimal digits
	}
	return i
}

// ContentID names a picture by what it shows (RFC 2392).
func (p Picture) ContentID() string {
	sum := sha256.Sum256(p.Data)
	return hex.EncodeToString(sum[:12]) + "@picture"
}

// embedded are the pictures that the letter shows and brings along, each once,
// in the order of the letter.
func (r *Renderer) embedded(l Letter) []Picture {
	byID := map[string]Picture{}
	for _, p := range r.pictures {
		if p.Data != nil {
			byID["cid:"+p.ContentID()] = p
		}
	}
	var shown []Picture
	for _, s := range l.Sections {
		for _, i := range s.Items {
			if i.Image == nil {
				continue
			}
			if p, ok := byID[string(i.Image.Source)]; ok {
				delete(byID, string(i.Image.Source))
				shown = append(shown, p)
			}
		}
	}
	return shown
}
