package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"digest/internal/ledger"
	"digest/internal/selector"
)

func (a *app) forecastCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "forecast [N]",
		Short: "Show the next N editions (4) under today's limits, and which bookmarks would never appear",
		Args:  usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			editions := 4
			if len(args) == 1 {
				var err error
				if editions, err = strconv.Atoi(args[0]); err != nil || editions < 1 || editions > 500 {
					return usage("%q: write a number of editions from 1 to 500", args[0])
				}
			}
			return a.forecast(cmd.Context(), editions)
		},
	}
	a.formatFlag(cmd, "text", "json")
	return cmd
}

// forecast plays the editions to come. If that of now has gone out, they begin
// with the next one.
func (a *app) forecast(ctx context.Context, editions int) error {
	if a.flags.since != "" {
		return usage("a forecast goes by the window; leave out --since and --until")
	}
	n, err := a.configure()
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
	policy := n.policy
	if _, err = n.fixed(ctx, past); err == nil {
		n.policy = policy.Next(n.Span, 1)
	} else if !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	m, err := n.memory(ctx, past)
	if err != nil {
		return err
	}
	r, err := n.read(bounds{since: n.policy.Reach(m)}, noLetter)
	if err != nil {
		return err
	}
	n.warnOdd(r.odd)
	f := n.policy.Forecast(r.bookmarks, m, n.Span, editions, n.MinItems)
	if a.flags.format == "json" {
		return printJSON(a.stdout, forecastRow(f))
	}
	return n.printForecast(f)
}

type forecastJSON struct {
	Editions []forecastEditionJSON `json:"editions"`
	Never    []fileRow             `json:"never"`
}

type forecastEditionJSON struct {
	Edition   string                `json:"edition"`
	Window    windowJSON            `json:"window"`
	Bookmarks int                   `json:"bookmarks"`
	Sections  []forecastSectionJSON `json:"sections"`
}

type forecastSectionJSON struct {
	Title     string `json:"title"`
	Bookmarks int    `json:"bookmarks"`
	OverLimit int    `json:"over_limit"`
}

func forecastRow(f selector.Forecast) forecastJSON {
	row := forecastJSON{Editions: []forecastEditionJSON{}, Never: fileRows(f.Never)}
	for _, e := range f.Editions {
		edition := forecastEditionJSON{Edition: e.ID, Window: windowJSON{rfc3339(e.Window.Start), rfc3339(e.Window.End)}, Bookmarks: e.Len(), Sections: []forecastSectionJSON{}}
		for _, s := range e.Sections {
			edition.Sections = append(edition.Sections, forecastSectionJSON{s.Title, len(s.Bookmarks), s.More})
		}
		row.Editions = append(row.Editions, edition)
	}
	return row
}

func (n *newsletter) printForecast(f selector.Forecast) error {
	w := tabwriter.NewWriter(n.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "EDITION\tWINDOW\tBOOKMARKS\tSECTIONS")
	for _, e := range f.Editions {
		var sections []string
		for _, s := range e.Sections {
			words := fmt.Sprintf("%s %d", s.Title, len(s.Bookmarks))
			if s.More > 0 {
				words += fmt.Sprintf(" and %d over the limit", s.More)
			}
			sections = append(sections, words)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", e.ID, e.Window, e.Len(), strings.Join(sections, ", "))
	}
	if err := w.Flush(); err != nil || len(f.Never) == 0 {
		return err
	}
	fmt.Fprintf(n.stdout, "\n%s would be in none of them; digest explain says what would change it\n\n", count(len(f.Never), "bookmark"))
	return n.printFiles(f.Never)
}
