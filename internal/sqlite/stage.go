package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"
	"time"

	"digest/internal/subscriber"
)

// A Verdict is what an import does with a line.
type Verdict string

// The verdicts.
const (
	Accepted     Verdict = "accepted"
	Duplicate    Verdict = "duplicate" // of an earlier line, or of the list
	Malformed    Verdict = "malformed"
	Suppressed   Verdict = "suppressed"
	Unsubscribed Verdict = "unsubscribed"
)

// A Line is one of a file with its verdict.
type Line struct {
	subscriber.Subscriber // of a malformed one, Line alone
	Verdict               Verdict
	Detail                string
	Since                 time.Time // suppressed and unsubscribed only
}

// A Stage holds the lines of a file, so that each can be judged before anything
// is changed. They are in temporary tables: a million take no more memory than
// one. While it is open nobody else uses its database.
type Stage struct {
	d          *DB
	conn       *sql.Conn
	newsletter string
	whole      *sql.Stmt // some lines at once
	args       []any
}

// OpenForStage opens the ledger at path to compare a file with it. It changes
// nothing; if there is no ledger, it is as if it knew nobody.
func OpenForStage(ctx context.Context, path string) (*DB, error) {
	d, err := openAsIs(ctx, path, "")
	if !errors.Is(err, fs.ErrNotExist) {
		return d, err
	}
	if d, err = open("", "", time.Now); err != nil { // a temporary one
		return nil, err
	}
	if _, err := d.db.ExecContext(ctx, schema); err != nil {
		return nil, errors.Join(d.wrap(err), d.db.Close())
	}
	return d, nil
}

const someLines = 100

// Stage begins to compare a file with what is known of a newsletter's subscribers.
func (d *DB) Stage(ctx context.Context, newsletter string) (*Stage, error) {
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return nil, d.wrap(err)
	}
	s := &Stage{d: d, conn: conn, newsletter: newsletter}
	statements := `CREATE TEMP TABLE line (id INTEGER PRIMARY KEY, line INTEGER, recipient TEXT, address TEXT, name TEXT, categories TEXT, language TEXT, fault TEXT);`
	if d.version < 3 {
		statements += strings.Replace(table("subscriber"), "CREATE TABLE", "CREATE TEMP TABLE", 1)
	}
	if _, err = conn.ExecContext(ctx, statements+`BEGIN`); err == nil {
		s.whole, err = conn.PrepareContext(ctx, insertLines(someLines))
	}
	if err != nil {
		return nil, errors.Join(d.wrap(err), s.Close())
	}
	return s, nil
}

func insertLines(n int) string {
	return `INSERT INTO line (line, recipient, address, name, categories, language, fault) VALUES (?, ?, ?, ?, ?, ?, ?)` +
		strings.Repeat(`, (?, ?, ?, ?, ?, ?, ?)`, n-1)
}

// Add adds a line of the file. One with a fault is malformed.
func (s *Stage) Add(ctx context.Context, line subscriber.Subscriber, fault error) error {
	if fault != nil {
		return s.add(ctx, line.Line, nil, "", "", "", "", fault.Error())
	}
	return s.add(ctx, line.Line, line.Key, line.Address.Address, line.Address.Name, string(line.Categories), line.Language, "")
}

// Has says that somebody is on the list already; before any line is added.
func (s *Stage) Has(ctx context.Context, key string) error {
	return s.add(ctx, 0, key, "", "", "", "", "")
}

func (s *Stage) add(ctx context.Context, args ...any) error {
	if s.args = append(s.args, args...); len(s.args) < someLines*len(args) {
		return nil
	}
	_, err := s.whole.ExecContext(ctx, s.args...)
	s.args = s.args[:0]
	return s.d.wrap(err)
}

