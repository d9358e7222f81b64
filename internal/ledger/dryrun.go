package ledger

import (
	"context"
	"iter"
	"sync"
	"time"
)

// A Reader is what a dry run needs to know of the past.
type Reader interface {
	Number(ctx context.Context, newsletter, edition string) (int, error)
	Suppressed(ctx context.Context, key string) (bool, error)
}

// A DryRun records nothing. It hands out the first recipient, once.
type DryRun struct {
	past   Reader
	counts Counts

	mu    sync.Mutex
	first []Recipient // until it is claimed
}

// NewDryRun answers with what past knows; nil knows nothing.
func NewDryRun(past Reader) *DryRun { return &DryRun{past: past} }

// Discard records nothing.
func (d *DryRun) Discard(context.Context, string) error { return nil }

// Begin records nothing.
func (d *DryRun) Begin(context.Context, string, time.Time) error { return nil }

// Open returns the edition with the number that it has, or would get.
func (d *DryRun) Open(ctx context.Context, e Edition, compose func(number int) ([]byte, error)) (Edition, error) {
	e.Number = 1
	if d.past != nil {
		var err error
		if e.Number, err = d.past.Number(ctx, e.Newsletter, e.ID); err != nil {
			return Edition{}, err
		}
	}
	var err error
	e.Draft, err = compose(e.Number)
	return e, err
}

// Plan counts the list.
func (d *DryRun) Plan(ctx context.Context, _ Run, list iter.Seq2[Recipient, error], _ Plan) (Counts, error) {
	for r, err := range list {
		if err != nil {
			return Counts{}, err
		}
		if d.past != nil {
			if gone, err := d.past.Suppressed(ctx, r.Key); err != nil {
				return Counts{}, err
			} else if gone {
				d.counts.Suppressed++
				continue
			}
		}
		if d.first == nil {
			d.first = []Recipient{r}
		}
		d.counts.Pending++
	}
	return d.counts, nil
}

// Claim hands out the first recipient.
func (d *DryRun) Claim(context.Context, Run, int) ([]Recipient, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	claimed := d.first
	d.first = nil
	return claimed, nil
}

// NextDue is never: nobody is deferred.
func (d *DryRun) NextDue(context.Context, Run) (due time.Time, waiting int, err error) {
	return due, 0, nil
}

// Commit records nothing.
func (d *DryRun) Commit(context.Context, Run, int64) error { return nil }

// Settle records nothing.
func (d *DryRun) Settle(context.Context, Run, ...Settlement) error { return nil }

// Flush has nothing to wait for.
func (d *DryRun) Flush(context.Context) error { return nil }

// Counts is the list as planned.
func (d *DryRun) Counts(context.Context, string) (Counts, error) { return d.counts, nil }

// Finish records nothing.
func (d *DryRun) Finish(context.Context, string) error { return nil }
