package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/mail"
	"time"

	"github.com/spf13/cobra"

	"digest/internal/delivery"
	"digest/internal/email"
	"digest/internal/ledger"
	"digest/internal/sqlite"
	"digest/internal/subscriber"
)

func (a *app) sendCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "send",
		Short: "Send the edition of this moment to all who have not got it (the default)",
		Args:  usageArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.send(cmd.Context()) },
	}
	a.sendFlags(cmd)
	return cmd
}

func (a *app) sendFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&a.flags.dryRun, "dry-run", false, "deliver nothing and record nothing; print the text part")
	f.StringVar(&a.flags.out, "out", "", "with --dry-run, `DIR` for digest.html, digest.txt and digest.eml of the first recipient")
	f.BoolVar(&a.flags.force, "force", false, "send even if the list has lost more than half of its subscribers")
	a.formatFlag(cmd, "text", "json")
}

// A book is what send needs of the ledger.
type book interface {
	delivery.Ledger
	Open(ctx context.Context, e ledger.Edition, compose func(number int) ([]byte, error)) (ledger.Edition, error)
	Plan(ctx context.Context, run ledger.Run, list iter.Seq2[ledger.Recipient, error], plan ledger.Plan) (ledger.Counts, error)
	Counts(ctx context.Context, edition string) (ledger.Counts, error)
	Finish(ctx context.Context, edition string) error
}

// send is the whole program: what is fixed, or else selected and rendered, goes
// to all who have not got it. A dry run is the same with other values: a book
// that records nothing and a sender that keeps the message.
func (a *app) send(ctx context.Context) error {
	if a.flags.out != "" && !a.flags.dryRun {
		return usage("--out goes with --dry-run; without it the edition would be sent")
	}
	started := time.Now()
	n, err := a.load()
	if err != nil {
		return err
	}
	if err := n.checkList(); err != nil {
		return err
	}
	book, past, closeBook, err := n.openBook(ctx)
	if err != nil {
		return err
	}
	defer closeBook()
	if err := n.sayUnfinished(ctx, past); err != nil {
		return err
	}
	edition, draft, err := n.compose(ctx, book, past)
	if errors.As(err, new(*emptyError)) {
		return n.reportEmpty(err)
	}
	if err != nil {
		return err
	}
	run := ledger.Run{Edition: edition.ID, Owner: rand.Text()}
	planned, err := book.Plan(ctx, run, n.recipients(a.log), ledger.Plan{ResendUnknown: n.Delivery.ResendUnknown, AllowShrunk: a.flags.force})
	if err != nil {
		return n.listError(err)
	}
	connect, kept := n.sender, &keeper{}
	if a.flags.dryRun {
		connect = func() delivery.Sender { return kept }
	}
	bar := n.newProgress("sending", planned.Pending)
	job := delivery.Job{
		Run:         run,
		Ledger:      book,
		Compose:     n.addresser(draft),
		Connect:     connect,
		Connections: n.Delivery.Connections,
		Rate:        n.Delivery.Rate,
		Log:         a.log,
		Progress:    func(r delivery.Report) { bar.set(r.Total()) },
	}
	report, stopped := job.Do(ctx)
	bar.done()
	if a.flags.dryRun {
		return n.reportDryRun(edition, draft, planned, kept.message)
	}
	// Whatever ended the job, what it did is said.
	counts, err := book.Counts(context.WithoutCancel(ctx), edition.ID)
	if err == nil {
		err = book.Finish(context.WithoutCancel(ctx), edition.ID)
	}
	return errors.Join(err, n.report(edition, planned, report, counts, stopped, time.Since(started)))
}

// compose returns the edition of now with its draft: as it was fixed in an
// earlier run, or selected, rendered and fixed now.
func (n *newsletter) compose(ctx context.Context, book book, past *sqlite.DB) (ledger.Edition, *email.Draft, error) {
	id := n.policy.ID()
	fixed, err := ledger.Edition{}, ledger.ErrNotFound
	if past != nil {
		fixed, err = past.Edition(ctx, id)
	}
	if errors.Is(err, ledger.ErrNotFound) {
		fixed, err = n.fix(ctx, book, past)
	} else if err == nil {
		n.log.Debug("the edition was fixed before; it is sent as it was", "edition", id, "fixed", fixed.Opened.Format(time.RFC3339))
		if !fixed.Start.Equal(n.policy.Window.Start) || !fixed.End.Equal(n.policy.Window.End) {
			n.log.Warn(fmt.Sprintf("%s was fixed with the window %s to %s and is sent as it was", id, fixed.Start.Format(time.RFC3339), fixed.End.Format(time.RFC3339)))
		}
	}
	if err != nil {
		return fixed, nil, err
	}
	draft := &email.Draft{}
	if err := json.Unmarshal(fixed.Draft, draft); err != nil {
		return fixed, nil, fmt.Errorf("edition %s: its stored draft cannot be read: %w", id, err)
	}
	return fixed, draft, nil
}

// fix selects and renders the edition of now and has the book keep it.
func (n *newsletter) fix(ctx context.Context, book book, past *sqlite.DB) (ledger.Edition, error) {
	s, err := n.selection(ctx, past)
	if err != nil {
		return ledger.Edition{}, err
	}
	n.warnOdd(s.odd)
	selected := s.edition
	if selected.Len() == 0 {
		return ledger.Edition{}, &emptyError{s}
	}
	n.sayWaiting(s.verdicts)
	content, err := json.Marshal(selected)
	if err != nil {
		return ledger.Edition{}, fmt.Errorf("edition %s: %w", selected.ID, err)
	}
	e := ledger.Edition{
		ID: selected.ID, Newsletter: n.Name, Start: selected.Window.Start, End: selected.Window.End,
		Date: n.policy.Now, Content: content,
	}
	for b := range selected.All() {
		e.Bookmarks = append(e.Bookmarks, ledger.Bookmark{Key: b.Key(), Link: b.Link, Title: b.Title})
	}
	return book.Open(ctx, e, func(number int) ([]byte, error) {
		draft, err := n.renderer.Render(selected, number, n.policy.Now)
		if err != nil {
			return nil, n.templateFault(err)
		}
		return json.Marshal(draft)
	})
}

// addresser makes the message of a recipient.
func (n *newsletter) addresser(draft *email.Draft) func(ledger.Recipient) email.Message {
	secret := n.secret()
	return func(r ledger.Recipient) email.Message {
		return draft.To(email.Recipient{
			Address: mail.Address{Name: r.Name, Address: r.Address},
			Token:   subscriber.Token(secret, n.Name, r.Key),
		})
	}
}

// A keeper keeps the message it is given.
type keeper struct{ message *email.Message }

func (k *keeper) Connect(context.Context) error { return nil }

func (k *keeper) Send(_ context.Context, m email.Message, _ func() error) email.Outcome {
	k.message = &m
	return email.Outcome{Status: email.Sent}
}

func (k *keeper) Close() error { return nil }
