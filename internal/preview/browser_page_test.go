package preview

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestBrowser(t *testing.T) {
	b := open(t)
	b.t = t
	b.test("the letter in every dress", 800, 700, everyDress)
	b.test("a hostile letter", 800, 700, hostileLetter)
	b.test("it reloads by itself", 800, 500, reload)
	b.test("it fits every window", 1440, 900, everyWindow)
	b.test("by keyboard", 1440, 900, keyboard)
}

func everyDress(t *testing.T, b *browser) {
	_, base := start(t, Options{Compose: always(painted())})
	for _, scheme := range []string{"light", "dark"} {
		b.scheme(scheme)
		b.do(chromedp.Navigate(base + "/?width=phone"))
		b.awaitPixel("light, system "+scheme, 200, 200, paper)
		b.click("/?theme=dark&width=phone")
		b.awaitPixel("dark, system "+scheme, 200, 200, night)
	}
	b.awaitPixel("embedded image", 20, 20, red)
	b.click("/?theme=inverted&width=phone")
	b.awaitPixel("inverted", 200, 200, gloom)
	b.awaitPixel("image of an inverted letter", 20, 20, red)
	b.click("/?images=off&theme=inverted&width=phone")
	b.awaitPixel("images off", 20, 20, noRed)
	b.click("/?images=off&theme=dark&width=phone")
	b.click("/?images=off&styles=off&theme=dark&width=phone")
	b.awaitPixel("dark without styles", 200, 200, paper)
	b.click("/?styles=off&theme=dark&width=phone")
	b.awaitPixel("images on again", 20, 20, red)
	b.do(chromedp.NavigateBack())
	b.awaitPixel("back", 20, 20, noRed)
	said, foreign := b.heard()
	for _, s := range said {
		// That is the picture from elsewhere, which is not to be fetched, and the
		// policy without images.
		if !strings.Contains(s, "img-src") {
			t.Errorf("the console says %q", s)
		}
	}
	if foreign != nil {
		t.Errorf("the page asked for %q", foreign)
	}
	b.do(chromedp.Navigate(base + "/?images=remote"))
	if _, foreign := b.heard(); !slices.Contains(foreign, "image.example") {
		t.Errorf("with all images the page asked for %q, want image.example", foreign)
	}
}

func hostileLetter(t *testing.T, b *browser) {
	l := painted()
	l.HTML = strings.Replace(hostile, `<button id="go">`, `<button style="position:fixed;top:0;left:0;width:300px;height:200px">`, 1)
	l.Subject, l.Preheader, l.Text, l.Findings = hostile, hostile, hostile, []Finding{{markup, Error, markup, hostile, markup}}
	_, base := start(t, Options{Compose: always(l)})
	for _, path := range []string{"/", "/?styles=off&theme=inverted&width=desktop", "/?view=text", "/?view=headers", "/?view=source"} {
		b.do(chromedp.Navigate(base + path))
		if strings.Contains(path, "view=") {
			continue
		}
		corner := b.corner()
		b.do(chromedp.MouseClickXY(corner[0]+100, corner[1]+100)) // the button of the form
		b.pixel(0, 0)                                             // it has been painted since
		if at := value[string](b, "location.href"); at != base+path {
			t.Errorf("the letter led the page to %s", at)
		}
	}
	b.do(chromedp.Navigate(base + "/letter")) // as a page of its own
	if at := value[string](b, "location.href"); at != base+"/letter" {
		t.Errorf("the letter led itself to %s", at)
	}
	said, foreign := b.heard()
	if foreign != nil {
		t.Errorf("the letter asked for %q", foreign)
	}
	for _, s := range said {
		if strings.HasPrefix(s, "dialog: ") {
			t.Errorf("the letter opened a %s", s)
		}
	}
}

