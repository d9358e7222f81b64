package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"digest/internal/delivery"
	"digest/internal/email"
	"digest/internal/sqlite"
	"digest/internal/subscriber"
	"digest/internal/web"
)

// A postman answers by mail what readers ask for on the web.
type postman struct {
	*newsletter
	db      *sqlite.DB
	metrics *web.Metrics
	wake    chan struct{}
	sender  delivery.Sender // nil: not connected
}

// ring tells the postman that somebody has asked.
func (p *postman) ring() {
	select {
	case p.wake <- struct{}{}:
	default: // that is known already
	}
}

const (
	// Requests that were postponed are looked for so often, and those whose time has
	// passed forgotten.
	postmanRound = time.Minute
	// After a fault of ours or of the server the postman rests, twice as long each time.
	postmanRest, postmanLongest = 5 * time.Second, 10 * time.Minute
)

// run answers until ctx is done.
func (p *postman) run(ctx context.Context) {
	defer p.hangUp()
	rest := postmanRest
	for {
		wait, wake := postmanRound, p.wake
		err := errors.Join(p.answerAll(ctx), p.db.ForgetRequests(ctx, p.Name))
		p.hangUp()
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			p.log.Error("mails that readers wait for are not sent", "error", err.Error(), "again in", rest.String())
			wait, wake = rest, nil // whoever asks now changes nothing
			rest = min(2*rest, postmanLongest)
		} else {
			rest = postmanRest
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-time.After(wait):
		}
	}
}

func (p *postman) hangUp() {
	if p.sender != nil {
		_ = p.sender.Close() // what it has said is known
		p.sender = nil
	}
}

// answerAll answers those who wait. One whose message cannot be made does not keep the
// others waiting.
func (p *postman) answerAll(ctx context.Context) error {
	for ctx.Err() == nil {
		const some = 100
		waiting, err := p.db.Waiting(ctx, p.Name, some)
		if err != nil || len(waiting) == 0 {
			return err
		}
		for _, r := range waiting {
			l, err := p.write(ctx, r)
			if err != nil {
				p.log.Error("a message that a reader waits for cannot be made; it is tried again later", "request", string(r.Kind), "error", err.Error())
				err = p.db.Postpone(ctx, p.Name, r)
			} else {
				err = p.deliver(ctx, r, l)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// deliver sends the message that answers a request, if there is one. What a server
// says of the recipient is no error.
func (p *postman) deliver(ctx context.Context, r subscriber.Request, m *email.Message) error {
	if err := p.connect(ctx, m != nil); err != nil {
		return err
	}
	tag := p.keys().Tag(p.Name, r.Key)
	mine, err := p.db.Answer(ctx, p.Name, r, tag)
	if err != nil || !mine {
		return err
	}
	if m == nil {
		p.metrics.Mailed("none")
		return nil
	}
	o := p.sender.Send(ctx, *m, nil, func() error { return nil })
	p.metrics.Mailed(string(o.Status))
	p.log.Info("message", "request", string(r.Kind), "reader", fmt.Sprintf("%014x", tag), "outcome", string(o.Status))
	if o.Status != email.Deferred {
		return nil
	}
	err = p.db.Postpone(context.WithoutCancel(ctx), p.Name, r)
	if o.Blame != email.BlameRecipient && (o.Untried() || o.Unready() || o.Stop) {
		err = errors.Join(err, errors.New(o.String()))
	}
	return err
}

// connect makes the connection, if one is needed and there is none.
func (p *postman) connect(ctx context.Context, needed bool) error {
	if !needed || p.sender != nil {
		return nil
	}
	sender := p.newsletter.sender()
	if err := sender.Connect(ctx); err != nil {
		return err
	}
	p.sender = sender
	return nil
}
