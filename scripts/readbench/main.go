//go:build bench

// Readbench measures how digest reads and selects, beside others and in the same
// run: what counts are ratios of runs that took turns on one machine. What digest
// selects is held against what its corpus is known to hold before anything is
// measured. It is started by scripts/bench-reading, which builds what it needs:
//
//	readbench -digest ./digest -gen ./gen -dir /var/tmp/x -n 100000 floor tools
//
// Two contenders of its own are processes too: readbench bare DIR WORKERS, and
// readbench check, which holds much in memory and so must not be the parent of
// what is measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
)

func init() {
	// A child is killed when the thread that started it ends: let it be the
	// main thread. See run.
	runtime.LockOSThread()
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := command(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "readbench:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, args []string) error {
	switch {
	case len(args) == 3 && args[0] == "bare":
		workers, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		return bare(args[1], workers)
	case len(args) > 0 && args[0] == "check":
		return check(ctx, args[1:])
	}
	return measure(ctx, args)
}

// A bench is what all measurements have in common.
type bench struct {
	digest, hugo, gen, self string // programs; no hugo: its rows are left out
	dir                     string // for configurations and results
	corpora                 string // the folder of the corpora
	generator               string // what tells one version of gen from another
	made                    map[string]*corpus
	table                   table

	n, flat, memory  int // files: of the large corpus, in one folder, and for the most memory
	pairs, hugoPairs int
}

func measure(ctx context.Context, args []string) error {
	const usual = 100_000
	b := bench{made: map[string]*corpus{}}
	f := flag.NewFlagSet("readbench", flag.ContinueOnError)
	f.StringVar(&b.digest, "digest", "", "the program")
	f.StringVar(&b.hugo, "hugo", "", "Hugo; empty: its rows are left out")
	f.StringVar(&b.gen, "gen", "", "the generator of corpora")
	f.StringVar(&b.generator, "generator", "", "its version: a corpus of another one is made anew")
	f.StringVar(&b.dir, "dir", "", "a folder for results")
	f.StringVar(&b.corpora, "corpora", "", "the folder of the corpora")
	f.IntVar(&b.n, "n", usual, "files of the large corpus")
	f.IntVar(&b.flat, "flat", 300_000, "files in one folder, for the most memory; 0: none")
	f.IntVar(&b.memory, "memory", 1_000_000, "files for the most memory; 0: none")
	f.IntVar(&b.pairs, "pairs", 9, "pairs of runs")
	f.IntVar(&b.hugoPairs, "hugo-pairs", 3, "pairs of runs with Hugo, from a tenth of the files on")
	if err := f.Parse(args); err != nil {
		return err
	}
	if b.n < 1000 || min(b.pairs, b.hugoPairs) < 1 {
		return errors.New("too few files or pairs: at least 1000 and 1")
	}
	chosen, err := choose(b.parts(), f.Args())
	if err != nil {
		return err
	}
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if b.n != usual {
		b.table.note("The goals are for %d files, so none is judged here.", usual)
		b.table.unjudged = true
	}
	return b.run(ctx, chosen)
}

// run checks and measures. A wrong answer has no speed: it ends the run.
func (b *bench) run(ctx context.Context, parts []part) error {
	machine, busy := machine()
	say("machine: %s", machine)
	if busy {
		say("something else is at work: ratios of wall time will not hold as well as those of CPU")
	}
	if err := b.checkOdd(ctx); err != nil {
		return fmt.Errorf("check: %w", err)
	}
	for _, p := range parts {
		if err := p.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	b.table.note("Whole processes, start included; page cache warm; user and system time by wait4; medians of ratios of runs in turns "+
		"(least to most). Machine: %s at the start.", machine)
	b.table.print(os.Stdout)
	return nil
}

// say tells how it goes, on standard error.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// path is a name in the folder for results.
func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }
