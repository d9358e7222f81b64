package main

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"digest/internal/sqlite"
	"digest/internal/subscriber"
)

func (a *app) subscribersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "subscribers",
		Short: "Show and change the list, be it a file or in the database",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage("say what to do: list, add, remove, import, export, suppress, unsuppress or why; see %s --help", cmd.CommandPath())
		},
	}
	cmd.AddCommand(a.subscribersListCommand(), a.addCommand(), a.removeCommand(), a.importCommand(), a.exportCommand(), a.suppressCommand(), a.unsuppressCommand(), a.whyCommand())
	return cmd
}

// addresses are those that a command names, each once.
func addresses(args []string) ([]subscriber.Subscriber, error) {
	var all []subscriber.Subscriber
	seen := map[string]bool{}
	for _, arg := range args {
		s, err := subscriber.New(arg, "")
		if err != nil {
			return nil, usage("%q: %w; write a bare address", arg, err)
		}
		if !seen[s.Key] {
			all = append(all, s)
		}
		seen[s.Key] = true
	}
	return all, nil
}

// entries yields the list with what is known of everyone on it, and in the
// database of those who have left it. Of a file, nobody is yielded twice, and
// lines that are no address are left out with a warning.
func (n *newsletter) entries(ctx context.Context) iter.Seq2[subscriber.Entry, error] {
	return func(yield func(subscriber.Entry, error) bool) {
		if n.Subscribers == "" {
			past, err := n.past(ctx)
			if err != nil {
				yield(subscriber.Entry{}, err)
			}
			if past == nil {
				return
			}
			defer past.Close()
			past.Subscribers(ctx, n.Name)(yield)
			return
		}
		for l, err := range n.judged(ctx) {
			e := subscriber.Entry{Subscriber: l.Subscriber, State: subscriber.Active, Since: l.Since}
			switch {
			case err != nil:
				yield(e, err)
				return
			case l.Verdict == sqlite.Malformed:
				n.log.Warn(fmt.Sprintf("%s: line %d: %s; left out", n.Subscribers, l.Line, l.Detail))
				continue
			case l.Verdict == sqlite.Duplicate:
				continue
			case l.Verdict != sqlite.Accepted:
				e.State = subscriber.State(l.Verdict)
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// judged yields the lines of the list's file, each with what is known of it.
func (n *newsletter) judged(ctx context.Context) iter.Seq2[sqlite.Line, error] {
	return func(yield func(sqlite.Line, error) bool) {
		stage, done, err := n.stage(ctx)
		if err != nil {
			yield(sqlite.Line{}, err)
			return
		}
		defer done()
		for s, err := range n.listed(ctx) {
			if err = addLine(ctx, stage, s, err); err != nil {
				yield(sqlite.Line{}, err)
				return
			}
		}
		if err := stage.Ready(ctx); err != nil {
			yield(sqlite.Line{}, err)
			return
		}
		stage.Lines(ctx)(yield)
	}
}

// stage compares a file with the ledger, and changes nothing.
func (n *newsletter) stage(ctx context.Context) (s *sqlite.Stage, done func(), err error) {
	db, err := sqlite.OpenForStage(ctx, n.Database)
	if err != nil {
		return nil, nil, err
	}
	if s, err = db.Stage(ctx, n.Name); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return s, func() { _, _ = s.Close(), db.Close() }, nil
}

// addLine adds what ReadCSV yields; what is returned ends the file.
func addLine(ctx context.Context, stage *sqlite.Stage, s subscriber.Subscriber, err error) error {
	var line *subscriber.LineError
	if errors.As(err, &line) {
		return stage.Add(ctx, subscriber.Subscriber{Line: line.Line}, line.Err)
	}
	if err != nil {
		return err
	}
	return stage.Add(ctx, s, nil)
}
