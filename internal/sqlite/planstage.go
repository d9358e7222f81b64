package sqlite

import (
	"context"
	"database/sql"
	"iter"
	"strings"

	"digest/internal/ledger"
)

// The temporary tables of a planner.
const (
	createStage = dropStage + `
		CREATE TEMP TABLE list (recipient TEXT, address TEXT, name TEXT, choice TEXT, tag INTEGER);
		CREATE TEMP TABLE planned (id INTEGER PRIMARY KEY, recipient TEXT, address TEXT, name TEXT, choice TEXT, tag INTEGER);
		CREATE TEMP TABLE tagged (id INTEGER PRIMARY KEY, tag INTEGER, recipient TEXT, address TEXT);
		CREATE TEMP TABLE stale (id INTEGER PRIMARY KEY, delivery INTEGER);`
	dropStage = `DROP TABLE IF EXISTS temp.list; DROP TABLE IF EXISTS temp.planned; DROP TABLE IF EXISTS temp.tagged; DROP TABLE IF EXISTS temp.stale;`
)

// stage puts the list into temporary tables, each key once, as the list has it first:
// planned for deliveries, and tagged for readers. It takes no lock.
//
// Those of one choice come together, in the order of their keys, and readers in that of
// their tags: a million of them in any other order would be as many pages read and
// written.
func (p *planner) stage(ctx context.Context, list iter.Seq2[ledger.Recipient, error]) error {
	if err := p.exec(ctx, createStage+`BEGIN DEFERRED`); err != nil {
		return err
	}
	if err := copyList(ctx, p.conn, list); err != nil {
		return err
	}
	return p.exec(ctx, `
		INSERT INTO temp.planned (recipient, address, name, choice, tag) SELECT recipient, address, name, choice, tag FROM (
			SELECT recipient, address, name, choice, tag, min(rowid) FROM temp.list GROUP BY recipient) ORDER BY choice, recipient;
		DROP TABLE temp.list;
		INSERT INTO temp.tagged (tag, recipient, address) SELECT tag, recipient, address FROM temp.planned WHERE tag <> 0 ORDER BY tag;
		COMMIT`)
}

// copyList copies the list as it comes, some at a time.
func copyList(ctx context.Context, conn *sql.Conn, list iter.Seq2[ledger.Recipient, error]) error {
	const some, columns = 100, 5
	whole, err := conn.PrepareContext(ctx, insertList(some))
	if err != nil {
		return err
	}
	defer whole.Close()
	args := make([]any, 0, columns*some)
	for r, err := range list {
		if err != nil {
			return err
		}
		if args = append(args, r.Key, r.Address, r.Name, r.Choice, r.Tag); len(args) < cap(args) {
			continue
		}
		if _, err := whole.ExecContext(ctx, args...); err != nil {
			return err
		}
		args = args[:0]
	}
	if len(args) == 0 {
		return nil
	}
	_, err = conn.ExecContext(ctx, insertList(len(args)/columns), args...)
	return err
}

func insertList(rows int) string {
	const row = `(?, ?, ?, ?, ?)`
	return `INSERT INTO temp.list VALUES ` + row + strings.Repeat(`, `+row, rows-1)
}
