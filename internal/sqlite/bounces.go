package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"digest/internal/ledger"
)

// Delivery is the delivery of a number, or [ledger.ErrNotFound]. Numbers of
// editions that were discarded are given again: who has one from outside must
// prove that it is of this recipient.
func (d *DB) Delivery(ctx context.Context, id int64) (ledger.Delivery, error) {
	var of ledger.Delivery
	err := d.db.QueryRowContext(ctx, `SELECT e.newsletter, e.id, e.number, d.recipient, d.address
		FROM delivery d JOIN edition e ON e.id = d.edition WHERE d.id = ?`, id).Scan(&of.Newsletter, &of.Edition, &of.Number, &of.Key, &of.Address)
	if errors.Is(err, sql.ErrNoRows) {
		return of, ledger.ErrNotFound
	}
	return of, d.wrap(err)
}

// Bounce records that a delivery came back, and sends nothing more to the
// recipient if the bounce is not soft, or the softLimit-th of editions in a row.
func (d *DB) Bounce(ctx context.Context, of ledger.Delivery, b ledger.Bounce, softLimit int) (ledger.Consequence, error) {
	var c ledger.Consequence
	err := d.update(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `INSERT INTO bounce (recipient, message, edition, kind, status, reply, since)
			VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, of.Key, b.Message, of.Edition, b.Kind, b.Status, b.Reply, d.now().UnixMilli())
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			c.Known = true
			return err
		}
		reason := fmt.Sprintf("%s: %s (%s)", b.Kind, b.Reply, of.Edition)
		if b.Kind == "soft" {
			if c.Row, err = row(ctx, tx, of); err != nil || c.Row < softLimit {
				return err
			}
			reason = fmt.Sprintf("soft, %d editions in a row: %s (%s)", c.Row, b.Reply, of.Edition)
		}
		result, err = tx.ExecContext(ctx, `INSERT INTO suppression (recipient, address, reason, since) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			of.Key, of.Address, reason, d.now().UnixMilli())
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		c.Suppressed = n > 0
		return err
	})
	return c, err
}

// row is how many editions in a row came back softly, the delivery's among them:
// from it in both directions to the next one that was delivered and did not.
// Reports come late and in any order, so that the newest edition may only not
// have come back yet.
func row(ctx context.Context, tx *sql.Tx, of ledger.Delivery) (int, error) {
	rows, err := tx.QueryContext(ctx, `SELECT e.number, EXISTS (SELECT 1 FROM bounce b WHERE b.recipient = ?1 AND b.edition = e.id AND b.kind = 'soft') AS back
		FROM edition e JOIN delivery d ON d.edition = e.id AND d.recipient = ?1
		WHERE e.newsletter = ?2 AND (d.state = 'sent' OR back) ORDER BY e.number`, of.Key, of.Newsletter)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n, in := 0, false
	for rows.Next() {
		var number int
		var back bool
		if err := rows.Scan(&number, &back); err != nil {
			return 0, err
		}
		if !back && in {
			break
		}
		if n++; !back {
			n = 0
		}
		in = in || number == of.Number
	}
	return n, rows.Err()
}
