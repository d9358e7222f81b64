package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"digest/internal/ledger"
)

// Begin notes when the newsletter's first window begins, before there is an
// edition. Later calls can only make it earlier.
func (d *DB) Begin(ctx context.Context, newsletter string, since time.Time) error {
	return d.update(ctx, func(tx *sql.Tx) error { return begin(ctx, tx, newsletter, since) })
}

func begin(ctx context.Context, tx *sql.Tx, newsletter string, since time.Time) error {
	var first string
	err := tx.QueryRowContext(ctx, `SELECT since FROM newsletter WHERE name = ?`, newsletter).Scan(&first)
	if errors.Is(err, sql.ErrNoRows) {
		_, err = tx.ExecContext(ctx, `INSERT INTO newsletter (name, since, number, edition) VALUES (?, ?, 0, '')`, newsletter, since.Format(timeLayout))
		return err
	}
	if err != nil {
		return err
	}
	was, err := time.Parse(timeLayout, first)
	if err == nil && since.Before(was) { // the clock was wrong then
		_, err = tx.ExecContext(ctx, `UPDATE newsletter SET since = ? WHERE name = ?`, since.Format(timeLayout), newsletter)
	}
	return err
}

// remember keeps of a new edition what later ones must know.
func remember(ctx context.Context, tx *sql.Tx, e ledger.Edition) error {
	if err := begin(ctx, tx, e.Newsletter, e.Start); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE newsletter SET number = ?1, edition = ?2 WHERE name = ?3 AND number < ?1`, e.Number, e.ID, e.Newsletter); err != nil {
		return err
	}
	for _, b := range e.Passed {
		if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO passed (edition, key, link, final) VALUES (?, ?, ?, ?)`, e.ID, b.Key, b.Link, b.Final); err != nil {
			return err
		}
	}
	return nil
}

// Number is that of the edition, or the one that it would get. Numbers rise
// from edition to edition.
func (d *DB) Number(ctx context.Context, newsletter, edition string) (int, error) {
	var n int
	err := d.db.QueryRowContext(ctx, `SELECT number FROM edition WHERE id = ?`, edition).Scan(&n)
	switch {
	case errors.Is(err, sql.ErrNoRows) && d.version < 3:
		err = d.db.QueryRowContext(ctx, `SELECT coalesce(max(number), 0) + 1 FROM edition WHERE newsletter = ?`, newsletter).Scan(&n)
	case errors.Is(err, sql.ErrNoRows):
		n, err = nextNumber(ctx, d.db, newsletter, edition)
	}
	return n, d.wrap(err)
}

// nextNumber is the number of an edition that is to be made, perhaps anew.
func nextNumber(ctx context.Context, q querier, newsletter, edition string) (int, error) {
	var n int
	var newest string
	err := q.QueryRowContext(ctx, `SELECT number, edition FROM newsletter WHERE name = ?`, newsletter).Scan(&n, &newest)
	if errors.Is(err, sql.ErrNoRows) {
		return 1, nil
	}
	if newest != edition {
		n++
	}
	return n, err
}

// Newest is the edition with the newsletter's highest number, which is 0 if there
// was none; it may have been discarded.
func (d *DB) Newest(ctx context.Context, newsletter string) (number int, edition string, err error) {
	err = d.db.QueryRowContext(ctx, `SELECT number, edition FROM newsletter WHERE name = ?`, newsletter).Scan(&number, &edition)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return number, edition, d.wrap(err)
}

// Memory is what the newsletter's editions leave for the next one. What had no
// place is left out if its edition's window ended before since.
func (d *DB) Memory(ctx context.Context, newsletter string, since time.Time) (ledger.Memory, error) {
	m := ledger.Memory{}
	partial := "0"
	if d.version >= 3 {
		partial = "partial"
	}
	err := d.each(ctx, `SELECT id, window_start, window_end, `+partial+` FROM edition WHERE newsletter = ? ORDER BY number`, func(rows *sql.Rows) error {
		var c ledger.Closed
		var start, end string
		var part bool
		err := rows.Scan(&c.Edition, &start, &end, &part)
		if err == nil {
			c.Start, err = time.Parse(timeLayout, start)
		}
		if err == nil {
			c.End, err = time.Parse(timeLayout, end)
		}
		if m.Since = c.End; !part {
			m.Closed = append(m.Closed, c)
		}
		return err
	}, newsletter)
	if err != nil {
		return m, err
	}
	seen := func(list *[]ledger.Seen) func(*sql.Rows) error {
		return func(rows *sql.Rows) error {
			var s ledger.Seen
			err := rows.Scan(&s.Key, &s.Link, &s.Edition, &s.Final)
			*list = append(*list, s)
			return err
		}
	}
	err = d.each(ctx, `SELECT f.key, f.link, f.edition, 0 FROM featured f JOIN edition e ON e.id = f.edition WHERE f.newsletter = ? ORDER BY e.number, f.position`, seen(&m.Featured), newsletter)
	if err != nil || d.version < 3 {
		return m, err
	}
	var first string
	err = d.db.QueryRowContext(ctx, `SELECT since FROM newsletter WHERE name = ?`, newsletter).Scan(&first)
	if errors.Is(err, sql.ErrNoRows) {
		return m, nil
	}
	if err == nil {
		m.Since, err = time.Parse(timeLayout, first)
	}
	if err != nil {
		return m, d.wrap(err)
	}
	for _, c := range m.Closed {
		if c.End.Before(since) {
			continue
		}
		if err := d.each(ctx, `SELECT key, link, edition, final FROM passed WHERE edition = ?`, seen(&m.Passed), c.Edition); err != nil {
			return m, err
		}
	}
	return m, nil
}

// each calls scan on every row of a query.
func (d *DB) each(ctx context.Context, query string, scan func(*sql.Rows) error, args ...any) error {
	rows, err := d.db.QueryContext(ctx, query, args...)
	if err != nil {
		return d.wrap(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return d.wrap(err)
		}
	}
	return d.wrap(rows.Err())
}
