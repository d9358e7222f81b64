package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"digest/internal/sqlite"
	"digest/internal/subscriber"
)

func (a *app) addCommand() *cobra.Command {
	var categories, language string
	cmd := &cobra.Command{
		Use:   "add ADDRESS [NAME]",
		Short: "Put somebody on the list, even who had left it",
		Args:  usageArgs(cobra.RangeArgs(1, 2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := subscriber.New(args[0], append(args, "")[1])
			if err != nil {
				return usage("%q: %w; write a bare address, and the name behind it", args[0], err)
			}
			s = s.With(subscriber.ParseCategories(categories, true), language)
			if err := s.Fault(); err != nil {
				return usage("%w", err)
			}
			return a.add(cmd.Context(), s)
		},
	}
	cmd.Flags().StringVar(&categories, "categories", "", "`NAMES` of categories, with semicolons or commas between them")
	cmd.Flags().StringVar(&language, "language", "", "`TAG` of a language, such as en or pt-BR")
	return cmd
}

func (a *app) add(ctx context.Context, s subscriber.Subscriber) error {
	n, err := a.configure()
	if err != nil {
		return err
	}
	if own, _ := subscriber.New(n.From.Address, ""); s.Key == own.Key {
		return fmt.Errorf("%s is the sender's own address; letters to it would come back", s.Address.Address)
	}
	was, err := n.put(ctx, s)
	if err != nil {
		return err
	}
	switch was {
	case subscriber.Suppressed:
		return fmt.Errorf("%s is suppressed, so nothing is sent to it; to take that back: digest subscribers unsuppress %s", s.Address.Address, s.Address.Address)
	case subscriber.Active:
		n.tell("%s is on the list already; nothing is changed", s.Address.Address)
	case subscriber.Unsubscribed:
		n.tell("%s had left the list and is on it again", s.Address.Address)
	default:
		n.tell("%s is on the list", s.Address.Address)
	}
	return nil
}

// put puts somebody on the list, and returns what they were.
func (n *newsletter) put(ctx context.Context, s subscriber.Subscriber) (was subscriber.State, err error) {
	if n.Subscribers == "" {
		err = n.change(ctx, func(db *sqlite.DB) error {
			was, err = db.Subscribe(ctx, n.Name, s)
			return err
		})
		return was, err
	}
	unlock, err := n.lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	if was, err = n.known(ctx, s.Key); err != nil || was == subscriber.Suppressed {
		return was, err
	}
	if was == subscriber.Unsubscribed { // or a list that has them would do nothing
		if err := n.change(ctx, func(db *sqlite.DB) error { _, err := db.Subscribe(ctx, n.Name, s); return err }); err != nil {
			return was, err
		}
	}
	for on, err := range n.listed(ctx) {
		if err != nil && !errors.As(err, new(*subscriber.LineError)) {
			return "", err
		}
		if err == nil && on.Key == s.Key {
			return subscriber.Active, nil
		}
	}
	return was, n.rewriteList(func(subscriber.Subscriber) bool { return false }, func(yield func(subscriber.Subscriber, error) bool) { yield(s, nil) })
}

// known is what the ledger knows of somebody; "" is nothing.
func (n *newsletter) known(ctx context.Context, key string) (subscriber.State, error) {
	past, err := n.past(ctx)
	if err != nil || past == nil {
		return "", err
	}
	defer past.Close()
	return past.State(ctx, n.Name, key)
}

func (a *app) removeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove ADDRESS...",
		Short: "Take addresses off the list; in the database they are remembered as unsubscribed",
		Args:  usageArgs(cobra.MinimumNArgs(1)),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.remove(cmd.Context(), args) },
	}
}

func (a *app) remove(ctx context.Context, args []string) error {
	all, err := addresses(args)
	if err != nil {
		return err
	}
	n, err := a.configure()
	if err != nil {
		return err
	}
	if n.Subscribers == "" {
		return n.changeEach(ctx, all, "is off the list", "is not on the list", func(db *sqlite.DB, s subscriber.Subscriber) (bool, error) {
			return db.Unsubscribe(ctx, n.Name, s.Key)
		})
	}
	unlock, err := n.lock()
	if err != nil {
		return err
	}
	defer unlock()
	found := map[string]bool{}
	for _, s := range all {
		found[s.Key] = false
	}
	err = n.rewriteList(func(s subscriber.Subscriber) bool {
		_, named := found[s.Key]
		if named {
			found[s.Key] = true
		}
		return named
	}, func(func(subscriber.Subscriber, error) bool) {})
	if err != nil {
		return err
	}
	return n.sayEach(all, "is off the list", "is not on the list", func(s subscriber.Subscriber) (bool, error) { return found[s.Key], nil })
}

// change changes the database. A run that is at work goes on with what it finds.
func (n *newsletter) change(ctx context.Context, f func(*sqlite.DB) error) (err error) {
	db, err := sqlite.Open(ctx, n.Database, n.clock)
	if err != nil {
		return err
	}
	return errors.Join(f(db), db.Close())
}

func (n *newsletter) changeEach(ctx context.Context, all []subscriber.Subscriber, done, not string, f func(*sqlite.DB, subscriber.Subscriber) (bool, error)) error {
	return n.change(ctx, func(db *sqlite.DB) error {
		return n.sayEach(all, done, not, func(s subscriber.Subscriber) (bool, error) { return f(db, s) })
	})
}

// sayEach says of each address whether it was changed. If some were not, that is
// done in part.
func (n *newsletter) sayEach(all []subscriber.Subscriber, done, not string, f func(subscriber.Subscriber) (bool, error)) error {
	changed := 0
	for _, s := range all {
		is, err := f(s)
		if err != nil {
			return err
		}
		if is {
			changed++
			n.tell("%s %s", s.Address.Address, done)
			continue
		}
		n.log.Warn(s.Address.Address + " " + not)
	}
	switch changed {
	case len(all):
		return nil
	case 0:
		return errors.New("nothing is changed; digest subscribers list shows the list")
	}
	return &exitError{exitPart, fmt.Errorf("%d of %d addresses are changed", changed, len(all))}
}

func (n *newsletter) tell(format string, args ...any) {
	if !n.flags.quiet {
		fmt.Fprintf(n.stdout, format+"\n", args...)
	}
}
