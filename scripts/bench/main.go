//go:build bench

// Bench measures how digest delivers, beside others and in the same run: what
// counts are ratios of runs that took turns on one machine. It is started by
// scripts/bench-delivery, which gives it a digest and a running smtp-sink:
//
//	bench -digest ./digest -sink 127.0.0.1:2525 -counts sink.log -dir /var/tmp/x speed
//
// The build tag keeps it, and its use of go-mail as a contender, apart from the
// packages of the program.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
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
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// command is a part of the script: a port for the sink, a contender in a
// process of its own, or what is to be measured.
func command(ctx context.Context, args []string) error {
	switch {
	case len(args) == 1 && args[0] == "port":
		return printPort()
	case len(args) > 0 && args[0] == "gomail":
		return gomail(ctx, args[1:])
	}
	return measure(ctx, args)
}

// printPort prints a port of 127.0.0.1 that is free.
func printPort() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	fmt.Println(l.Addr().(*net.TCPAddr).Port)
	return nil
}

// A bench is what all measurements have in common.
type bench struct {
	digest string // the program
	dir    string // for the newsrooms and their ledgers
	sink   *sink
	table  table

	speed, pairs         int // messages, pairs of runs
	roundtrip, tripPairs int
	few, many            int // subscribers
}

// measure runs the parts that are asked for. What one of them finds wrong does
// not keep the others from being measured.
func measure(ctx context.Context, args []string) error {
	b := bench{sink: &sink{}}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&b.digest, "digest", "", "the program")
	f.StringVar(&b.dir, "dir", "", "a folder on a disk")
	f.StringVar(&b.sink.address, "sink", "", "where smtp-sink listens")
	f.StringVar(&b.sink.counts, "counts", "", "where smtp-sink -c writes to")
	f.IntVar(&b.speed, "speed", 20000, "messages of a run for speed")
	f.IntVar(&b.pairs, "pairs", 5, "pairs of runs for speed")
	f.IntVar(&b.roundtrip, "roundtrip", 8000, "messages of a run with a round trip")
	f.IntVar(&b.tripPairs, "trip-pairs", 3, "pairs of runs with a round trip")
	f.IntVar(&b.few, "few", 10_000, "subscribers of the small list")
	f.IntVar(&b.many, "many", 1_000_000, "subscribers of the large list")
	if err := f.Parse(args); err != nil {
		return err
	}
	do := map[string]func(context.Context) error{"speed": b.measureSpeed, "roundtrip": b.measureRoundTrip, "memory": b.measureMemory}
	chosen := f.Args()
	if len(chosen) == 0 {
		chosen = []string{"speed", "roundtrip", "memory"}
	}
	for _, part := range chosen {
		if do[part] == nil {
			return fmt.Errorf("%q is none of %s", part, strings.Join(slices.Sorted(maps.Keys(do)), ", "))
		}
	}
	if least := min(b.speed, b.roundtrip, b.few, b.many); least < 64 || min(b.pairs, b.tripPairs) < 1 {
		return errors.New("too few messages or pairs: at least 64 and 1")
	}
	if err := b.sink.ready(ctx); err != nil {
		return err
	}
	machine, busy := machine()
	say("machine: %s", machine)
	if busy {
		say("something else is at work: who has more threads gets more of the cores, so what is measured in seconds will not hold")
	}
	var faults error
	for _, part := range chosen {
		if err := do[part](ctx); ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil {
			faults = errors.Join(faults, fmt.Errorf("%s: %w", part, err))
		}
	}
	b.table.note("Machine: %s at the start.", machine)
	b.table.print(os.Stdout)
	return faults
}

// machine says what the figures are of, and whether something else runs there.
func machine() (words string, busy bool) {
	var load float64
	if now, err := os.ReadFile("/proc/loadavg"); err == nil {
		_, _ = fmt.Sscan(string(now), &load)
	}
	words = fmt.Sprintf("%d cores, %s/%s, %s, load %.2f", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), load)
	return words, load > 0.5*float64(runtime.NumCPU())
}

// say tells how it goes, on standard error.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// path is a name in the folder of the measurement.
func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }
