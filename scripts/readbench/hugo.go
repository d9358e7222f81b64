//go:build bench

package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// measureHugo runs digest list in turns with hugo list all on the same files,
// which have no odd shapes that Hugo could stop at.
func (b *bench) measureHugo(ctx context.Context) error {
	few, some, many := b.n/100, b.n/10, b.n
	if b.hugo == "" {
		for _, n := range []int{few, some, many} {
			b.table.leaveOut(fmt.Sprintf("`hugo list all` to `digest list`, %d files", n), "there is no Hugo")
		}
		return nil
	}
	all, err := b.besideHugo(ctx, few, b.pairs, "-start", "2025-01-01") // a week of so few files would else be empty
	if err != nil {
		return err
	}
	b.table.add(atLeast(10), all[1].wall.over(all[0].wall), "wall of `hugo list all` to that of `digest list`, %d files (%.0f ms to %.0f ms)",
		few, 1000*all[1].wall.median(), 1000*all[0].wall.median())
	for _, m := range []struct {
		n    int
		goal goal
	}{{some, atLeast(20)}, {many, atLeast(25)}} {
		all, err := b.besideHugo(ctx, m.n, b.hugoPairs)
		if err != nil {
			return err
		}
		b.table.add(m.goal, all[1].cpu.over(all[0].cpu), "CPU of `hugo list all` to that of `digest list`, %d files (%.2f s to %.2f s)",
			m.n, all[1].cpu.median(), all[0].cpu.median())
	}
	return nil
}

func (b *bench) besideHugo(ctx context.Context, n, pairs int, args ...string) ([]figures, error) {
	c, err := b.corpus(ctx, "plain", n, append([]string{"-odd", "0"}, args...)...)
	if err != nil {
		return nil, err
	}
	hugo, err := b.hugoList(c)
	if err != nil {
		return nil, err
	}
	say("hugo: %d files", n)
	return inTurns(ctx, pairs, b.list(c), hugo)
}

// hugoList is Hugo on a site that has nothing but the files.
func (b *bench) hugoList(c *corpus) (side, error) {
	site := b.path("site-" + filepath.Base(c.dir))
	if err := os.MkdirAll(site, 0o700); err != nil {
		return side{}, err
	}
	config := fmt.Sprintf("baseURL = \"https://example.org/\"\ntimeZone = \"UTC\"\ncontentDir = %q\ncacheDir = %q\n", c.content(), filepath.Join(site, "cache"))
	return side{"hugo", func(ctx context.Context) (usage, error) {
		out := b.path("hugo.csv")
		u, err := run(ctx, site, out, b.hugo, "list", "all")
		if err != nil {
			return u, err
		}
		has, err := csvRows(out)
		if err == nil && has != c.n+1 {
			err = fmt.Errorf("it printed %d rows, want %d and the heading", has, c.n)
		}
		return u, err
	}}, os.WriteFile(filepath.Join(site, "hugo.toml"), []byte(config), 0o600)
}

func csvRows(name string) (int, error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	r := csv.NewReader(bufio.NewReader(f))
	r.ReuseRecord = true
	for n := 0; ; n++ {
		if _, err := r.Read(); errors.Is(err, io.EOF) {
			return n, nil
		} else if err != nil {
			return n, err
		}
	}
}
