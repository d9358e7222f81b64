package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	"digest/internal/subscriber"
)

const (
	// RequestLife is how long a request is known, and the link in its mail works.
	RequestLife = 72 * time.Hour
	// Who asks again gets another mail, if the last one has had so long to arrive,
	// and not more of them than this in the life of the request.
	requestPause = 10 * time.Minute
	requestMails = 3
	// maxRequests may wait for their mail.
	maxRequests = 10_000
)

// Ask records a request, for [DB.Waiting] to be answered by mail. It does the
// same for everyone, whether they are on the list or not. Until the first mail has
// gone the last wish of an address counts; after it nobody changes what the link in
// that mail confirms. [subscriber.ErrTooMany] means that it is not recorded.
func (d *DB) Ask(ctx context.Context, newsletter string, kind subscriber.RequestKind, s subscriber.Subscriber) error {
	return d.together(ctx, func(tx *sql.Tx) error {
		now := d.now()
		result, err := tx.ExecContext(ctx, `INSERT INTO request (newsletter, recipient, kind, address, name, categories, language, since)
			SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE (SELECT count(*) FROM request WHERE newsletter = ?1 AND kind = ?3 AND mailed = 0) < ?9
			ON CONFLICT DO UPDATE SET address = iif(attempts = 0, excluded.address, address), name = iif(attempts = 0, excluded.name, name),
				categories = iif(attempts = 0, excluded.categories, categories), language = iif(attempts = 0, excluded.language, language),
				mailed = iif(mailed < ?10 AND attempts < ?11, 0, mailed)`,
			newsletter, s.Key, kind, s.Address.Address, s.Address.Name, string(s.Categories), s.Language, now.UnixMilli(),
			maxRequests, now.Add(-requestPause).UnixMilli(), requestMails)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return cmp.Or(err, subscriber.ErrTooMany)
		}
		return nil
	})
}

// Waiting are the requests of a newsletter that wait for their mail, the oldest
// first, at most n.
func (d *DB) Waiting(ctx context.Context, newsletter string, n int) ([]subscriber.Request, error) {
	rows, err := d.db.QueryContext(ctx, `SELECT recipient, kind, address, name, categories, language, since FROM request
		WHERE newsletter = ? AND mailed = 0 AND due <= ? ORDER BY since LIMIT ?`, newsletter, d.now().UnixMilli(), n)
	if err != nil {
		return nil, d.wrap(err)
	}
	defer rows.Close()
	var all []subscriber.Request
	for rows.Next() {
		var r subscriber.Request
		var since int64
		if err := rows.Scan(&r.Key, &r.Kind, &r.Address.Address, &r.Address.Name, &r.Categories, &r.Language, &since); err != nil {
			return nil, d.wrap(err)
		}
		r.Since = time.UnixMilli(since)
		all = append(all, r)
	}
	return all, d.wrap(rows.Err())
}

// asked is how a request is remembered.
var asked = map[subscriber.RequestKind]string{subscriber.JoinRequest: "asked to join", subscriber.DataRequest: "asked for their data"}

