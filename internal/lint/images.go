package lint

import (
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
)

var imageRules = []rule{
	{Rule{"letter.alt", Error, "every image has an alt", "say what it shows, or alt=\"\" if it says nothing"}, alt},
	{Rule{"letter.image-size", Error, "every image has its width and height as attributes, in whole pixels",
		"Outlook knows no other size, and the letter does not jump when images come"}, imageSize},
	{Rule{"letter.image-source", Error, "every image is at an https address, or in the message (cid:)", "others are blocked, or not found"}, imageSource},
	{Rule{"letter.background-source", Error, "backgrounds are at https addresses, or in the message", "leave them out: few mail programs show them"}, backgroundSource},
	{Rule{"letter.image-part", Error, "every image of a cid: is in the message", "attach it under that Content-ID"}, imagePart},
	{Rule{"letter.image-type", Warning, "images are PNG, JPEG or GIF", "Gmail shows no SVG, Outlook no WebP"}, imageType},
}

// images calls yield for every image.
func (d *document) images(yield func(img *element, src string)) {
	for _, e := range d.elements {
		if e.name == "img" {
			yield(e, e.value("src"))
		}
	}
}

func alt(l *letter, found report) {
	l.doc.images(func(img *element, src string) {
		if _, ok := img.attribute("alt"); !ok {
			found(HTML, img.line, "the image %.60q has no alt", src)
		}
	})
}

func imageSize(l *letter, found report) {
	l.doc.images(func(img *element, src string) {
		for _, name := range []string{"width", "height"} {
			if _, err := strconv.ParseUint(img.value(name), 10, 16); err != nil {
				found(HTML, img.line, "the image %.60q has no %s in pixels", src, name)
			}
		}
	})
}

func imageSource(l *letter, found report) {
	l.doc.images(func(img *element, src string) {
		u, err := url.Parse(src)
		if err != nil || (u.Scheme != "https" || u.Host == "") && (u.Scheme != "cid" || u.Opaque == "") {
			found(HTML, img.line, "the image %.60q is neither at https nor in the message", src)
		}
	})
}

// backgroundSource holds pictures behind text to the same rule: who fetches them
// tells that the letter is read.
func backgroundSource(l *letter, found report) {
	for _, e := range l.doc.elements {
		sources := []string{e.value("background")}
		for _, m := range cssURL.FindAllStringSubmatch(e.value("style"), -1) {
			sources = append(sources, m[1])
		}
		for _, s := range sources {
			if s != "" && !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "cid:") {
				found(HTML, e.line, "the background %.60q is neither at https nor in the message", s)
			}
		}
	}
}

var cssURL = regexp.MustCompile(`(?i)url\(\s*['"]?([^'")\s]*)`)

func imagePart(l *letter, found report) {
	l.doc.images(func(img *element, src string) {
		id, ok := strings.CutPrefix(src, "cid:")
		if !ok {
			return
		}
		if plain, err := url.PathUnescape(id); err == nil {
			id = plain
		}
		for _, p := range l.parts {
			if p.contentID == id {
				return
			}
		}
		found(HTML, img.line, "no part of the message is the image %.60q", src)
	})
}

func imageType(l *letter, found report) {
	l.doc.images(func(img *element, src string) {
		u, err := url.Parse(src)
		if err != nil {
			return
		}
		switch kind := strings.ToLower(path.Ext(u.Path)); kind {
		case ".svg", ".webp", ".avif":
			found(HTML, img.line, "the image %.60q is a %s", src, kind[1:])
		}
	})
}
