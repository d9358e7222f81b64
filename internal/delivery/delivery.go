// Package delivery takes an edition to its recipients, each once.
//
//	job := delivery.Job{
//		Run:     ledger.Run{Edition: "weekly-2026-11-20", Owner: 4711},
//		Ledger:  db,
//		Compose: compose,
//		Connect: func() delivery.Sender { return email.Outbox("outbox") },
//	}
//	report, err := job.Do(ctx)
//
// For each message the ledger knows that it is committing before the message
// can have been accepted. What became of it is told to the ledger at once, which
// has it on disk before the next message of that connection is committing. A job
// that is killed can be done again, with what the ledger knows.
//
// A server that is busy is given time: it gets fewer connections, and who was
// deferred is tried again, as long as the job may take.
package delivery

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"digest/internal/email"
	"digest/internal/ledger"
)

// A Sender delivers messages one after the other; see [email.Sender].
type Sender interface {
	// Connect fails if no message could be sent. Send connects again itself
	// when the connection is lost.
	Connect(ctx context.Context) error
	// Send is called with next after m, unless the job ends before.
	Send(ctx context.Context, m email.Message, next *email.Message, commit func() error) email.Outcome
	Close() error
}

// A Ledger remembers who has got the edition.
type Ledger interface {
	Claim(ctx context.Context, run ledger.Run, n int) ([]ledger.Recipient, error)
	NextDue(ctx context.Context, run ledger.Run) (due time.Time, waiting int, err error)
	Commit(ctx context.Context, run ledger.Run, id int64) error
	Settle(ctx context.Context, run ledger.Run, settled ...ledger.Settlement) error
	Flush(ctx context.Context) error
}

// A Job is the delivery of one edition to all who are pending.
type Job struct {
	Run         ledger.Run
	Ledger      Ledger
	Compose     func(ledger.Recipient) (email.Message, error) // an error ends the job
	Connect     func() Sender                                 // called once a connection; each is used by one goroutine
	Connections int                                           // most at once; 0: one
	Rate        float64                                       // most messages a second over all connections; 0: no limit
	Trusted     bool                                          // somebody got this edition in an earlier job: the server takes our mail
	Patience    Patience
	Log         *slog.Logger     // a line for each message, at debug level; may be nil
	Progress    func(Report)     // called after each message, never twice at once; may be nil
	Now         func() time.Time // nil: the machine's clock

	// Waiting is called when all are tried and some are deferred, before the job
	// waits until they are due; may be nil.
	Waiting func(deferred int, until time.Time)
}

// Patience is how long a job bears with a server. The zero value does not wait
// for recipients who are deferred: they are for the next run.
type Patience struct {
	// GiveUpAfter is how long a job still waits for those who were deferred, once
	// everybody has been tried, and how long for a server that has gone away.
	GiveUpAfter time.Duration
	// Retry is the least time until somebody who was deferred is tried again,
	// twice as long each time; 0: five minutes, which greylisting wants.
	Retry time.Duration
	// Pause is how long a connection does nothing after the server was not ready,
	// twice as long each time it is so again; 0: one second.
	Pause time.Duration
}

func (p Patience) retry() time.Duration { return cmp.Or(p.Retry, 5*time.Minute) }
func (p Patience) pause() time.Duration { return cmp.Or(p.Pause, time.Second) }

// A Report counts what a job did.
type Report struct {
	Sent     int
	Deferred int // who was sent to in the end is not among them
	Rejected int
	Unknown  int
}

// Total is the number of recipients that were tried.
func (r Report) Total() int { return r.Sent + r.Deferred + r.Rejected + r.Unknown }

func (r *Report) add(s ledger.State, n int) {
	switch s {
	case ledger.Sent:
		r.Sent += n
	case ledger.Deferred:
		r.Deferred += n
	case ledger.Rejected:
		r.Rejected += n
	case ledger.Unknown:
		r.Unknown += n
	}
}

// Do delivers until nobody is pending, or to go on makes no sense; then the
// error says why and the rest stays pending. When ctx is done it finishes the
// messages in hand and returns the context's error.
func (j Job) Do(ctx context.Context) (Report, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := newWork(j, cancel)
	// What would fail for all fails before the first claim, and once: many
	// wrong passwords lock an account.
	first := j.Connect()
	if err := first.Connect(ctx); err != nil {
		cancel(err)
		return w.report, errors.Join(context.Cause(ctx), first.Close())
	}
	var group sync.WaitGroup
	group.Go(func() { w.feed(ctx) })
	group.Go(func() { (&connection{work: w, sender: first}).run(ctx) })
	for i := 1; i < w.pace.most; i++ {
		group.Go(func() { (&connection{work: w, index: i, sender: j.Connect()}).run(ctx) })
	}
	group.Wait()
	w.settleHeld()
	if err := j.Ledger.Flush(context.WithoutCancel(ctx)); err != nil {
		cancel(err)
	}
	return w.report, context.Cause(ctx)
}

// work is what the connections of a job share.
type work struct {
	Job
	cancel context.CancelCauseFunc
	limit  *rate.Limiter // nil: none
	pace   *pace
	queue  chan ledger.Recipient // claimed, and not yet with a connection; closed at the end
	inHand sync.WaitGroup        // in the queue or with a connection
	dry    time.Time             // when all had been tried; zero: not yet

	mu       sync.Mutex
	report   Report
	refusal  string // the latest one that was no recipient's fault
	refusals int    // how often it came in a row
	held     held
}

func newWork(j Job, cancel context.CancelCauseFunc) *work {
	if j.Log == nil {
		j.Log = slog.New(slog.DiscardHandler)
	}
	if j.Now == nil {
		j.Now = time.Now
	}
	w := &work{Job: j, cancel: cancel, pace: newPace(max(1, j.Connections), j.Now())}
	if j.Rate > 0 {
		w.limit = rate.NewLimiter(rate.Limit(j.Rate), 1)
	}
	w.queue = make(chan ledger.Recipient, w.batch())
	return w
}
