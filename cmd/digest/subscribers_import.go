package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"digest/internal/sqlite"
	"digest/internal/subscriber"
)

func (a *app) importCommand() *cobra.Command {
	apply := false
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Say what would become of each line of a CSV file (- is standard input), and with --apply put those that are new on the list",
		Args:  usageArgs(cobra.ExactArgs(1)),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.importList(cmd.Context(), args[0], apply) },
	}
	cmd.Flags().BoolVar(&apply, "apply", false, "change the list")
	a.formatFlag(cmd, "text", "json")
	return cmd
}

func (a *app) importList(ctx context.Context, name string, apply bool) error {
	n, err := a.configure()
	if err != nil {
		return err
	}
	in, err := openImport(name)
	if err != nil {
		return err
	}
	defer in.Close()
	open := n.stage
	if apply {
		unlock, err := n.lock()
		if err != nil {
			return err
		}
		defer unlock()
		if n.Subscribers == "" {
			open = n.stageToChange
		}
	}
	stage, done, err := open(ctx)
	if err != nil {
		return err
	}
	defer done()
	if err := n.fill(ctx, stage, name, in); err != nil {
		return err
	}
	report := importReport{n: n, name: name, counts: map[sqlite.Verdict]int{}, out: bufio.NewWriter(a.stdout)}
	if err := report.lines(stage.Lines(ctx)); err != nil {
		return err
	}
	added := 0
	if apply {
		if added, err = n.take(ctx, stage); err != nil {
			return errors.Join(report.out.Flush(), err)
		}
	}
	if err := report.end(apply, added); err != nil {
		return err
	}
	if bad := report.counts[sqlite.Malformed]; bad > 0 {
		return &exitError{exitPart, fmt.Errorf("%s: %s cannot be taken; mend what the report says of them and import the file again", name, count(bad, "line"))}
	}
	return nil
}

func openImport(name string) (*os.File, error) {
	if name == "-" {
		return os.Stdin, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("import: %w; name a CSV file, or - for standard input", err)
	}
	return f, nil
}

// stageToChange compares a file with the list in the database, in order to change
// that.
func (n *newsletter) stageToChange(ctx context.Context) (s *sqlite.Stage, done func(), err error) {
	db, err := sqlite.Open(ctx, n.Database, n.clock)
	if err != nil {
		return nil, nil, err
	}
	if s, err = db.Stage(ctx, n.Name); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return s, func() { _, _ = s.Close(), db.Close() }, nil
}

// fill adds the list, if it is a file, and the lines of the file to import.
func (n *newsletter) fill(ctx context.Context, stage *sqlite.Stage, name string, in io.Reader) error {
	if n.Subscribers != "" {
		for s, err := range n.listed(ctx) {
			if errors.As(err, new(*subscriber.LineError)) {
				continue
			}
			if err != nil {
				return err
			}
			if err := stage.Has(ctx, s.Key); err != nil {
				return err
			}
		}
	}
	bar := n.newProgress("reading "+name+":", 0)
	defer bar.done()
	own, _ := subscriber.New(n.From.Address, "")
	for s, err := range subscriber.ReadCSV(in) {
		bar.add(1)
		if err != nil && !errors.As(err, new(*subscriber.LineError)) {
			return fmt.Errorf("%s: %w; nothing is changed; mend the file", name, err)
		}
		if fault := s.Fault(); err == nil && fault != nil {
			err = &subscriber.LineError{Line: s.Line, Err: fault}
		}
		if err == nil && s.Key == own.Key {
			err = &subscriber.LineError{Line: s.Line, Err: fmt.Errorf("%s is the sender's own address", s.Address.Address)}
		}
		if err := addLine(ctx, stage, s, err); err != nil {
			return err
		}
	}
	return stage.Ready(ctx)
}

// take puts the accepted lines on the list, all of them or none.
func (n *newsletter) take(ctx context.Context, stage *sqlite.Stage) (added int, err error) {
	if n.Subscribers == "" {
		return stage.Apply(ctx)
	}
	accepted := func(yield func(subscriber.Subscriber, error) bool) {
		for l, err := range stage.Lines(ctx) {
			if err == nil && l.Verdict != sqlite.Accepted {
				continue
			}
			added++
			if !yield(l.Subscriber, err) {
				return
			}
		}
	}
	return added, n.rewriteList(func(subscriber.Subscriber) bool { return false }, accepted)
}
