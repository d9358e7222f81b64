package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"time"

	"digest/internal/ledger"
)

// Plan makes the list the edition's: whoever is on it and has not got it is
// pending, whoever is not on it any more is passed over. It takes back what a
// run that died had claimed, and notes as unknown what was on the wire then. An
// error of the list leaves everything as it was.
//
// Two runs at once do each other no harm: a claim that was taken back cannot be
// committed.
func (d *DB) Plan(ctx context.Context, run ledger.Run, list iter.Seq2[ledger.Recipient, error], plan ledger.Plan) (ledger.Counts, error) {
	var counts ledger.Counts
	err := d.update(ctx, func(tx *sql.Tx) error {
		now := d.now().UnixMilli()
		was, err := lastListed(ctx, tx, run.Edition)
		if err != nil {
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

func takeBack(ctx context.Context, tx *sql.Tx, edition string, plan ledger.Plan, now int64) error {
	statements := []string{
		`UPDATE delivery SET listed = 0 WHERE edition = ?2 AND listed = 1`,
		`UPDATE delivery SET state = 'pending', owner = '', changed = ?1 WHERE edition = ?2 AND state IN ('claimed', 'deferred')`,
		`UPDATE delivery SET state = 'unknown', reply = 'the run ended before the reply', attempts = attempts + 1, changed = ?1 WHERE edition = ?2 AND state = 'committing'`,
	}
	if plan.ResendUnknown {
		statements = append(statements, `UPDATE delivery SET state = 'pending', owner = '', changed = ?1 WHERE edition = ?2 AND state = 'unknown'`)
	}
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s, now, edition); err != nil {
			return err
		}
	}
	return nil
}

func enlist(ctx context.Context, tx *sql.Tx, edition string, list iter.Seq2[ledger.Recipient, error], now int64) error {
	insert, err := tx.PrepareContext(ctx, `INSERT INTO delivery (edition, recipient, address, name, state, listed, changed)
		VALUES (?, ?, ?, ?, 'pending', 1, ?)
		ON CONFLICT (edition, recipient) DO UPDATE SET listed = 1,
			address = iif(state = 'pending' AND listed = 0, excluded.address, address),
			name = iif(state = 'pending' AND listed = 0, excluded.name, name)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for r, err := range list {
		if err != nil {
			return err
		}
		if _, err := insert.ExecContext(ctx, edition, r.Key, r.Address, r.Name, now); err != nil {
			return err
		}
	}
	return nil
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

// Claim gives the run up to n pending recipients. Whoever has been suppressed
// by then is passed over.
func (d *DB) Claim(ctx context.Context, run ledger.Run, n int) ([]ledger.Recipient, error) {
	rows, err := d.db.QueryContext(ctx, `UPDATE delivery SET state = 'claimed', owner = ?1, changed = ?2
		WHERE edition = ?3 AND recipient IN (SELECT d.recipient FROM delivery d
			WHERE d.edition = ?3 AND d.state = 'pending' AND d.listed = 1
			AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.recipient = d.recipient)
			ORDER BY d.recipient LIMIT ?4)
		RETURNING recipient, address, name`, run.Owner, d.now().UnixMilli(), run.Edition, n)
	if err != nil {
		return nil, d.wrap(err)
	}
	defer rows.Close()
	var claimed []ledger.Recipient
	for rows.Next() {
		var r ledger.Recipient
		if err := rows.Scan(&r.Key, &r.Address, &r.Name); err != nil {
			return nil, d.wrap(err)
		}
		claimed = append(claimed, r)
	}
	return claimed, d.wrap(rows.Err())
}

// Commit notes that the final dot is about to leave for a claimed recipient.
// It is durable when Commit returns. [ledger.ErrLost] means that it must not.
func (d *DB) Commit(ctx context.Context, run ledger.Run, recipient string) error {
	result, err := d.db.ExecContext(ctx, `UPDATE delivery SET state = 'committing', changed = ?
		WHERE edition = ? AND recipient = ? AND owner = ? AND state = 'claimed'`, d.now().UnixMilli(), run.Edition, recipient, run.Owner)
	if err != nil {
		return d.wrap(err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(ledger.ErrLost, d.wrap(err))
	}
	return nil
}

// Settle records what became of recipients that the run had claimed. What it
// is told last is what counts, even if another run has called it unknown.
func (d *DB) Settle(ctx context.Context, run ledger.Run, settled ...ledger.Settlement) error {
	return d.update(ctx, func(tx *sql.Tx) error {
		now := d.now().UnixMilli()
		for _, s := range settled {
			if _, err := tx.ExecContext(ctx, `UPDATE delivery SET state = ?1, code = ?2, reply = ?3, changed = ?4,
				attempts = attempts + (?1 <> 'pending' AND state <> 'unknown')
				WHERE edition = ?5 AND recipient = ?6 AND owner = ?7 AND state IN ('claimed', 'committing', 'unknown')`,
				s.State, s.Code, s.Reply, now, run.Edition, s.Recipient, run.Owner); err != nil {
				return err
			}
			if !s.Suppress {
				continue
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO suppression (recipient, address, reason, since)
				SELECT recipient, address, ?, ? FROM delivery WHERE edition = ? AND recipient = ? ON CONFLICT DO NOTHING`,
				s.Reply, now, run.Edition, s.Recipient); err != nil {
				return err
			}
		}
		return nil
	})
}

func count(ctx context.Context, q querier, edition string) (ledger.Counts, error) {
	var c ledger.Counts
	rows, err := q.QueryContext(ctx, `SELECT state, state IN ('pending', 'deferred') AND s.recipient IS NOT NULL AS gone, count(*)
		FROM delivery d LEFT JOIN suppression s ON s.recipient = d.recipient
		WHERE edition = ? AND (listed = 1 OR state NOT IN ('pending', 'deferred')) GROUP BY 1, 2`, edition)
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
	result, err := d.db.ExecContext(ctx, `UPDATE delivery SET state = ?, owner = '', reply = ?, changed = ? WHERE edition = ? AND state = 'unknown'`,
		to, reply, d.now().UnixMilli(), edition)
	if err != nil {
		return 0, d.wrap(err)
	}
	n, err := result.RowsAffected()
	if err == nil && to == ledger.Pending && n > 0 {
		_, err = d.db.ExecContext(ctx, `UPDATE edition SET finished = NULL WHERE id = ?`, edition)
	}
	return int(n), d.wrap(err)
}
