// Command digest turns a week's bookmarks into a letter in every subscriber's
// mailbox. Without a command it sends the edition of this moment: it is what
// cron runs.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // a host may have none

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"digest/internal/config"
)

// The exit status; see [exitError].
const (
	exitFailed = 1 // nothing more was or could be sent
	exitUsage  = 2 // wrong usage, or a fault in the configuration
	exitPart   = 3 // some recipients are deferred, rejected or unknown
	exitBusy   = 4 // another run of the same newsletter is at work
)

// An exitError ends the program with a status. An empty message has been said.
type exitError struct {
	status int
	err    error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

var errSaid = errors.New("")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr, time.Now))
}

// run is main with its inputs as arguments.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, now func() time.Time) int {
	a := &app{stdout: stdout, stderr: stderr, clock: now}
	root := a.command()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(stderr, "digest: %s\n", strings.TrimRight(line, "\n"))
	}
	var exit *exitError
	var faults *config.Faults
	switch {
	case errors.As(err, &exit):
		return exit.status
	case errors.As(err, &faults):
		return exitUsage
	}
	return exitFailed
}

// An app is one call of the program.
type app struct {
	stdout, stderr io.Writer
	clock          func() time.Time
	log            *slog.Logger
	flags          flags
}

// flags are those of every command that selects.
type flags struct {
	config, asOf, window, since, until  string
	content, categories                 []string
	format, logFormat, out              string
	quiet, verbose, noProgress, noIndex bool
	edition, draft                      string
	dryRun, force, strict               bool
}

// command builds the tree of commands. A wrong one is usage: status 2.
func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "digest",
		Short: "Send a newsletter of the week's bookmarks, to each subscriber once",
		Long: `digest picks the recent bookmarks of each category from a Hugo site, makes a
letter of them and delivers it. Without a command it does what "digest send" does.`,
		Args:          usageArgs(cobra.NoArgs),
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,

		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if name := emptyFlag(cmd); name != "" {
				return usage("--%s is empty: give it a value, or leave it out", name)
			}
			return a.setLog()
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return a.send(cmd.Context()) },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &exitError{exitUsage, fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())}
	})
	f := root.PersistentFlags()
	f.StringVar(&a.flags.config, "config", "", "`FILE` of the configuration (default: config.yaml here, in the user's and in the system's folder)")
	f.StringArrayVar(&a.flags.content, "content", nil, "`DIR` of bookmarks in place of the configured ones; may be repeated")
	f.StringVar(&a.flags.asOf, "as-of", "", "`TIME` taken for now: a date (its first moment) or RFC 3339")
	f.StringVar(&a.flags.window, "window", "", "`SPAN` of the edition: 7d, 2w, 1mo or 36h")
	f.StringVar(&a.flags.since, "since", "", "first `TIME` of the window, with --until")
	f.StringVar(&a.flags.until, "until", "", "`TIME` at which the window ends, itself not in it")
	f.StringArrayVar(&a.flags.categories, "category", nil, "only this category, by `NAME`; may be repeated")
	f.BoolVarP(&a.flags.quiet, "quiet", "q", false, "print nothing when all is well")
	f.BoolVarP(&a.flags.verbose, "verbose", "v", false, "print a line for each message")
	f.StringVar(&a.flags.logFormat, "log-format", "text", "`FORMAT` of what is printed to standard error: text or json")
	f.BoolVar(&a.flags.noProgress, "no-progress", false, "draw no progress bar on a terminal")
	f.BoolVar(&a.flags.noIndex, "no-index", false, "read the content without the index that is beside the ledger")
	f.BoolVar(&a.flags.strict, "strict", false, "fail if a content file cannot be read")
	a.sendFlags(root)
	root.AddCommand(a.sendCommand(), a.listCommand(), a.draftCommand(), a.explainCommand(), a.testCommand(), a.previewCommand(), a.checkCommand(), a.categoriesCommand(), a.forecastCommand(),
		a.statusCommand(), a.subscribersCommand(), a.bounceCommand(), a.serveCommand(), a.initCommand(), a.versionCommand())
	return root
}

// emptyFlag is a flag that was given without a value, as by a script whose
// variable is not set; what it would mean is anyone's guess.
func emptyFlag(cmd *cobra.Command) (name string) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Value.Type() == "string" && f.Value.String() == "" {
			name = f.Name
		}
	})
	return name
}

// usageArgs gives an error about arguments the status of wrong usage.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		err := check(cmd, args)
		if err == nil {
			return nil
		}
		if near := cmd.SuggestionsFor(strings.Join(args, " ")); cmd.HasSubCommands() && len(near) > 0 {
			return usage("%w; did you mean %s?", err, strings.Join(near, " or "))
		}
		return usage("%w; see %s --help", err, cmd.CommandPath())
	}
}

func usage(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// formatFlag adds --format with its values, the first of them the default.
func (a *app) formatFlag(cmd *cobra.Command, allowed ...string) {
	list := strings.Join(allowed, ", ")
	format := cmd.Flags().String("format", allowed[0], "`FORMAT` of the output: "+list)
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains(allowed, *format) {
			return usage("--format %s: write one of %s", *format, list)
		}
		a.flags.format = *format
		return run(cmd, args)
	}
}
