//go:build bench

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// asOf is the day of the edition: its week is near the end of all corpora, so
// that some bookmarks come after it.
const asOf = "2025-12-28"

// A corpus is a folder of bookmark files of which it is known what they say.
type corpus struct {
	n      int
	dir    string // with content and manifest.jsonl
	config string // of digest: everything goes into one section, without a limit
	listed string // what digest list prints, which was checked
}

func (c *corpus) content() string  { return filepath.Join(c.dir, "content") }
func (c *corpus) manifest() string { return filepath.Join(c.dir, "manifest.jsonl") }

// corpus makes n files, or finds them as an earlier run made them, has them in
// the page cache and checks what digest list selects of them.
func (b *bench) corpus(ctx context.Context, kind string, n int, args ...string) (*corpus, error) {
	name := fmt.Sprintf("%s-%d", kind, n)
	if c := b.made[name]; c != nil {
		return c, nil
	}
	c := &corpus{n: n, dir: filepath.Join(b.corpora, name), config: b.path(name + ".yaml"), listed: b.path(name + ".json")}
	if err := b.generate(ctx, c, args); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if _, err := run(ctx, b.dir, os.DevNull, "bash", "-c", tarPipe, c.content()); err != nil {
		return nil, err
	}
	if err := os.WriteFile(c.config, configuration(c.content()), 0o600); err != nil {
		return nil, err
	}
	if err := b.checked(ctx, c, "-as-of", asOf, "-out", c.listed); err != nil {
		return nil, err
	}
	b.made[name] = c
	return c, nil
}

// generate makes the files, unless they are there from the same generator with
// the same arguments.
func (b *bench) generate(ctx context.Context, c *corpus, args []string) error {
	args = append([]string{"-n", strconv.Itoa(c.n)}, args...)
	made := filepath.Join(c.dir, "made") // written last
	want := b.generator + "\n" + strings.Join(args, " ") + "\n"
	has, err := os.ReadFile(made)
	if err == nil && string(has) == want {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	say("making %s: gen %s", c.dir, strings.Join(args, " "))
	if err := os.RemoveAll(c.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return err
	}
	args = append(args, "-out", c.content(), "-manifest", c.manifest())
	if _, err := run(ctx, b.dir, os.DevNull, b.gen, args...); err != nil {
		return err
	}
	syscall.Sync() // nobody pays for what is left to write
	return os.WriteFile(made, []byte(want), 0o644)
}

// configuration is a newsletter that takes everything from a folder.
func configuration(content string) []byte {
	return fmt.Appendf(nil, `name: bench
title: Bench
from: "Bench <digest@example.org>"
timezone: UTC
content: [%q]
window: 7d
other: {title: All}
subscribers: subscribers.csv
delivery: {via: outbox, outbox: outbox}
`, content)
}

// listArgs is the command that selects.
func listArgs(config, asOf string, more ...string) []string {
	return append([]string{"list", "--config", config, "--as-of", asOf, "--format", "json"}, more...)
}

// list is digest list, which must print what it printed when it was checked.
func (b *bench) list(c *corpus) side { return b.listAs("digest of "+filepath.Base(c.dir), c, c.config) }

// listAs is the same with another configuration, and flags.
func (b *bench) listAs(name string, c *corpus, config string, flags ...string) side {
	return side{name, func(ctx context.Context) (usage, error) {
		out := b.path("list.out")
		u, err := run(ctx, b.dir, out, b.digest, append(listArgs(config, asOf), flags...)...)
		if err != nil {
			return u, err
		}
		want, err := os.ReadFile(c.listed)
		if err != nil {
			return u, err
		}
		if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, want) {
			return u, errors.Join(err, fmt.Errorf("of %s digest list now prints something else than when it was checked", c.dir))
		}
		return u, nil
	}}
}
