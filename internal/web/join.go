package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"digest/internal/subscriber"
)

// join is the form for those who want to subscribe. Whether an address is known or
// not, is on the list or never will be: the answer is the same, and so is the work
// that is done for it. All else is said by mail.
func (e *exchange) join() {
	page := Page{Kind: Join, Action: e.JoinPath, Categories: e.Categories, Languages: e.Languages}
	if !e.posts() {
		e.show(http.StatusOK, page)
		return
	}
	if !e.joining.allow(e.network(), e.Now()) {
		e.busy(http.StatusTooManyRequests)
		return
	}
	form, err := e.form()
	if err != nil {
		e.fault(err)
		return
	}
	page.Address, page.Name = form.Get("address"), form.Get("name")
	categories, lang := e.choice(form)
	page.Categories, page.Languages = ticked(e.Categories, form["category"]...), ticked(e.Languages, lang)
	s, err := subscriber.New(page.Address, cut(page.Name, maxName))
	if err != nil {
		page.BadAddress = true
		e.show(http.StatusUnprocessableEntity, page)
		return
	}
	answer := Page{Kind: Asked, Language: lang}
	own, _ := subscriber.New(e.From, "")
	// A field that no person sees; a letter to ourselves, which would come back as one;
	// and a mailbox that somebody has us write to again and again.
	if form.Get("website") != "" || s.Key == own.Key || !e.mailing.allow(mailboxOf(s.Key), e.Now()) {
		e.Metrics.changed(trapped)
		e.show(http.StatusOK, answer)
		return
	}
	if err := e.Store.Ask(e.r.Context(), e.Newsletter, subscriber.JoinRequest, s.With(categories, lang)); err != nil {
		e.fault(err)
		return
	}
	e.wake()
	e.Metrics.changed(asked)
	e.show(http.StatusOK, answer)
}

// mailboxOf is the mailbox of a key without what stands behind a plus: to most
// servers it is the same one.
func mailboxOf(key string) string {
	local, domain, _ := strings.Cut(key, "@")
	local, _, _ = strings.Cut(local, "+")
	return local + "@" + domain
}

func (e *exchange) wake() {
	if e.Asked != nil {
		e.Asked()
	}
}

// maxName is the most characters of a name.
const maxName = 100

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// choice is the categories and the language of a form, of those that there are. All
// of the categories are none: what comes to be among them is wanted as well.
func (e *exchange) choice(form url.Values) (subscriber.Categories, string) {
	var names []string
	for _, c := range e.Categories {
		if slices.Contains(form["category"], c.Value) {
			names = append(names, c.Value)
		}
	}
	if len(names) == len(e.Categories) {
		names = nil
	}
	lang := form.Get("language")
	if !slices.ContainsFunc(e.Languages, func(c Choice) bool { return c.Value == lang }) {
		lang = ""
	}
	return subscriber.JoinCategories(names), lang
}

// ticked are choices of which those named are chosen.
func ticked(all []Choice, names ...string) []Choice {
	all = slices.Clone(all)
	for i, c := range all {
		all[i].Chosen = slices.Contains(names, c.Value)
	}
	return all
}

// confirm is where the link in the mail leads that answers who wants to join.
func (e *exchange) confirm(token string) {
	v, ok := e.admit(subscriber.Confirming, token)
	if !ok {
		return
	}
	ask := Page{Kind: Confirm, Language: v.Language, Action: e.r.URL.Path}
	if !e.posts() {
		e.show(http.StatusOK, ask)
		return
	}
	form, err := e.form()
	if err != nil {
		e.fault(err)
		return
	}
	if form.Get("confirm") == "" {
		e.show(http.StatusBadRequest, ask)
		return
	}
	listed, err := e.Store.Confirm(e.r.Context(), e.Newsletter, v.Key)
	switch {
	case err != nil:
		e.fault(err)
	case !listed:
		e.refuse()
	default:
		e.did(joined, v.tag)
		e.welcome(v, Page{Kind: Joined, Language: v.Language})
	}
}
