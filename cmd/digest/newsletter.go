package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"digest/internal/config"
	"digest/internal/delivery"
	"digest/internal/draftfile"
	"digest/internal/email"
	"digest/internal/locale"
	"digest/internal/selector"
	"digest/internal/sqlite"
	"digest/internal/subscriber"
	"digest/internal/thumbnail"
	"digest/templates"
)

// A newsletter is the configuration turned into the values that the packages
// work with.
type newsletter struct {
	*app
	*config.Config
	policy   selector.Policy
	edits    *draftfile.File // nil: the edition is selected
	renderer *email.Renderer
	signer   *email.Signer // nil: messages are not signed
	fetcher  *thumbnail.Fetcher
	fetched  *pictureCache // nil: each picture is fetched
	// keepIndex is whether what is read is remembered for the next run: only who
	// writes the ledger writes beside it.
	keepIndex bool
	keyring   *keyring     // nil: the keys are those of the configuration
	noteSaid  bool         // that the ledger has forgotten something
	checked   *email.Draft // what check has looked at; nil: there is no letter
}

// load reads the configuration, the flags and the DKIM key, and parses the
// templates. Its faults are those of the user: status 2.
func (a *app) load() (*newsletter, error) {
	n, err := a.configure()
	if err != nil {
		return nil, err
	}
	if err := n.readKey(); err != nil {
		return nil, err
	}
	return n, n.parseTemplates()
}

// configure reads the configuration and the flags, which is enough to select.
func (a *app) configure() (*newsletter, error) {
	overrides := map[string]any{}
	if a.flags.window != "" {
		overrides["window"] = a.flags.window
	}
	if len(a.flags.content) > 0 {
		dirs := make([]string, len(a.flags.content))
		for i, dir := range a.flags.content {
			var err error
			if dirs[i], err = filepath.Abs(dir); err != nil {
				return nil, err
			}
		}
		overrides["content"] = dirs
	}
	c, err := config.Load(config.Options{File: a.flags.config, Flags: overrides})
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	n := &newsletter{app: a, Config: c, fetcher: &thumbnail.Fetcher{Width: pictureWidth, MaxHeight: pictureHeight, MaxPixels: 20_000_000}}
	if n.policy, err = n.newPolicy(); err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return n, n.readDraft()
}

func (n *newsletter) parseTemplates() (err error) {
	if n.renderer, err = email.NewRenderer(n.letterhead(), templates.FS(n.Templates)); err != nil {
		return n.templateFault(err)
	}
	return nil
}

// templateFault says where the templates are, and what they can show.
func (n *newsletter) templateFault(err error) error {
	where := n.File
	switch text := err.Error(); {
	case strings.HasPrefix(text, "language "):
		return &exitError{exitUsage, fmt.Errorf("%s: %w, or set another language", where, err)}
	case strings.HasPrefix(text, locale.Dir+"/"), strings.HasPrefix(text, locale.WebDir+"/"):
		dir, _, _ := strings.Cut(text, "languages/")
		return &exitError{exitUsage, fmt.Errorf("%s: %w; mend the file, templates/%slanguages/en.yaml has all that it needs", cmp.Or(n.Templates, "templates"), err, dir)}
	}
	if !strings.HasPrefix(err.Error(), "subject") {
		where = cmp.Or(n.Templates, "templates")
	}
	return &exitError{exitUsage, fmt.Errorf("%s: %w; mend the template, its fields are those of email.Letter, see the README", where, err)}
}

// letterhead is what every letter says of its sender.
func (n *newsletter) letterhead() email.Newsletter {
	return email.Newsletter{
		Name: n.Name, Title: n.Title, From: n.From, ReplyTo: n.ReplyTo, Subject: n.Subject,
		Language: n.Language, Address: n.Address, Site: n.Site, Archive: n.Archive, Theme: n.Theme,
		UnsubscribeURL: n.Unsubscribe.URL, UnsubscribeMailto: n.Unsubscribe.Mailto, PreferencesURL: n.Unsubscribe.Preferences,
	}
}

