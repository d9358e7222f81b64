// Package delivery takes an edition to its recipients, each once.
//
//	job := delivery.Job{
//		Run:     ledger.Run{Edition: "weekly-2026-11-20", Owner: "4711"},
//		Ledger:  db,
//		Compose: compose,
//		Connect: func() delivery.Sender { return email.Outbox("outbox") },
//	}
//	report, err := job.Do(ctx)
//
// For each message the ledger knows that it is committing before the message
// can have been accepted, and what became of it before the next one is begun.
// A job that is killed can be done again, with what the ledger knows.
package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"golang.org/x/time/rate"

	"digest/internal/email"
	"digest/internal/ledger"
)

// A Sender delivers messages one after the other; see [email.Sender].
type Sender interface {
	// Connect fails if no message could be sent. Send connects again itself
	// when the connection is lost.
	Connect(ctx context.Context) error
	Send(ctx context.Context, m email.Message, commit func() error) email.Outcome
	Close() error
}

// A Ledger remembers who has got the edition.
type Ledger interface {
	Claim(ctx context.Context, run ledger.Run, n int) ([]ledger.Recipient, error)
	Commit(ctx context.Context, run ledger.Run, recipient string) error
	Settle(ctx context.Context, run ledger.Run, settled ...ledger.Settlement) error
}

// A Job is the delivery of one edition to all who are pending.
type Job struct {
	Run         ledger.Run
	Ledger      Ledger
	Compose     func(ledger.Recipient) email.Message
	Connect     func() Sender // called once a connection; each is used by one goroutine
	Connections int           // 0: one
	Rate        float64       // most messages a second over all connections; 0: no limit
	Trusted     bool          // somebody got this edition in an earlier job: the server takes our mail
	Log         *slog.Logger  // a line for each message, at debug level; may be nil
	Progress    func(Report)  // called after each message, never twice at once; may be nil
}

// A Report counts what a job did.
type Report struct{ Sent, Deferred, Rejected, Unknown int }

func (r *Report) add(s ledger.State) {
	switch s {
	case ledger.Sent:
		r.Sent++
	case ledger.Deferred:
		r.Deferred++
	case ledger.Rejected:
		r.Rejected++
	case ledger.Unknown:
		r.Unknown++
	}
}

// Total is the number of messages that were tried.
func (r Report) Total() int { return r.Sent + r.Deferred + r.Rejected + r.Unknown }

const (
	// batch is how many recipients a connection claims at a time.
	batch = 20
	// patience is how many equal faults in a row, of us or of a server that does
	// not answer, end a job.
	patience = 3
)

// Do delivers until nobody is pending, or to go on makes no sense; then the
// error says why and the rest stays pending. When ctx is done it finishes the
// messages in hand and returns the context's error.
func (j Job) Do(ctx context.Context) (Report, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := &work{Job: j, cancel: cancel}
	if w.Log == nil {
		w.Log = slog.New(slog.DiscardHandler)
	}
	if j.Rate > 0 {
		w.limit = rate.NewLimiter(rate.Limit(j.Rate), 1)
	}
	// What would fail for all fails before the first claim, and once: many
	// wrong passwords lock an account.
	first := j.Connect()
	if err := first.Connect(ctx); err != nil {
		cancel(err)
		return w.report, errors.Join(context.Cause(ctx), first.Close())
	}
	var group sync.WaitGroup
	group.Go(func() { w.connection(ctx, first) })
	for range j.Connections - 1 {
		group.Go(func() { w.anotherConnection(ctx) })
	}
	group.Wait()
	if rest := w.held.rest(); len(rest) > 0 {
		w.record(context.WithoutCancel(ctx), email.Outcome{}, rest)
		if rest[0].State == ledger.Deferred {
			w.cancel(refusedAlike(rest))
		}
	}
	return w.report, context.Cause(ctx)
}

// work is what the connections of a job share.
type work struct {
	Job
	cancel context.CancelCauseFunc
	limit  *rate.Limiter

	mu       sync.Mutex
	report   Report
	refusal  string // the latest one that was no recipient's fault
	refusals int    // how often it came in a row
	held     held
}

