package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"digest"
)

func (a *app) initCommand() *cobra.Command {
	sample := false
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a commented config.yaml, and with --sample bookmarks and a list to try",
		Args:  usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			return a.init(dir, sample)
		},
	}
	cmd.Flags().BoolVar(&sample, "sample", false, "write sample content and subscribers too")
	return cmd
}

// init never overwrites: it looks for all files before it writes the first.
func (a *app) init(dir string, sample bool) error {
	files := map[string][]byte{"config.yaml": digest.Config, "subscribers.csv": []byte("address,name\n")}
	order := []string{"config.yaml", "subscribers.csv"}
	if sample {
		err := fs.WalkDir(digest.Sample, ".", func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			if _, twice := files[name]; !twice {
				order = append(order, name)
			}
			files[name], err = digest.Sample.ReadFile(name)
			return err
		})
		if err != nil {
			return err
		}
	}
	for _, name := range order {
		switch _, err := os.Lstat(filepath.Join(dir, name)); {
		case err == nil:
			return fmt.Errorf("init: %s is there already, and nothing is overwritten; name another folder", filepath.Join(dir, name))
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("init: %w", err)
		}
	}
	for _, name := range order {
		if err := writeNew(filepath.Join(dir, name), files[name]); err != nil {
			return fmt.Errorf("init: %w", err)
		}
	}
	if !sample {
		if err := os.MkdirAll(filepath.Join(dir, "content"), 0o755); err != nil {
			return fmt.Errorf("init: %w", err)
		}
		fmt.Fprintf(a.stdout, "wrote config.yaml, subscribers.csv and content/ to %s\n"+
			"next: put bookmarks into content/, addresses into subscribers.csv, then run: %sdigest --dry-run\n", dir, enter(dir))
		return nil
	}
	fmt.Fprintf(a.stdout, "wrote config.yaml, %d sample bookmarks and a list to %s\nnext: %sdigest --as-of %s\n", len(files)-2, dir, enter(dir), digest.SampleDate)
	return nil
}

// enter is the command that leads to the folder.
func enter(dir string) string {
	if filepath.Clean(dir) == "." {
		return ""
	}
	return "cd " + dir + " && "
}

func writeNew(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