// Ready ends the adding of lines.
func (s *Stage) Ready(ctx context.Context) error {
	if len(s.args) > 0 {
		if _, err := s.conn.ExecContext(ctx, insertLines(len(s.args)/7), s.args...); err != nil {
			return s.d.wrap(err)
		}
	}
	_, err := s.conn.ExecContext(ctx, `COMMIT; CREATE INDEX temp.line_recipient ON line (recipient, id, line)`)
	return s.d.wrap(err)
}

// Lines yields the lines of the file, in their order, as they are judged now.
func (s *Stage) Lines(ctx context.Context) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		rows, err := s.conn.QueryContext(ctx, `SELECT l.line, coalesce(l.recipient, ''), l.address, l.name, l.categories, l.language, l.fault,
				(SELECT line FROM line f WHERE f.recipient = l.recipient AND f.id < l.id ORDER BY f.id LIMIT 1),
				coalesce(s.reason, ''), s.since, coalesce(u.state, ''), u.since
			FROM line l LEFT JOIN suppression s ON s.recipient = l.recipient LEFT JOIN subscriber u ON u.newsletter = ? AND u.recipient = l.recipient
			WHERE l.line > 0 ORDER BY l.id`, s.newsletter)
		if err != nil {
			yield(Line{}, s.d.wrap(err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			l, err := scanLine(rows)
			if !yield(l, s.d.wrap(err)) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Line{}, s.d.wrap(err))
		}
	}
}

func scanLine(rows *sql.Rows) (Line, error) {
	var l Line
	var fault, reason string
	var first, suppressed, since sql.NullInt64
	var is subscriber.State
	err := rows.Scan(&l.Line, &l.Key, &l.Address.Address, &l.Address.Name, &l.Categories, &l.Language, &fault, &first, &reason, &suppressed, &is, &since)
	switch {
	case fault != "":
		l.Verdict, l.Detail = Malformed, fault
	case first.Int64 > 0:
		l.Verdict, l.Detail = Duplicate, fmt.Sprintf("as line %d", first.Int64)
	case suppressed.Valid:
		l.Verdict, l.Detail, l.Since = Suppressed, reason, time.UnixMilli(suppressed.Int64)
	case is == subscriber.Unsubscribed:
		l.Verdict, l.Detail, l.Since = Unsubscribed, "has left the list", time.UnixMilli(since.Int64)
	case is == subscriber.Pending && !first.Valid:
		l.Verdict, l.Detail = Duplicate, "has asked to join, and not confirmed it yet"
	case first.Valid || is != "":
		l.Verdict, l.Detail = Duplicate, "is on the list"
	default:
		l.Verdict = Accepted
	}
	return l, err
}

// Apply puts the accepted lines on the list that the database keeps, and returns
// how many they are. Whoever has left it or been suppressed by then stays so.
func (s *Stage) Apply(ctx context.Context) (int, error) {
	tx, err := s.conn.BeginTx(ctx, nil)
	if err != nil {
		return 0, s.d.wrap(err)
	}
	result, err := tx.ExecContext(ctx, `INSERT INTO subscriber (newsletter, recipient, address, name, categories, language, state, since)
		SELECT ?, recipient, address, name, categories, language, 'active', ? FROM line
		WHERE line > 0 AND fault = '' AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.recipient = line.recipient)
		ORDER BY recipient, id ON CONFLICT DO NOTHING`, s.newsletter, s.d.now().UnixMilli())
	if err != nil {
		return 0, errors.Join(s.d.wrap(err), rollback(tx))
	}
	n, err := result.RowsAffected()
	return int(n), errors.Join(err, s.d.wrap(tx.Commit()))
}

// Close forgets the lines.
func (s *Stage) Close() error {
	_, _ = s.conn.ExecContext(context.Background(), `ROLLBACK`) // if it was never ready
	_, err := s.conn.ExecContext(context.Background(), `DROP TABLE IF EXISTS temp.line`)
	if s.whole != nil {
		err = errors.Join(err, s.whole.Close())
	}
	return errors.Join(s.d.wrap(err), s.conn.Close())
}
