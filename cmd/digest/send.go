package main

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"digest/internal/delivery"
	"digest/internal/email"
	"digest/internal/ledger"
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
	a.draftFlag(cmd)
	f.BoolVar(&a.flags.force, "force", false, "send even if the list has lost more than half of its subscribers")
	a.formatFlag(cmd, "text", "json")
}

// A book is what send needs of the ledger.
type book interface {
	delivery.Ledger
	Open(ctx context.Context, e ledger.Edition, compose func(number int) ([]byte, error)) (ledger.Edition, error)
	Begin(ctx context.Context, newsletter string, since time.Time) error
	Discard(ctx context.Context, edition string) error
	Plan(ctx context.Context, run ledger.Run, list iter.Seq2[ledger.Recipient, error], plan ledger.Plan) (ledger.Counts, error)
	Missing(ctx context.Context, edition string) ([]string, error)
	AddVariants(ctx context.Context, run ledger.Run, variants ...ledger.Variant) error
	Variant(ctx context.Context, edition, choice string) ([]byte, error)
	Counts(ctx context.Context, edition string) (ledger.Counts, error)
	Finish(ctx context.Context, edition string) error
}

// send is the whole program: what is fixed, or else selected and rendered, goes
// to all who have not got it, as each has chosen. A dry run is the same with other
// values: a book that records nothing and a sender that keeps the message.
func (a *app) send(ctx context.Context) (err error) {
	if a.flags.out != "" && !a.flags.dryRun {
		return usage("--out goes with --dry-run; without it the edition would be sent")
	}
	started := time.Now()
	n, err := a.load()
	if err != nil {
		return err
	}
	n.keepIndex = !a.flags.dryRun
	if err := n.checkList(ctx); err != nil {
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
	letters, err := n.newLetters(edition, draft, book)
	if err != nil {
		return err
	}
	run := ledger.Run{Edition: edition.ID, Owner: 1 + rand.Int64()}
	planned, err := book.Plan(ctx, run, n.recipients(ctx, a.log, letters.choices.of), ledger.Plan{ResendUnknown: n.Delivery.ResendUnknown, AllowShrunk: a.flags.force})
	if err != nil {
		return n.listError(err)
	}
	n.warnStrangers(letters.choices.strangers)
	if err := letters.render(ctx, run); err != nil {
		return said(err)
	}
	connect, kept := n.sender, &keeper{}
	if a.flags.dryRun {
		connect = func() delivery.Sender { return kept }
	}
	bar := n.newProgress("sending", planned.Pending)
	job := delivery.Job{
		Run:         run,
		Ledger:      book,
		Compose:     func(r ledger.Recipient) (email.Message, error) { return letters.message(ctx, r) },
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
		if err := n.note(edition, planned); err != nil {
			return err
		}
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n.processors()))
		report, stopped = job.Do(ctx)
	}
	bar.done()
	if a.flags.dryRun {
		return errors.Join(n.reportDryRun(edition, draft, planned, letters, kept.message), n.refuse(draft), letters.refusal)
	}
	// Whatever ended the job, what it did is said.
	counts, err := book.Counts(context.WithoutCancel(ctx), edition.ID)
	if err == nil {
		err = errors.Join(book.Finish(context.WithoutCancel(ctx), edition.ID), n.note(edition, counts))
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

// A keeper keeps the message it is given.
type keeper struct{ message *email.Message }

func (k *keeper) Connect(context.Context) error { return nil }

func (k *keeper) Send(_ context.Context, m email.Message, _ *email.Message, _ func() error) email.Outcome {
	k.message = &m
	return email.Outcome{Status: email.Sent}
}

func (k *keeper) Close() error { return nil }
