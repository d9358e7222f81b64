//go:build bench

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// tarPipe reads all of a folder's files. It is no tar to /dev/null, which reads
// none.
const tarPipe = `set -o pipefail; tar cf - -C "$0" . | cat > /dev/null`

// large is the corpus of most measurements: folders of months, some 2.5 KB a
// file, two in a hundred of an odd shape.
func (b *bench) large(ctx context.Context) (*corpus, error) { return b.corpus(ctx, "yaml", b.n) }

// measureFloor runs digest list in turns with the bare pass.
func (b *bench) measureFloor(ctx context.Context) error {
	c, err := b.large(ctx)
	if err != nil {
		return err
	}
	workers, err := b.bestWorkers(ctx, c)
	if err != nil {
		return err
	}
	say("floor: %d files, the bare pass with %d workers", c.n, workers)
	all, err := inTurns(ctx, b.pairs, b.list(c), b.bare(c, workers))
	if err != nil {
		return err
	}
	const what = "%s of `digest list` to a bare pass of open, read 4 KiB and close, %d files (%.3f s to %.3f s)"
	b.table.add(atMost(1.15), all[0].cpu.over(all[1].cpu), what, "CPU", c.n, all[0].cpu.median(), all[1].cpu.median())
	b.table.add(goal{}, all[0].wall.over(all[1].wall), what, "wall", c.n, all[0].wall.median(), all[1].wall.median())
	return nil
}

// bestWorkers is with how many workers the bare pass takes the least CPU. One
// alone takes no less, and twice as long.
func (b *bench) bestWorkers(ctx context.Context, c *corpus) (int, error) {
	counts := []int{2, 4, 8}
	var sides []side
	for _, n := range counts {
		sides = append(sides, b.bare(c, n))
	}
	const rounds = 5
	all, err := inTurns(ctx, rounds, sides...)
	if err != nil {
		return 0, err
	}
	best := 0
	for i := range counts {
		if all[i].cpu.median() < all[best].cpu.median() {
			best = i
		}
	}
	return counts[best], nil
}

func (b *bench) bare(c *corpus, workers int) side {
	return side{fmt.Sprintf("bare(%d)", workers), func(ctx context.Context) (usage, error) {
		out := b.path("bare.out")
		u, err := run(ctx, b.dir, out, b.self, "bare", c.content(), strconv.Itoa(workers))
		if err != nil {
			return u, err
		}
		said, err := os.ReadFile(out)
		if err == nil && strings.TrimSpace(string(said)) != strconv.Itoa(c.n) {
			err = fmt.Errorf("it read %s files, want %d", bytes.TrimSpace(said), c.n)
		}
		return u, err
	}}
}

// measureTools runs digest list in turns with what everyone has at hand.
func (b *bench) measureTools(ctx context.Context) error {
	c, err := b.large(ctx)
	if err != nil {
		return err
	}
	say("tools: %d files", c.n)
	tar := side{"tar", func(ctx context.Context) (usage, error) {
		return run(ctx, b.dir, os.DevNull, "bash", "-c", tarPipe, c.content())
	}}
	all, err := inTurns(ctx, b.pairs, b.list(c), b.grep(c), tar)
	if err != nil {
		return err
	}
	b.table.add(atMost(0.8), all[0].wall.over(all[1].wall), "wall of `digest list` to that of `grep -rhm1 '^date: '`, %d files (%.3f s to %.3f s)",
		c.n, all[0].wall.median(), all[1].wall.median())
	b.table.add(atMost(0.8), all[0].cpu.over(all[2].cpu), "CPU of `digest list` to that of `tar cf - \\| cat > /dev/null`, %d files (%.3f s to %.3f s)",
		c.n, all[0].cpu.median(), all[2].cpu.median())
	return nil
}

// grep finds a date in each file. It prints to a file: with /dev/null it would
// stop at the first one.
func (b *bench) grep(c *corpus) side {
	return side{"grep", func(ctx context.Context) (usage, error) {
		out := b.path("grep.out")
		u, err := run(ctx, b.dir, out, "grep", "-rhm1", "^date: ", c.content())
		if err != nil {
			return u, err
		}
		dates, err := lines(out)
		if err == nil && dates != c.n {
			err = fmt.Errorf("it found %d dates, want %d", dates, c.n)
		}
		return u, err
	}}
}

// lines is how many lines a file has, which is not held in memory: what we hold
// counts as memory of digest, see memoryOf.
func lines(name string) (n int, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		n++
	}
	return n, s.Err()
}
