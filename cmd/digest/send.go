package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/mail"
	"os"
	"runtime"
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
	f.StringVar(&a.flags.edition, "edition", "", "`ID` of an edition to go on with, as digest status shows it; nothing is selected")
	f.BoolVar(&a.flags.force, "force", false, "send even if the list has lost more than half of its subscribers")
	a.formatFlag(cmd, "text", "json")
}

// A book is what send needs of the ledger.
type book interface {
	delivery.Ledger
	Open(ctx context.Context, e ledger.Edition, compose func(number int) ([]byte, error)) (ledger.Edition, error)
	Discard(ctx context.Context, edition string) error
	Plan(ctx context.Context, run ledger.Run, list iter.Seq2[ledger.Recipient, error], plan ledger.Plan) (ledger.Counts, error)
	Counts(ctx context.Context, edition string) (ledger.Counts, error)
	Finish(ctx context.Context, edition string) error
}

// send is the whole program: what is fixed, or else selected and rendered, goes
// to all who have not got it. A dry run is the same with other values: a book
// that records nothing and a sender that keeps the message.
func (a *app) send(ctx context.Context) (err error) {
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
	defer func() {
		if closed := closeBook(); err == nil {
			err = closed
		}
	}()
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
	run := ledger.Run{Edition: edition.ID, Owner: 1 + rand.Int64()}
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
		Patience:    delivery.Patience{GiveUpAfter: n.Delivery.GiveUpAfter},
		Trusted:     planned.Sent > 0,
		Log:         a.log,
		Progress:    bar.report,
		Waiting:     n.sayWaits,
	}
	var report delivery.Report
	var stopped error
	if planned.Pending > 0 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n.processors()))
		report, stopped = job.Do(ctx)
	}
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

// processors is on how many of them messages are sent. A message takes a tenth of
// a millisecond of one; more of them hand the work to each other for a third
// more. Only signing wants as many as there are.
func (n *newsletter) processors() int {
	if n.signer != nil || os.Getenv("GOMAXPROCS") != "" {
		return runtime.GOMAXPROCS(0)
	}
	return 1
}

// compose returns the edition of now with its draft: selected, rendered and
// fixed now, or, if somebody has or may have it, as it was fixed then.
func (n *newsletter) compose(ctx context.Context, book book, past *sqlite.DB) (ledger.Edition, *email.Draft, error) {
	fixed, err := n.fixed(ctx, past)
	if errors.Is(err, ledger.ErrNotFound) && n.flags.edition == "" {
		fixed, err = n.fix(ctx, book, past)
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
// still be made anew.
func (n *newsletter) fixed(ctx context.Context, past *sqlite.DB) (ledger.Edition, error) {
	id := cmp.Or(n.flags.edition, n.policy.ID())
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
	counts, err := past.Counts(ctx, id)
	if err != nil {
		return e, err
	}
	if counts.Sent+counts.Unknown+counts.Committing == 0 {
		return e, ledger.ErrNotFound
	}
	if !e.Start.Equal(n.policy.Window.Start) || !e.End.Equal(n.policy.Window.End) {
		n.log.Warn(fmt.Sprintf("%s was fixed with the window %s to %s and is sent as it was", id, e.Start.Format(time.RFC3339), e.End.Format(time.RFC3339)))
	}
	return e, nil
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
	// An earlier run may have fixed it and come no further.
	if err := book.Discard(ctx, e.ID); err != nil {
		return e, err
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
		return n.sign(draft.To(email.Recipient{
			Address: mail.Address{Name: r.Name, Address: r.Address},
			Token:   subscriber.Token(secret, n.Name, r.Key),
		}))
	}
}

// A keeper keeps the message it is given.
type keeper struct{ message *email.Message }

func (k *keeper) Connect(context.Context) error { return nil }

func (k *keeper) Send(_ context.Context, m email.Message, _ *email.Message, _ func() error) email.Outcome {
	k.message = &m
	return email.Outcome{Status: email.Sent}
}

func (k *keeper) Close() error { return nil }
