package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"digest/internal/bookmark"
	"digest/internal/ledger"
	"digest/internal/subscriber"
)

func (a *app) whyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "why ADDRESS...",
		Short: "Tell all that is known of an address: what it got, what came back, and whether it is on the list",
		Args:  usageArgs(cobra.MinimumNArgs(1)),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.why(cmd.Context(), args) },
	}
	a.formatFlag(cmd, "text", "json")
	return cmd
}

type whyJSON struct {
	Address string      `json:"address"`
	Listed  bool        `json:"listed"`
	Events  []eventJSON `json:"events"`
}

type eventJSON struct {
	At      string `json:"at"`
	What    string `json:"what"`
	Edition string `json:"edition,omitempty"`
	Detail  string `json:"detail,omitempty"`
}

func (a *app) why(ctx context.Context, args []string) error {
	all, err := addresses(args)
	if err != nil {
		return err
	}
	n, err := a.configure()
	if err != nil {
		return err
	}
	listed, err := n.onList(ctx, all)
	if err != nil {
		return err
	}
	past, err := n.past(ctx)
	if err != nil {
		return err
	}
	if past != nil {
		defer past.Close()
	}
	rows := []whyJSON{}
	var unknown []error
	for _, s := range all {
		var story []ledger.Event
		if past != nil {
			if story, err = past.Story(ctx, n.Name, s.Key); err != nil {
				return err
			}
		}
		if len(story) == 0 && !listed[s.Key] {
			unknown = append(unknown, fmt.Errorf("%s: it is not on the list, and nothing is known of it", s.Address.Address))
			continue
		}
		row := whyJSON{s.Address.Address, listed[s.Key], []eventJSON{}}
		for _, e := range story {
			row.Events = append(row.Events, eventJSON{rfc3339(e.At.In(n.Location)), e.What, e.Edition, bookmark.Clean(e.Detail)})
		}
		rows = append(rows, row)
	}
	if a.flags.format == "json" {
		return errors.Join(append(unknown, printJSON(a.stdout, rows))...)
	}
	for _, row := range rows {
		on := "is not on the list"
		if row.Listed {
			on = "is on the list"
		}
		fmt.Fprintf(a.stdout, "%s %s\n", row.Address, on)
		w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
		for _, e := range row.Events {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", e.At, e.What, e.Edition, e.Detail)
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return errors.Join(unknown...)
}

// onList are those of all who are on the list, by key.
func (n *newsletter) onList(ctx context.Context, all []subscriber.Subscriber) (map[string]bool, error) {
	wanted := map[string]bool{}
	for _, s := range all {
		wanted[s.Key] = true
	}
	on := map[string]bool{}
	for s, err := range n.listed(ctx) {
		if err != nil && !errors.As(err, new(*subscriber.LineError)) {
			return nil, err
		}
		if err == nil && wanted[s.Key] {
			on[s.Key] = true
		}
	}
	return on, nil
}