func reload(t *testing.T, b *browser) {
	var edition atomic.Int32
	s, base := start(t, Options{Compose: func(context.Context, string) (*Letter, error) {
		l := painted()
		switch l.Number = int(edition.Add(1)); l.Number {
		case 2:
			l.HTML = strings.Replace(l.HTML, "#f0e0d0", "#00ff00", 1)
		case 3:
			return nil, errors.New("a template is half written")
		}
		return l, nil
	}})
	b.do(chromedp.Navigate(base + "/?width=phone"))
	await := func(expression string) {
		t.Helper()
		if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](expression)); err != nil {
			t.Fatalf("%s: %v", expression, err)
		}
	}
	await(`document.querySelector(".live").dataset.state === "live"`)
	value[any](b, `scrollTo(0, 100); document.querySelector("a[href='/']").focus({preventScroll: true}); window.same = true`)
	s.letters.change()
	b.awaitPixel("changed", 200, 200, is(0, 255, 0))
	if at := value[string](b, `[window.same, scrollY, document.activeElement.getAttribute("href"), location.search].join()`); at != "true,100,/,?width=phone" {
		t.Errorf("after a change the page is at %s", at)
	}
	s.letters.change()
	await(`document.body.textContent.includes("half written")`)
	s.letters.change()
	b.awaitPixel("mended", 200, 200, paper)
	s.Close()
	await(`document.querySelector(".live").dataset.state === "lost"`)
}

func everyWindow(t *testing.T, b *browser) {
	l := golden(t)
	long := strings.Repeat("Donaudampfschifffahrt", 20)
	l.Edition, l.Subject, l.Preheader, l.From, l.Date = long, long, long, long, long
	l.Headers = append(l.Headers, [2]string{long, long})
	l.Findings = append(l.Findings, Finding{long, Warning, long, long, long})
	l.Budget.Shortened = []string{long}
	_, base := start(t, Options{Compose: func(_ context.Context, asOf string) (*Letter, error) {
		switch asOf {
		case "empty":
			return nil, &Empty{long}
		case "failed":
			return nil, errors.New(long)
		}
		return l, nil
	}})
	for _, path := range []string{"/", "/?theme=inverted&images=remote&styles=off", "/?view=text", "/?view=headers", "/?view=source", "/?as-of=empty", "/?as-of=failed"} {
		b.do(chromedp.Navigate(base + path))
		for _, width := range []int64{360, 400, 640, 800, 1060, 1440, 1600} {
			b.size(width, 900)
			if over := value[int](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
				t.Errorf("%s at %d scrolls sideways by %d", path, width, over)
			}
		}
	}
	if said, _ := b.heard(); said != nil {
		t.Errorf("the console says %q", said)
	}
}

func keyboard(t *testing.T, b *browser) {
	_, base := start(t, Options{Compose: always(golden(t))})
	b.do(chromedp.Navigate(base))
	reached := map[string]bool{}
	for range 40 {
		b.do(chromedp.KeyEvent(kb.Tab))
		at := value[[]string](b, `(e => [e.title || e.id || e.innerText, getComputedStyle(e).outlineStyle, e.localName])(document.activeElement)`)
		if at[1] == "none" && at[2] != "body" && at[2] != "iframe" {
			t.Errorf("it does not show that %q has the focus", at[0])
		}
		reached[at[0]] = true
	}
	for _, want := range []string{"as-of", "Show", "Now", "Letter", "Text", "Headers", "Source", "Both", "Phone", "Desktop", "Light", "Dark", "Inverted", "Embedded", "All", "Off", "On", "The letter on a phone", "The letter on a desktop"} {
		if !reached[want] {
			t.Errorf("the keyboard does not reach %s", want)
		}
	}
	b.do(chromedp.Navigate(base), chromedp.Focus(chromedp.CSS(`a[href="/?view=text"]`)), chromedp.KeyEvent(kb.Enter))
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](`document.querySelector(".lines") !== null`)); err != nil {
		t.Fatal(fmt.Errorf("enter on Text: %w", err))
	}
}
