//go:build bench

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// subscribers is how many have the edition already.
const subscribers = 20

// measureIdle runs digest where everyone has the edition.
func (b *bench) measureIdle(ctx context.Context) error {
	c, err := b.corpus(ctx, "yaml", b.n/10)
	if err != nil {
		return err
	}
	config, err := b.newsletter(ctx, c, "idle")
	if err != nil {
		return err
	}
	say("idle: everyone has the edition")
	all, err := inTurns(ctx, max(b.pairs, 15),
		side{"digest", func(ctx context.Context) (usage, error) { return b.send(ctx, config, 0) }},
		side{"version", func(ctx context.Context) (usage, error) { return run(ctx, b.dir, os.DevNull, b.digest, "version") }})
	if err != nil {
		return err
	}
	b.table.add(goal{value: 30, unit: " ms"}, all[0].wall.by(1e-3),
		"wall of `digest` when %d subscribers have the edition, of %d files (`digest version` takes %.1f ms)", subscribers, c.n, 1000*all[1].wall.median())
	return nil
}

// newsletter is one of the corpus whose edition everyone has.
func (b *bench) newsletter(ctx context.Context, c *corpus, name string) (config string, err error) {
	dir := b.path(name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	list := []byte("address,name\n")
	for i := range subscribers {
		list = fmt.Appendf(list, "reader-%d@example.net,Reader %d\n", i, i)
	}
	config = filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(config, configuration(c.content()), 0o600); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "subscribers.csv"), list, 0o600); err != nil {
		return "", err
	}
	_, err = b.send(ctx, config, subscribers)
	return config, err
}

// send runs digest, which must have so many to send to.
func (b *bench) send(ctx context.Context, config string, want int) (usage, error) {
	out := b.path("send.out")
	u, err := run(ctx, b.dir, out, b.digest, "--config", config, "--as-of", asOf, "--format", "json")
	if err != nil {
		return u, err
	}
	data, err := os.ReadFile(out)
	if err != nil {
		return u, err
	}
	var said struct {
		Sent    int
		Already int `json:"already_sent"`
	}
	if err := json.Unmarshal(data, &said); err != nil {
		return u, fmt.Errorf("digest --format json: %w\n%s", err, data)
	}
	if said.Sent != want || said.Already != subscribers-want {
		return u, fmt.Errorf("digest sent %d, and %d had it; want %d and %d", said.Sent, said.Already, want, subscribers-want)
	}
	return u, nil
}
