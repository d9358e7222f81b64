package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"time"

	"digest/internal/subscriber"
)

// Subscribers yields a newsletter's list, and those who have left it, in the
// order of their keys. Who ranges over them may ask the database about them.
func (d *DB) Subscribers(ctx context.Context, newsletter string) iter.Seq2[subscriber.Entry, error] {
	if d.version < 3 {
		return func(func(subscriber.Entry, error) bool) {}
	}
	return d.entries(ctx, `SELECT u.recipient, u.address, u.name, u.categories, u.language, iif(s.recipient IS NULL, u.state, 'suppressed'), coalesce(s.since, u.since)
		FROM subscriber u LEFT JOIN suppression s ON s.recipient = u.recipient
		WHERE u.newsletter = ?1 AND u.recipient > ?2 ORDER BY u.recipient LIMIT ?3`, newsletter)
}

// Suppressions yields those who are never sent to, of whatever newsletter, in
// the order of their keys.
func (d *DB) Suppressions(ctx context.Context) iter.Seq2[subscriber.Entry, error] {
	return d.entries(ctx, `SELECT recipient, address, '', '', '', 'suppressed', since FROM suppression
		WHERE ?1 = '' AND recipient > ?2 ORDER BY recipient LIMIT ?3`, "")
}

// entries yields what a query selects, page by page.
func (d *DB) entries(ctx context.Context, query, newsletter string) iter.Seq2[subscriber.Entry, error] {
	return func(yield func(subscriber.Entry, error) bool) {
		after := ""
		for {
			page, err := d.entryPage(ctx, query, newsletter, after)
			if err != nil {
				yield(subscriber.Entry{}, err)
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
				after = e.Key
			}
			if len(page) < pageSize {
				return
			}
		}
	}
}

func (d *DB) entryPage(ctx context.Context, query, newsletter, after string) ([]subscriber.Entry, error) {
	rows, err := d.db.QueryContext(ctx, query, newsletter, after, pageSize)
	if err != nil {
		return nil, d.wrap(err)
	}
	defer rows.Close()
	var page []subscriber.Entry
	for rows.Next() {
		var e subscriber.Entry
		var since int64
		if err := rows.Scan(&e.Key, &e.Address.Address, &e.Address.Name, &e.Categories, &e.Language, &e.State, &since); err != nil {
			return nil, d.wrap(err)
		}
		e.Since = time.UnixMilli(since)
		page = append(page, e)
	}
	return page, d.wrap(rows.Err())
}

// Subscribe puts somebody on a newsletter's list, even who had left it, and
// returns what they were before; "" is nobody. Of who is on the list, or is
// suppressed, nothing is changed.
func (d *DB) Subscribe(ctx context.Context, newsletter string, s subscriber.Subscriber) (was subscriber.State, err error) {
	err = d.update(ctx, func(tx *sql.Tx) error {
		if was, err = state(ctx, tx, newsletter, s.Key); err != nil || was == subscriber.Active || was == subscriber.Suppressed {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO subscriber (newsletter, recipient, address, name, categories, language, state, since)
			VALUES (?, ?, ?, ?, ?, ?, 'active', ?)
			ON CONFLICT DO UPDATE SET address = excluded.address, state = excluded.state, since = excluded.since,
				name = iif(excluded.name = '', name, excluded.name), categories = iif(excluded.categories = '', categories, excluded.categories),
				language = iif(excluded.language = '', language, excluded.language)`,
			newsletter, s.Key, s.Address.Address, s.Address.Name, string(s.Categories), s.Language, d.now().UnixMilli())
		if err != nil {
			return err
		}
		return d.happened(ctx, tx, newsletter, s.Key, "put on the list", "by hand")
	})
	return was, err
}

// Entry is what the list says of somebody, by key; of nobody the State is "".
func (d *DB) Entry(ctx context.Context, newsletter, key string) (subscriber.Entry, error) {
	e := subscriber.Entry{Subscriber: subscriber.Subscriber{Key: key}}
	var since int64
	err := d.db.QueryRowContext(ctx, `SELECT address, name, categories, language, since FROM subscriber WHERE newsletter = ? AND recipient = ?`, newsletter, key).
		Scan(&e.Address.Address, &e.Address.Name, &e.Categories, &e.Language, &since)
	if err == nil {
		e.Since = time.UnixMilli(since)
	} else if !errors.Is(err, sql.ErrNoRows) {
		return e, d.wrap(err)
	}
	e.State, err = d.State(ctx, newsletter, key)
	return e, err
}

// State is what somebody is to a newsletter, by key; "" is nobody.
func (d *DB) State(ctx context.Context, newsletter, key string) (subscriber.State, error) {
	if d.version < 3 {
		gone, err := d.Suppressed(ctx, key)
		if gone {
			return subscriber.Suppressed, err
		}
		return "", err
	}
	s, err := state(ctx, d.db, newsletter, key)
	return s, d.wrap(err)
}

func state(ctx context.Context, q querier, newsletter, key string) (s subscriber.State, err error) {
	err = q.QueryRowContext(ctx, `SELECT iif(EXISTS (SELECT 1 FROM suppression WHERE recipient = ?2), 'suppressed',
		coalesce((SELECT state FROM subscriber WHERE newsletter = ?1 AND recipient = ?2), ''))`, newsletter, key).Scan(&s)
	return s, err
}

// Unsubscribe takes somebody off a newsletter's list, and off every edition of it
// that they have not got, at once. Who has only asked to join is forgotten. It
// reports whether they were on the list, or had asked.
func (d *DB) Unsubscribe(ctx context.Context, newsletter, key string) (known bool, err error) {
	err = d.update(ctx, func(tx *sql.Tx) error {
		was, err := listState(ctx, tx, newsletter, key)
		if known = err == nil && was != "" && was != subscriber.Unsubscribed; !known {
			return err
		}
		statements := []string{`UPDATE subscriber SET state = 'unsubscribed', since = ?3 WHERE newsletter = ?1 AND recipient = ?2`}
		if was == subscriber.Pending {
			statements = []string{`DELETE FROM subscriber WHERE newsletter = ?1 AND recipient = ?2 AND ?3 > 0`, `DELETE FROM request WHERE newsletter = ?1 AND recipient = ?2 AND ?3 > 0`}
		}
		for _, statement := range statements {
			if _, err := tx.ExecContext(ctx, statement, newsletter, key, d.now().UnixMilli()); err != nil {
				return err
			}
		}
		return errors.Join(setListed(ctx, tx, newsletter, key, false), d.happened(ctx, tx, newsletter, key, "taken off the list", "by hand"))
	})
	return known, err
}

// Suppress has somebody never sent to again, by any newsletter. It reports
// whether that is new.
func (d *DB) Suppress(ctx context.Context, s subscriber.Subscriber, reason string) (bool, error) {
	return d.changes(ctx, `INSERT INTO suppression (recipient, address, reason, since) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		s.Key, s.Address.Address, reason, d.now().UnixMilli())
}

// Unsuppress takes that back. It reports whether there was anything to take back.
func (d *DB) Unsuppress(ctx context.Context, key string) (was bool, err error) {
	err = d.update(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM suppression WHERE recipient = ?`, key)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if was = n > 0; err != nil || !was {
			return err
		}
		return d.happened(ctx, tx, "", key, "is sent to again", "by hand")
	})
	return was, err
}

func (d *DB) changes(ctx context.Context, statement string, args ...any) (bool, error) {
	result, err := d.db.ExecContext(ctx, statement, args...)
	if err != nil {
		return false, d.wrap(err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}
