//go:build bench

package main

import (
	"context"
	"fmt"
	"syscall"
)

// measureMemory runs digest list on corpora of several sizes and shapes.
func (b *bench) measureMemory(ctx context.Context) error {
	for _, m := range []struct {
		kind  string
		n     int
		most  float64 // MB
		where string
		args  []string
	}{
		{"yaml", b.n, 24, "in folders of months", nil},
		{"flat", b.flat, 48, "in one folder", []string{"-dirs", "flat"}},
		{"yaml", b.memory, 40, "in folders of months", nil},
	} {
		if m.n == 0 {
			continue
		}
		c, err := b.corpus(ctx, m.kind, m.n, m.args...)
		if err != nil {
			return err
		}
		memory, seconds, err := b.memoryOf(ctx, c)
		if err != nil {
			return err
		}
		b.table.add(goal{value: m.most, unit: " MB"}, memory, "most memory of `digest list`, %d files %s (%.2f s)", m.n, m.where, seconds.median())
	}
	return nil
}

// memoryOf is the most memory of some runs, in MB, and the seconds they took.
func (b *bench) memoryOf(ctx context.Context, c *corpus) (memory, seconds series, err error) {
	const runs = 5
	list := b.list(c)
	for range runs {
		u, err := list.run(ctx)
		if err != nil {
			return nil, nil, err
		}
		// Until it has called exec, a process counts as large as its parent.
		own := ownMemory()
		if u.rss <= own {
			return nil, nil, fmt.Errorf("the memory of digest, %.1f MB, cannot be told from our own %.1f MB", megabytes(u.rss), megabytes(own))
		}
		say("memory: %d files: %.1f MB (we %.1f MB), %.2f s", c.n, megabytes(u.rss), megabytes(own), u.wall.Seconds())
		memory, seconds = append(memory, megabytes(u.rss)), append(seconds, u.wall.Seconds())
	}
	return memory, seconds, nil
}

func ownMemory() int64 {
	var own syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &own) // cannot fail
	return own.Maxrss * 1024
}

func megabytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }
