package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"digest/internal/ledger"
)

const (
	// planRows are written in one transaction, which takes some hundredths of a second,
	// and where they lie apart some tenths.
	planRows = 5000
	// planTurn is how long a planner writes before others have their turn.
	planTurn = 700 * time.Millisecond
	// planPause is how long they have: who waits for the lock looks every 100 ms.
	planPause = 110 * time.Millisecond
)

// inTurns runs statements for the rows of a temporary table, some in a transaction. They
// get the edition, the time, and the first and the last row.
func (p *planner) inTurns(ctx context.Context, table string, statements ...string) error {
	var last int64
	if err := p.conn.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM temp.`+table).Scan(&last); err != nil {
		return err
	}
	for first := int64(1); first <= last; first += planRows {
		err := p.change(ctx, func(tx *sql.Tx) error {
			for _, s := range statements {
				if _, err := tx.ExecContext(ctx, s, p.run.Edition, p.now, first, first+planRows-1); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := p.giveWay(ctx); err != nil {
			return err
		}
	}
	return nil
}

// giveWay lets others have the lock when it is their turn.
func (p *planner) giveWay(ctx context.Context) error {
	select {
	case <-p.turn.C:
	default:
		return nil
	}
	select {
	case <-time.After(planPause):
		p.turn.Reset(planTurn)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// change runs f in a transaction, if the run still has the edition.
func (p *planner) change(ctx context.Context, f func(tx *sql.Tx) error) error {
	tx, err := p.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	var owned bool
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (`+owns+`)`, -p.run.Owner, nil, p.run.Edition).Scan(&owned)
	if err == nil && !owned {
		err = ledger.ErrLost
	}
	if err == nil {
		err = f(tx)
	}
	if err != nil {
		return errors.Join(err, rollback(tx))
	}
	return tx.Commit()
}

func (p *planner) exec(ctx context.Context, statements string, args ...any) error {
	_, err := p.conn.ExecContext(ctx, statements, args...)
	return err
}
