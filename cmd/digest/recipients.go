package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"os"

	"digest/internal/ledger"
	"digest/internal/subscriber"
)

// recipients yields the list as the ledger wants it, with what each has chosen. A
// line that is no address is left out with a warning to the log.
func (n *newsletter) recipients(ctx context.Context, log *slog.Logger, choice func(subscriber.Subscriber) string) iter.Seq2[ledger.Recipient, error] {
	return func(yield func(ledger.Recipient, error) bool) {
		bar := n.newProgress("reading the list:", 0)
		defer bar.done()
		own, _ := subscriber.New(n.From.Address, "")
		keys := n.keys()
		for s, err := range n.listed(ctx) {
			bar.add(1)
			var line *subscriber.LineError
			switch {
			case errors.As(err, &line):
				log.Warn(fmt.Sprintf("%s: %v; left out", n.Subscribers, line))
				continue
			case err != nil:
				yield(ledger.Recipient{}, err)
				return
			case s.Key == own.Key:
				log.Warn(fmt.Sprintf("%s: %s is the sender's own address; left out", n.listName(), s.Address.Address))
				continue
			}
			if !yield(ledger.Recipient{Key: s.Key, Address: s.Address.Address, Name: s.Address.Name, Choice: choice(s), Tag: keys.Tag(n.Name, s.Key)}, nil) {
				return
			}
		}
	}
}

// listed yields those on the list as it keeps them, the suppressed among them.
func (n *newsletter) listed(ctx context.Context) iter.Seq2[subscriber.Subscriber, error] {
	if n.Subscribers == "" {
		return n.listedInDatabase(ctx)
	}
	return func(yield func(subscriber.Subscriber, error) bool) {
		f, err := openList(n.Subscribers)
		if err != nil {
			yield(subscriber.Subscriber{}, err)
			return
		}
		defer f.Close()
		for s, err := range subscriber.ReadCSV(f) {
			if err != nil && !errors.As(err, new(*subscriber.LineError)) {
				err = fmt.Errorf("%s: %w; mend the list", n.Subscribers, err)
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

// listedInDatabase has a connection of its own, since the ledger's own may be
// about to write what is read here.
func (n *newsletter) listedInDatabase(ctx context.Context) iter.Seq2[subscriber.Subscriber, error] {
	return func(yield func(subscriber.Subscriber, error) bool) {
		past, err := n.past(ctx)
		if err != nil {
			yield(subscriber.Subscriber{}, err)
			return
		}
		if past == nil {
			return
		}
		defer past.Close()
		for e, err := range past.Subscribers(ctx, n.Name) {
			on := e.State == subscriber.Active || e.State == subscriber.Suppressed
			if (on || err != nil) && !yield(e.Subscriber, err) {
				return
			}
		}
	}
}

// listName says where the list is.
func (n *newsletter) listName() string {
	if n.Subscribers == "" {
		return "the list in " + n.Database
	}
	return n.Subscribers
}

// openList opens a list of subscribers.
func openList(name string) (*os.File, error) {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() { // a pipe would block
		return nil, fmt.Errorf("subscribers: %s is not a regular file; name the list itself", name)
	}
	f, err := os.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("subscribers: %w; make it with the line address,name, or set subscribers", err)
	case err != nil:
		return nil, fmt.Errorf("subscribers: %w; make it readable", err)
	}
	return f, nil
}

// checkList fails if the list cannot be read to its end or names nobody: the
// time to find out is before an edition is fixed.
func (n *newsletter) checkList(ctx context.Context) error {
	somebody := false
	for _, err := range n.recipients(ctx, slog.New(slog.DiscardHandler), func(subscriber.Subscriber) string { return "" }) {
		if err != nil {
			return err
		}
		somebody = true
	}
	if !somebody {
		return fmt.Errorf("%s: it holds no address, so nobody would get the edition; add one, as with: digest subscribers add ADDRESS", n.listName())
	}
	return nil
}
