package web

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"digest/internal/locale"
)

// focused says which control has the focus.
const focused = `(e => !e || e == document.body ? "" : e.name ? e.name + (e.type == "checkbox" || e.name == "do" ? "=" + e.value : "") : e.localName)(document.activeElement)`

// ring is how thick the line around it is.
const ring = `(s => s.outlineStyle == "none" ? 0 : parseFloat(s.outlineWidth))(getComputedStyle(document.activeElement))`

// tabTo presses the tab key until a control has the focus, and is what had it
// before.
func (b *browser) tabTo(name string) (passed []string) {
	b.t.Helper()
	for range 30 {
		at := value[string](b, focused)
		if at != "" && value[float64](b, ring) < 2 {
			b.t.Errorf("%s has the focus, and it is not seen", at)
		}
		if at == name {
			return passed
		}
		if at != "" {
			passed = append(passed, at)
		}
		b.do(chromedp.KeyEvent(kb.Tab))
	}
	b.t.Fatalf("the tab key never comes to %s, only to %q", name, passed)
	return nil
}

// Everything can be done by keyboard, in a browser that runs no script.
func TestBrowserKeyboard(t *testing.T) {
	b := open(t, newPages(t, theWeekly()))
	b.withoutScript()
	press := func(keys string) { b.do(chromedp.KeyEvent(keys)) }
	sent := func(what string, want url.Values) {
		t.Helper()
		if got := b.awaitSent(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s sends %v, want %v", what, got, want)
		}
	}
	for k, want := range map[Kind]url.Values{Leave: {"List-Unsubscribe": {"One-Click"}}, Left: {"back": {"1"}}, Confirm: {"confirm": {"1"}}} {
		b.show(string(k), 390)
		b.tabTo("button")
		press(kb.Enter)
		sent(string(k), want)
	}

	b.show("join?language=en", 390)
	order := b.tabTo("button")
	if want := []string{"a", "address", "name", "category=design", "category=open source", "category=科学", "category=עברית", "language"}; !slices.Equal(order, want) {
		t.Errorf("the tab key comes to %q, want %q", order, want)
	}
	b.show("join?language=en", 390)
	b.tabTo("address") // what is in it is chosen, and typed over
	press("new@example.net")
	b.tabTo("category=open source")
	press(" ")
	b.tabTo("language")
	press("D")
	b.tabTo("button")
	press(kb.Enter)
	sent("joining", url.Values{"address": {"new@example.net"}, "name": {"Zoé"}, "website": {""}, "category": {"design", "open source", "科学"}, "language": {"de"}})

	b.show("join?bad=1", 390)
	at := ""
	for end := time.Now().Add(20 * time.Second); at != "address" && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		at = value[string](b, focused) // a browser gives it when it has shown the page
	}
	if at != "address" {
		t.Errorf("a bad address: %q has the focus, want address", at)
	}

	b.show("preferences?language=en", 390)
	b.tabTo("do=save")
	press(kb.Enter)
	sent("saving", url.Values{"category": {"design", "科学"}, "language": {"en"}, "do": {"save"}})
	for _, do := range []string{"leave", "data"} {
		b.show("preferences", 390)
		b.tabTo("do=" + do)
		press(kb.Enter)
		sent(do, url.Values{"do": {do}})
	}
	b.show("saved", 390)
	b.tabTo("do=erase")
	press(kb.Enter) // is not sent: nobody is sure
	b.show("saved", 390)
	b.tabTo("sure=1")
	press(" ")
	b.tabTo("do=erase")
	press(kb.Enter)
	sent("erasing", url.Values{"do": {"erase"}, "sure": {"1"}})
	b.silent("by keyboard")
}

// No page is wider than a small phone, in any language, or breaks its own policy.
func TestBrowserWidth(t *testing.T) {
	long := theWeekly()
	long.Title = "Donaudampfschifffahrtsgesellschaftskapitänsmützenverordnung"
	for _, tt := range []struct {
		site      Site
		languages []string
	}{{theWeekly(), locale.WebLanguages(builtin)}, {long, []string{"de"}}} {
		b := open(t, newPages(t, tt.site))
		for _, language := range tt.languages {
			for k := range kinds {
				at := string(k) + "?bad=1&language=" + language
				b.show(at, 320)
				if wide := value[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide > 0 {
					t.Errorf("%s: %d px too wide at 320 px", at, wide)
				}
				if styled := value[string](b, `getComputedStyle(document.querySelector("h1")).marginTop`); styled != "6px" {
					t.Errorf("%s: the style sheet was refused", at)
				}
				b.silent(at)
			}
		}
	}
}

// NPM names a folder with axe-core in its node_modules, as scripts/check-letter
// has it.
func TestBrowserAxe(t *testing.T) {
	npm := os.Getenv("NPM")
	if npm == "" {
		t.Skip("NPM names no folder with axe-core")
	}
	axe, err := os.ReadFile(filepath.Join(npm, "node_modules/axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, newPages(t, theWeekly()))
	for _, scheme := range []string{"light", "dark"} {
		b.scheme(scheme)
		for k := range kinds {
			for _, language := range []string{"en", "he"} {
				at := fmt.Sprintf("%s?bad=1&language=%s", k, language)
				b.show(at, 390)
				value[any](b, string(axe)+";0")
				for _, v := range value[[]string](b, `axe.run().then(r => r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.map(n => n.html).join(" ")))`, chromedp.EvalAwaitPromise) {
					t.Errorf("%s, %s: %s", at, scheme, strings.TrimSpace(v))
				}
			}
		}
	}
}
