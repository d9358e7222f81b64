package sqlite

import (
	"database/sql"
	_ "embed"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"digest/internal/ledger"
)

// schema1 is what the first version made.
//
//go:embed testdata/schema1.sql
var schema1 string

func TestMigrationFromVersion1(t *testing.T) {
	path := filepath.Join(t.TempDir(), "digest.db")
	old, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		"PRAGMA journal_mode=WAL", schema1, "PRAGMA application_id=1147630452", "PRAGMA user_version=1",
		`INSERT INTO edition VALUES ('weekly-1', 'weekly', 1, '2026-11-13T00:00:00Z', '2026-11-20T00:00:00Z', '2026-11-20T00:00:00Z', x'7b7d', x'64', '2026-11-20T08:00:00Z', NULL)`,
		`INSERT INTO delivery VALUES ('weekly-1', 'a@x.org', 'A@x.org', 'Ada', 'sent', 1, 'owner', 1, 250, 'ok', 7), ('weekly-1', 'b@x.org', 'b@x.org', '', 'pending', 1, '', 0, 0, '', 7),
			('weekly-1', 'c@x.org', 'c@x.org', '', 'committing', 1, 'owner', 0, 0, '', 7), ('weekly-1', 'd@x.org', 'd@x.org', '', 'deferred', 1, 'owner', 2, 451, 'later', 7)`,
		`INSERT INTO suppression VALUES ('e@x.org', 'e@x.org', 'no such user', 7)`,
	} {
		if _, err := old.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	if application != 1147630452 {
		t.Fatalf("application = %d", application)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := ledger.Counts{Sent: 1, Pending: 1, Committing: 1, Deferred: 1}
	if got := states(t, path); got != want {
		t.Errorf("read as it is = %+v, want %+v", got, want)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("reading an old ledger changed it, %v", err)
	}

	for range 2 { // the second time there is nothing to do
		d := newDB(t, path)
		if got, err := d.Counts(ctx, "weekly-1"); err != nil || got != want {
			t.Errorf("Counts = %+v, %v, want %+v", got, err, want)
		}
		for e, err := range d.Entries(ctx, "weekly-1", ledger.Sent) {
			if err != nil || e.Key != "a@x.org" || e.Address != "A@x.org" || e.Name != "Ada" || e.Attempts != 1 || e.Code != 250 || e.Reply != "ok" || e.Changed.UnixMilli() != 7 {
				t.Errorf("Entries = %+v, %v, want it as it was", e, err)
			}
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	d := newDB(t, path)
	run := ledger.Run{Edition: "weekly-1", Owner: 1}
	if got, err := d.Plan(ctx, run, recipients(0), ledger.Plan{AllowShrunk: true}); err != nil || got.Sent != 1 || got.Unknown != 1 {
		t.Errorf("Plan = %+v, %v, want 1 sent and 1 unknown", got, err)
	}
	if gone, err := d.Suppressed(ctx, "e@x.org"); err != nil || !gone {
		t.Errorf("Suppressed = %v, %v, want true", gone, err)
	}
	fresh := newDB(t, filepath.Join(t.TempDir(), "digest.db"))
	if got, want := tables(t, d), tables(t, fresh); got != want {
		t.Errorf("the tables are\n%s\nwant those of a new ledger\n%s", got, want)
	}
}

var comment = regexp.MustCompile(`--.*`)

// tables is the schema as the database tells it, without comments and line breaks.
func tables(t *testing.T, d *DB) (all string) {
	t.Helper()
	rows, err := d.db.Query("SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all += strings.Join(strings.Fields(comment.ReplaceAllString(s, "")), " ") + "\n"
	}
	return all
}

// schema2 is what the second version made.
//
//go:embed testdata/schema2.sql
var schema2 string

func TestMigrationFromVersion2(t *testing.T) {
	path := filepath.Join(t.TempDir(), "digest.db")
	old, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		"PRAGMA journal_mode=WAL", schema2, "PRAGMA application_id=1147630452", "PRAGMA user_version=2",
		`INSERT INTO edition VALUES
			('weekly-1', 'weekly', 1, '2026-11-06T00:00:00-05:00', '2026-11-13T00:00:00-05:00', '2026-11-13T00:00:00Z', x'7b7d', x'64', '2026-11-13T08:00:00Z', NULL, 1),
			('weekly-2', 'weekly', 2, '2026-11-13T00:00:00-05:00', '2026-11-20T00:00:00-05:00', '2026-11-20T00:00:00Z', x'7b7d', x'64', '2026-11-20T08:00:00Z', NULL, 1)`,
		`INSERT INTO featured VALUES ('weekly', 'example.org/a', 'weekly-1', 0, 'https://example.org/a', 'A')`,
	} {
		if _, err := old.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	check := func(d *DB) {
		t.Helper()
		m, err := d.Memory(ctx, "weekly", time.Time{})
		if err != nil || len(m.Closed) != 2 || len(m.Featured) != 1 || len(m.Passed) != 0 || !m.Since.Equal(m.Closed[1].End) {
			t.Errorf("Memory = %+v, %v, want two windows, and since the end of the last", m, err)
		}
		if n, err := d.Number(ctx, "weekly", "weekly-3"); err != nil || n != 3 {
			t.Errorf("Number = %d, %v, want 3", n, err)
		}
	}
	ro, err := OpenReadOnly(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	check(ro)
	if err := ro.Close(); err != nil {
		t.Fatal(err)
	}
	d := newDB(t, path)
	check(d)
	if n, id, err := d.Newest(ctx, "weekly"); err != nil || n != 2 || id != "weekly-2" {
		t.Errorf("Newest = %d, %s, %v, want 2, weekly-2", n, id, err)
	}
	fresh := newDB(t, filepath.Join(t.TempDir(), "digest.db"))
	if got, want := tables(t, d), tables(t, fresh); got != want {
		t.Errorf("the tables are\n%s\nwant those of a new ledger\n%s", got, want)
	}
}

// schema3 is what the third version made.
//
//go:embed testdata/schema3.sql
var schema3 string

func TestMigrationFromVersion3(t *testing.T) {
	path := filepath.Join(t.TempDir(), "digest.db")
	old, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		"PRAGMA journal_mode=WAL", schema3, "PRAGMA application_id=1147630452", "PRAGMA user_version=3",
		`INSERT INTO edition (id, newsletter, number, window_start, window_end, date, content, draft, opened) VALUES
			('weekly-1', 'weekly', 1, '2026-11-06T00:00:00Z', '2026-11-13T00:00:00Z', '2026-11-13T00:00:00Z', x'7b7d', x'64', '2026-11-13T08:00:00Z')`,
		`INSERT INTO delivery (edition, recipient, address, name, state, listed, changed) VALUES ('weekly-1', 'a@x.org', 'a@x.org', '', 'pending', 1, 7)`,
	} {
		if _, err := old.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := states(t, path), (ledger.Counts{Pending: 1}); got != want {
		t.Errorf("read as it is = %+v, want %+v", got, want)
	}
	d := newDB(t, path)
	run := ledger.Run{Edition: "weekly-1", Owner: 1}
	if _, err := d.Plan(ctx, run, recipients(1), ledger.Plan{}); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Claim(ctx, run, 9); err != nil || len(got) != 1 {
		t.Errorf("Claim = %+v, %v, want one", got, err)
	}
	fresh := newDB(t, filepath.Join(t.TempDir(), "digest.db"))
	if got, want := tables(t, d), tables(t, fresh); got != want {
		t.Errorf("the tables are\n%s\nwant those of a new ledger\n%s", got, want)
	}
}
