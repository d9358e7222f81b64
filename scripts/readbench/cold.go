//go:build bench

package main

import (
	"context"
	"os"
	"strconv"
	"syscall"
)

// measureCold shows what an index of the files could save at the most: such a
// thing has to list and stat all files, to know which are new, before it saves
// anything. It is measured with nothing in memory, as a weekly run may find the
// disk, and with everything.
func (b *bench) measureCold(ctx context.Context) error {
	const what = "wall of listing and stat of each file, which an index would have to do, to that of `digest list`"
	c, err := b.large(ctx)
	if err != nil {
		return err
	}
	const workers = 8
	asked := side{"stat", func(ctx context.Context) (usage, error) {
		return run(ctx, b.dir, os.DevNull, b.self, "stat", c.content(), strconv.Itoa(workers))
	}}
	say("cold: %d files", c.n)
	warm, err := inTurns(ctx, b.pairs, asked, b.list(c))
	if err != nil {
		return err
	}
	b.table.add(goal{}, warm[0].wall.over(warm[1].wall), what+", %d files in memory (%.2f s to %.2f s)", c.n, warm[0].wall.median(), warm[1].wall.median())
	if err := forget(); err != nil {
		b.table.leaveOut(what+", nothing in memory", err.Error())
		return nil
	}
	cold, err := inTurns(ctx, b.hugoPairs, b.cold(asked), b.cold(b.list(c)))
	if err != nil {
		return err
	}
	b.table.add(goal{}, cold[0].wall.over(cold[1].wall), what+", nothing in memory (%.2f s to %.2f s)", cold[0].wall.median(), cold[1].wall.median())
	return nil
}

// cold is a side that finds nothing of the disk in memory.
func (b *bench) cold(s side) side {
	return side{s.name, func(ctx context.Context) (usage, error) {
		if err := forget(); err != nil {
			return usage{}, err
		}
		return s.run(ctx)
	}}
}

// forget has the kernel forget what it knows of disks; only root may.
func forget() error {
	syscall.Sync()
	return os.WriteFile("/proc/sys/vm/drop_caches", []byte("3"), 0)
}
