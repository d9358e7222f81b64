package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/rivo/uniseg"
	"github.com/spf13/cobra"

	"digest/internal/bookmark"
	"digest/internal/cell"
	"digest/internal/ledger"
	"digest/internal/selector"
	"digest/internal/sqlite"
)

func (a *app) listCommand() *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show the edition as a table, or every content file with its reason",
		Args:  usageArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.list(cmd.Context(), all) },
	}
	cmd.Flags().BoolVar(&all, "all", false, "every content file, with the one reason why it is in or out")
	a.formatFlag(cmd, "table", "json", "csv")
	return cmd
}

func (a *app) list(ctx context.Context, all bool) error {
	n, err := a.configure()
	if err != nil {
		return err
	}
	s, err := n.verdicts(ctx, extent{all: all})
	if err != nil {
		return err
	}
	edition, verdicts := s.edition, s.verdicts
	n.sayTooFew(s)
	switch {
	case all && a.flags.format == "json":
		return printJSON(a.stdout, fileRows(verdicts))
	case a.flags.format == "json":
		return printJSON(a.stdout, editionRow(edition, s.files))
	case a.flags.format == "csv":
		if !all {
			verdicts = slices.DeleteFunc(verdicts, func(v *selector.Verdict) bool { return v.Reason != selector.Selected })
		}
		return n.printCSV(fileRows(verdicts))
	case all:
		return n.printFiles(verdicts)
	}
	n.sayWaiting(verdicts)
	if edition.Len() == 0 {
		fmt.Fprintln(a.stdout, n.empty(s))
		return nil
	}
	return n.printEdition(edition)
}

// verdicts is the selection with a verdict on the odd files too, by path.
func (n *newsletter) verdicts(ctx context.Context, much extent) (*selection, error) {
	past, err := n.past(ctx)
	if err != nil {
		return nil, err
	}
	if past != nil {
		defer past.Close()
	}
	s, err := n.selection(ctx, past, much)
	if err != nil {
		return nil, err
	}
	if past != nil {
		if err := n.sayFixed(ctx, past, s.edition); err != nil {
			return nil, err
		}
	}
	for _, fe := range s.odd {
		reason := selector.Unreadable
		if errors.Is(fe, bookmark.ErrTooLarge) {
			reason = selector.TooLarge
		}
		detail := strings.TrimLeft((&bookmark.FileError{Line: fe.Line, Err: fe.Err, Hint: fe.Hint}).Error(), ": ")
		if fe.Line > 0 {
			detail = "line " + detail
		}
		s.verdicts = append(s.verdicts, &selector.Verdict{Bookmark: bookmark.Bookmark{Path: fe.Path}, Reason: reason, Detail: detail, Change: reason.Remedy()})
	}
	slices.SortFunc(s.verdicts, func(a, b *selector.Verdict) int { return strings.Compare(a.Bookmark.Path, b.Bookmark.Path) })
	return s, nil
}

// sayFixed warns when the edition went out with other bookmarks than would be
// selected now.
func (n *newsletter) sayFixed(ctx context.Context, past *sqlite.DB, now selector.Edition) error {
	fixed, err := n.fixed(ctx, past)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var keys []string
	for b := range now.All() {
		keys = append(keys, b.Key())
	}
	if !slices.EqualFunc(keys, fixed.Bookmarks, func(key string, b ledger.Bookmark) bool { return key == n.Identity.Canonical(b.Link) }) {
		n.log.Warn(fmt.Sprintf("%s is fixed since %s, with %s; this is what would be selected now",
			now.ID, fixed.Opened.In(n.Location).Format("2006-01-02 15:04"), count(len(fixed.Bookmarks), "bookmark")))
	}
	return nil
}

type bookmarkJSON struct {
	Path       string   `json:"path"`
	Title      string   `json:"title"`
	Link       string   `json:"link"`
	Date       string   `json:"date"`
	Categories []string `json:"categories"`
	Score      *int     `json:"score,omitempty"`
}

type sectionJSON struct {
	Category  string         `json:"category"`
	Title     string         `json:"title"`
	Bookmarks []bookmarkJSON `json:"bookmarks"`
}

type windowJSON struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

type editionJSON struct {
	Edition  string         `json:"edition"`
	Window   windowJSON     `json:"window"`
	Sections []sectionJSON  `json:"sections"`
	Counts   map[string]int `json:"counts"`
}

