package main

import (
	"bytes"
	"crypto/x509"
	pixels "image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"digest/internal/bookmark"
	"digest/internal/config"
	"digest/internal/selector"
	"digest/internal/thumbnail"
)

// aSite serves one picture at every path but /missing.
func aSite(t *testing.T) *httptest.Server {
	t.Helper()
	img := pixels.NewRGBA(pixels.Rect(0, 0, 600, 400))
	for i := range 600 * 400 {
		img.Set(i%600, i/600, color.RGBA{uint8(i), uint8(i / 600), 90, 255})
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, img, nil); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/missing" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(file.Bytes())
	}))
	t.Cleanup(server.Close)
	return server
}

func TestPicturesOfAnEdition(t *testing.T) {
	site := aSite(t)
	roots := x509.NewCertPool()
	roots.AddCert(site.Certificate())
	now := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	signed := func(days int) string {
		return site.URL + "/signed?Signature=secret&Key-Pair-Id=K&Expires=" + strconv.FormatInt(now.AddDate(0, 0, days).Unix(), 10)
	}
	tests := []struct {
		image        string
		embed, links bool
		why          string // it is not shown
	}{
		{site.URL + "/a.jpg", true, true, ""},
		{"/img/b.jpg", true, true, ""},
		{"img/b.jpg?v=2", true, true, ""},
		{signed(-1), false, false, "has expired"},
		{signed(3), true, false, "before the letter is read"},
		{signed(30), true, true, ""},
		{site.URL + "/missing?token=secret", false, false, "404 Not Found"},
		{"ftp://example.org/a.jpg", false, false, "no http or https"},
		{"https://me:pw@example.org/a.jpg", false, false, "no http or https"},
		{"%zz", false, false, "no address"},
	}
	for _, mode := range []config.Images{config.NoImages, config.LinkImages, config.EmbedImages} {
		t.Run(string(mode), func(t *testing.T) {
			var said bytes.Buffer
			n := &newsletter{
				app:    &app{stderr: io.Discard, clock: func() time.Time { return now }, log: slog.New(slog.NewTextHandler(&said, nil))},
				Config: &config.Config{Images: mode, Site: site.URL},
				fetcher: &thumbnail.Fetcher{Width: pictureWidth, MaxHeight: pictureHeight, RootCAs: roots,
					Allow: func(netip.AddrPort) bool { return true }},
			}
			var e selector.Edition
			e.Sections = []selector.Section{{Bookmarks: []bookmark.Bookmark{{Image: ""}}}}
			for _, tt := range tests {
				e.Sections[0].Bookmarks = append(e.Sections[0].Bookmarks, bookmark.Bookmark{Image: tt.image})
			}
			got := n.pictures(t.Context(), e)
			for _, tt := range tests {
				p, shown := got[tt.image]
				if want := mode == config.EmbedImages && tt.embed || mode == config.LinkImages && tt.links; shown != want {
					t.Errorf("%s: shown: %v, want %v\n%s", tt.image, shown, want, said.String())
				}
				if shown && (p.Width != 120 || p.Height != 80 || (p.Data == nil) != (mode == config.LinkImages)) {
					t.Errorf("%s: a picture of %d x %d with %d bytes of %s at %q", tt.image, p.Width, p.Height, len(p.Data), p.Type, p.Link)
				}
				if !shown && mode == config.EmbedImages && !strings.Contains(said.String(), tt.why) && !strings.Contains(said.String(), "more images") {
					t.Errorf("%s: nothing says %q:\n%s", tt.image, tt.why, said.String())
				}
			}
			if strings.Contains(said.String(), "secret") || strings.Contains(said.String(), "pw@") {
				t.Errorf("a secret is told:\n%s", said.String())
			}
		})
	}
}
