package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"digest/internal/ledger"
	"digest/internal/sqlite"
)

func (a *app) statusCommand() *cobra.Command {
	var release, drop bool
	cmd := &cobra.Command{
		Use:   "status [EDITION]",
		Short: "Show how far editions got, and whom a person must look at",
		Args:  usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case release && drop:
				return usage("--release and --drop are opposites: give one of them")
			case (release || drop) && len(args) == 0:
				return usage("--release and --drop settle one edition: name it")
			}
			return a.status(cmd.Context(), args, release, drop)
		},
	}
	cmd.Flags().BoolVar(&release, "release", false, "send to the unknown recipients of the edition again in the next run")
	cmd.Flags().BoolVar(&drop, "drop", false, "do not send to the unknown recipients of the edition again")
	a.formatFlag(cmd, "text", "json")
	return cmd
}

func (a *app) status(ctx context.Context, args []string, release, drop bool) error {
	n, err := a.load()
	if err != nil {
		return err
	}
	if release || drop {
		return n.resolve(ctx, args[0], release)
	}
	past, err := n.past(ctx)
	if err != nil {
		return err
	}
	var all []ledger.Status
	if past != nil {
		defer past.Close()
		if all, err = past.Editions(ctx, n.Name); err != nil {
			return err
		}
	}
	if len(args) == 1 {
		for _, s := range all {
			if s.ID == args[0] {
				return n.printStatus(ctx, past, s)
			}
		}
		return &exitError{exitFailed, fmt.Errorf("%s: %w; digest status shows all of them", args[0], ledger.ErrNotFound)}
	}
	if a.flags.format == "json" {
		rows := make([]statusRow, 0, len(all))
		for _, s := range all {
			rows = append(rows, n.statusRow(s))
		}
		return printJSON(a.stdout, rows)
	}
	if len(all) == 0 {
		fmt.Fprintf(a.stdout, "no edition of %s yet\n", n.Name)
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "EDITION\tNO.\tBOOKMARKS\tRECIPIENTS\tSENT\tPENDING\tDEFERRED\tREJECTED\tUNKNOWN\tEMPTY")
	for _, s := range all {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", s.ID, s.Number, len(s.Bookmarks), s.Total(), s.Sent,
			s.Pending+s.Claimed+s.Committing, s.Deferred, s.Rejected, s.Unknown, s.Empty)
	}
	return w.Flush()
}

type statusRow struct {
	Edition    string     `json:"edition"`
	Number     int        `json:"number"`
	Window     windowJSON `json:"window"`
	Bookmarks  int        `json:"bookmarks"`
	Recipients int        `json:"recipients"`
	Pending    int        `json:"pending"`
	Claimed    int        `json:"claimed"`
	Sent       int        `json:"sent"`
	Deferred   int        `json:"deferred"`
	Rejected   int        `json:"rejected"`
	Unknown    int        `json:"unknown"`
	Empty      int        `json:"empty"`
	Started    string     `json:"started"`
	Finished   string     `json:"finished,omitempty"`
}

func (n *newsletter) statusRow(s ledger.Status) statusRow {
	return statusRow{
		Edition: s.ID, Number: s.Number, Window: windowJSON{rfc3339(s.Start), rfc3339(s.End)}, Bookmarks: len(s.Bookmarks),
		Recipients: s.Total(), Pending: s.Pending, Claimed: s.Claimed + s.Committing, Sent: s.Sent, Deferred: s.Deferred,
		Rejected: s.Rejected, Unknown: s.Unknown, Empty: s.Empty, Started: rfc3339(s.Opened), Finished: rfc3339(s.Finished),
	}
}

// printStatus shows one edition and the addresses that need a person.
func (n *newsletter) printStatus(ctx context.Context, db *sqlite.DB, s ledger.Status) error {
	if n.flags.format == "json" {
		return printJSON(n.stdout, []statusRow{n.statusRow(s)})
	}
	fmt.Fprintf(n.stdout, "%s, number %d, fixed %s\n", s.ID, s.Number, s.Opened.In(n.Location).Format("2006-01-02 15:04"))
	fmt.Fprintf(n.stdout, "%s, %s: %d sent, %d pending, %d deferred, %d rejected, %d unknown, %d suppressed, %d with nothing in what they chose\n",
		count(len(s.Bookmarks), "bookmark"), count(s.Total(), "recipient"), s.Sent, s.Pending+s.Claimed+s.Committing, s.Deferred, s.Rejected, s.Unknown, s.Suppressed, s.Empty)
	w := tabwriter.NewWriter(n.stdout, 0, 0, 2, ' ', 0)
	first := true
	for e, err := range db.Entries(ctx, s.ID, ledger.Unknown, ledger.Deferred, ledger.Rejected) {
		if err != nil {
			return err
		}
		if first {
			fmt.Fprintln(w, "\nSTATE\tADDRESS\tTRIES\tREPLY")
			first = false
		}
		reply := e.Reply
		if e.Code > 0 {
			reply = fmt.Sprintf("%d %s", e.Code, e.Reply)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", e.State, e.Address, e.Attempts, reply)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if s.Unknown > 0 {
		fmt.Fprintf(n.stdout, "\nNobody knows whether the unknown ones got it: look into the mail server's log, then\n"+
			"  digest status %s --release   sends it to them again\n  digest status %s --drop      leaves it at that\n", s.ID, s.ID)
	}
	return nil
}

// resolve settles the unknown recipients of an edition by hand.
func (n *newsletter) resolve(ctx context.Context, id string, release bool) error {
	unlock, err := n.lock()
	if err != nil {
		return err
	}
	defer unlock()
	db, err := sqlite.Open(ctx, n.Database, n.clock)
	if err != nil {
		return err
	}
	defer db.Close()
	edition, err := db.Edition(ctx, id)
	if err == nil && edition.Newsletter != n.Name {
		err = ledger.ErrNotFound
	}
	if errors.Is(err, ledger.ErrNotFound) {
		return fmt.Errorf("%s: %w; digest status shows all of them", id, err)
	}
	if err != nil {
		return err
	}
	to, reply, what := ledger.Rejected, "dropped by hand", "are left without it"
	if release {
		to, reply = ledger.Pending, "released by hand"
		what = "get it again with: digest --edition " + id
	}
	count, err := db.Resolve(ctx, id, to, reply)
	if err != nil {
		return err
	}
	if !release {
		err = db.Finish(ctx, id)
	}
	fmt.Fprintf(n.stdout, "%s: %d recipients were unknown and %s\n", id, count, what)
	return err
}