// anotherConnection works beside the first, if the server allows so many.
func (w *work) anotherConnection(ctx context.Context) {
	sender := w.Connect()
	if err := sender.Connect(ctx); err != nil {
		if ctx.Err() == nil {
			w.Log.Warn("delivery goes on with a connection less", "error", err)
		}
		_ = sender.Close()
		return
	}
	w.connection(ctx, sender)
}

// connection claims and sends until there is nothing left or ctx is done.
func (w *work) connection(ctx context.Context, sender Sender) {
	defer sender.Close()
	for ctx.Err() == nil {
		claimed, err := w.Ledger.Claim(ctx, w.Run, batch)
		if err != nil {
			w.cancel(err)
			return
		}
		if len(claimed) == 0 {
			return
		}
		for i, r := range claimed {
			if err := w.wait(ctx); err != nil {
				w.cancel(err)
				w.giveBack(ctx, claimed[i:])
				return
			}
			w.deliver(ctx, sender, r)
		}
	}
}

// wait keeps the pace.
func (w *work) wait(ctx context.Context) error {
	if w.limit == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	return w.limit.Wait(ctx)
}

// deliver sends one message and records what became of it.
func (w *work) deliver(ctx context.Context, sender Sender, r ledger.Recipient) {
	// What the ledger is told must reach it, even if ctx is done.
	record := context.WithoutCancel(ctx)
	outcome := sender.Send(ctx, w.Compose(r), func() error {
		err := w.Ledger.Commit(record, w.Run, r.Key)
		if err != nil {
			w.cancel(err)
		}
		return err
	})
	w.Log.Debug("message", "edition", w.Run.Edition, "recipient", r.Address, "outcome", outcome.String())
	w.settle(record, outcome, ledger.Settlement{
		Recipient: r.Key,
		State:     ledger.State(outcome.Status),
		Code:      outcome.Code,
		Reply:     outcome.Reply,
		Suppress:  outcome.Suppress(),
	})
}

// settle counts an outcome and records it, or holds it back.
func (w *work) settle(ctx context.Context, o email.Outcome, s ledger.Settlement) {
	w.mu.Lock()
	defer w.mu.Unlock()
	settled := []ledger.Settlement{s}
	if !w.Trusted {
		var forAll bool
		settled, forAll = w.held.add(o, s)
		if forAll {
			w.cancel(refusedAlike(settled))
		}
		w.Trusted = o.Status == email.Sent
	}
	w.record(ctx, o, settled)
}

// record counts and stores settlements; the last of them is that of o.
func (w *work) record(ctx context.Context, o email.Outcome, settled []ledger.Settlement) {
	if len(settled) == 0 {
		return
	}
	for _, s := range settled {
		w.report.add(s.State)
	}
	if w.Progress != nil {
		w.Progress(w.report)
	}
	w.judge(o)
	if err := w.Ledger.Settle(ctx, w.Run, settled...); err != nil {
		w.cancel(err)
	}
}

// judge ends the job if the fault is ours or the server's and every other
// message would meet it too.
func (w *work) judge(o email.Outcome) {
	if o.Stop {
		w.cancel(errors.New(o.String()))
		return
	}
	// A busy server says so (4xx); one that says nothing keeps nobody's word.
	silent := o.Blame == email.BlameServer && o.Code == 0
	if o.Blame != email.BlameSender && !silent {
		w.refusal, w.refusals = "", 0
		return
	}
	if same := fmt.Sprint(o.Phase, o.Code, o.Enhanced); same == w.refusal {
		w.refusals++
	} else {
		w.refusal, w.refusals = same, 1
	}
	if w.refusals >= patience {
		w.cancel(fmt.Errorf("%d times in a row, not for the recipients' sake: %s", w.refusals, o))
	}
}

// giveBack returns claims that were not used.
func (w *work) giveBack(ctx context.Context, claimed []ledger.Recipient) {
	unused := make([]ledger.Settlement, len(claimed))
	for i, r := range claimed {
		unused[i] = ledger.Settlement{Recipient: r.Key, State: ledger.Pending}
	}
	if err := w.Ledger.Settle(context.WithoutCancel(ctx), w.Run, unused...); err != nil {
		w.cancel(err)
	}
}
