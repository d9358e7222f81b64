package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"digest/internal/subscriber"
)

// Readers are those of a newsletter whose links carry a tag: one, or by a chance in
// 10^16 a few, of which the token says which it is. Nobody but those who were sent
// a link has one.
func (d *DB) Readers(ctx context.Context, newsletter string, tag int64) ([]subscriber.Subscriber, error) {
	rows, err := d.db.QueryContext(ctx, `SELECT r.recipient, r.address, coalesce(u.name, ''), coalesce(u.categories, ''), coalesce(u.language, '')
		FROM reader r LEFT JOIN subscriber u ON u.newsletter = r.newsletter AND u.recipient = r.recipient
		WHERE r.newsletter = ? AND r.tag = ?`, newsletter, tag)
	if err != nil {
		return nil, d.wrap(err)
	}
	defer rows.Close()
	var all []subscriber.Subscriber
	for rows.Next() {
		var s subscriber.Subscriber
		if err := rows.Scan(&s.Key, &s.Address.Address, &s.Address.Name, &s.Categories, &s.Language); err != nil {
			return nil, d.wrap(err)
		}
		all = append(all, s)
	}
	return all, d.wrap(rows.Err())
}

// tagReader has [DB.Readers] know somebody.
func tagReader(ctx context.Context, tx *sql.Tx, newsletter string, tag int64, s subscriber.Subscriber) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO reader (newsletter, tag, recipient, address) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		newsletter, tag, s.Key, s.Address.Address)
	return err
}

// happened remembers what became of somebody.
func (d *DB) happened(ctx context.Context, tx *sql.Tx, newsletter, key, what, detail string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO event (newsletter, recipient, since, what, detail) VALUES (?, ?, ?, ?, ?)`, newsletter, key, d.now().UnixMilli(), what, detail)
	return err
}

// Leave takes a reader off the newsletter, whether the list is kept here or not,
// and off every edition that they have not got: a run that is on its way sends
// them nothing whose final dot has not left. It returns what they were; who had
// left already has.
func (d *DB) Leave(ctx context.Context, newsletter string, s subscriber.Subscriber) (was subscriber.State, err error) {
	err = d.together(ctx, func(tx *sql.Tx) error {
		if was, err = listState(ctx, tx, newsletter, s.Key); err != nil || was == subscriber.Unsubscribed {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO subscriber (newsletter, recipient, address, name, categories, language, state, since)
			VALUES (?, ?, ?, '', '', '', 'unsubscribed', ?) ON CONFLICT DO UPDATE SET state = excluded.state, since = excluded.since`,
			newsletter, s.Key, s.Address.Address, d.now().UnixMilli())
		if err != nil {
			return err
		}
		return errors.Join(setListed(ctx, tx, newsletter, s.Key, false), d.happened(ctx, tx, newsletter, s.Key, "left", "by a link of a letter"))
	})
	return was, err
}

// Return takes [DB.Leave] back, also for the edition that is on its way. kept is
// whether the list is kept here; else it is for the list to say that they are on
// it. It returns what they were: who had not left is left as they are.
func (d *DB) Return(ctx context.Context, newsletter, key string, kept bool) (was subscriber.State, err error) {
	err = d.together(ctx, func(tx *sql.Tx) error {
		if was, err = listState(ctx, tx, newsletter, key); err != nil || was != subscriber.Unsubscribed {
			return err
		}
		statement := `DELETE FROM subscriber WHERE newsletter = ?2 AND recipient = ?3 AND ?1 > 0`
		if kept {
			statement = `UPDATE subscriber SET state = 'active', since = ?1 WHERE newsletter = ?2 AND recipient = ?3`
		}
		if _, err = tx.ExecContext(ctx, statement, d.now().UnixMilli(), newsletter, key); err != nil {
			return err
		}
		return errors.Join(setListed(ctx, tx, newsletter, key, true), d.happened(ctx, tx, newsletter, key, "came back", ""))
	})
	return was, err
}

