package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"digest/internal/bounce"
	"digest/internal/ledger"
	"digest/internal/sqlite"
)

func (a *app) bounceCommand() *cobra.Command {
	imap := false
	cmd := &cobra.Command{
		Use:   "bounce [FILE|MAILDIR]...",
		Short: "Read what came back, and send nothing more to addresses that do not exist or have complained",
		Long: `digest bounce reads delivery reports, complaints and mail to unsubscribe.mailto: one
from standard input, as a mail server's pipe gives it, those in files and Maildirs,
or with --imap those in the mailbox bounces.imap. What it is sure of it records; such messages of a Maildir
are moved from new to cur, those of the mailbox are marked as seen. All else changes
nothing: it stays where it is, is named, and is for a person to read; in the mailbox
it is flagged. What came by the pipe is then put into the Maildir bounces.kept, also
when the ledger cannot be written: "digest bounce" on that Maildir makes up for it.

The same report counts once, however often it is read.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if imap && len(args) > 0 {
				return usage("--imap reads the mailbox alone; leave out %s", args[0])
			}
			return a.bounce(cmd.Context(), cmd.InOrStdin(), imap, args)
		},
	}
	cmd.Flags().BoolVar(&imap, "imap", false, "read what is new in the mailbox bounces.imap")
	return cmd
}

func (a *app) bounce(ctx context.Context, stdin io.Reader, imap bool, args []string) (err error) {
	n, err := a.configure()
	if err != nil {
		return err
	}
	if n.Bounces.Address == "" && n.Unsubscribe.Mailto == "" {
		return &exitError{exitUsage, fmt.Errorf("%s: bounce_address: it is empty, so no letter has a return path that names its recipient; set it before you send, see config.yaml", n.File)}
	}
	if imap && n.Bounces.IMAP.Host == "" {
		return &exitError{exitUsage, fmt.Errorf("%s: bounces.imap.host: it is empty; write the name of the mailbox's server, see config.yaml", n.File)}
	}
	r := &returns{newsletter: n, paths: n.returnPaths(), remedy: "read it, and move it out of new"}
	defer func() { err = errors.Join(err, r.close()) }()
	failed := 0
	switch {
	case imap:
		failed = r.mailbox(ctx)
	case len(args) == 0:
		return r.pipe(ctx, stdin)
	}
	for _, name := range args {
		failed += r.path(ctx, name)
	}
	r.report()
	switch {
	case failed == 0:
		return nil
	case r.total() == 0:
		return &exitError{exitFailed, errors.New("nothing was read; the lines above say why")}
	}
	return &exitError{exitPart, fmt.Errorf("%d could not be read or recorded; mend that and run it again", failed)}
}

// returnPaths makes the return paths of this newsletter; without an address of
// its own there are none.
func (n *newsletter) returnPaths() bounce.Paths {
	return bounce.Paths{Base: n.Bounces.Address, Keys: n.keys(), Newsletter: n.Name}
}

// returns is the work on what came back.
type returns struct {
	*newsletter
	paths      bounce.Paths
	db         *sqlite.DB // nil: not opened yet
	counts     map[bounce.Kind]int
	suppressed int
	remedy     string // what a person does with a message that is unclear
}

// open opens the ledger, which is there if anything was sent.
func (r *returns) open(ctx context.Context) (err error) {
	if r.db != nil {
		return nil
	}
	if _, err := os.Stat(r.Database); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("database: %w; nothing was sent from here yet: look at --config", err)
	}
	r.db, err = sqlite.Open(ctx, r.Database, r.clock)
	return err
}

// close closes the ledger, if it was opened.
func (r *returns) close() error {
	if r.db == nil {
		return nil
	}
	return r.db.Close()
}

// settle reads one message and records what it is sure of. The kind is that of
// the message for the recipient whom its return path names.
func (r *returns) settle(ctx context.Context, name string, message io.Reader) (bounce.Kind, error) {
	m, err := bounce.Read(message)
	if err != nil {
		return bounce.Unclear, err
	}
	if err := r.open(ctx); err != nil {
		return bounce.Unclear, err
	}
	of, err := r.whose(ctx, m)
	report := m.For(of.Key)
	switch {
	case err != nil && !errors.Is(err, ledger.ErrNotFound):
		return bounce.Unclear, err
	case report.Kind == bounce.AutoReply:
	case report.Kind == bounce.Leaving:
		if report, err = r.leaves(ctx, report); err != nil {
			return bounce.Unclear, err
		}
	case err != nil && report.Kind != bounce.Unclear:
		report = bounce.Report{Kind: bounce.Unclear, Why: fmt.Sprintf("it says %s, but no return path of %s stands in it", m.Reports[0].Kind, r.Name)}
	case report.Kind != bounce.Unclear:
		if err := r.record(ctx, m.ID, of, report); err != nil {
			return bounce.Unclear, err
		}
	}
	if r.counts == nil {
		r.counts = map[bounce.Kind]int{}
	}
	r.counts[report.Kind]++
	if report.Kind == bounce.Unclear {
		r.log.Warn(fmt.Sprintf("%s: unclear: %s; %s", name, describe(report), r.remedy))
	}
	return report.Kind, nil
}

// describe is a report in words.
func describe(r bounce.Report) string {
	s := r.Why
	if r.Status != "" {
		s += " (" + r.Status + ")"
	}
	if r.Diagnostic != "" {
		s += ": " + r.Diagnostic
	}
	return s
}

// whose is the one delivery whose return path stands in a message, or
// [ledger.ErrNotFound].
func (r *returns) whose(ctx context.Context, m bounce.Message) (ledger.Delivery, error) {
	found, id := ledger.Delivery{}, int64(0)
	for _, address := range m.Paths {
		claim, ok := r.paths.Parse(address)
		if !ok || claim.ID == id {
			continue
		}
		of, err := r.db.Delivery(ctx, claim.ID)
		if errors.Is(err, ledger.ErrNotFound) || err == nil && (of.Newsletter != r.Name || !r.paths.Verify(claim, of.Number, of.Key)) {
			continue
		}
		if err != nil {
			return found, err
		}
		if id != 0 {
			return ledger.Delivery{}, ledger.ErrNotFound // two of them name nobody
		}
		found, id = of, claim.ID
	}
	if id == 0 {
		return found, ledger.ErrNotFound
	}
	return found, nil
}

// record tells the ledger, and says what came of it.
func (r *returns) record(ctx context.Context, message string, of ledger.Delivery, report bounce.Report) error {
	c, err := r.db.Bounce(ctx, of, ledger.Bounce{
		Message: message, Kind: string(report.Kind), Status: report.Status, Reply: describe(report),
	}, r.Bounces.SoftLimit)
	if err != nil {
		return err
	}
	said := ""
	switch {
	case c.Known:
		said = "; recorded before"
	case c.Suppressed:
		r.suppressed++
		said = "; nothing more is sent there"
	case report.Kind == bounce.Soft:
		said = fmt.Sprintf("; %d of %d editions in a row", c.Row, r.Bounces.SoftLimit)
	}
	if !r.flags.quiet {
		fmt.Fprintf(r.stdout, "%s: %s, %s: %s%s\n", of.Address, report.Kind, of.Edition, describe(report), said)
	}
	return nil
}

func (r *returns) total() (n int) {
	for _, count := range r.counts {
		n += count
	}
	return n
}

func (r *returns) report() {
	if r.flags.quiet {
		return
	}
	fmt.Fprintf(r.stdout, "%d read: %d hard, %d soft, %d complaints, %d automatic answers, %d leave, %d unclear; %d more addresses are not sent to\n", r.total(),
		r.counts[bounce.Hard], r.counts[bounce.Soft], r.counts[bounce.Complaint], r.counts[bounce.AutoReply], r.counts[bounce.Leaving], r.counts[bounce.Unclear], r.suppressed)
}

// path settles a file, or what is new in a Maildir. It returns how many messages
// could not be settled, and has said why.
func (r *returns) path(ctx context.Context, name string) (failed int) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		err = fmt.Errorf("%w; name a message's file or a Maildir", err)
	case info.IsDir():
		return r.maildir(ctx, name)
	case !info.Mode().IsRegular():
		err = fmt.Errorf("%s is not a regular file; name one, a Maildir, or give the message on standard input", name)
	default:
		_, err = r.file(ctx, os.Open, name, name)
	}
	if err != nil {
		r.log.Error(err.Error())
		return 1
	}
	return 0
}

// file settles what open has for a name; shown is its name for people.
func (r *returns) file(ctx context.Context, open func(string) (*os.File, error), name, shown string) (bounce.Kind, error) {
	f, err := open(name)
	if err != nil {
		return bounce.Unclear, err
	}
	defer f.Close()
	kind, err := r.settle(ctx, shown, f)
	if err != nil {
		err = fmt.Errorf("%s: %w", shown, err)
	}
	return kind, err
}
