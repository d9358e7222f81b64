package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"digest/internal/config"
	"digest/internal/selector"
)

// A finding is one thing that check found. Its id is stable.
type finding struct {
	ID       string `json:"id"`
	Severity string `json:"severity"` // error, warning, info
	Where    string `json:"where"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
}

func (f finding) String() string {
	s := fmt.Sprintf("%-7s  %-16s  %s: %s", f.Severity, f.ID, f.Where, f.Message)
	if f.Hint != "" {
		s += "; " + f.Hint
	}
	return s
}

func (a *app) checkCommand() *cobra.Command {
	connect, dns := false, ""
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check configuration, templates, content, edition and list: every fault at once",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			server, err := dnsServer(dns)
			if err != nil {
				return err
			}
			if server != "" && !connect {
				return usage("--dns goes with --connect")
			}
			return a.check(cmd.Context(), connect, server)
		},
	}
	cmd.Flags().BoolVar(&connect, "connect", false, "log in to the mail server too, and ask the DNS and the unsubscribe page what receivers will ask them")
	cmd.Flags().StringVar(&dns, "dns", "", "`HOST[:PORT]` of the DNS server that --connect asks (default: the system's)")
	a.formatFlag(cmd, "text", "json")
	return cmd
}

func (a *app) check(ctx context.Context, connect bool, dns string) error {
	found := []finding{}
	n, err := a.configure()
	if err != nil {
		found = append(found, configFindings(err)...)
	} else {
		err := n.parseTemplates()
		if err == nil && n.Unsubscribe.URL+n.Unsubscribe.Preferences+n.Subscribe != "" {
			if err = n.renderer.CheckNotes(); err == nil {
				_, err = n.pages()
			}
		}
		if err != nil {
			found = append(found, finding{"templates", "error", "templates", err.Error(), ""})
			n.renderer = nil
		}
		found = append(found, n.checkKey()...)
		found = append(found, n.checkEdition(ctx)...)
		found = append(found, n.checkSubscribers(ctx)...)
		if connect {
			found = append(found, n.checkServer(ctx)...)
			found = append(found, n.checkDeliverability(ctx, dns)...)
			found = append(found, n.checkMailbox(ctx)...)
		}
	}
	if a.flags.format == "json" {
		err = printJSON(a.stdout, found)
	} else {
		err = a.printFindings(found)
	}
	for _, f := range found {
		if f.Severity == "error" {
			return errors.Join(err, &exitError{exitFailed, errSaid})
		}
	}
	return err
}

func (a *app) printFindings(found []finding) error {
	faults := 0
	for _, f := range found {
		if f.Severity == "error" {
			faults++
		}
		if f.Severity == "info" && a.flags.quiet {
			continue
		}
		fmt.Fprintln(a.stdout, f)
	}
	if !a.flags.quiet {
		fmt.Fprintf(a.stdout, "%s among %s\n", count(faults, "error"), count(len(found), "finding"))
	}
	return nil
}

func configFindings(err error) []finding {
	var faults *config.Faults
	if !errors.As(err, &faults) {
		return []finding{{"config", "error", "configuration", err.Error(), ""}}
	}
	var found []finding
	for _, f := range faults.List {
		found = append(found, finding{"config." + f.Key, "error", faults.Where(f), f.Problem, f.Remedy})
	}
	return found
}

// checkEdition reads all content and renders the edition of now.
func (n *newsletter) checkEdition(ctx context.Context) []finding {
	s, number, err := n.next(ctx, toCheck)
	if err != nil {
		return []finding{{"edition", "error", n.policy.ID(), err.Error(), ""}}
	}
	found := n.checkContent(s)
	if past, err := n.past(ctx); err == nil {
		if err := n.checkNote(ctx, past); err != nil {
			found = append(found, finding{"ledger", "error", n.Database, err.Error(), ""})
		}
		if past != nil {
			defer past.Close()
		}
	}
	edition := s.edition
	if edition.Len() < max(1, n.MinItems) {
		return append(found, finding{"edition.empty", "info", edition.ID, strings.ReplaceAll(n.empty(s).why, "\n", "; "), ""})
	}
	if n.renderer == nil {
		return found
	}
	draft, err := n.renderer.Render(edition, number, n.policy.Now)
	if err != nil {
		return append(found, finding{"templates", "error", "templates", n.templateFault(err).Error(), ""})
	}
	n.checked = draft
	found = append(found, n.checkLetter(draft)...)
	return append(found, finding{"edition", "info", edition.ID, fmt.Sprintf("%s from %s, subject %q", count(edition.Len(), "bookmark"), edition.Window, draft.Subject), ""})
}

// checkContent names the files that cannot be read, and those that miss what
// their authors meant to say.
func (n *newsletter) checkContent(s *selection) []finding {
	var found []finding
	for _, fe := range s.odd {
		where := fe.Path
		if fe.Line > 0 {
			where = fmt.Sprintf("%s:%d", fe.Path, fe.Line)
		}
		found = append(found, finding{"content.unreadable", "error", where, fe.Err.Error(), fe.Hint})
	}
	for _, v := range s.verdicts {
		b := v.Bookmark
		// A page without a link is a page; with a link, what is missing was meant.
		if v.Reason == selector.NoTitle || v.Reason == selector.NoDate || v.Reason == selector.NoLink && b.BadLink != "" {
			found = append(found, finding{"content." + string(v.Reason), "warning", printPath(b.Path), v.Detail, v.Change})
		}
	}
	return found
}
