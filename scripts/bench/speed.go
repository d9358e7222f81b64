//go:build bench

package main

import (
	"context"
	"fmt"
	"strconv"
)

// A racer delivers n messages to the sink over so many connections.
type racer struct {
	name   string
	counts []int // of connections, to choose from
	race   func(ctx context.Context, n, connections int) (usage, error)
}

// measureSpeed runs digest and Postfix's load generator in turns, each with the
// number of connections that serves it best.
func (b *bench) measureSpeed(ctx context.Context) error {
	news, err := b.newsroom(ctx, "speed", 29_000)
	if err != nil {
		return err
	}
	if size := len(news.message); size < 28_000 || size > 32_000 {
		return fmt.Errorf("the message has %d bytes, want 28,000 to 32,000", size)
	}
	trial := max(b.speed/2, 64)
	for _, n := range []int{trial, b.speed} {
		if err := news.list(listOf(n), n); err != nil {
			return err
		}
	}
	say("speed: messages of %d bytes, %d in a run", len(news.message), b.speed)
	digest := racer{"digest", []int{4, 8, 16, 32, 64}, func(ctx context.Context, n, connections int) (usage, error) {
		return news.send(ctx, portOf(b.sink.address), listOf(n), n, connections)
	}}
	source := racer{"smtp-source", []int{1, 4, 8, 16, 32, 64}, func(ctx context.Context, n, connections int) (u usage, err error) {
		err = b.sink.takes(n, func() error {
			u, _, err = run(ctx, news.dir, clean(), "smtp-source", "-4", "-d", "-M", "localhost", "-f", "digest@example.org",
				"-t", address(0), "-s", strconv.Itoa(connections), "-m", strconv.Itoa(n), "-F", "message", b.sink.address)
			return err
		})
		return u, err
	}}
	ours, err := digest.best(ctx, trial)
	if err != nil {
		return err
	}
	theirs, err := source.best(ctx, trial)
	if err != nil {
		return err
	}
	c, err := inTurns(ctx, b.pairs, b.speed,
		func(ctx context.Context) (usage, error) { return digest.race(ctx, b.speed, ours) },
		func(ctx context.Context) (usage, error) { return source.race(ctx, b.speed, theirs) })
	if err != nil {
		return err
	}
	b.table.add(fmt.Sprintf("messages a second into smtp-sink, %d KB each", len(news.message)/1000),
		fmt.Sprintf("%.0f (%d connections)", c.rates[0].median(), ours), fmt.Sprintf("smtp-source %.0f (%d)", c.rates[1].median(), theirs),
		c.rates[0].over(c.rates[1]).String())
	b.table.add("CPU of the sender, µs a message",
		fmt.Sprintf("%.0f", c.costs[0].median()), fmt.Sprintf("smtp-source %.0f", c.costs[1].median()), c.costs[0].over(c.costs[1]).String())
	b.table.note("Speed: whole processes, from start to exit; %d messages a run, %d pairs of runs in turns; digest with its ledger on disk.", b.speed, b.pairs)
	return nil
}

func listOf(n int) string { return fmt.Sprintf("list-%d.csv", n) }

// best is the number of connections with the highest median of three short
// runs, which are made in turns.
func (r racer) best(ctx context.Context, n int) (int, error) {
	const runs = 3
	rates := map[int]series{}
	for range runs {
		for _, c := range r.counts {
			u, err := r.race(ctx, n, c)
			if err != nil {
				return 0, err
			}
			rates[c] = append(rates[c], u.rate(n))
		}
	}
	best := r.counts[0]
	for _, c := range r.counts {
		say("  %s, %d connections: %.0f messages a second", r.name, c, rates[c].median())
		if rates[c].median() > rates[best].median() {
			best = c
		}
	}
	return best, nil
}
