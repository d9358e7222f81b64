package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"digest/internal/ledger"
)

// Missing are the choices of those who wait for an edition for which there is no
// variant of it yet; also of the suppressed, who may be so no longer when it is their
// turn.
func (d *DB) Missing(ctx context.Context, edition string) (missing []string, err error) {
	err = d.each(ctx, `SELECT DISTINCT choice FROM delivery d WHERE edition = ?1 AND state = 'pending' AND listed = 1 AND choice <> ''
			AND NOT EXISTS (SELECT 1 FROM variant v WHERE v.edition = ?1 AND v.choice = d.choice)
		ORDER BY choice`, func(rows *sql.Rows) error {
		var choice string
		err := rows.Scan(&choice)
		missing = append(missing, choice)
		return err
	}, edition)
	return missing, err
}

// AddVariants keeps variants of the run's edition, all of them or none. One that is
// there already stays as it is. [ledger.ErrLost] means that another run has planned
// since: its edition may be another one.
func (d *DB) AddVariants(ctx context.Context, run ledger.Run, variants ...ledger.Variant) error {
	return d.update(ctx, func(tx *sql.Tx) error {
		var owned bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (`+owns+`)`, run.Owner, nil, run.Edition).Scan(&owned); err != nil {
			return err
		}
		if !owned {
			return ledger.ErrLost
		}
		for _, v := range variants {
			if _, err := tx.ExecContext(ctx, `INSERT INTO variant (edition, choice, draft) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
				run.Edition, v.Choice, v.Draft); err != nil {
				return err
			}
		}
		return nil
	})
}

// Variant is the draft of an edition for a choice, or [ledger.ErrNotFound].
func (d *DB) Variant(ctx context.Context, edition, choice string) (draft []byte, err error) {
	if d.version < 4 {
		return nil, ledger.ErrNotFound
	}
	err = d.db.QueryRowContext(ctx, `SELECT draft FROM variant WHERE edition = ? AND choice = ?`, edition, choice).Scan(&draft)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ledger.ErrNotFound
	}
	return draft, d.wrap(err)
}
