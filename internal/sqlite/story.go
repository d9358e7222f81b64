package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"digest/internal/ledger"
)

// Story is all that is known of a recipient of a newsletter, the oldest first.
func (d *DB) Story(ctx context.Context, newsletter, key string) (story []ledger.Event, _ error) {
	number := `''`
	if d.version >= 2 { // as logs and return paths name it
		number = `' (delivery ' || d.id || ')'`
	}
	for _, part := range []struct {
		since int // the schema that has it
		what  string
		query string // when, edition, more of what, code, detail
	}{
		{1, "", `SELECT d.changed, e.id, d.state, d.code, iif(d.state = 'empty', 'of what they chose there is nothing in it', d.reply) || ` + number + ` FROM edition e JOIN delivery d ON d.edition = e.id AND d.recipient = ?2 WHERE e.newsletter = ?1`},
		{1, "suppressed", `SELECT since, '', '', 0, reason FROM suppression WHERE ?1 <> '' AND recipient = ?2`},
		{3, "came back: ", `SELECT b.since, b.edition, b.kind, 0, b.status || ' ' || b.reply FROM bounce b JOIN edition e ON e.id = b.edition
			WHERE e.newsletter = ?1 AND b.recipient = ?2`},
		{3, "", `SELECT since, '', state, 0, 'in the list of the database' FROM subscriber WHERE newsletter = ?1 AND recipient = ?2`},
		{4, "", `SELECT since, '', what, 0, detail FROM event WHERE newsletter IN (?1, '') AND recipient = ?2`},
	} {
		if d.version < part.since {
			continue
		}
		err := d.each(ctx, part.query, func(rows *sql.Rows) error {
			e := ledger.Event{}
			var at int64
			var what string
			var code int
			err := rows.Scan(&at, &e.Edition, &what, &code, &e.Detail)
			if code > 0 {
				e.Detail = fmt.Sprintf("%d %s", code, e.Detail)
			}
			e.At, e.What = time.UnixMilli(at), part.what+what
			story = append(story, e)
			return err
		}, newsletter, key)
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(story, func(a, b ledger.Event) int { return a.At.Compare(b.At) })
	return story, nil
}
