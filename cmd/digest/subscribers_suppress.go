package main

import (
	"context"

	"github.com/spf13/cobra"

	"digest/internal/sqlite"
	"digest/internal/subscriber"
)

func (a *app) suppressCommand() *cobra.Command {
	reason := "by hand"
	cmd := &cobra.Command{
		Use:   "suppress ADDRESS...",
		Short: "Never send to these addresses again, whatever the list says; of every newsletter of the database",
		Args:  usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.mark(cmd.Context(), args, "is suppressed", "is suppressed already", func(db *sqlite.DB, s subscriber.Subscriber) (bool, error) {
				return db.Suppress(cmd.Context(), s, reason)
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", reason, "`TEXT` to be kept with it")
	return cmd
}

func (a *app) unsuppressCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "unsuppress ADDRESS...",
		Short: "Send to these addresses again, if they are on the list",
		Args:  usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.mark(cmd.Context(), args, "is not suppressed any more", "is not suppressed", func(db *sqlite.DB, s subscriber.Subscriber) (bool, error) {
				return db.Unsuppress(cmd.Context(), s.Key)
			})
		},
	}
}

func (a *app) mark(ctx context.Context, args []string, done, not string, f func(*sqlite.DB, subscriber.Subscriber) (bool, error)) error {
	all, err := addresses(args)
	if err != nil {
		return err
	}
	n, err := a.configure()
	if err != nil {
		return err
	}
	return n.changeEach(ctx, all, done, not, f)
}
