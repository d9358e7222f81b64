package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"digest/internal/email"
	"digest/internal/ledger"
)

// A connection sends what is in the queue, one message after the other.
type connection struct {
	*work
	index    int
	sender   Sender
	troubles int // in a row: the server was not ready
}

// A letter is a message with whom it is for.
type letter struct {
	to      ledger.Recipient
	message email.Message
}

// idle is how long a connection is kept while there is nothing to send.
const idle = 5 * time.Second

func (c *connection) run(ctx context.Context) {
	defer c.sender.Close()
	var next *letter
	for {
		if next != nil && (c.troubles > 0 || ctx.Err() != nil) {
			c.unused(ctx, next.to)
			next = nil
		}
		if next == nil {
			c.stepAside(ctx)
			if next = c.take(ctx); next == nil {
				return
			}
		}
		next = c.deliver(ctx, next)
	}
}

// stepAside closes the connection until it may work again, if it may not now.
func (c *connection) stepAside(ctx context.Context) {
	if c.troubles == 0 && c.pace.may(c.index) {
		return
	}
	_ = c.sender.Close()
	if c.troubles > 0 {
		const most = time.Minute
		sleep(ctx, min(most, c.Patience.pause()<<min(c.troubles-1, 10)), c.pace.over)
	}
	c.pace.await(c.index)
}

// take waits for somebody in the queue. It returns nil at the end of the job.
func (c *connection) take(ctx context.Context) *letter {
	timer := time.NewTimer(idle)
	defer timer.Stop()
	for {
		select {
		case r, ok := <-c.queue:
			if !ok {
				return nil
			}
			if ctx.Err() == nil && c.limit != nil {
				if err := c.limit.Wait(ctx); err != nil {
					c.cancel(err)
				}
			}
			if l := c.compose(ctx, r); l != nil {
				return l
			}
		case <-timer.C:
			_ = c.sender.Close()
		}
	}
}

// peek takes the next one if there is one, and its time has come.
func (c *connection) peek(ctx context.Context) *letter {
	if ctx.Err() != nil || len(c.queue) == 0 || !c.pace.may(c.index) || c.limit != nil && !c.limit.Allow() {
		return nil
	}
	select {
	case r, ok := <-c.queue:
		if ok {
			return c.compose(ctx, r)
		}
	default:
	}
	return nil
}

// compose makes the letter of somebody who was taken from the queue, or gives them
// back if the job ends.
func (c *connection) compose(ctx context.Context, r ledger.Recipient) *letter {
	if ctx.Err() == nil {
		m, err := c.Compose(r)
		if err == nil {
			return &letter{r, m}
		}
		c.cancel(err)
	}
	c.unused(ctx, r)
	return nil
}

// unused gives back somebody who was taken from the queue.
func (c *connection) unused(ctx context.Context, r ledger.Recipient) {
	c.giveBack(ctx, r)
	c.inHand.Done()
}

// deliver sends one message and records what became of it. It returns the next
// one, if it has taken that on already.
func (c *connection) deliver(ctx context.Context, l *letter) (next *letter) {
	var message *email.Message
	if next = c.peek(ctx); next != nil {
		message = &next.message
	}
	era := c.pace.now()
	// What the ledger is told must reach it, even if ctx is done.
	record, left := context.WithoutCancel(ctx), false
	o := c.sender.Send(ctx, l.message, message, func() error {
		err := c.Ledger.Commit(record, c.Run, l.to.ID)
		if left = errors.Is(err, ledger.ErrLeft); err != nil && !left {
			c.cancel(err)
		}
		return err
	})
	if left {
		c.inHand.Done()
		return next
	}
	if c.Log.Enabled(ctx, slog.LevelDebug) {
		c.Log.Debug("message", "edition", c.Run.Edition, "delivery", l.to.ID, "outcome", o.String())
	}
	c.feel(ctx, o, era)
	if o.Untried() {
		if !o.Unready() {
			c.cancel(errors.New(o.String()))
		}
		c.unused(ctx, l.to)
		return next
	}
	c.settle(record, o, ledger.Settlement{
		ID: l.to.ID, State: ledger.State(o.Status), Code: o.Code, Reply: o.Reply, Suppress: o.Suppress(), Due: c.due(o, l.to),
	})
	c.inHand.Done()
	return next
}

// feel notes how the server is, and ends the job if that is beyond patience.
func (c *connection) feel(ctx context.Context, o email.Outcome, era int) {
	if ctx.Err() != nil {
		return
	}
	if !o.Unready() {
		c.troubles = 0
		c.pace.answered(o.Status == email.Sent, c.Now())
		if o.Throttled() {
			c.pace.slow(era, false)
		}
		return
	}
	c.troubles++
	strikes, since := c.pace.slow(era, true)
	// Of what is handed over without a reply somebody is in doubt each time. Else
	// it takes some time to know that no other connection fares better.
	bearable := max(c.Patience.GiveUpAfter, 2*c.Patience.pause())
	if strikes >= patience && (o.Status == email.Unknown || c.Now().Sub(since) >= bearable) {
		c.cancel(fmt.Errorf("%d times in a row, not for the recipients' sake: %s", strikes, o))
		return
	}
	c.Log.Info("the server is not ready; going on more slowly", "outcome", o.String())
}

// due is when somebody who was deferred may be tried again in this job.
func (c *connection) due(o email.Outcome, r ledger.Recipient) time.Time {
	if o.Status != email.Deferred || o.Blame != email.BlameServer || c.Patience.GiveUpAfter == 0 {
		return time.Time{}
	}
	wait := c.Patience.retry()
	if o.Code == 0 || o.Code == 421 { // not for the recipient's sake
		wait = c.Patience.pause()
	} else if r.Again {
		wait <<= min(r.Attempts, 10)
	}
	return c.Now().Add(wait + rand.N(wait/4+1))
}
