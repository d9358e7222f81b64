package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"digest/internal/config"
	"digest/internal/email"
	"digest/internal/selector"
	"digest/internal/thumbnail"
)

// How large a picture is shown at most, in pixels.
const (
	pictureWidth  = 120
	pictureHeight = 100
)

// readingTime is how long a letter may lie before it is read: until then the
// address of a linked image must work.
const readingTime = 14 * 24 * time.Hour

// errExpires is the fault of an image that is not worth fetching.
var errExpires = errors.New("its address has expired, or will before the letter is read")

// pictures fetches the images of an edition for the letter, by the Image of their
// bookmarks. One that cannot be shown is a warning: the letter goes without.
func (n *newsletter) pictures(ctx context.Context, e selector.Edition) map[string]email.Picture {
	if n.Images == config.NoImages {
		return nil
	}
	var images []string
	for b := range e.All() {
		if b.Image != "" && !slices.Contains(images, b.Image) {
			images = append(images, b.Image)
		}
	}
	pictures, faults := make(map[string]email.Picture, len(images)), make([]error, len(images))
	bar := n.newProgress("fetching images", len(images))
	defer bar.done()
	var group sync.WaitGroup
	var mu sync.Mutex
	turns := make(chan struct{}, 8)
	for i, image := range images {
		group.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			p, err := n.picture(ctx, image)
			mu.Lock()
			defer mu.Unlock()
			bar.add(1)
			if faults[i] = err; err == nil {
				pictures[image] = p
			}
		})
	}
	group.Wait()
	bar.done()
	n.warnPictures(images, faults)
	return pictures
}

// picture is one image, from the site if it is a path of it.
func (n *newsletter) picture(ctx context.Context, image string) (email.Picture, error) {
	u, err := n.imageAddress(image)
	if err != nil {
		return email.Picture{}, err
	}
	until := n.clock()
	if n.Images == config.LinkImages {
		until = until.Add(readingTime)
	}
	if at, signed := thumbnail.Expiry(u.String()); signed && !at.After(until) {
		return email.Picture{}, errExpires
	}
	if n.Images == config.LinkImages && u.Scheme != "https" { // what every mail program shows
		return email.Picture{}, errors.New("its address is not https")
	}
	if p, ok := n.fetched.get(u.String()); ok {
		return p, nil
	}
	p, err := n.fetch(ctx, u)
	if err == nil {
		n.fetched.put(u.String(), p)
	}
	return p, err
}

func (n *newsletter) fetch(ctx context.Context, u *url.URL) (email.Picture, error) {
	thumb, err := n.fetcher.Fetch(ctx, u.String())
	if err != nil {
		return email.Picture{}, err
	}
	if n.Images == config.EmbedImages {
		return email.Picture{Data: thumb.Data, Type: thumb.Type, Width: thumb.Width, Height: thumb.Height}, nil
	}
	if thumb.Source == "image/webp" {
		return email.Picture{}, errors.New("it is WebP, which some mail programs do not show; set images to embed")
	}
	return email.Picture{Link: u.String(), Width: thumb.Width, Height: thumb.Height}, nil
}

// imageAddress is the address of an image on the web.
func (n *newsletter) imageAddress(image string) (*url.URL, error) {
	u, err := url.Parse(image)
	if err != nil {
		return nil, errors.New("it is no address")
	}
	if u.Host != "" && u.Scheme == "" { // //cdn.example.org/a.png
		u.Scheme = "https"
	}
	if u.Host == "" && u.Scheme == "" {
		if n.Site == "" {
			return nil, errors.New("it is a path of the site; set site_url")
		}
		site, err := url.Parse(strings.TrimSuffix(n.Site, "/") + "/")
		if err != nil {
			return nil, err
		}
		u = site.ResolveReference(&url.URL{Path: strings.TrimPrefix(u.Path, "/"), RawQuery: u.RawQuery})
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, errors.New("it is no http or https address")
	}
	return u, nil
}

// warnPictures names the first of the images that are not shown, without what
// may be secret in their addresses.
func (n *newsletter) warnPictures(images []string, faults []error) {
	const most = 5
	said, more := 0, 0
	for i, err := range faults {
		if err == nil {
			continue
		}
		if said++; said > most {
			more++
			continue
		}
		name, _, _ := strings.Cut(images[i], "?")
		if u, failed := url.Parse(name); failed == nil && u.User != nil {
			name = u.Redacted()
		}
		n.log.Warn(fmt.Sprintf("image %.200q: %v; the letter goes without it", name, err))
	}
	if more > 0 {
		n.log.Warn(fmt.Sprintf("%d more images are not shown", more))
	}
}
