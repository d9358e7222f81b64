package web

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"digest/internal/subscriber"
)

// A reader joins, chooses, leaves, comes back and is erased: on the real pages, in a
// real browser without script, by keyboard alone.
func TestBrowserReadersLife(t *testing.T) {
	h := newHouse(t)
	b := open(t, h.Pages)
	server := httptest.NewServer(h.handler)
	t.Cleanup(server.Close)
	b.base = server.URL
	b.withoutScript()
	press := func(control, keys string) {
		t.Helper()
		b.tabTo(control)
		b.do(chromedp.KeyEvent(keys))
	}
	arrives := func(words string) {
		t.Helper()
		got := ""
		for range 400 {
			if got = value[string](b, `document.querySelector("main")?.innerText ?? ""`); strings.Contains(got, words) {
				b.silent(words)
				return
			}
			time.Sleep(25 * time.Millisecond)
		}
		t.Fatalf("the page is %q, want %q", got, words)
	}

	b.show("/join", 390)
	press("address", "ada@example.net")
	press("category=open source", " ")
	press("button", kb.Enter)
	arrives("Check your inbox")
	waiting, err := h.db.Waiting(ctx, newsletter, 9)
	if err != nil || len(waiting) != 1 {
		t.Fatalf("Waiting = %+v, %v", waiting, err)
	}
	ada := waiting[0].Subscriber
	if _, err := h.db.Answer(ctx, newsletter, waiting[0], keys.Tag(newsletter, ada.Key)); err != nil {
		t.Fatal(err)
	}
	b.show("/join/"+keys.TokenUntil(subscriber.Confirming, newsletter, ada.Key, h.clock.Add(time.Hour)), 390)
	press("button", kb.Enter)
	arrives("You are subscribed")

	b.show(choosing(ada), 390)
	press("category=design", " ")
	press("do=save", kb.Enter)
	arrives("Saved.")
	if all, err := h.db.Readers(ctx, newsletter, keys.Tag(newsletter, ada.Key)); err != nil || len(all) != 1 || all[0].Categories != "" {
		t.Errorf("they have chosen %+v, %v, want all", all, err)
	}

	b.show(leaving(ada), 390)
	arrives("Unsubscribe from")
	press("button", kb.Enter)
	arrives("You have unsubscribed")
	if is := h.state(t, ada); is != subscriber.Unsubscribed {
		t.Errorf("they are %q, want unsubscribed", is)
	}
	press("button", kb.Enter)
	arrives("Welcome back")

	b.show(choosing(ada), 390)
	press("sure=1", " ")
	press("do=erase", kb.Enter)
	arrives("Your data has been deleted")
	if is := h.state(t, ada); is != "" {
		t.Errorf("they are %q, want nobody", is)
	}
}