func editionRow(e selector.Edition, read int) editionJSON {
	row := editionJSON{
		Edition: e.ID, Window: windowJSON{rfc3339(e.Window.Start), rfc3339(e.Window.End)},
		Sections: []sectionJSON{}, Counts: map[string]int{"read": read, "selected": e.Len()},
	}
	for _, s := range e.Sections {
		section := sectionJSON{Category: s.Category, Title: s.Title}
		for _, b := range s.Bookmarks {
			section.Bookmarks = append(section.Bookmarks, bookmarkJSON{b.Path, b.Title, b.Link, rfc3339(b.Date), orEmpty(b.Categories), knownScore(b.Score)})
		}
		row.Sections = append(row.Sections, section)
	}
	return row
}

// A fileRow is a content file with its reason.
type fileRow struct {
	Path        string   `json:"path"`
	Title       string   `json:"title,omitempty"`
	Link        string   `json:"link,omitempty"`
	Date        string   `json:"date,omitempty"`
	PublishDate string   `json:"publish_date,omitempty"`
	ExpiryDate  string   `json:"expiry_date,omitempty"`
	Draft       bool     `json:"draft,omitempty"`
	Categories  []string `json:"categories,omitempty"`
	Selected    bool     `json:"selected"`
	Reason      string   `json:"reason"`
	Detail      string   `json:"detail,omitempty"`
	Change      string   `json:"change,omitempty"` // explain only
}

func fileRows(verdicts []*selector.Verdict) []fileRow {
	rows := make([]fileRow, 0, len(verdicts))
	for _, v := range verdicts {
		b := v.Bookmark
		rows = append(rows, fileRow{
			Path: b.Path, Title: b.Title, Link: b.Link, Date: rfc3339(b.Date), PublishDate: rfc3339(b.Publish), ExpiryDate: rfc3339(b.Expiry),
			Draft: b.Draft, Categories: b.Categories, Selected: v.Reason == selector.Selected, Reason: string(v.Reason), Detail: v.Detail,
		})
	}
	return rows
}

func (n *newsletter) printCSV(rows []fileRow) error {
	w := csv.NewWriter(n.stdout)
	_ = w.Write([]string{"path", "title", "link", "date", "publish_date", "expiry_date", "draft", "categories", "selected", "reason", "detail"})
	for _, r := range rows {
		_ = w.Write([]string{cell.Escape(r.Path), cell.Escape(r.Title), r.Link, r.Date, r.PublishDate, r.ExpiryDate, strconv.FormatBool(r.Draft),
			cell.Escape(strings.Join(r.Categories, "; ")), strconv.FormatBool(r.Selected), r.Reason, cell.Escape(r.Detail)})
	}
	w.Flush()
	return w.Error()
}

func (n *newsletter) printEdition(e selector.Edition) error {
	fmt.Fprintf(n.stdout, "%s: %s from %s\n\n", e.ID, count(e.Len(), "bookmark"), e.Window)
	w := tabwriter.NewWriter(n.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SECTION\tDATE\tSCORE\tTITLE\tLINK")
	for _, s := range e.Sections {
		for _, b := range s.Bookmarks {
			score := "-"
			if k := knownScore(b.Score); k != nil {
				score = strconv.Itoa(*k)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", s.Title, b.Date.In(n.Location).Format("2006-01-02"), score, column(b.Title, 50), b.Link)
		}
	}
	return w.Flush()
}

func (n *newsletter) printFiles(verdicts []*selector.Verdict) error {
	w := tabwriter.NewWriter(n.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "REASON\tDATE\tFILE\tDETAIL")
	for _, v := range verdicts {
		date := "-"
		if v.Bookmark.HasDate() {
			date = v.Bookmark.Date.In(n.Location).Format("2006-01-02")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", v.Reason, date, printPath(v.Bookmark.Path), v.Detail)
	}
	return w.Flush()
}

// column cuts a text for a table.
func column(s string, most int) string {
	if uniseg.GraphemeClusterCount(s) <= most {
		return s
	}
	end := 0
	g := uniseg.NewGraphemes(s)
	for range most - 1 {
		g.Next()
		_, end = g.Positions()
	}
	return s[:end] + "…"
}

// printPath shows a file's name without letting it act on a terminal.
func printPath(p string) string {
	if clean := bookmark.Clean(p); clean != p {
		return strconv.Quote(p)
	}
	return p
}

// rfc3339 is empty for no date.
func rfc3339(t time.Time) string {
	if t.Year() <= 1 {
		return ""
	}
	return t.Format(time.RFC3339)
}

func knownScore(s bookmark.Score) *int {
	if !s.Known {
		return nil
	}
	return &s.Value
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
