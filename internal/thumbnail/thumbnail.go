// Package thumbnail fetches the picture of a bookmark from a foreign server and
// makes a small one of it, fit to be sent in a letter.
//
//	var fetcher thumbnail.Fetcher
//	image, err := fetcher.Fetch(ctx, "https://cdn.example.org/a.jpg")
//
// A content file names any address it likes, and who answers there sends any
// bytes they like. So only public addresses are asked, with limits on time,
// bytes and pixels, and nothing of the foreign file comes through but what it
// looks like: no name, no place, no metadata, no second meaning of its bytes.
//
// The address of a picture is often signed and stops working soon; [Expiry] says
// when. A signed address is a secret, so errors name the host alone.
package thumbnail

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// An Image is a picture for a letter. Its file has twice the pixels that are
// shown each way, for the dense screens of telephones.
type Image struct {
	Data          []byte
	Type          string // image/jpeg or image/png
	Width, Height int    // as shown, in CSS pixels: half of the file's
	Source        string // what was fetched: image/png, image/jpeg, image/gif or image/webp
}

// A Fetcher fetches pictures. Its zero value is ready for use, and one Fetcher
// may be used by many goroutines.
//
// A picture is made smaller if need be, never larger, and nothing is cut off.
// One that is too small to be worth showing, or much wider than high, or much
// higher than wide, is an error.
type Fetcher struct {
	Timeout   time.Duration // of the download, and again of the decoding; 0: 10 s
	MaxBytes  int64         // of the file that the server sends; 0: 5 MiB
	MaxPixels int           // of that file, width times height; 0: 40 million
	Width     int           // the widest shown, in CSS pixels; 0: 536
	MaxHeight int           // the highest shown, in CSS pixels; 0: 400
	MaxData   int           // bytes of Image.Data; 0: 150,000

	// RootCAs vouch for the servers; nil: those of the system.
	RootCAs *x509.CertPool

	// Allow permits addresses beyond the public ones on ports 80 and 443. It is
	// for tests, whose servers are on loopback; nil: none.
	Allow func(netip.AddrPort) bool
}

// Fetch fetches the picture at an http or https URL. It follows three redirects,
// to public addresses too and never from https to http, and goes by what the
// bytes are, not by what the server calls them: PNG, JPEG, WebP, or the first
// frame of a GIF.
//
// The same bytes give the same Image, on one kind of processor. The error is one
// line that names the host, and wraps the cause of ctx, or DeadlineExceeded when
// the Timeout is over. An address whose [Expiry] is past is asked all the same.
func (f *Fetcher) Fetch(ctx context.Context, url string) (Image, error) {
	u, host, err := parse(url)
	if err != nil {
		return Image{}, fmt.Errorf("image: %w", err)
	}
	data, err := f.download(ctx, u)
	if err != nil {
		return Image{}, fmt.Errorf("image of %s: %w", host, err)
	}
	img, err := f.picture(ctx, data)
	if err != nil {
		return Image{}, fmt.Errorf("image of %s: %w", host, err)
	}
	return img, nil
}

// turn is held by who decodes. There is one for all of the process, as its
// memory is one: a picture can take some hundred megabytes for a moment.
var turn = make(chan struct{}, 1)

// picture makes the Image of a file.
func (f *Fetcher) picture(ctx context.Context, data []byte) (Image, error) {
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return Image{}, context.Cause(ctx)
	}
	ctx, cancel := f.limited(ctx)
	defer cancel()
	p, err := decode(ctx, data, cmp.Or(f.MaxPixels, 40_000_000))
	if err != nil {
		return Image{}, err
	}
	w, h := fit(p.width, p.height, 2*cmp.Or(f.Width, 536), 2*cmp.Or(f.MaxHeight, 400))
	s, err := p.shrink(ctx, w, h)
	if err != nil {
		return Image{}, err
	}
	img, err := s.encode(ctx, w, h, cmp.Or(f.MaxData, 150_000))
	img.Source = "image/" + strings.ToLower(p.format)
	return img, err
}

// limited is ctx for no longer than the Timeout. Its cause says which of the two
// ended it.
func (f *Fetcher) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	timeout := cmp.Or(f.Timeout, 10*time.Second)
	return context.WithTimeoutCause(ctx, timeout, fmt.Errorf("not done within %s: %w", timeout, context.DeadlineExceeded))
}
