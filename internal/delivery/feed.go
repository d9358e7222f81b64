package delivery

import (
	"context"
	"time"

	"digest/internal/ledger"
)

// batch is how many recipients are claimed at a time: enough for a moment of
// all connections, and not so many that who leaves the list in the meantime
// would get the edition all the same.
func (w *work) batch() int {
	const most = 500
	if w.limit == nil {
		return most
	}
	return min(most, max(2*w.pace.most, int(w.Rate)))
}

// feed claims who is pending, and later who was deferred, until nobody is left
// or ctx is done.
func (w *work) feed(ctx context.Context) {
	defer w.pace.end()
	defer close(w.queue)
	quiet := false // nobody was in hand when the ledger was asked last
	for ctx.Err() == nil {
		claimed, err := w.Ledger.Claim(ctx, w.Run, w.batch())
		if err != nil {
			w.cancel(err)
			return
		}
		if len(claimed) == 0 && quiet && !w.awaitDeferred(ctx) {
			return
		}
		if quiet = len(claimed) == 0; quiet {
			w.inHand.Wait() // whoever is in hand may yet be deferred or given back
			if err := w.Ledger.Flush(ctx); err != nil {
				w.cancel(err)
			}
		}
		w.again(claimed)
		for i, r := range claimed {
			w.inHand.Add(1)
			select {
			case w.queue <- r:
			case <-ctx.Done():
				w.inHand.Done()
				w.giveBack(ctx, claimed[i:]...)
				return
			}
		}
	}
}

// again takes who is tried again off the deferred.
func (w *work) again(claimed []ledger.Recipient) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range claimed {
		if r.Again {
			w.report.Deferred--
		}
	}
}

// awaitDeferred waits until somebody who was deferred is due. It reports false
// if there is nobody for whom this job may wait.
func (w *work) awaitDeferred(ctx context.Context) bool {
	w.settleHeld()
	due, waiting, err := w.Ledger.NextDue(ctx, w.Run)
	if err != nil {
		w.cancel(err)
		return false
	}
	if w.dry.IsZero() {
		w.dry = w.Now()
	}
	if waiting == 0 || due.After(w.dry.Add(w.Patience.GiveUpAfter)) || ctx.Err() != nil {
		return false
	}
	if w.Waiting != nil {
		w.Waiting(waiting, due)
	}
	return sleep(ctx, due.Sub(w.Now())+time.Millisecond, nil) // the ledger counts in milliseconds
}

// sleep reports whether it slept to the end.
func sleep(ctx context.Context, d time.Duration, over <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-over:
	case <-ctx.Done():
	}
	return false
}

// giveBack returns claims that were not used.
func (w *work) giveBack(ctx context.Context, claimed ...ledger.Recipient) {
	unused := make([]ledger.Settlement, len(claimed))
	for i, r := range claimed {
		unused[i] = ledger.Settlement{ID: r.ID, State: ledger.Pending}
	}
	if err := w.Ledger.Settle(context.WithoutCancel(ctx), w.Run, unused...); err != nil {
		w.cancel(err)
	}
}
