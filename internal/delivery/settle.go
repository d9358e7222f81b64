package delivery

import (
	"context"
	"errors"
	"fmt"

	"digest/internal/email"
	"digest/internal/ledger"
)

// patience is how many equal faults in a row, of us or of a server that does
// not answer, end a job.
const patience = 3

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
	w.record(ctx, settled)
	w.judge(o)
}

// settleHeld settles what still waits for a judgement when nobody is left who
// could help to make it.
func (w *work) settleHeld() {
	w.mu.Lock()
	defer w.mu.Unlock()
	rest := w.held.rest()
	w.record(context.Background(), rest)
	if len(rest) > 0 && rest[0].State == ledger.Deferred {
		w.cancel(refusedAlike(rest))
	}
}

// record counts and stores settlements.
func (w *work) record(ctx context.Context, settled []ledger.Settlement) {
	if len(settled) == 0 {
		return
	}
	for _, s := range settled {
		w.report.add(s.State, 1)
	}
	if w.Progress != nil {
		w.Progress(w.report)
	}
	if err := w.Ledger.Settle(ctx, w.Run, settled...); err != nil {
		w.cancel(err)
	}
}

// judge ends the job if the fault is ours and every other message would meet it
// too.
func (w *work) judge(o email.Outcome) {
	if o.Stop {
		w.cancel(errors.New(o.String()))
		return
	}
	if o.Blame != email.BlameSender {
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
