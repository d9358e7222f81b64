package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"iter"
	"time"

	"digest/internal/ledger"
)

// Plan makes the list the edition's: whoever is on it and has not got it is
// pending, or empty if their choice is [ledger.Nothing]; whoever is not on it any
// more is passed over, as is who has left, or was erased from the edition. Who was
// not tried yet has the choice of the list; who was keeps theirs, since a message
// that is sent again must be the same. It takes back what a run that died had
// claimed, and notes as unknown what was on the wire then. An error of the list, or
// a list that has shrunk, leaves everything as it was.
//
// The list is read, sorted and compared without the write lock, and then written in
// many short transactions, with pauses between them: whoever leaves meanwhile is
// recorded at once, and gets nothing. Until Plan returns nobody can be claimed. If it
// fails, or dies, in the middle, the next Plan does all that is missing.
//
// Two runs at once do each other no harm: what was claimed before cannot be
// committed any more, and only the run that planned last claims. An edition that
// another run has discarded, or begun to plan meanwhile, is [ledger.ErrLost].
func (d *DB) Plan(ctx context.Context, run ledger.Run, list iter.Seq2[ledger.Recipient, error], plan ledger.Plan) (counts ledger.Counts, err error) {
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return counts, d.wrap(err)
	}
	p := &planner{conn: conn, run: run, now: d.now().UnixMilli(), turn: time.NewTicker(planTurn)}
	defer func() { err = errors.Join(d.wrap(err), d.wrap(p.close())) }()
	if err := p.stage(ctx, list); err != nil {
		return counts, err
	}
	if err := p.begin(ctx, plan); err != nil {
		return counts, err
	}
	if err := p.takeBack(ctx, plan); err != nil {
		return counts, err
	}
	if err := p.enlist(ctx); err != nil {
		return counts, err
	}
	return p.finish(ctx)
}

// A planner makes a list an edition's, on one connection, with temporary tables.
type planner struct {
	conn *sql.Conn
	run  ledger.Run
	now  int64
	turn *time.Ticker // when others have theirs
}

// close forgets the temporary tables.
func (p *planner) close() error {
	p.turn.Stop()
	_, _ = p.conn.ExecContext(context.Background(), `ROLLBACK`) // if the list had an error
	_, err := p.conn.ExecContext(context.Background(), dropStage)
	return errors.Join(err, p.conn.Close())
}

// begin makes the edition the run's, unless the list has shrunk. Until the plan is
// made the owner is negative: nobody claims, and it shows that a plan is not whole.
// If two could claim, one that was taken back might be claimed again by the same
// run, and be with two of its connections.
func (p *planner) begin(ctx context.Context, plan ledger.Plan) error {
	if !plan.AllowShrunk {
		if err := p.guard(ctx); err != nil {
			return err
		}
	}
	result, err := p.conn.ExecContext(ctx, `UPDATE edition SET owner = ? WHERE id = ?`, -p.run.Owner, p.run.Edition)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return cmp.Or(err, ledger.ErrLost)
	}
	return nil
}

// finish lets the run claim.
func (p *planner) finish(ctx context.Context) (ledger.Counts, error) {
	counts, err := count(ctx, p.conn, p.run.Edition)
	if err != nil {
		return counts, err
	}
	return counts, p.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE edition SET owner = ?, finished = iif(?, NULL, finished) WHERE id = ?`, p.run.Owner, counts.Pending > 0, p.run.Edition)
		return err
	})
}
