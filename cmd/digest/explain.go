package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"digest/internal/selector"
)

func (a *app) explainCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain LINK|PATH...",
		Short: "Say why bookmarks are in the edition or not, and what would change it",
		Args:  usageArgs(cobra.MinimumNArgs(1)),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.explain(cmd.Context(), args) },
	}
	a.formatFlag(cmd, "text", "json")
	return cmd
}

func (a *app) explain(ctx context.Context, wanted []string) error {
	n, err := a.configure()
	if err != nil {
		return err
	}
	s, err := n.verdicts(ctx, toListAll)
	if err != nil {
		return err
	}
	n.sayTooFew(s)
	var found []*selector.Verdict
	var missing []error
	for _, what := range wanted {
		matches := n.find(s.verdicts, what)
		if len(matches) == 0 {
			missing = append(missing, fmt.Errorf("%s: no content file has this path or link; digest list --all shows all of them", what))
		}
		found = append(found, matches...)
	}
	if a.flags.format == "json" {
		rows := fileRows(found)
		for i, v := range found {
			rows[i].Change = v.Change
		}
		return errors.Join(append(missing, printJSON(a.stdout, rows))...)
	}
	for i, v := range found {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		n.explainOne(s.edition, v)
	}
	return errors.Join(missing...)
}

// find returns the verdicts on a link, in any of its forms, or on a path: as
// list --all shows it, or as the shell knows it.
func (n *newsletter) find(verdicts []*selector.Verdict, what string) []*selector.Verdict {
	var found []*selector.Verdict
	key := n.Identity.Canonical(what)
	clean := path.Clean(filepath.ToSlash(what))
	for _, v := range verdicts {
		p := v.Bookmark.Path
		if p == clean || strings.HasSuffix(clean, "/"+p) || path.Base(p) == clean || strings.TrimSuffix(path.Base(p), path.Ext(p)) == clean || v.Bookmark.Link != "" && v.Bookmark.Key() == key {
			found = append(found, v)
		}
	}
	return found
}

func (n *newsletter) explainOne(e selector.Edition, v *selector.Verdict) {
	b := v.Bookmark
	out := func(what, value string) {
		if value != "" {
			fmt.Fprintf(n.stdout, "  %-11s %s\n", what, value)
		}
	}
	in := "is not in"
	if v.Reason == selector.Selected {
		in = "is in"
	}
	fmt.Fprintf(n.stdout, "%s %s %s: %s\n", printPath(b.Path), in, e.ID, v.Reason)
	out("because", v.Detail)
	out("to change", v.Change)
	out("title", b.Title)
	out("link", b.Link)
	out("date", rfc3339(b.Date))
	if !b.Publish.Equal(b.Date) {
		out("published", rfc3339(b.Publish))
	}
	out("expires", rfc3339(b.Expiry))
	if b.Draft {
		out("draft", "yes")
	}
	if b.Pin {
		out("pinned", "yes")
	}
	if score := knownScore(b.Score); score != nil {
		out("score", strconv.Itoa(*score))
	}
	out("categories", strings.Join(b.Categories, ", "))
	out("window", e.Window.String())
}
