//go:build bench

package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// checkOdd checks digest on a corpus of all formats in which every second file
// has an odd shape, one file after the other, on days before, in and after it.
func (b *bench) checkOdd(ctx context.Context) error {
	c, err := b.corpus(ctx, "odd", 3000, "-format", "mixed", "-odd", "0.5", "-draft", "0.1", "-dirs", "hash", "-start", "2025-12-01")
	if err != nil {
		return err
	}
	for _, day := range []string{"2025-11-30", "2025-12-04", "2025-12-11T12:00:00Z", "2025-12-19T23:59:59Z", asOf, "2026-01-08"} {
		if err := b.checked(ctx, c, "-as-of", day, "-out", b.path("check.out"), "-all"); err != nil {
			return err
		}
	}
	return nil
}

// checked runs check as a process, since it may hold a manifest in memory: what
// is started by a large process seems large itself.
func (b *bench) checked(ctx context.Context, c *corpus, args ...string) error {
	said := b.path("said")
	args = append([]string{"check", "-digest", b.digest, "-config", c.config, "-manifest", c.manifest()}, args...)
	if _, err := run(ctx, b.dir, said, b.self, args...); err != nil {
		return err
	}
	words, err := os.ReadFile(said)
	if err == nil {
		say("%s", strings.TrimSpace(string(words)))
	}
	return err
}

// check runs digest list, keeps what it prints, and fails if that is not what
// follows from the manifest; with -all, the reason of every file too.
func check(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("check", flag.ContinueOnError)
	digest := f.String("digest", "", "the program")
	config := f.String("config", "", "of the newsletter")
	manifest := f.String("manifest", "", "of the corpus")
	at := f.String("as-of", "", "a date, or an instant in UTC")
	out := f.String("out", "", "for what digest list prints")
	all := f.Bool("all", false, "check digest list --all too")
	if err := f.Parse(args); err != nil {
		return err
	}
	now, err := time.Parse(time.RFC3339, *at)
	if err != nil {
		if now, err = time.Parse(time.DateOnly, *at); err != nil {
			return err
		}
	}
	want, err := expect(*manifest, now, *all)
	if err != nil {
		return err
	}
	var got edition
	if err := listed(ctx, &got, *digest, *out, listArgs(*config, *at)); err != nil {
		return err
	}
	if err := want.compare(got); err != nil {
		return fmt.Errorf("digest list --as-of %s of %s: %w", *at, *manifest, err)
	}
	if *all {
		var rows []row
		if err := listed(ctx, &rows, *digest, *out+".all", listArgs(*config, *at, "--all")); err != nil {
			return err
		}
		if err := want.compareAll(rows); err != nil {
			return fmt.Errorf("digest list --all --as-of %s of %s: %w", *at, *manifest, err)
		}
	}
	fmt.Printf("right: as of %s, %d of %d files of %s\n", *at, len(want.selected), want.read, filepath.Dir(*manifest))
	return nil
}

// listed runs digest list and reads its JSON into v.
func listed(ctx context.Context, v any, digest, out string, args []string) error {
	if _, err := run(ctx, ".", out, digest, args...); err != nil {
		return err
	}
	data, err := os.ReadFile(out)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("digest %s: %w", strings.Join(args, " "), err)
	}
	return nil
}
