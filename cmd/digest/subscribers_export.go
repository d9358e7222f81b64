package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"digest/internal/subscriber"
)

func (a *app) exportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export [FILE]",
		Short: "Write all who are active as a list that import reads, and that no spreadsheet takes for formulas",
		Args:  usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.export(cmd.Context(), "")
			}
			return a.export(cmd.Context(), args[0])
		},
	}
	return cmd
}

func (a *app) export(ctx context.Context, name string) error {
	n, err := a.configure()
	if err != nil {
		return err
	}
	if name == "" {
		_, err := n.exportTo(ctx, a.stdout)
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("export: %s is there already, and nothing is overwritten; name another file", name)
	case err != nil:
		return fmt.Errorf("export: %w; name a file in a folder that you can write to", err)
	}
	wrote, err := n.exportTo(ctx, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	if !a.flags.quiet {
		fmt.Fprintf(a.stdout, "wrote %s to %s\n", count(wrote, "subscriber"), name)
	}
	return nil
}

func (n *newsletter) exportTo(ctx context.Context, out io.Writer) (wrote int, err error) {
	w := subscriber.NewWriter(out)
	for e, err := range n.entries(ctx) {
		if err != nil {
			return wrote, err
		}
		if e.State != subscriber.Active {
			continue
		}
		if err := w.Write(e.Subscriber); err != nil {
			return wrote, err
		}
		wrote++
	}
	return wrote, w.Flush()
}
