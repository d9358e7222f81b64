package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"digest/internal/config"
	"digest/internal/email"
	"digest/internal/ledger"
	"digest/internal/sqlite"
)

// compose returns the edition of now with its draft: chosen, rendered and fixed
// now, or, if somebody has or may have it, as it was fixed then.
func (n *newsletter) compose(ctx context.Context, book book, past *sqlite.DB) (ledger.Edition, *email.Draft, error) {
	fixed, err := n.fixed(ctx, past)
	if errors.Is(err, ledger.ErrNotFound) && n.flags.edition == "" {
		fixed, err = n.fix(ctx, book, past)
	} else if err == nil && n.edits != nil {
		n.sayNotHeeded(fixed)
	}
	if err != nil {
		return fixed, nil, err
	}
	draft := &email.Draft{}
	if err := json.Unmarshal(fixed.Draft, draft); err != nil {
		return fixed, nil, fmt.Errorf("edition %s: its stored draft cannot be read: %w", fixed.ID, err)
	}
	return fixed, draft, nil
}

// fixed returns the edition that is asked for, or that of now, as an earlier
// run fixed it. One of now that nobody can have got counts as not found: it may
// still be made anew, unless an editor chose it and says nothing else now.
func (n *newsletter) fixed(ctx context.Context, past *sqlite.DB) (ledger.Edition, error) {
	id := cmp.Or(n.flags.edition, n.id())
	if past == nil {
		return ledger.Edition{}, fmt.Errorf("%s: %w", id, ledger.ErrNotFound)
	}
	e, err := past.Edition(ctx, id)
	if err == nil && e.Newsletter != n.Name {
		err = ledger.ErrNotFound
	}
	if err != nil {
		return e, fmt.Errorf("%s: %w; digest status shows all of them", id, err)
	}
	if n.flags.edition != "" {
		return e, nil
	}
	out, err := past.IsOut(ctx, id)
	if err != nil {
		return e, err
	}
	if !out && (n.edits != nil || !isEdited(e)) {
		return e, ledger.ErrNotFound
	}
	if !e.Start.Equal(n.policy.Window.Start) || !e.End.Equal(n.policy.Window.End) {
		n.log.Warn(fmt.Sprintf("%s was fixed with the window %s to %s and is sent as it was", id, e.Start.Format(time.RFC3339), e.End.Format(time.RFC3339)))
	}
	return e, nil
}

// fix chooses and renders the edition of now and has the book keep it.
func (n *newsletter) fix(ctx context.Context, book book, past *sqlite.DB) (ledger.Edition, error) {
	s, err := n.chosen(ctx, past, toLetter)
	if err != nil {
		return ledger.Edition{}, err
	}
	n.warnOdd(s.odd)
	selected := s.edition
	if selected.Len() == 0 || selected.Len() < n.MinItems && !selected.Edited {
		// What is of this window waits for the next.
		if n.isWhole() && n.flags.since == "" {
			err = book.Begin(ctx, n.Name, selected.Window.Start)
		}
		// An earlier run may have fixed what is not in it any more.
		if err = errors.Join(err, book.Discard(ctx, selected.ID)); err != nil {
			return ledger.Edition{}, err
		}
		return ledger.Edition{}, n.empty(s)
	}
	n.sayWaiting(s.verdicts)
	content := fixedContent{Edition: selected}
	if n.flags.dryRun && n.Images != config.NoImages {
		n.log.Warn("images are fetched when the letter is sent; a dry run shows none")
	} else {
		content.Pictures = n.pictures(ctx, selected)
	}
	e := ledger.Edition{
		ID: selected.ID, Newsletter: n.Name, Start: selected.Window.Start, End: selected.Window.End,
		Date: n.policy.Now, Partial: !n.isWhole(), Passed: s.passed,
	}
	if e.Content, err = json.Marshal(content); err != nil {
		return e, fmt.Errorf("edition %s: %w", e.ID, err)
	}
	for b := range selected.All() {
		e.Bookmarks = append(e.Bookmarks, ledger.Bookmark{Key: b.Key(), Link: b.Link, Title: b.Title})
	}
	renderer := n.renderer.Illustrated(content.Pictures)
	return book.Open(ctx, e, func(number int) ([]byte, error) {
		draft, err := renderer.Render(selected, number, n.policy.Now)
		if err != nil {
			return nil, n.templateFault(err)
		}
		n.warnShortened(draft.Edition, draft)
		if err := n.refuse(draft); err != nil && !n.flags.dryRun { // who looks at it may look at it
			return nil, err
		}
		return json.Marshal(draft)
	})
}

// addresser makes the message of a recipient of an edition.
func (n *newsletter) addresser(draft *email.Draft, edition int) func(ledger.Recipient) email.Message {
	keys, paths := n.keys(), n.returnPaths()
	return func(r ledger.Recipient) email.Message {
		leaving, preferences := n.tokens(keys, r.Key)
		m := draft.To(email.Recipient{
			Address: mail.Address{Name: r.Name, Address: r.Address}, Token: leaving, Preferences: preferences,
		})
		if paths.Base != "" {
			m.From = paths.Of(r.ID, edition, r.Key)
		}
		return n.sign(m)
	}
}

// A next edition is that of now with the number it would get, and nothing is
// fixed by asking.
func (n *newsletter) next(ctx context.Context, much extent) (s *selection, number int, err error) {
	number = 1
	past, err := n.past(ctx)
	if err != nil {
		return nil, 0, err
	}
	if past != nil {
		defer past.Close()
		if number, err = past.Number(ctx, n.Name, n.id()); err != nil {
			return nil, 0, err
		}
	}
	s, err = n.chosen(ctx, past, much)
	return s, number, err
}

// warnShortened says what a letter had to leave out so that mail programs do not
// cut it.
func (n *newsletter) warnShortened(name string, draft *email.Draft) {
	if len(draft.Shortened) > 0 {
		n.log.Warn(fmt.Sprintf("%s: so that the letter stays below %d KB, %s", name, email.MaxHTML/1000, strings.Join(draft.Shortened, "; ")))
	}
}
