package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A browser is a real one, beside a real server that shows every kind of page and
// remembers what is sent to it.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu   sync.Mutex
	sent []url.Values
	said []string // on the console, such as violations of the policy
}

func open(t *testing.T, p *Pages) *browser {
	t.Helper()
	b := &browser{t: t}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		if r.Method == http.MethodPost {
			b.mu.Lock()
			b.sent = append(b.sent, r.PostForm)
			b.mu.Unlock()
			p.Write(w, r, http.StatusOK, Page{Kind: Asked})
			return
		}
		page := full(Kind(r.URL.Path[1:]), r.FormValue("language"))
		page.BadAddress = page.BadAddress && r.FormValue("bad") != ""
		p.Write(w, r, http.StatusOK, page)
	}))
	t.Cleanup(server.Close)
	b.base = server.URL + "/"
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	b.ctx, _ = chromedp.NewContext(ctx, chromedp.WithAllocatorOptions(chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU))
	t.Cleanup(func() { chromedp.Cancel(b.ctx) })
	if err := chromedp.Listen(b.ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	return b
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

func (b *browser) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		b.said = append(b.said, e.Entry.Text+" "+e.Entry.URL)
	case *runtime.EventExceptionThrown:
		b.said = append(b.said, e.ExceptionDetails.Text)
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// show opens a page in a window of a width.
func (b *browser) show(page string, width int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, 800), chromedp.Navigate(b.base+page))
}

// silent reports what the console has said.
func (b *browser) silent(where string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.said {
		b.t.Errorf("%s: the console says %s", where, s)
	}
	b.said = nil
}

// awaitSent is the next form that was sent.
func (b *browser) awaitSent() url.Values {
	b.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		b.mu.Lock()
		if len(b.sent) > 0 {
			sent := b.sent[0]
			b.sent = b.sent[1:]
			b.mu.Unlock()
			return sent
		}
		b.mu.Unlock()
	}
	b.t.Fatal("nothing was sent")
	return nil
}

// scheme is what the system prefers: light or dark.
func (b *browser) scheme(value string) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}},
	}); err != nil {
		b.t.Fatal(err)
	}
}

// withoutScript has pages do without.
func (b *browser) withoutScript() {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		b.t.Fatal(err)
	}
}

func value[T any](b *browser, expression string, options ...chromedp.EvaluateOption) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, options...))
	for range 100 { // while a form's answer takes the place of the page
		if err == nil || !strings.Contains(err.Error(), "navigated") {
			break
		}
		time.Sleep(20 * time.Millisecond)
		v, err = chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, options...))
	}
	if err != nil {
		b.t.Fatalf("%s: %v", expression[:min(80, len(expression))], err)
	}
	return v
}