func (n *newsletter) newPolicy() (selector.Policy, error) {
	p := selector.Policy{
		Name: n.Name, Now: n.clock().In(n.Location), Categories: n.Categories, Other: n.Other, Order: n.Order, PerHost: n.PerHost, ShareSlots: n.ShareSlots, Only: n.flags.categories,
		Late: n.Late, CatchUp: n.CatchUp,
	}
	if n.MinItems > 0 && n.CatchUp.Longer(n.Late) { // what came late may have to wait as well
		p.Late = n.CatchUp
	}
	var err error
	if n.flags.asOf != "" {
		if p.Now, err = parseTime("--as-of", n.flags.asOf, n.Location); err != nil {
			return p, err
		}
	}
	p.Window = n.Span.Before(p.Now)
	switch {
	case (n.flags.since == "") != (n.flags.until == ""):
		return p, errors.New("--since and --until go together: give both")
	case n.flags.since != "" && n.flags.window != "":
		return p, errors.New("--window and --since say the same: give one of them")
	case n.flags.since != "":
		p.Late, p.CatchUp = selector.Span{}, selector.Span{} // this window and no other time
		if p.Window.Start, err = parseTime("--since", n.flags.since, n.Location); err != nil {
			return p, err
		}
		if p.Window.End, err = parseTime("--until", n.flags.until, n.Location); err != nil {
			return p, err
		}
		if length := p.Window.End.Sub(p.Window.Start); length <= 0 || length > 366*24*time.Hour {
			return p, fmt.Errorf("--since %s --until %s: a window is longer than nothing and not longer than a year", n.flags.since, n.flags.until)
		}
	}
	var known []string
	for _, c := range n.Categories {
		known = append(known, c.Name)
		known = append(known, c.Aliases...)
	}
	for _, name := range n.flags.categories {
		if !slices.ContainsFunc(known, func(k string) bool { return selector.Fold(k) == selector.Fold(name) }) {
			return p, fmt.Errorf("--category %q: no such category; there are %s", name, strings.Join(known, ", "))
		}
	}
	return p, nil
}

// parseTime reads an instant, in loc if it names no zone, or a date as its first
// moment.
func parseTime(flag, s string, loc *time.Location) (time.Time, error) {
	if t, err := time.ParseInLocation("2006-01-02 15:04:05", s+" 12:00:00", loc); err == nil {
		return selector.StartOfDay(t), nil
	}
	if t, err := time.ParseInLocation("2006-01-02T15:04:05", s, loc); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fmt.Errorf("%s %q: write a date such as 2026-11-20, or 2026-11-20T08:00:00-05:00", flag, s)
	}
	return t.In(loc), nil
}

// past opens the ledger for reading; it is nil if there is none yet. One that has
// forgotten editions can be read, with a warning.
func (n *newsletter) past(ctx context.Context) (*sqlite.DB, error) {
	db, err := sqlite.OpenReadOnly(ctx, n.Database)
	if errors.Is(err, fs.ErrNotExist) {
		db, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := n.checkNote(ctx, db); err != nil && !n.noteSaid {
		n.log.Warn(err.Error())
		n.noteSaid = true
	}
	return db, nil
}

// keys make the recipients' tokens. In an outbox nobody is at the other end, and
// a fixed one does.
func (n *newsletter) keys() subscriber.Keys {
	if n.keyring != nil {
		return n.keyring.current()
	}
	if secrets := subscriber.Secrets(string(n.Unsubscribe.Secret)); len(secrets) > 0 {
		return subscriber.NewKeys(secrets...)
	}
	return subscriber.NewKeys("digest outbox " + n.Name)
}

// tokens are what a recipient shows on the web.
func (n *newsletter) tokens(keys subscriber.Keys, key string) (leaving, preferences string) {
	leaving = keys.Token(subscriber.Leaving, n.Name, key)
	if n.Unsubscribe.Preferences == "" {
		return leaving, ""
	}
	return leaving, keys.Token(subscriber.Preferences, n.Name, key)
}

// sender is where messages go, one value a connection.
func (n *newsletter) sender() delivery.Sender {
	if n.Delivery.Via == "outbox" {
		return email.Outbox(n.Delivery.Outbox)
	}
	_, domain, _ := strings.Cut(n.From.Address, "@")
	return &email.Sender{
		Host: n.SMTP.Host, Port: n.SMTP.Port, TLS: email.TLS(n.SMTP.TLS), Auth: email.Auth(n.SMTP.Auth), HELO: cmp.Or(n.SMTP.HELO, domain),
		Username: n.SMTP.Username, Password: string(n.SMTP.Password), PerConnection: n.Delivery.PerConnection,
	}
}
