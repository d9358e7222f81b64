package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"digest/internal/subscriber"
)

func TestJoin(t *testing.T) {
	h := newHouse(t)
	rang := 0
	h.Asked = func() { rang++ }
	wantPlain(t, h.do("GET", "/join", ""), 200)
	bad := h.do("POST", "/join", url.Values{"address": {`nobody"><script>`}, "name": {"Ada"}}.Encode())
	wantPlain(t, bad, 422)
	if !strings.Contains(bad.Body.String(), "nobody&#34;&gt;&lt;script&gt;") {
		t.Errorf("what was typed is not shown again, as text:\n%s", bad.Body)
	}
	wantPlain(t, h.do("POST", "/join", url.Values{"address": {"Ada@Example.NET"}, "name": {"Ada\r\nBcc: x"}, "category": {"open source", "design; x", "nothing"}, "language": {"de"}}.Encode()), 200)
	waiting, err := h.db.Waiting(ctx, newsletter, 9)
	if err != nil || len(waiting) != 1 || rang != 1 {
		t.Fatalf("Waiting = %+v, %v, and the postman was called %d times", waiting, err, rang)
	}
	got := waiting[0].Subscriber
	if got.Address.String() != `"Ada Bcc: x" <Ada@example.net>` || got.Categories != "open source" || got.Language != "de" {
		t.Errorf("the request is %+v", got)
	}
	if is := h.state(t, got); is != "" {
		t.Errorf("before they have confirmed they are %q", is)
	}

	if _, err := h.db.Answer(ctx, newsletter, waiting[0], keys.Tag(newsletter, got.Key)); err != nil {
		t.Fatal(err)
	}
	link := "/join/" + keys.TokenUntil(subscriber.Confirming, newsletter, got.Key, h.clock.Add(time.Hour))
	wantPlain(t, h.do("GET", link, ""), 200)
	wantPlain(t, h.do("POST", link, oneClick), 400)
	if is := h.state(t, got); is != subscriber.Pending {
		t.Errorf("before they have confirmed they are %q", is)
	}
	for range 2 {
		wantPlain(t, h.do("POST", link, "confirm=1"), 200)
		if is := h.state(t, got); is != subscriber.Active {
			t.Errorf("after they have confirmed they are %q", is)
		}
	}
	wantPlain(t, h.do("POST", leaving(got), oneClick), 200)
	wantPlain(t, h.do("POST", link, "confirm=1"), 404) // it is no way back
	if is := h.state(t, got); is != subscriber.Unsubscribed {
		t.Errorf("after they have left they are %q", is)
	}
	h.clock = h.clock.Add(time.Hour + time.Second)
	wantPlain(t, h.do("GET", link, ""), 404)
}

// Nobody learns from the answer whether an address is on the list.
func TestJoinTellsNothing(t *testing.T) {
	h := newHouse(t)
	h.member(t, "member@example.net")
	gone := h.member(t, "gone@example.net")
	if _, err := h.db.Leave(ctx, newsletter, gone); err != nil {
		t.Fatal(err)
	}
	if _, err := h.db.Suppress(ctx, somebody(t, "never@example.net"), "test"); err != nil {
		t.Fatal(err)
	}
	first := ""
	for _, address := range []string{"member", "gone", "never", "stranger", "member", "stranger"} {
		h.clock = h.clock.Add(time.Minute)
		w := h.do("POST", "/join", "address="+address+"%40example.net")
		got := fmt.Sprint(w.Code, w.Header(), w.Body)
		if first == "" {
			first = got
		}
		if got != first {
			t.Errorf("%s is answered with\n%s\nwant\n%s", address, got, first)
		}
	}
}

// Who is suppressed is told so, by pages that only they are shown.
func TestSuppressedAreTold(t *testing.T) {
	h := newHouse(t)
	ada := h.member(t, "ada@example.net")
	if _, err := h.db.Suppress(ctx, ada, "test"); err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct{ method, path, form string }{
		{"GET", choosing(ada), ""}, {"POST", choosing(ada), "do=save&category=design"}, {"POST", leaving(ada), "back=1"},
	} {
		if w := h.do(r.method, r.path, r.form); w.Code != 200 || !strings.Contains(w.Body.String(), "No letters are sent to you") {
			t.Errorf("%s %s %s = %d\n%s", r.method, r.path, r.form, w.Code, w.Body)
		}
	}
	wantPlain(t, h.do("POST", leaving(ada), oneClick), 200)
}

