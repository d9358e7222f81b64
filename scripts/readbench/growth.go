//go:build bench

package main

import "context"

// costs are the CPU seconds of digest list for a file of two corpora, turn by
// turn, less what it takes to start: the time for a corpus of one file.
func (b *bench) costs(ctx context.Context, first, second *corpus) (a, z series, err error) {
	one, err := b.corpus(ctx, "yaml", 1)
	if err != nil {
		return nil, nil, err
	}
	all, err := inTurns(ctx, b.pairs, b.list(one), b.list(first), b.list(second))
	if err != nil {
		return nil, nil, err
	}
	start := all[0].cpu
	return all[1].cpu.less(start).by(float64(first.n)), all[2].cpu.less(start).by(float64(second.n)), nil
}

// measureFormats compares a site of YAML, TOML and JSON with one of YAML.
func (b *bench) measureFormats(ctx context.Context) error {
	yaml, err := b.large(ctx)
	if err != nil {
		return err
	}
	mixed, err := b.corpus(ctx, "mixed", b.n, "-format", "mixed")
	if err != nil {
		return err
	}
	say("formats: YAML, then YAML, TOML and JSON, %d files each", b.n)
	a, z, err := b.costs(ctx, yaml, mixed)
	if err != nil {
		return err
	}
	b.table.add(atMost(1.3), z.over(a), "CPU a file of `digest list`, start subtracted: YAML, TOML and JSON mixed to all YAML, %d files (%.1f µs to %.1f µs)",
		b.n, 1e6*z.median(), 1e6*a.median())
	return nil
}

// measureGrowth compares a corpus with a tenth of it.
func (b *bench) measureGrowth(ctx context.Context) error {
	tenth, err := b.corpus(ctx, "yaml", b.n/10)
	if err != nil {
		return err
	}
	large, err := b.large(ctx)
	if err != nil {
		return err
	}
	say("growth: %d files, then %d", tenth.n, large.n)
	a, z, err := b.costs(ctx, tenth, large)
	if err != nil {
		return err
	}
	b.table.add(atMost(1.2), z.over(a), "CPU a file of `digest list`, start subtracted: %d files to %d (%.1f µs to %.1f µs)",
		large.n, tenth.n, 1e6*z.median(), 1e6*a.median())
	return nil
}
