package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"strings"

	"digest/internal/bookmark"
	"digest/internal/email"
	"digest/internal/sqlite"
	"digest/internal/subscriber"
)

// write makes the message that answers a request; nil is none. Its words are those of
// the list, if it knows the reader: whoever has asked may be somebody else.
func (p *postman) write(ctx context.Context, r subscriber.Request) (*email.Message, error) {
	is, err := p.db.Entry(ctx, p.Name, r.Key)
	if err != nil || is.State == subscriber.Suppressed {
		return nil, err
	}
	to, language := r.Address.Address, r.Language
	if is.State == subscriber.Active {
		to, language = is.Address.Address, is.Language
	}
	note, err := p.note(ctx, r, is)
	if err != nil {
		return nil, err
	}
	renderer, err := p.rendererIn(cmp.Or(p.words(language), p.words(p.Language)), p.letterhead())
	if err != nil {
		return nil, err
	}
	draft, err := renderer.Note(note)
	if err != nil {
		return nil, discreet(err, note.Link)
	}
	// Without a name: it may be a stranger's words.
	m := p.sign(draft.To(email.Recipient{Address: mail.Address{Address: to}}))
	return &m, nil
}

// discreet is an error that does not tell a reader's link.
func discreet(err error, link string) error {
	if link == "" || !strings.Contains(err.Error(), link) {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), link, "LINK"))
}

// note is what a request is answered with.
func (p *postman) note(ctx context.Context, r subscriber.Request, is subscriber.Entry) (email.Note, error) {
	now := p.clock()
	if r.Kind == subscriber.DataRequest {
		lines, data, err := p.data(ctx, is)
		return email.Note{Kind: email.DataNote, Text: lines, Data: data, Date: now}, err
	}
	if is.State == subscriber.Active {
		return email.Note{Kind: email.KnownNote, Link: p.choosingLink(r.Key), Date: now}, nil
	}
	end := now.Add(sqlite.RequestLife)
	link := tokenURL(p.Subscribe, p.keys().TokenUntil(subscriber.Confirming, p.Name, r.Key, end))
	return email.Note{Kind: email.ConfirmNote, Link: link, Expires: end.In(p.Location), Date: now}, nil
}

// choosingLink is where a subscriber chooses, or else leaves; it may be empty.
func (n *newsletter) choosingLink(key string) string {
	leaving, preferences := n.tokens(n.keys(), key)
	switch {
	case preferences != "":
		return tokenURL(n.Unsubscribe.Preferences, preferences)
	case n.Unsubscribe.URL != "":
		return tokenURL(n.Unsubscribe.URL, leaving)
	}
	return ""
}

// data is all that is stored of a reader: in lines, and as JSON.
func (p *postman) data(ctx context.Context, e subscriber.Entry) (lines string, data []byte, err error) {
	story, err := p.db.Story(ctx, p.Name, e.Key)
	if err != nil {
		return "", nil, err
	}
	row := struct {
		Newsletter string `json:"newsletter"`
		entryJSON
		Events []eventJSON `json:"events"`
	}{p.Title, newEntryJSON(e), []eventJSON{}}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", cmp.Or(row.Address, e.Key))
	for _, line := range []string{row.Name, strings.Join(row.Categories, ", "), row.Language} {
		if line != "" {
			fmt.Fprintln(&b, line)
		}
	}
	fmt.Fprintln(&b)
	for _, e := range story {
		row.Events = append(row.Events, eventJSON{rfc3339(e.At.In(p.Location)), e.What, e.Edition, bookmark.Clean(e.Detail)})
		fmt.Fprintln(&b, strings.Join(strings.Fields(e.At.In(p.Location).Format("2006-01-02 15:04")+" "+e.What+" "+e.Edition), " "))
	}
	data, err = json.MarshalIndent(row, "", "  ")
	return b.String(), data, err
}

// tokenURL is an address with a reader's token.
func tokenURL(address, token string) string { return strings.TrimSuffix(address, "/") + "/" + token }