// setListed puts somebody on the editions that are on their way and that they have
// not got, or takes them off all.
func setListed(ctx context.Context, tx *sql.Tx, newsletter, key string, listed bool) error {
	_, err := tx.ExecContext(ctx, `UPDATE delivery SET listed = ?1 WHERE recipient = ?3 AND state <> 'sent'
		AND edition IN (SELECT id FROM edition WHERE newsletter = ?2 AND (?1 = 0 OR finished IS NULL))`, listed, newsletter, key)
	return err
}

// Choose records what somebody on the list wants to get. It reports whether they
// are on it.
func (d *DB) Choose(ctx context.Context, newsletter, key string, categories subscriber.Categories, language string) (listed bool, err error) {
	err = d.together(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE subscriber SET categories = ?, language = ? WHERE newsletter = ? AND recipient = ? AND state = 'active'`,
			string(categories), language, newsletter, key)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if listed = n > 0; err != nil || !listed {
			return err
		}
		return d.happened(ctx, tx, newsletter, key, "chose", strings.Trim(string(categories)+", "+language, ", "))
	})
	return listed, err
}

// Erase forgets all that is known of a reader of a newsletter. Of what they were
// sent stays that somebody got it; and that an address is suppressed stays, with
// the address, so that it is not written to again. Nothing else is left in the
// database's files either, once no run writes to them.
//
// So that nobody gets an edition twice who is erased and comes back, its record keeps
// the tag, from which only who has the keys can tell whose it was.
func (d *DB) Erase(ctx context.Context, newsletter, key string, tag int64) error {
	err := d.together(ctx, func(tx *sql.Tx) error {
		if err := setListed(ctx, tx, newsletter, key, false); err != nil {
			return err
		}
		for _, s := range []string{
			`DELETE FROM subscriber WHERE newsletter = ?1 AND recipient = ?2`,
			`DELETE FROM reader WHERE newsletter = ?1 AND recipient = ?2`,
			`DELETE FROM request WHERE newsletter = ?1 AND recipient = ?2`,
			`DELETE FROM event WHERE newsletter = ?1 AND recipient = ?2`,
			`DELETE FROM bounce WHERE recipient = ?2 AND edition IN (SELECT id FROM edition WHERE newsletter = ?1)`,
			// One who came back and is erased again may have a record already.
			`UPDATE delivery SET recipient = 'erased ' || ?3 || iif(EXISTS (SELECT 1 FROM delivery x WHERE x.edition = delivery.edition AND x.recipient = 'erased ' || ?3), ' ' || id, ''),
				address = '', name = '', reply = '', choice = ''
				WHERE recipient = ?2 AND edition IN (SELECT id FROM edition WHERE newsletter = ?1)`,
		} {
			if _, err := tx.ExecContext(ctx, s, newsletter, key, tag); err != nil {
				return err
			}
		}
		// A plan that is being made has not come to them yet, perhaps.
		_, err := tx.ExecContext(ctx, `INSERT INTO delivery (edition, recipient, address, name, state, listed, changed)
			SELECT id, 'erased ' || ?2, '', '', 'pending', 0, ?3 FROM edition WHERE newsletter = ?1 AND owner < 0 ON CONFLICT DO NOTHING`, newsletter, tag, d.now().UnixMilli())
		return err
	})
	if err != nil {
		return err
	}
	_, err = d.db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`) // as far as nobody reads or writes; else the next one does
	return d.wrap(err)
}

// listState is what somebody is to the list, suppressed or not; "" is nobody.
func listState(ctx context.Context, q querier, newsletter, key string) (s subscriber.State, err error) {
	err = q.QueryRowContext(ctx, `SELECT coalesce((SELECT state FROM subscriber WHERE newsletter = ? AND recipient = ?), '')`, newsletter, key).Scan(&s)
	return s, err
}
