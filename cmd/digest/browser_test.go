package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// browser starts a headless Chromium; without one the test is skipped, unless
// DIGEST_BROWSER=required.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("DIGEST_BROWSER") == "required" {
			t.Fatal("there is no chromium in PATH")
		}
		t.Skip("there is no chromium in PATH")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

// A witness sees what a page does that a letter must not.
type witness struct {
	mu     sync.Mutex
	own    string // where the page itself is from
	misses []string
}

func (w *witness) saw(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.misses = append(w.misses, fmt.Sprintf(format, args...))
}

func (w *witness) listen(event any) {
	switch e := event.(type) {
	case *page.EventJavascriptDialogOpening:
		w.saw("a dialog: %s", e.Message)
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, w.own) && !strings.HasPrefix(u, "about:") && !strings.HasPrefix(u, "data:") {
			w.saw("a request to %s", u)
		}
	}
}

// No letter runs a script, asks anybody for anything, or is wider than the
// window, whatever its bookmarks hold.
func TestLettersInABrowser(t *testing.T) {
	ctx := browser(t)
	var letters sync.Map
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		letter, _ := letters.Load(strings.TrimPrefix(r.URL.Path, "/"))
		fmt.Fprint(w, letter)
	}))
	defer server.Close()
	w := &witness{own: server.URL}
	if err := chromedp.Listen(ctx, w.listen); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	for _, edition := range []string{"sample", "cjk", "hebrew", "hostile"} {
		t.Run(edition, func(t *testing.T) {
			content, err := filepath.Abs(map[bool]string{true: "../../content", false: "testdata/editions/" + edition}[edition == "sample"])
			if err != nil {
				t.Fatal(err)
			}
			letter, _ := dryRun(t, content, "2026-11-20")
			letters.Store(edition, letter)
			for _, width := range []int64{320, 375, 600, 900} {
				if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 800), chromedp.Navigate(server.URL+"/"+edition)); err != nil {
					t.Fatal(err)
				}
				wide := evaluate[int](t, ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
				height := evaluate[int](t, ctx, `document.documentElement.scrollHeight`)
				ran := evaluate[bool](t, ctx, `document.scripts.length > 0 || !document.querySelector('h1') || getComputedStyle(document.body).display == 'none'`)
				if wide > 0 || height < 500 || ran {
					t.Errorf("at %d px: %d px too wide, %d px high, changed by its content: %v", width, wide, height, ran)
				}
			}
		})
	}
	for _, m := range w.misses {
		t.Errorf("the browser saw %s", m)
	}
}

func evaluate[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}
