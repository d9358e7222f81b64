package ledger

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"time"
)

// A Reader is what a dry run needs to know of the past.
type Reader interface {
	Number(ctx context.Context, newsletter, edition string) (int, error)
	Gone(ctx context.Context, newsletter, key string) (suppressed, left bool, err error)
	Listed(ctx context.Context, newsletter string) (int, error)
	Variant(ctx context.Context, edition, choice string) ([]byte, error)
}

// A DryRun records nothing. It hands out the first recipient who gets something,
// once, and keeps what they get.
type DryRun struct {
	past    Reader
	of      string // newsletter
	counts  Counts
	anew    bool            // the edition is made now, and what there is of it is forgotten
	choices map[string]bool // of the list
	variant Variant         // of the first recipient

	mu    sync.Mutex
	first []Recipient // until it is claimed
}

// NewDryRun answers with what past knows of a newsletter; nil knows nothing.
func NewDryRun(past Reader, newsletter string) *DryRun {
	return &DryRun{past: past, of: newsletter, choices: map[string]bool{}}
}

// Discard records nothing.
func (d *DryRun) Discard(context.Context, string) error { return nil }

// Begin records nothing.
func (d *DryRun) Begin(context.Context, string, time.Time) error { return nil }

// Open returns the edition, made anew, with the number that it has, or would get.
func (d *DryRun) Open(ctx context.Context, e Edition, compose func(number int) ([]byte, error)) (Edition, error) {
	d.anew = true
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

// Plan counts the list, and refuses one that has shrunk.
func (d *DryRun) Plan(ctx context.Context, _ Run, list iter.Seq2[Recipient, error], plan Plan) (Counts, error) {
	was := 0
	if d.past != nil {
		var err error
		if was, err = d.past.Listed(ctx, d.of); err != nil {
			return Counts{}, err
		}
	}
	for r, err := range list {
		if err != nil {
			return Counts{}, err
		}
		if d.past != nil {
			suppressed, gone, err := d.past.Gone(ctx, d.of, r.Key)
			switch {
			case err != nil:
				return Counts{}, err
			case gone:
				continue
			case suppressed:
				d.counts.Suppressed++
				continue
			}
		}
		if r.Choice == Nothing {
			d.counts.Empty++
			continue
		}
		if d.first == nil {
			d.first = []Recipient{r}
			d.variant.Choice = r.Choice
		}
		if r.Choice != "" {
			d.choices[r.Choice] = true
		}
		d.counts.Pending++
	}
	if is := d.counts.Total() + d.counts.Suppressed + d.counts.Empty; !plan.AllowShrunk && HasShrunk(was, is) {
		return Counts{}, &ShrunkError{Was: was, Is: is}
	}
	return d.counts, nil
}

// Missing are the choices of the list for which there is no variant yet.
func (d *DryRun) Missing(ctx context.Context, edition string) (missing []string, err error) {
	for choice := range d.choices {
		if _, err := d.Variant(ctx, edition, choice); errors.Is(err, ErrNotFound) {
			missing = append(missing, choice)
		} else if err != nil {
			return nil, err
		}
	}
	slices.Sort(missing)
	return missing, nil
}

// AddVariants records nothing.
func (d *DryRun) AddVariants(_ context.Context, _ Run, variants ...Variant) error {
	for _, v := range variants {
		if v.Choice == d.variant.Choice {
			d.variant = v
		}
	}
	return nil
}

// Variant is the first recipient's, or one of an edition that an earlier run fixed.
func (d *DryRun) Variant(ctx context.Context, edition, choice string) ([]byte, error) {
	if choice == d.variant.Choice && d.variant.Draft != nil {
		return d.variant.Draft, nil
	}
	if d.past == nil || d.anew {
		return nil, ErrNotFound
	}
	return d.past.Variant(ctx, edition, choice)
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
