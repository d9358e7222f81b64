package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"digest/internal/ledger"
	"digest/internal/sqlite"
)

// An image is what a loss of power may have left.
type image struct {
	what  string
	files map[string][]byte
	dots  []string // recipients whose final dot had left
}

// wake starts the next run on an image, up to its plan. It returns who has got
// the message, or may have, and would get it again.
func (p *powerLoss) wake(dir string, img image) (forgotten []string, err error) {
	for _, name := range append(ledgerFiles, "digest.db-shm") {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	for name, content := range img.files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return nil, err
		}
	}
	path := filepath.Join(dir, "digest.db")
	db, err := sqlite.Open(p.t.Context(), path, time.Now)
	if err != nil {
		return nil, err
	}
	known, err := p.plan(db, img)
	if err := errors.Join(err, db.Close(), integrity(p.t.Context(), path)); err != nil {
		return nil, err
	}
	for _, to := range img.dots {
		if known[to] == "" {
			forgotten = append(forgotten, to)
		}
	}
	return forgotten, nil
}

// plan plans the edition as the next run does. It returns those who are sent or
// unknown then.
func (p *powerLoss) plan(db *sqlite.DB, img image) (known map[string]ledger.State, err error) {
	ctx := p.t.Context()
	const edition, before = "weekly-2026-11-20", "weekly-2026-11-13"
	if c, err := db.Counts(ctx, before); err != nil || c != (ledger.Counts{Sent: p.earlier}) {
		return nil, errors.Join(err, fmt.Errorf("of the edition before there are %+v, want %d sent", c, p.earlier))
	}
	if _, err := db.Edition(ctx, edition); err != nil {
		if errors.Is(err, ledger.ErrNotFound) {
			return nil, nil
		}
		return nil, err
	}
	list := func(yield func(ledger.Recipient, error) bool) {
		for _, a := range p.list {
			if !yield(ledger.Recipient{Key: a, Address: a}, nil) {
				return
			}
		}
	}
	c, err := db.Plan(ctx, ledger.Run{Edition: edition, Owner: 1}, list, ledger.Plan{})
	if err != nil {
		return nil, err
	}
	if c.Pending+c.Sent+c.Unknown != len(p.list) || c.Total() != len(p.list) || c.Unknown > connections {
		return nil, fmt.Errorf("planned are %+v, want %d, of whom at most %d unknown and the rest pending or sent", c, len(p.list), connections)
	}
	known = map[string]ledger.State{}
	for e, err := range db.Entries(ctx, edition, ledger.Sent, ledger.Unknown) {
		if err != nil {
			return nil, err
		}
		if e.State == ledger.Sent && !slices.Contains(img.dots, e.Address) {
			return nil, fmt.Errorf("%s is sent before the final dot has left", e.Address)
		}
		known[e.Address] = e.State
	}
	return known, nil
}

// integrity has SQLite look at all of a database.
func integrity(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	var says string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&says); err != nil {
		return err
	}
	if says != "ok" {
		return errors.New(says)
	}
	return nil
}
