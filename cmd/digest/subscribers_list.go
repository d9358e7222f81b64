package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"digest/internal/subscriber"
)

func (a *app) subscribersListCommand() *cobra.Command {
	state := ""
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show the list, and what each on it is: active, unsubscribed or suppressed",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.listSubscribers(cmd.Context(), subscriber.State(state))
		},
	}
	cmd.Flags().StringVar(&state, "state", "", "only those in this `STATE`; suppressed: those not on the list as well")
	a.formatFlag(cmd, "table", "json")
	return cmd
}

func (a *app) listSubscribers(ctx context.Context, state subscriber.State) error {
	switch state {
	case "", subscriber.Active, subscriber.Pending, subscriber.Unsubscribed, subscriber.Suppressed:
	default:
		return usage("--state %s: write active, pending, unsubscribed or suppressed", state)
	}
	n, err := a.configure()
	if err != nil {
		return err
	}
	all := n.entries(ctx)
	if state == subscriber.Suppressed {
		all = n.suppressions(ctx)
	}
	chosen := func(yield func(subscriber.Entry, error) bool) {
		for e, err := range all {
			if (err != nil || state == "" || e.State == state) && !yield(e, err) {
				return
			}
		}
	}
	out := bufio.NewWriter(a.stdout)
	if a.flags.format == "json" {
		return errors.Join(n.printEntriesJSON(out, chosen), out.Flush())
	}
	return errors.Join(n.printEntries(out, chosen), out.Flush())
}

func (n *newsletter) suppressions(ctx context.Context) iter.Seq2[subscriber.Entry, error] {
	return func(yield func(subscriber.Entry, error) bool) {
		past, err := n.past(ctx)
		if err != nil {
			yield(subscriber.Entry{}, err)
		}
		if past == nil {
			return
		}
		defer past.Close()
		past.Suppressions(ctx)(yield)
	}
}

type entryJSON struct {
	Address    string           `json:"address"`
	Name       string           `json:"name"`
	Categories []string         `json:"categories"`
	Language   string           `json:"language"`
	State      subscriber.State `json:"state"`
	Since      string           `json:"since"` // empty: not known
}

func newEntryJSON(e subscriber.Entry) entryJSON {
	return entryJSON{e.Address.Address, e.Address.Name, orEmpty(e.Categories.Names()), e.Language, e.State, rfc3339(e.Since)}
}

func (n *newsletter) printEntriesJSON(w io.Writer, all iter.Seq2[subscriber.Entry, error]) error {
	list := jsonArray{w: w}
	for e, err := range all {
		if err != nil {
			return err
		}
		if err := list.add(newEntryJSON(e)); err != nil {
			return err
		}
	}
	return list.end()
}

// rowsAtOnce is of how many rows a table's columns are lined up; a table of all
// would have to be in memory.
const rowsAtOnce = 1000

func (n *newsletter) printEntries(out io.Writer, all iter.Seq2[subscriber.Entry, error]) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	rows := 0
	for e, err := range all {
		if err != nil {
			return err
		}
		if rows == 0 {
			fmt.Fprintln(w, "ADDRESS\tSTATE\tSINCE\tNAME\tLANGUAGE\tCATEGORIES")
		}
		since := "-"
		if !e.Since.IsZero() {
			since = e.Since.In(n.Location).Format("2006-01-02")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", e.Address.Address, e.State, since, column(e.Address.Name, 30), e.Language, column(string(e.Categories), 50))
		if rows++; rows%rowsAtOnce == 0 {
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
	if rows == 0 && !n.flags.quiet {
		fmt.Fprintf(out, "%s: there is nobody to show\n", n.listName())
	}
	return w.Flush()
}
