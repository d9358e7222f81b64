package preview

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	events "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A browser is a real one. It reaches the world through a proxy that lets nothing
// through and remembers who was asked for.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu      sync.Mutex
	said    []string // on the console, and in dialogs
	foreign []string
}

// chromium is the path of one, or ends the test.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("DIGEST_BROWSER") == "required" {
		t.Fatal("there is no Chromium")
	}
	t.Skip("there is no Chromium")
	return ""
}

// open starts the browser.
func open(t *testing.T) *browser {
	t.Helper()
	path := chromium(t)
	b := &browser{}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.foreign = append(b.foreign, r.Host)
		w.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(proxy.Close)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	b.ctx, _ = chromedp.NewContext(ctx, chromedp.WithAllocatorOptions(
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.ProxyServer(proxy.URL)))
	t.Cleanup(func() { chromedp.Cancel(b.ctx) })
	if err := chromedp.Listen(b.ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	return b
}

// test is for one of several tests in the same browser, in a window of its size.
func (b *browser) test(name string, width, height int64, test func(t *testing.T, b *browser)) {
	b.t.Run(name, func(t *testing.T) {
		whole := b.t
		b.t = t
		defer func() { b.t = whole }()
		b.do(chromedp.Navigate("about:blank"))
		b.size(width, height)
		b.heard()
		test(t, b)
	})
}

func (b *browser) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		b.said = append(b.said, e.Entry.Text+" "+e.Entry.URL)
	case *runtime.EventExceptionThrown:
		b.said = append(b.said, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.said = append(b.said, "console."+string(e.Type))
	case *events.EventJavascriptDialogOpening:
		b.said = append(b.said, "dialog: "+e.Message)
	}
}

func (b *browser) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, steps...))
}

func (b *browser) size(width, height int64) { b.do(chromedp.EmulateViewport(width, height)) }

// scheme is what the system prefers: light or dark.
func (b *browser) scheme(value string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}},
	})
	b.must(err)
}

// heard is what was said, and which hosts were asked for, since the last time.
func (b *browser) heard() (said, foreign []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	said, foreign = b.said, nil
	for _, host := range b.foreign {
		if strings.Contains(host, ".example") { // the browser has errands of its own
			foreign = append(foreign, host)
		}
	}
	b.said, b.foreign = nil, nil
	return said, foreign
}

func value[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	b.must(err)
	return v
}

// corner is where the first frame is; nil: there is none.
func (b *browser) corner() []float64 {
	b.t.Helper()
	return value[[]float64](b, `(f => f && (r => [r.x, r.y])(f.getBoundingClientRect()))(document.querySelector("iframe"))`)
}

// pixel is a colour of the letter, so far from the corner of its frame.
func (b *browser) pixel(x, y float64) (c color.NRGBA) {
	b.t.Helper()
	corner := b.corner()
	if corner == nil {
		return c
	}
	shot, err := chromedp.Call(b.ctx, events.CaptureScreenshot, events.CaptureScreenshotParams{
		Clip: &events.Viewport{X: corner[0] + x, Y: corner[1] + y + value[float64](b, "scrollY"), Width: 1, Height: 1, Scale: 1},
	})
	b.must(err)
	picture, err := png.Decode(bytes.NewReader(shot.Data))
	b.must(err)
	return color.NRGBAModel.Convert(picture.At(0, 0)).(color.NRGBA)
}

// awaitPixel looks until a colour is there.
func (b *browser) awaitPixel(what string, x, y float64, is func(color.NRGBA) bool) {
	b.t.Helper()
	var last color.NRGBA
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); {
		if last = b.pixel(x, y); is(last) {
			return
		}
	}
	b.t.Errorf("%s: the letter is %v", what, last)
}

// click clicks the link to an address of the page.
func (b *browser) click(address string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(`a[href="` + address + `"]`)))
}

// painted is a letter whose colours tell how it is shown.
func painted() *Letter {
	picture := image.NewNRGBA(image.Rect(0, 0, 40, 40))
	for i := range picture.Pix {
		picture.Pix[i] = []uint8{200, 0, 0, 255}[i%4]
	}
	var red bytes.Buffer
	if err := png.Encode(&red, picture); err != nil {
		panic(err) // into memory
	}
	return &Letter{
		Edition: "weekly-2026-11-20", Number: 7, Subject: "Painted",
		Images: map[string]Image{"red@example": {Type: "image/png", Data: red.Bytes()}},
		HTML: `<!DOCTYPE html><html><head><meta name="color-scheme" content="light dark">
<style>@media (prefers-color-scheme:dark){body{background:#102030!important}}</style></head>
<body style="margin:0;background:#f0e0d0"><img src="cid:red@example" alt="" width="40" height="40" style="display:block">
<img src="http://image.example/p.png" alt="" width="40" height="40"><p>Painted</p></body></html>`,
	}
}

func is(r, g, b uint8) func(color.NRGBA) bool {
	return func(c color.NRGBA) bool { return c == color.NRGBA{R: r, G: g, B: b, A: 255} }
}

var (
	paper = is(0xf0, 0xe0, 0xd0)
	night = is(0x10, 0x20, 0x30)
	red   = func(c color.NRGBA) bool { return c.R > 120 && c.G < 60 && c.B < 60 }
	noRed = func(c color.NRGBA) bool { return !red(c) }
	gloom = func(c color.NRGBA) bool { return c.R < 90 && c.G < 90 && c.B < 90 && !night(c) }
)
