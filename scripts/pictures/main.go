//go:build pictures

// Command pictures makes one sheet of each letter: on a phone and on a desktop,
// in a light and a dark scheme, and darkened by force as some mail programs do.
//
//	go run -tags pictures ./scripts/pictures LETTERS OUT
package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// A view is one way to look at a letter.
type view struct {
	name   string
	width  int64
	scheme string
	forced bool
}

var views = []view{
	{"phone", 375, "light", false}, {"phone, dark", 375, "dark", false}, {"phone, forced dark", 375, "light", true},
	{"desktop", 680, "light", false}, {"desktop, dark", 680, "dark", false}, {"desktop, forced dark", 680, "light", true},
}

const height = 812

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: pictures LETTERS OUT")
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox)...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	letters, err := filepath.Glob(filepath.Join(os.Args[1], "*", "digest.html"))
	if err == nil && len(letters) == 0 {
		err = fmt.Errorf("no letters in %s", os.Args[1])
	}
	for _, letter := range letters {
		if err = sheet(ctx, letter, filepath.Join(os.Args[2], filepath.Base(filepath.Dir(letter))+".webp")); err != nil {
			break
		}
	}
	if err != nil {
		log.Fatal(err)
	}
}

// sheet puts all views of a letter beside each other.
func sheet(ctx context.Context, letter, out string) error {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><meta charset="utf-8"><style>body{margin:0;padding:28px;background:#d9d7d2;display:flex;gap:28px;font:20px sans-serif;color:#333}
		figure{margin:0} img{display:block;border-radius:14px;box-shadow:0 2px 14px #0003} figcaption{padding:14px 4px 0}</style>`)
	wide := int64(28)
	for _, v := range views {
		png, err := look(ctx, letter, v)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", letter, v.name, err)
		}
		fmt.Fprintf(&b, `<figure><img src="data:image/png;base64,%s"><figcaption>%s</figcaption></figure>`, base64.StdEncoding.EncodeToString(png), v.name)
		wide += v.width + 28
	}
	file := filepath.Join(filepath.Dir(letter), "sheet.html")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		return err
	}
	picture, err := shoot(ctx, file, view{width: wide, scheme: "light"}, height+100, 0.6, page.CaptureScreenshotFormatWebp)
	if err != nil {
		return err
	}
	return os.WriteFile(out, picture, 0o644)
}

func look(ctx context.Context, letter string, v view) ([]byte, error) {
	return shoot(ctx, letter, v, height, 1, page.CaptureScreenshotFormatPng)
}

func shoot(ctx context.Context, file string, v view, height int64, scale float64, format page.CaptureScreenshotFormat) ([]byte, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.scheme}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		return nil, err
	}
	if _, err := chromedp.Call(ctx, emulation.SetAutoDarkModeOverride, emulation.SetAutoDarkModeOverrideParams{Enabled: &v.forced}); err != nil {
		return nil, err
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(v.width, height), chromedp.Navigate("file://"+file)); err != nil {
		return nil, err
	}
	quality := int64(82)
	shot, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Format: format, Quality: &quality, Clip: &page.Viewport{Width: float64(v.width), Height: float64(height), Scale: scale},
	})
	return shot.Data, err
}