// Answer records that the mail about a request is about to be sent, and whose the tag
// in its link is. Whoever asks to join, and was not known, is pending. It comes before
// the mail: after a crash somebody asks again, rather than to get one mail after the
// other. It reports whether the request is the caller's to answer: of two servers it
// is one's.
func (d *DB) Answer(ctx context.Context, newsletter string, r subscriber.Request, tag int64) (mine bool, err error) {
	err = d.together(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE request SET mailed = ?, attempts = attempts + 1 WHERE newsletter = ? AND recipient = ? AND kind = ? AND mailed = 0`,
			d.now().UnixMilli(), newsletter, r.Key, r.Kind)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if mine = n > 0; err != nil || !mine {
			return err
		}
		if err := tagReader(ctx, tx, newsletter, tag, r.Subscriber); err != nil {
			return err
		}
		if r.Kind == subscriber.JoinRequest {
			if _, err := tx.ExecContext(ctx, `INSERT INTO subscriber (newsletter, recipient, address, name, categories, language, state, since)
				VALUES (?, ?, ?, ?, ?, ?, 'pending', ?) ON CONFLICT DO NOTHING`,
				newsletter, r.Key, r.Address.Address, r.Address.Name, string(r.Categories), r.Language, d.now().UnixMilli()); err != nil {
				return err
			}
		}
		return d.happened(ctx, tx, newsletter, r.Key, asked[r.Kind], "on the web, at "+r.Since.UTC().Format(time.RFC3339))
	})
	return mine, err
}

// Postpone takes [DB.Answer] back for a mail that was surely not sent: it is for a
// later time, later each time.
func (d *DB) Postpone(ctx context.Context, newsletter string, r subscriber.Request) error {
	return d.together(ctx, func(tx *sql.Tx) error {
		const first, doublings = 5 * time.Minute, 6
		_, err := tx.ExecContext(ctx, `UPDATE request SET mailed = 0, due = ?1 + ?2 * (1 << max(0, min(attempts - 1, ?3))) WHERE newsletter = ?4 AND recipient = ?5 AND kind = ?6`,
			d.now().UnixMilli(), first.Milliseconds(), doublings, newsletter, r.Key, r.Kind)
		return err
	})
}

// Confirm puts the reader who has asked to join on the list, as they asked last.
// It reports whether they are on it: to confirm twice is to confirm. Who has not
// asked, or not lately, is as they are.
func (d *DB) Confirm(ctx context.Context, newsletter, key string) (listed bool, err error) {
	err = d.together(ctx, func(tx *sql.Tx) error {
		since := d.now().Add(-RequestLife).UnixMilli()
		was, err := listState(ctx, tx, newsletter, key)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO subscriber (newsletter, recipient, address, name, categories, language, state, since)
			SELECT newsletter, recipient, address, name, categories, language, 'active', ?4 FROM request
			WHERE newsletter = ?1 AND recipient = ?2 AND kind = 'join' AND max(since, mailed) >= ?3
			ON CONFLICT DO UPDATE SET address = excluded.address, name = excluded.name, categories = excluded.categories,
				language = excluded.language, state = excluded.state, since = excluded.since WHERE state <> 'active'`,
			newsletter, key, since, d.now().UnixMilli())
		if err != nil {
			return err
		}
		if _, err = tx.ExecContext(ctx, `DELETE FROM request WHERE newsletter = ? AND recipient = ? AND kind = 'join'`, newsletter, key); err != nil {
			return err
		}
		is, err := listState(ctx, tx, newsletter, key)
		if listed = is == subscriber.Active; err != nil || !listed || was == is {
			return err
		}
		return d.happened(ctx, tx, newsletter, key, "confirmed", "by the link in the mail")
	})
	return listed, err
}

// ForgetRequests forgets those whose time has passed, and who is pending since, with
// their tags unless they ever were on the list or sent a letter.
func (d *DB) ForgetRequests(ctx context.Context, newsletter string) error {
	return d.together(ctx, func(tx *sql.Tx) error {
		before := d.now().Add(-RequestLife).UnixMilli()
		var any bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM request WHERE newsletter = ? AND max(since, mailed, due) < ?)`, newsletter, before).Scan(&any); err != nil || !any {
			return err
		}
		for _, s := range []string{
			`DELETE FROM subscriber WHERE newsletter = ?1 AND state = 'pending'
				AND recipient IN (SELECT recipient FROM request WHERE newsletter = ?1 AND kind = 'join' AND max(since, mailed, due) < ?2)`,
			`DELETE FROM reader INDEXED BY reader_recipient WHERE newsletter = ?1 AND recipient IN (SELECT recipient FROM request WHERE newsletter = ?1 AND max(since, mailed, due) < ?2)
				AND NOT EXISTS (SELECT 1 FROM subscriber u WHERE u.newsletter = ?1 AND u.recipient = reader.recipient)
				AND NOT EXISTS (SELECT 1 FROM delivery d JOIN edition e ON e.id = d.edition WHERE e.newsletter = ?1 AND d.recipient = reader.recipient)`,
			`DELETE FROM event WHERE newsletter = ?1 AND recipient IN (SELECT recipient FROM request WHERE newsletter = ?1 AND max(since, mailed, due) < ?2)
				AND NOT EXISTS (SELECT 1 FROM reader r WHERE r.newsletter = ?1 AND r.recipient = event.recipient)`,
			`DELETE FROM request WHERE newsletter = ?1 AND max(since, mailed, due) < ?2`,
		} {
			if _, err := tx.ExecContext(ctx, s, newsletter, before); err != nil {
				return err
			}
		}
		return nil
	})
}
