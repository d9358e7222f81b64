package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"digest/internal/draftfile"
	"digest/internal/selector"
)

func (a *app) draftCommand() *cobra.Command {
	out := ""
	cmd := &cobra.Command{
		Use:   "draft",
		Short: "Write the edition as a file to edit, for send --draft; records nothing",
		Args:  usageArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.draft(cmd.Context(), out) },
	}
	cmd.Flags().StringVar(&out, "out", "", "`FILE` to write in place of standard output; one that is there is not overwritten")
	return cmd
}

// draft writes what would be selected now, with the introduction that the edition
// has.
func (a *app) draft(ctx context.Context, out string) error {
	n, err := a.configure()
	if err != nil {
		return err
	}
	s, err := n.verdicts(ctx, toList)
	if err != nil {
		return err
	}
	n.warnOdd(s.odd)
	n.sayWaiting(s.verdicts)
	n.sayTooFew(s)
	if s.edition.Len() == 0 { // standard output is for the file
		n.log.Warn(n.empty(s).Error())
		return nil
	}
	if s.edition.Introduction, err = n.introduction(s.edition.ID); err != nil {
		return err
	}
	data := draftOf(s).Bytes()
	if out == "" {
		_, err = a.stdout.Write(data)
		return err
	}
	if err := writeNew(out, data); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("--out: %s is there already, and nothing is overwritten; name another file", out)
	} else if err != nil {
		return fmt.Errorf("--out: %w; name a file in a folder that you can write to", err)
	}
	if !a.flags.quiet {
		fmt.Fprintf(a.stdout, "wrote %s with %s to %s\nnext: edit it, then look with: digest send --dry-run --draft %s\n",
			s.edition.ID, count(s.edition.Len(), "bookmark"), out, out)
	}
	return nil
}

// draftOf is an edition as a file.
func draftOf(s *selection) *draftfile.File {
	e := s.edition
	f := &draftfile.File{Introduction: e.Introduction, Edition: e.ID, Start: e.Window.Start, End: e.Window.End}
	for _, s := range e.Sections {
		section := draftfile.Section{Category: s.Category, Title: s.Title}
		for _, b := range s.Bookmarks {
			section.Bookmarks = append(section.Bookmarks, draftfile.Bookmark{Path: b.Path, Title: b.Title, Note: b.Note})
		}
		f.Sections = append(f.Sections, section)
	}
	for _, v := range s.verdicts {
		if v.Reason == selector.Selected || v.NoPlace() {
			f.Offered = append(f.Offered, v.Bookmark.Link)
		}
	}
	return f
}
