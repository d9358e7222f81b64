package web

import (
	"net/http"
	"strings"

	"digest/internal/subscriber"
)

// A visitor is a reader who has shown a token.
type visitor struct {
	subscriber.Subscriber
	tag int64
}

// admit finds whose token it is, for a purpose. Whatever is wrong with it, the
// answer is the same, and has been given.
func (e *exchange) admit(p subscriber.Purpose, token string) (visitor, bool) {
	claim, ok := e.Keys().Parse(token)
	if ok {
		readers, err := e.Store.Readers(e.r.Context(), e.Newsletter, claim.Tag)
		if err != nil {
			e.fault(err)
			return visitor{}, false
		}
		if s, ok := claim.Of(readers, p, e.Newsletter, e.Now()); ok {
			return visitor{s, claim.Tag}, true
		}
	}
	e.refuse()
	return visitor{}, false
}

// rehearses reports whether it is the token of "digest check" or of a letter that
// "digest test" has sent: they are shown all, and nothing changes.
func (e *exchange) rehearses(token string) bool {
	claim, ok := e.Keys().Parse(token)
	return ok && claim.Verify(subscriber.Checking, e.Newsletter, "", e.Now())
}

// refuse answers for a link that is none.
func (e *exchange) refuse() {
	if !e.guessing.allow(e.network(), e.Now()) {
		e.busy(http.StatusTooManyRequests)
		return
	}
	e.show(http.StatusNotFound, Page{Kind: BadLink})
}

// leave is where the link for leaving leads, and the List-Unsubscribe header: a POST
// of a mail program leaves (RFC 8058 3.2), as does that of the page's own button.
// All else shows the page, which prefetchers and scanners may have.
func (e *exchange) leave(token string) {
	if e.rehearses(token) {
		e.show(http.StatusOK, Page{Kind: either(e.posts(), Left, Leave), Action: e.r.URL.Path})
		return
	}
	v, ok := e.admit(subscriber.Leaving, token)
	if !ok {
		return
	}
	ask := Page{Kind: Leave, Language: v.Language, Action: e.r.URL.Path}
	if !e.posts() {
		e.show(http.StatusOK, ask)
		return
	}
	form, err := e.form()
	switch {
	case err != nil:
		e.fault(err)
	case strings.TrimSpace(form.Get("List-Unsubscribe")) == "One-Click":
		e.leaves(v)
	case form.Get("back") != "":
		e.returns(v)
	default:
		e.show(http.StatusBadRequest, ask)
	}
}

func either(is bool, yes, no Kind) Kind {
	if is {
		return yes
	}
	return no
}

func (e *exchange) leaves(v visitor) {
	was, err := e.Store.Leave(e.r.Context(), e.Newsletter, v.Subscriber)
	if err != nil {
		e.fault(err)
		return
	}
	if was != subscriber.Unsubscribed {
		e.did(left, v.tag)
	}
	e.show(http.StatusOK, Page{Kind: Left, Language: v.Language, Action: e.r.URL.Path})
}

func (e *exchange) returns(v visitor) {
	was, err := e.Store.Return(e.r.Context(), e.Newsletter, v.Key, e.Kept)
	switch {
	case err != nil:
		e.fault(err)
	case e.Kept && was != subscriber.Active && was != subscriber.Unsubscribed:
		e.refuse()
	default:
		if was == subscriber.Unsubscribed {
			e.did(cameBack, v.tag)
		}
		e.welcome(v, Page{Kind: Back, Language: v.Language})
	}
}

// welcome shows a page to somebody who is to get letters, or says that none can be
// sent to them.
func (e *exchange) welcome(v visitor, page Page) {
	is, err := e.Store.State(e.r.Context(), e.Newsletter, v.Key)
	if err != nil {
		e.fault(err)
		return
	}
	if is == subscriber.Suppressed {
		page = Page{Kind: Blocked, Language: v.Language}
	}
	e.show(http.StatusOK, page)
}
