package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"math"

	"digest/internal/ledger"
)

// guard refuses a list that has shrunk. Who has got the edition already and is off
// the list now does not count.
func (p *planner) guard(ctx context.Context) error {
	var newsletter string
	var number, is int
	err := p.conn.QueryRowContext(ctx, `SELECT newsletter, number FROM edition WHERE id = ?`, p.run.Edition).Scan(&newsletter, &number)
	if errors.Is(err, sql.ErrNoRows) {
		return ledger.ErrLost
	}
	if err != nil {
		return err
	}
	was, err := lastListed(ctx, p.conn, newsletter, number, `owner < 0`)
	if err != nil || was == 0 {
		return err
	}
	if err := p.conn.QueryRowContext(ctx, `SELECT count(*) FROM temp.planned l WHERE `+getsIt, p.run.Edition).Scan(&is); err != nil {
		return err
	}
	if ledger.HasShrunk(was, is) {
		return &ledger.ShrunkError{Was: was, Is: is}
	}
	return nil
}

// lastListed is the length of the list when it was last planned, for the edition of a
// number or the one before. A plan that was not made to its end, as the condition
// partial says, has less than the list: then it is the longer one of it and the one
// before.
func lastListed(ctx context.Context, q querier, newsletter string, number int, partial string) (n int, err error) {
	err = q.QueryRowContext(ctx, `WITH planned AS MATERIALIZED (
			SELECT id, number, `+partial+` AS partial FROM edition e
			WHERE newsletter = ? AND number <= ? AND EXISTS (SELECT 1 FROM delivery WHERE edition = e.id))
		SELECT coalesce(max((SELECT count(*) FROM delivery WHERE edition = p.id AND listed = 1)), 0) FROM planned p
		WHERE number >= (SELECT coalesce(max(number), 0) FROM planned WHERE NOT partial)`, newsletter, number).Scan(&n)
	return n, err
}

// Listed is the length of the newsletter's list when it was last planned; 0 if it
// never was.
func (d *DB) Listed(ctx context.Context, newsletter string) (int, error) {
	partial := `owner < 0`
	if d.version < 2 {
		partial = `0`
	}
	n, err := lastListed(ctx, d.db, newsletter, math.MaxInt32, partial)
	return n, d.wrap(err)
}
