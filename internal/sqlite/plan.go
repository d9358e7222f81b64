package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"iter"
	"strings"

	"digest/internal/ledger"
)

// Plan makes the list the edition's: whoever is on it and has not got it is
// pending, whoever is not on it any more is passed over. It takes back what a
// run that died had claimed, and notes as unknown what was on the wire then. An
// error of the list leaves everything as it was.
//
// Two runs at once do each other no harm: what was claimed before cannot be
// committed any more, and only the run that planned last claims. An edition that
// another run has discarded is [ledger.ErrLost].
func (d *DB) Plan(ctx context.Context, run ledger.Run, list iter.Seq2[ledger.Recipient, error], plan ledger.Plan) (ledger.Counts, error) {
	var counts ledger.Counts
	err := d.update(ctx, func(tx *sql.Tx) error {
		now := d.now().UnixMilli()
		was, err := lastListed(ctx, tx, run.Edition)
		if err != nil {
			return err
		}
		if err := own(ctx, tx, run); err != nil {
			return err
		}
		if err := takeBack(ctx, tx, run.Edition, plan, now); err != nil {
			return err
		}
		if err := enlist(ctx, tx, run.Edition, list, now); err != nil {
			return err
		}
		if counts, err = count(ctx, tx, run.Edition); err != nil {
			return err
		}
		if is := counts.Total() + counts.Suppressed; !plan.AllowShrunk && 2*is < was {
			return &ledger.ShrunkError{Was: was, Is: is}
		}
		if counts.Pending > 0 {
			_, err = tx.ExecContext(ctx, `UPDATE edition SET finished = NULL WHERE id = ?`, run.Edition)
		}
		return err
	})
	return counts, err
}

// own makes the edition the run's. If two could claim, one that was taken back
// might be claimed again by the same run, and be with two of its connections.
func own(ctx context.Context, tx *sql.Tx, run ledger.Run) error {
	result, err := tx.ExecContext(ctx, `UPDATE edition SET owner = ? WHERE id = ?`, run.Owner, run.Edition)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return cmp.Or(err, ledger.ErrLost)
	}
	return nil
}

func takeBack(ctx context.Context, tx *sql.Tx, edition string, plan ledger.Plan, now int64) error {
	statements := []string{
		`UPDATE delivery SET listed = 0 WHERE edition = ?2 AND listed = 1`,
		`UPDATE delivery SET state = 'pending', owner = 0, due = 0, changed = ?1 WHERE edition = ?2 AND state IN ('claimed', 'deferred')`,
		`UPDATE delivery SET state = 'unknown', reply = 'the run ended before the reply', attempts = attempts + 1, changed = ?1 WHERE edition = ?2 AND state = 'committing'`,
	}
	if plan.ResendUnknown {
		statements = append(statements, `UPDATE delivery SET state = 'pending', owner = 0, due = 0, changed = ?1 WHERE edition = ?2 AND state = 'unknown'`)
	}
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s, now, edition); err != nil {
			return err
		}
	}
	return nil
}

// enlist puts the list into the ledger, in the order of its keys: a million of
// them in any other order would be as many pages read and written.
func enlist(ctx context.Context, tx *sql.Tx, edition string, list iter.Seq2[ledger.Recipient, error], now int64) error {
	if _, err := tx.ExecContext(ctx, `CREATE TEMP TABLE list (recipient TEXT, address TEXT, name TEXT)`); err != nil {
		return err
	}
	if err := copyList(ctx, tx, list); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO delivery (edition, recipient, address, name, state, listed, changed)
		SELECT ?1, recipient, address, name, 'pending', 1, ?2 FROM list WHERE recipient NOT IN (`+haveLeft+`) ORDER BY recipient, rowid
		ON CONFLICT (edition, recipient) DO UPDATE SET listed = 1,
			address = iif(state = 'pending' AND listed = 0, excluded.address, address),
			name = iif(state = 'pending' AND listed = 0, excluded.name, name)`, edition, now); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DROP TABLE list`)
	return err
}

// haveLeft are those who left the newsletter of edition ?1: they get nothing,
// whatever the list says.
const haveLeft = `SELECT recipient FROM subscriber WHERE newsletter = (SELECT newsletter FROM edition WHERE id = ?1) AND state = 'unsubscribed'`

// copyList copies the list as it comes, some at a time.
func copyList(ctx context.Context, tx *sql.Tx, list iter.Seq2[ledger.Recipient, error]) error {
	const some = 100
	whole, err := tx.PrepareContext(ctx, insertList(some))
	if err != nil {
		return err
	}
	defer whole.Close()
	args := make([]any, 0, 3*some)
	for r, err := range list {
		if err != nil {
			return err
		}
		if args = append(args, r.Key, r.Address, r.Name); len(args) < cap(args) {
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
	_, err = tx.ExecContext(ctx, insertList(len(args)/3), args...)
	return err
}

func insertList(rows int) string {
	return `INSERT INTO list VALUES (?, ?, ?)` + strings.Repeat(`, (?, ?, ?)`, rows-1)
}

// lastListed is the length of the list when it was last planned, for this
// edition or the one before.
func lastListed(ctx context.Context, tx *sql.Tx, edition string) (int, error) {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM delivery WHERE listed = 1 AND edition = (
		SELECT b.id FROM edition a JOIN edition b ON b.newsletter = a.newsletter AND b.number <= a.number
		WHERE a.id = ? AND EXISTS (SELECT 1 FROM delivery WHERE edition = b.id) ORDER BY b.number DESC LIMIT 1)`, edition).Scan(&n)
	return n, err
}
