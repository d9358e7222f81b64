package web

import (
	"net/http"
	"net/url"

	"digest/internal/subscriber"
)

// preferences is where readers choose, ask for what is stored of them, and go.
func (e *exchange) preferences(token string) {
	if e.rehearses(token) {
		e.show(http.StatusOK, e.current(visitor{}, either(e.posts(), Saved, Preferences)))
		return
	}
	v, ok := e.admit(subscriber.Preferences, token)
	if !ok {
		return
	}
	is, err := e.Store.State(e.r.Context(), e.Newsletter, v.Key)
	if err != nil {
		e.fault(err)
		return
	}
	if !e.posts() {
		if is == subscriber.Suppressed {
			e.show(http.StatusOK, Page{Kind: Blocked, Language: v.Language})
			return
		}
		if is == subscriber.Unsubscribed {
			e.show(http.StatusOK, Page{Kind: Left, Language: v.Language, Action: e.r.URL.Path})
			return
		}
		e.show(http.StatusOK, e.current(v, Preferences))
		return
	}
	form, err := e.form()
	switch {
	case err != nil:
		e.fault(err)
	case form.Get("back") != "":
		e.returns(v)
	default:
		e.does(v, form)
	}
}

// current is the page with what v has chosen.
func (e *exchange) current(v visitor, kind Kind) Page {
	var names []string
	for _, at := range e.Ticked(v.Categories.Names()) {
		names = append(names, e.Categories[at].Value)
	}
	return Page{
		Kind: kind, Language: v.Language, Action: e.r.URL.Path,
		Categories: ticked(e.Categories, names...), Languages: ticked(e.Languages, e.Speaks(v.Language)),
	}
}

// does what a button of the page is for.
func (e *exchange) does(v visitor, form url.Values) {
	ctx := e.r.Context()
	switch form.Get("do") {
	case "save":
		e.save(v, form)
	case "leave":
		e.leaves(v)
	case "data":
		if err := e.Store.Ask(ctx, e.Newsletter, subscriber.DataRequest, v.Subscriber); err != nil {
			e.fault(err)
			return
		}
		e.wake()
		e.did(askedForData, v.tag)
		e.show(http.StatusOK, Page{Kind: DataSent, Language: v.Language, Action: e.r.URL.Path})
	case "erase":
		if form.Get("sure") == "" {
			e.show(http.StatusBadRequest, e.current(v, Preferences))
			return
		}
		if err := e.Store.Erase(ctx, e.Newsletter, v.Key, e.Keys().Tag(e.Newsletter, v.Key)); err != nil {
			e.fault(err)
			return
		}
		e.did(erased, v.tag)
		e.show(http.StatusOK, Page{Kind: Erased, Language: v.Language})
	default:
		e.show(http.StatusBadRequest, e.current(v, Preferences))
	}
}

func (e *exchange) save(v visitor, form url.Values) {
	v.Categories, v.Language = e.choice(form)
	listed, err := e.Store.Choose(e.r.Context(), e.Newsletter, v.Key, v.Categories, v.Language)
	switch {
	case err != nil:
		e.fault(err)
	case !listed: // they have left in the meantime
		e.show(http.StatusOK, Page{Kind: Left, Language: v.Language, Action: e.r.URL.Path})
	default:
		e.did(chose, v.tag)
		e.welcome(v, e.current(v, Saved))
	}
}
