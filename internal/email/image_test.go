package email

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/emersion/go-message/mail"

	"digest/internal/bookmark"
	"digest/templates"
)

func aPicture(t *testing.T, grey uint8) Picture {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 24, 16))
	for i := range img.Pix {
		img.Pix[i] = grey
	}
	img.SetGray(1, 1, color.Gray{255 - grey})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return Picture{Data: b.Bytes(), Type: "image/png", Width: 12, Height: 8}
}

func TestPictures(t *testing.T) {
	black, grey := aPicture(t, 0), aPicture(t, 90)
	r, err := NewRenderer(theWeekly(), templates.FS(""))
	if err != nil {
		t.Fatal(err)
	}
	r = r.Illustrated(map[string]Picture{
		"/black.png": black, "/again.png": black, "/grey.png": grey, "/unused.png": aPicture(t, 50),
		"https://example.com/x.jpg": {Link: "https://example.com/x.jpg", Width: 120, Height: 60},
	})
	e := editionOf(
		bookmark.Bookmark{Title: "One", Image: "/black.png"}, bookmark.Bookmark{Title: "Two", Image: "/again.png"}, bookmark.Bookmark{Title: "Three", Image: "/grey.png"},
		bookmark.Bookmark{Title: "Four", Image: "https://example.com/x.jpg"}, bookmark.Bookmark{Title: "Five", Image: "/no-picture.png"}, bookmark.Bookmark{Title: "Six"},
	)
	d, err := r.Render(e, 7, issued)
	if err != nil {
		t.Fatal(err)
	}
	m := d.To(reader)
	if n := strings.Count(m.HTML(), "<img "); n != 4 || strings.Contains(m.HTML(), "ZgotmplZ") {
		t.Errorf("HTML() has %d images, want 4:\n%s", n, m.HTML())
	}
	for _, want := range []string{
		`<img src="cid:` + black.ContentID() + `" width="12" height="8" alt=""`, `<img src="cid:` + grey.ContentID() + `"`,
		`<img src="https://example.com/x.jpg" width="120" height="60" alt=""`,
	} {
		if !strings.Contains(m.HTML(), want) {
			t.Errorf("HTML() lacks %s", want)
		}
	}
	checkWire(t, m.Bytes())
	files := map[string][]byte{}
	read, err := mail.CreateReader(bytes.NewReader(m.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for {
		p, err := read.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(p.Body)
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := strings.Cut(p.Header.Get("Content-Type"), ";")
		kinds = append(kinds, kind)
		if id := p.Header.Get("Content-Id"); id != "" {
			files[id] = data
		}
	}
	if got := strings.Join(kinds, " "); got != "text/plain text/html image/png image/png" {
		t.Errorf("the parts are %s", got)
	}
	for _, p := range []Picture{black, grey} {
		if !bytes.Equal(files["<"+p.ContentID()+">"], p.Data) {
			t.Errorf("the picture %s is not as it was", p.ContentID())
		}
	}
	again, err := r.Render(e, 7, issued)
	if err != nil || !bytes.Equal(again.To(reader).Bytes(), m.Bytes()) {
		t.Errorf("the same edition gave other bytes, %v", err)
	}
}

func TestPicturesGoBeforeTexts(t *testing.T) {
	r, err := NewRenderer(theWeekly(), templates.FS(""))
	if err != nil {
		t.Fatal(err)
	}
	e := crowd(120, "A title", "")
	pictures := map[string]Picture{}
	for _, s := range e.Sections {
		for i := range s.Bookmarks {
			s.Bookmarks[i].Image = s.Bookmarks[i].Link
			pictures[s.Bookmarks[i].Link] = Picture{Link: s.Bookmarks[i].Link + strings.Repeat("x", 200), Width: 120, Height: 80}
		}
	}
	d, err := r.Illustrated(pictures).Render(e, 7, issued)
	if err != nil {
		t.Fatal(err)
	}
	checkFits(t, d)
	if strings.Contains(d.To(reader).HTML(), "<img") || !strings.Contains(strings.Join(d.Shortened, ""), "pictures are left out") {
		t.Errorf("Shortened = %q, want no pictures", d.Shortened)
	}
}
