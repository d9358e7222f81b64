//go:build bench

package main

import (
	"context"
	"os"
	"syscall"
)

// measureCold runs digest list with its index and without, with all of the disk
// in memory and with nothing, as a weekly run may find it. Nothing has changed
// since the index was made.
func (b *bench) measureCold(ctx context.Context) error {
	const what = "wall of `digest list` with its index to that without"
	c, err := b.large(ctx)
	if err != nil {
		return err
	}
	config, err := b.newsletter(ctx, c, "indexed")
	if err != nil {
		return err
	}
	with, without := b.listAs("with", c, config), b.listAs("without", c, config, "--no-index")
	say("cold: %d files", c.n)
	warm, err := inTurns(ctx, b.pairs, with, without)
	if err != nil {
		return err
	}
	b.table.add(goal{}, warm[0].wall.over(warm[1].wall), what+", %d files in memory (%.2f s to %.2f s)", c.n, warm[0].wall.median(), warm[1].wall.median())
	if err := forget(); err != nil {
		b.table.leaveOut(what+", nothing in memory", err.Error())
		return nil
	}
	cold, err := inTurns(ctx, b.hugoPairs, afterForgetting(with), afterForgetting(without))
	if err != nil {
		return err
	}
	b.table.add(atMost(0.3), cold[0].wall.over(cold[1].wall), what+", nothing in memory (%.2f s to %.2f s)", cold[0].wall.median(), cold[1].wall.median())
	return nil
}

// afterForgetting is a side that finds nothing of the disk in memory.
func afterForgetting(s side) side {
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
