package sqlite

import (
	"context"
	"database/sql"
	"iter"
	"time"

	"digest/internal/ledger"
	"digest/internal/subscriber"
)

// Claim gives the run up to n recipients: those who are pending, and then those
// who were deferred in this run and are due. Whoever has been suppressed by then
// is passed over. [ledger.ErrLost] means that another run has planned since.
func (d *DB) Claim(ctx context.Context, run ledger.Run, n int) ([]ledger.Recipient, error) {
	claimed, err := d.claim(ctx, run, n, `state = 'pending' AND listed = 1`, `id`)
	if err != nil || len(claimed) > 0 {
		return claimed, err
	}
	claimed, err = d.claim(ctx, run, n, `state = 'deferred' AND listed = 1 AND due > 0 AND due <= ?2 AND owner = ?1`, `due, id`)
	if err != nil || len(claimed) > 0 {
		return claimed, err
	}
	var owned bool
	err = d.db.QueryRowContext(ctx, `SELECT EXISTS (`+owns+`)`, run.Owner, nil, run.Edition).Scan(&owned)
	if err == nil && !owned {
		err = ledger.ErrLost
	}
	return nil, d.wrap(err)
}

const owns = `SELECT 1 FROM edition WHERE id = ?3 AND owner = ?1`

func (d *DB) claim(ctx context.Context, run ledger.Run, n int, which, order string) ([]ledger.Recipient, error) {
	rows, err := d.db.QueryContext(ctx, `UPDATE delivery SET state = 'claimed', owner = ?1, changed = ?2
		WHERE id IN (SELECT id FROM delivery d WHERE edition = ?3 AND `+which+`
			AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.recipient = d.recipient) AND EXISTS (`+owns+`)
			ORDER BY `+order+` LIMIT ?4)
		RETURNING id, recipient, address, name, choice, attempts, due > 0`, run.Owner, d.now().UnixMilli(), run.Edition, n)
	if err != nil {
		return nil, d.wrap(err)
	}
	defer rows.Close()
	var claimed []ledger.Recipient
	for rows.Next() {
		var r ledger.Recipient
		if err := rows.Scan(&r.ID, &r.Key, &r.Address, &r.Name, &r.Choice, &r.Attempts, &r.Again); err != nil {
			return nil, d.wrap(err)
		}
		claimed = append(claimed, r)
	}
	return claimed, d.wrap(rows.Err())
}

// NextDue is when the first of the recipients that the run has deferred may be
// tried again, and how many there are.
func (d *DB) NextDue(ctx context.Context, run ledger.Run) (due time.Time, waiting int, err error) {
	var first int64
	err = d.db.QueryRowContext(ctx, `SELECT coalesce(min(due), 0), count(*) FROM delivery d
		WHERE edition = ?1 AND state = 'deferred' AND listed = 1 AND due > 0 AND owner = ?2
		AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.recipient = d.recipient)`, run.Edition, run.Owner).Scan(&first, &waiting)
	return time.UnixMilli(first), waiting, d.wrap(err)
}

func count(ctx context.Context, q querier, edition string) (ledger.Counts, error) {
	var c ledger.Counts
	rows, err := q.QueryContext(ctx, `SELECT state, state IN ('pending', 'deferred', 'empty') AND s.recipient IS NOT NULL AS gone, count(*)
		FROM delivery d LEFT JOIN suppression s ON s.recipient = d.recipient
		WHERE edition = ? AND (listed = 1 OR state NOT IN ('pending', 'deferred', 'empty')) GROUP BY 1, 2`, edition)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	for rows.Next() {
		var state ledger.State
		var gone bool
		var n int
		if err := rows.Scan(&state, &gone, &n); err != nil {
			return c, err
		}
		if gone {
			c.Suppressed += n
			continue
		}
		c.Add(state, n)
	}
	return c, rows.Err()
}

// Counts are the recipients of an edition by state.
func (d *DB) Counts(ctx context.Context, edition string) (ledger.Counts, error) {
	c, err := count(ctx, d.db, edition)
	return c, d.wrap(err)
}

// Suppressed reports whether a recipient is never to be sent to.
func (d *DB) Suppressed(ctx context.Context, key string) (bool, error) {
	var n int
	err := d.db.QueryRowContext(ctx, `SELECT count(*) FROM suppression WHERE recipient = ?`, key).Scan(&n)
	return n > 0, d.wrap(err)
}

// Gone reports whether a recipient is never to be sent to, and whether they have left
// the newsletter.
func (d *DB) Gone(ctx context.Context, newsletter, key string) (suppressed, left bool, err error) {
	if suppressed, err = d.Suppressed(ctx, key); err != nil || d.version < 3 {
		return suppressed, false, err
	}
	is, err := listState(ctx, d.db, newsletter, key)
	return suppressed, is == subscriber.Unsubscribed, d.wrap(err)
}

// Entries yields the recipients of an edition that are in one of the states.
func (d *DB) Entries(ctx context.Context, edition string, states ...ledger.State) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for _, state := range states {
			after := ""
			for {
				page, err := d.page(ctx, edition, state, after)
				if err != nil {
					yield(ledger.Entry{}, err)
					return
				}
				for _, e := range page {
					if !yield(e, nil) {
						return
					}
					after = e.Key
				}
				if len(page) < pageSize {
					break
				}
			}
		}
	}
}

const pageSize = 1000

// page reads some entries and lets go of the connection: who ranges over
// entries may ask the ledger about them.
func (d *DB) page(ctx context.Context, edition string, state ledger.State, after string) ([]ledger.Entry, error) {
	rows, err := d.db.QueryContext(ctx, `SELECT recipient, address, name, state, attempts, code, reply, changed
		FROM delivery WHERE edition = ? AND state = ? AND recipient > ? ORDER BY recipient LIMIT ?`, edition, state, after, pageSize)
	if err != nil {
		return nil, d.wrap(err)
	}
	defer rows.Close()
	var page []ledger.Entry
	for rows.Next() {
		var e ledger.Entry
		var changed int64
		if err := rows.Scan(&e.Key, &e.Address, &e.Name, &e.State, &e.Attempts, &e.Code, &e.Reply, &changed); err != nil {
			return nil, d.wrap(err)
		}
		e.Changed = time.UnixMilli(changed)
		page = append(page, e)
	}
	return page, d.wrap(rows.Err())
}

// Resolve settles by hand what is unknown: as pending, to be sent once more,
// or as rejected, to be left. It returns how many there were.
func (d *DB) Resolve(ctx context.Context, edition string, to ledger.State, reply string) (int, error) {
	var n int64
	err := d.update(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE delivery SET state = ?, owner = 0, due = 0, reply = ?, changed = ? WHERE edition = ? AND state = 'unknown'`,
			to, reply, d.now().UnixMilli(), edition)
		if err != nil {
			return err
		}
		if n, err = result.RowsAffected(); err != nil || n == 0 {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE edition SET doubted = 1, finished = iif(?, NULL, finished) WHERE id = ?`, to == ledger.Pending, edition)
		return err
	})
	return int(n), err
}
