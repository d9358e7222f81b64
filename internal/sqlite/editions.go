package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"digest/internal/ledger"
)

const timeLayout = time.RFC3339Nano

// Open fixes the edition, or returns it as it was fixed before, if somebody has or
// may have it. A new one gets the newsletter's next number, for which compose
// renders its draft; if compose fails nothing is recorded. One that nobody can have
// got is made anew under its number, and a run that is at work on it finds its
// claims gone. From then on its bookmarks are featured.
func (d *DB) Open(ctx context.Context, e ledger.Edition, compose func(number int) ([]byte, error)) (ledger.Edition, error) {
	err := d.update(ctx, func(tx *sql.Tx) error {
		fixed, err := edition(ctx, tx, e.ID)
		switch {
		case errors.Is(err, ledger.ErrNotFound):
			e.Number, err = nextNumber(ctx, tx, e.Newsletter, e.ID)
		case err == nil:
			e.Number = fixed.Number
			var out bool
			if out, err = d.isOut(ctx, tx, e.ID); err == nil && out {
				e = fixed
				return nil
			}
		}
		if err != nil {
			return err
		}
		if e.Draft, err = compose(e.Number); err != nil {
			return err
		}
		if err := forget(ctx, tx, e.ID); err != nil {
			return err
		}
		return d.fix(ctx, tx, &e)
	})
	return e, err
}

// Discard forgets an edition that nobody has or may have; of another one, or of
// none, it does nothing.
func (d *DB) Discard(ctx context.Context, id string) error {
	return d.update(ctx, func(tx *sql.Tx) error {
		if out, err := d.isOut(ctx, tx, id); err != nil || out {
			return err
		}
		return forget(ctx, tx, id)
	})
}

// IsOut reports whether somebody has the edition, or may have it.
func (d *DB) IsOut(ctx context.Context, id string) (bool, error) {
	out, err := d.isOut(ctx, d.db, id)
	return out, d.wrap(err)
}

func (d *DB) isOut(ctx context.Context, q querier, id string) (out bool, err error) {
	doubted := ""
	if d.version >= 3 {
		doubted = ` OR EXISTS (SELECT 1 FROM edition WHERE id = ?1 AND doubted = 1)`
	}
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM delivery WHERE edition = ?1 AND state IN ('sent', 'unknown', 'committing'))`+doubted, id).Scan(&out)
	return out, err
}

// forget forgets an edition with all that belongs to it.
func forget(ctx context.Context, tx *sql.Tx, id string) error {
	for _, s := range []string{
		`DELETE FROM delivery WHERE edition = ?`, `DELETE FROM variant WHERE edition = ?`, `DELETE FROM featured WHERE edition = ?`,
		`DELETE FROM passed WHERE edition = ?`, `DELETE FROM edition WHERE id = ?`,
	} {
		if _, err := tx.ExecContext(ctx, s, id); err != nil {
			return err
		}
	}
	return nil
}

// fix records a new edition.
func (d *DB) fix(ctx context.Context, tx *sql.Tx, e *ledger.Edition) error {
	e.Opened = d.now()
	_, err := tx.ExecContext(ctx, `INSERT INTO edition (id, newsletter, number, window_start, window_end, date, content, draft, opened, partial)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, e.ID, e.Newsletter, e.Number,
		e.Start.Format(timeLayout), e.End.Format(timeLayout), e.Date.Format(timeLayout), e.Content, e.Draft, e.Opened.Format(timeLayout), e.Partial)
	if err != nil {
		return err
	}
	for i, b := range e.Bookmarks {
		if _, err := tx.ExecContext(ctx, `INSERT INTO featured (newsletter, key, edition, position, link, title) VALUES (?, ?, ?, ?, ?, ?)`,
			e.Newsletter, b.Key, e.ID, i, b.Link, b.Title); err != nil {
			return fmt.Errorf("%s was featured by another run in the meantime; run again: %w", b.Link, err)
		}
	}
	return remember(ctx, tx, *e)
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

