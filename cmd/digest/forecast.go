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
	_, err = n.fixed(ctx, past)
	sent := err == nil
	if !sent && !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	if sent {
		n.policy = n.policy.Next(n.Span, 1)
	}
	m, err := n.memory(ctx, past)
	if err != nil {
		return err
	}
	if !sent && n.flags.asOf == "" && n.Span.Hours == 0 {
		n.policy = n.following(m)
	}
	r, err := n.read(bounds{since: n.policy.Reach(m)}, none)
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

// following is the policy of the first edition, of now or later, that is so many
// spans after the last one.
func (n *newsletter) following(m selector.Memory) selector.Policy {
	if len(m.Closed) == 0 {
		return n.policy
	}
	last := n.policy
	for i, w := range m.Closed {
		if i == 0 || w.End.After(last.Now) {
			last.Now = w.End.In(n.Location)
		}
	}
	next := last.Next(n.Span, 1)
	for i := 2; next.Window.End.Before(n.policy.Window.End); i++ {
		next = last.Next(n.Span, i)
	}
	return next
}

type forecastJSON struct {
	Editions []forecastEditionJSON `json:"editions"`
	Never    []fileRow             `json:"never"`
}

type forecastEditionJSON struct {
	Edition   string                `json:"edition"`
	Window    windowJSON            `json:"window"`
	Bookmarks int                   `json:"bookmarks"`
	Waiting   int                   `json:"waiting,omitempty"` // too few for an edition
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
		edition := forecastEditionJSON{Edition: e.ID, Window: windowJSON{rfc3339(e.Window.Start), rfc3339(e.Window.End)}, Bookmarks: e.Len(), Waiting: e.Waiting, Sections: []forecastSectionJSON{}}
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
		if e.Waiting > 0 {
			sections = []string{fmt.Sprintf("%d would wait: fewer than min_items", e.Waiting)}
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", e.ID, e.Window, e.Len(), strings.Join(sections, ", "))
	}
	if err := w.Flush(); err != nil || len(f.Never) == 0 {
		return err
	}
	fmt.Fprintf(n.stdout, "\n%s would be in none of them; digest explain says what would change it\n\n", count(len(f.Never), "bookmark"))
	return n.printFiles(f.Never)
}