// Nobody has us fill a mailbox of somebody else, under whatever names it has.
func TestMailboxIsNotFilled(t *testing.T) {
	h := newHouse(t)
	for i := range 20 {
		h.clock = h.clock.Add(time.Minute)
		if w := h.do("POST", "/join", fmt.Sprintf("address=victim%%2B%d%%40example.net", i)); w.Code != 200 {
			t.Fatal(w.Code)
		}
	}
	if waiting, err := h.db.Waiting(ctx, newsletter, 99); err != nil || len(waiting) != 3 {
		t.Errorf("%d mails wait, %v, want 3", len(waiting), err)
	}
}

func TestTrapAndOwnAddress(t *testing.T) {
	h := newHouse(t)
	want := h.do("POST", "/join", "address=ada%40example.net").Body.String()
	for _, form := range []string{"address=bo%40example.net&website=https%3A%2F%2Fspam.example", "address=Digest%40example.org"} {
		if w := h.do("POST", "/join", form); w.Code != 200 || w.Body.String() != want {
			t.Errorf("%s is answered with %d\n%s", form, w.Code, w.Body)
		}
	}
	if waiting, err := h.db.Waiting(ctx, newsletter, 9); err != nil || len(waiting) != 1 {
		t.Errorf("Waiting = %+v, %v, want the first alone", waiting, err)
	}
}

func TestPreferences(t *testing.T) {
	h := newHouse(t)
	ada := h.member(t, "ada@example.net")
	page := h.do("GET", choosing(ada), "")
	wantPlain(t, page, 200)
	if strings.Contains(page.Body.String(), "ada@example.net") {
		t.Error("the page tells the address to whoever has the link")
	}
	for _, tt := range []struct{ form, categories, language string }{
		{"do=save&category=open+source&language=de", "open source", "de"},
		{"do=save&category=design&category=open+source&language=xx", "", ""},
		{"do=save&category=nothing", "", ""},
		{"do=save&category=design", "design", ""},
	} {
		wantPlain(t, h.do("POST", choosing(ada), tt.form), 200)
		all, err := h.db.Readers(ctx, newsletter, keys.Tag(newsletter, ada.Key))
		if err != nil || len(all) != 1 || string(all[0].Categories) != tt.categories || all[0].Language != tt.language {
			t.Errorf("%s: they have chosen %+v, %v, want %q and %q", tt.form, all, err, tt.categories, tt.language)
		}
	}
	wantPlain(t, h.do("POST", choosing(ada), "do=data"), 200)
	if waiting, err := h.db.Waiting(ctx, newsletter, 9); err != nil || len(waiting) != 1 || waiting[0].Kind != subscriber.DataRequest {
		t.Errorf("Waiting = %+v, %v, want a request for data", waiting, err)
	}
	for _, form := range []string{"do=erase", "do=nothing", "x=y"} {
		wantPlain(t, h.do("POST", choosing(ada), form), 400)
	}
	wantPlain(t, h.do("POST", choosing(ada), "do=leave"), 200)
	wantPlain(t, h.do("GET", choosing(ada), ""), 200)
	wantPlain(t, h.do("POST", choosing(ada), "do=save&category=design"), 200)
	if is := h.state(t, ada); is != subscriber.Unsubscribed {
		t.Errorf("they are %q, want unsubscribed", is)
	}
	wantPlain(t, h.do("POST", choosing(ada), "back=1"), 200)
	if is := h.state(t, ada); is != subscriber.Active {
		t.Errorf("they are %q, want active", is)
	}
	wantPlain(t, h.do("POST", choosing(ada), "do=erase&sure=1"), 200)
	if is := h.state(t, ada); is != "" {
		t.Errorf("they are %q, want nobody", is)
	}
	wantPlain(t, h.do("GET", choosing(ada), ""), 404)
	wantPlain(t, h.do("POST", leaving(ada), oneClick), 404)
}