const editionColumns = `id, newsletter, number, window_start, window_end, date, content, draft, opened, coalesce(finished, '')`

func scanEdition(row interface{ Scan(...any) error }) (ledger.Edition, error) {
	var e ledger.Edition
	var times [5]string
	err := row.Scan(&e.ID, &e.Newsletter, &e.Number, &times[0], &times[1], &times[2], &e.Content, &e.Draft, &times[3], &times[4])
	if err != nil {
		return e, err
	}
	for i, t := range []*time.Time{&e.Start, &e.End, &e.Date, &e.Opened, &e.Finished} {
		if times[i] == "" {
			continue
		}
		if *t, err = time.Parse(timeLayout, times[i]); err != nil {
			return e, err
		}
	}
	return e, nil
}

func edition(ctx context.Context, q querier, id string) (ledger.Edition, error) {
	e, err := scanEdition(q.QueryRowContext(ctx, `SELECT `+editionColumns+` FROM edition WHERE id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return e, ledger.ErrNotFound
	}
	if err != nil {
		return e, err
	}
	rows, err := q.QueryContext(ctx, `SELECT key, link, title FROM featured WHERE edition = ? ORDER BY position`, id)
	if err != nil {
		return e, err
	}
	defer rows.Close()
	for rows.Next() {
		var b ledger.Bookmark
		if err := rows.Scan(&b.Key, &b.Link, &b.Title); err != nil {
			return e, err
		}
		e.Bookmarks = append(e.Bookmarks, b)
	}
	return e, rows.Err()
}

// Edition returns an edition as it was fixed, or [ledger.ErrNotFound].
func (d *DB) Edition(ctx context.Context, id string) (ledger.Edition, error) {
	e, err := edition(ctx, d.db, id)
	if errors.Is(err, ledger.ErrNotFound) {
		return e, err
	}
	return e, d.wrap(err)
}

// Editions are the newsletter's editions, the newest first, with how far each
// got.
func (d *DB) Editions(ctx context.Context, newsletter string) ([]ledger.Status, error) {
	return d.statuses(ctx, `SELECT id FROM edition WHERE newsletter = ? ORDER BY number DESC`, newsletter)
}

// Unfinished are the newsletter's editions that somebody still waits for, the
// oldest first, without the one named.
func (d *DB) Unfinished(ctx context.Context, newsletter, without string) ([]ledger.Status, error) {
	return d.statuses(ctx, `SELECT id FROM edition WHERE newsletter = ? AND finished IS NULL AND id <> ? ORDER BY number`, newsletter, without)
}

func (d *DB) statuses(ctx context.Context, query string, args ...any) ([]ledger.Status, error) {
	rows, err := d.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, d.wrap(err)
	}
	var all []ledger.Status
	for rows.Next() {
		var s ledger.Status
		if err := rows.Scan(&s.ID); err != nil {
			return nil, errors.Join(d.wrap(err), rows.Close())
		}
		all = append(all, s)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, d.wrap(err)
	}
	for i := range all {
		if all[i].Edition, err = d.Edition(ctx, all[i].ID); err != nil {
			return nil, err
		}
		if all[i].Counts, err = d.Counts(ctx, all[i].ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Finish marks an edition for which nobody waits any more.
func (d *DB) Finish(ctx context.Context, id string) error {
	_, err := d.db.ExecContext(ctx, `UPDATE edition SET finished = ? WHERE id = ? AND finished IS NULL AND NOT EXISTS
		(SELECT 1 FROM delivery d WHERE d.edition = edition.id AND d.listed = 1 AND d.state IN ('pending', 'claimed', 'committing', 'deferred', 'unknown')
			AND NOT (d.state IN ('pending', 'deferred') AND EXISTS (SELECT 1 FROM suppression s WHERE s.recipient = d.recipient)))`,
		d.now().Format(timeLayout), id)
	return d.wrap(err)
}
