//go:build bench

package main

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"
)

const (
	memoryLimit       = 256 << 20 // bytes that a list of any size must do with
	memoryConnections = 16
)

// measureMemory sends a small letter to a small list and to a large one, and
// fails if one takes too much memory.
func (b *bench) measureMemory(ctx context.Context) error {
	news, err := b.newsroom(ctx, "memory", 1)
	if err != nil {
		return err
	}
	say("memory: messages of %d bytes, %d connections", len(news.message), memoryConnections)
	var above error
	for _, n := range []int{b.few, b.many} {
		if err := news.list("list.csv", n); err != nil {
			return err
		}
		u, err := news.send(ctx, portOf(b.sink.address), "list.csv", n, memoryConnections)
		if err != nil {
			return err
		}
		// Until it has called exec, a process counts as large as its parent.
		if own := ownMemory(); u.rss <= own {
			return fmt.Errorf("the memory of digest, %.1f MB, cannot be told from our own %.1f MB", megabytes(u.rss), megabytes(own))
		}
		ledger, err := os.Stat(news.path("digest.db"))
		if err != nil {
			return err
		}
		say("  %d subscribers: %.1f MB, %s, ledger of %d MB", n, megabytes(u.rss), u.wall.Round(100*time.Millisecond), ledger.Size()>>20)
		b.table.add(fmt.Sprintf("most memory, %d subscribers", n), fmt.Sprintf("%.0f MB, in %.0f s", megabytes(u.rss), u.wall.Seconds()),
			fmt.Sprintf("limit %.0f MB", megabytes(memoryLimit)), fmt.Sprintf("**%.2f**", float64(u.rss)/memoryLimit))
		if u.rss >= memoryLimit {
			above = fmt.Errorf("%.0f MB for %d subscribers is above the limit of %.0f MB", megabytes(u.rss), n, megabytes(memoryLimit))
		}
	}
	b.table.note("Memory: getrusage's maxrss of the process; addresses in random order, messages of %.1f KB.", float64(len(news.message))/1000)
	return above
}

func ownMemory() int64 {
	var own syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &own) // cannot fail
	return own.Maxrss * 1024
}

func megabytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }
