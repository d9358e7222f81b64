// Package sqlite keeps the ledger, and the list if it is not a file, in an embedded
// database, one file.
//
// What it has answered for is durable: the database runs with a write-ahead
// log and synchronous=FULL, and refuses to run otherwise. With anything less a
// loss of power forgets mail that was sent.
//
// A database of a newer program, of another program, or a damaged one is
// refused and never made anew: an empty ledger would send everything again.
package sqlite

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed schema.sql
var schema string

const (
	// application marks the file as ours: "Dgst".
	application = 0x44677374
	// version is of schema.sql. A change of it comes with a migration.
	version = 4
)

// A DB is an open ledger. It is safe for concurrent use, and several processes
// may have it open.
type DB struct {
	db      *sql.DB
	path    string
	now     func() time.Time
	version int     // of its schema: an older one is read as it is
	writer  *writer // nil if it is open for reading only
	crowd   crowd
}

// Open opens the ledger at path for reading and writing and makes it if there
// is none, readable only by its owner. now is the clock of its records.
func Open(ctx context.Context, path string, now func() time.Time) (*DB, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("database: the folder %s does not exist; make it, or set database", filepath.Dir(path))
	}
	if err != nil {
		return nil, fmt.Errorf("database: %w; make it writable, or set database", err)
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	d, err := open(path, "&_txlock=immediate&_pragma=synchronous(FULL)&_pragma=secure_delete(1)", now)
	if err != nil {
		return nil, err
	}
	err = d.prepare(ctx)
	if err == nil {
		err = syncDir(filepath.Dir(path)) // SQLite does so too, and does not look at the answer
	}
	if err != nil {
		return nil, errors.Join(d.refuse(err), d.db.Close())
	}
	d.writer = newWriter(d)
	return d, nil
}

// syncDir makes the names in a folder durable, where there is a way to do so.
func syncDir(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return err
	}
	if err = dir.Sync(); errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		err = nil
	}
	return errors.Join(err, dir.Close())
}

// OpenReadOnly opens the ledger at path without changing it, and leaves no
// files behind. If there is none the error wraps [fs.ErrNotExist].
func OpenReadOnly(ctx context.Context, path string) (*DB, error) {
	return openAsIs(ctx, path, "&_pragma=query_only(1)")
}

// openAsIs opens a ledger of whatever version, if there is one.
func openAsIs(ctx context.Context, path, options string) (*DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	// Reading a database with a write-ahead log takes files beside it, which go
	// away only if they may. Who may not write there reads the database as it
	// is, unless somebody is writing.
	d, err := openQuery(ctx, path, "&mode=rw"+options)
	if _, statErr := os.Stat(path + "-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) && errors.Is(statErr, fs.ErrNotExist) {
		d, err = openQuery(ctx, path, "&mode=ro&immutable=1"+options)
	}
	return d, err
}

func openQuery(ctx context.Context, path, options string) (*DB, error) {
	d, err := open(path, options, nil)
	if err != nil {
		return nil, err
	}
	got, err := d.check(ctx)
	if err == nil && got == 0 {
		err = fmt.Errorf("%w: it is empty", fs.ErrNotExist)
	}
	if err != nil {
		return nil, errors.Join(d.refuse(err), d.db.Close())
	}
	d.version = got
	return d, nil
}

// refuse names the database in any error.
func (d *DB) refuse(err error) error {
	if err = d.wrap(err); errors.As(err, new(*dbError)) {
		return err
	}
	return &dbError{d.path, err, ""}
}

func open(path, options string, now func() time.Time) (*DB, error) {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)" + options
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	// SQLite has one writer; more connections would only wait for each other.
	db.SetMaxOpenConns(1)
	return &DB{db: db, path: path, now: now, version: version}, nil
}

// prepare makes the tables of a new ledger and refuses one that cannot be
// trusted.
func (d *DB) prepare(ctx context.Context) error {
	got, err := d.check(ctx) // before anything is changed
	if err != nil {
		return err
	}
	var journal string
	var synchronous int
	if err := d.db.QueryRowContext(ctx, "PRAGMA journal_mode=WAL").Scan(&journal); err != nil {
		return err
	}
	if err := d.db.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&synchronous); err != nil {
		return err
	}
	if journal != "wal" || synchronous != 2 {
		return fmt.Errorf("it cannot be made durable (journal %s, synchronous %d); put it on a local disk", journal, synchronous)
	}
	if got == version {
		return nil
	}
	return d.update(ctx, func(tx *sql.Tx) error {
		// Another process may have been here first.
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&got); err != nil || got == version {
			return err
		}
		_, err := tx.ExecContext(ctx, migration(got)+fmt.Sprintf("PRAGMA application_id=%d; PRAGMA user_version=%d;", application, version))
		return err
	})
}

// check returns the version of the schema; 0 is an empty file.
func (d *DB) check(ctx context.Context) (int, error) {
	var id, got, tables int
	if err := d.db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return 0, err
	}
	if err := d.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&got); err != nil {
		return 0, err
	}
	if err := d.db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return 0, err
	}
	switch {
	case id == 0 && got == 0 && tables == 0:
		return 0, nil
	case id != application:
		return 0, errors.New("it is another program's database; set database to a file of its own")
	case got > version:
		return 0, fmt.Errorf("a newer digest made it (schema %d, this one knows %d); run that one", got, version)
	}
	return got, nil
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	var one int
	return d.wrap(d.db.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM newsletter LIMIT 1)`).Scan(&one))
}

// update runs f in a transaction that holds the write lock from its start.
func (d *DB) update(ctx context.Context, f func(tx *sql.Tx) error) error {
	tx, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return d.wrap(err)
	}
	if err := f(tx); err != nil {
		return errors.Join(d.wrap(err), rollback(tx))
	}
	return d.wrap(tx.Commit())
}

func rollback(tx *sql.Tx) error {
	if err := tx.Rollback(); !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}

// wrap names the database in an error of SQLite, and what helps where that is
// known. Other errors are not the database's and stay as they are.
func (d *DB) wrap(err error) error {
	var named *dbError
	var fault *sqlite.Error
	if !errors.As(err, &fault) || errors.As(err, &named) {
		return err
	}
	hint := ""
	switch fault.Code() & 0xFF {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		hint = "it is damaged or no database: restore it from a backup; without it, mail that was sent would be sent again"
	case sqlite3.SQLITE_FULL:
		hint = "the disk is full: make room and run again, nothing is lost"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		hint = "make the file and its folder writable"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		hint = "another program holds it: wait for it and run again"
	case sqlite3.SQLITE_IOERR:
		hint = "the disk fails: look at the system's log before you run again"
	}
	return &dbError{d.path, err, hint}
}

type dbError struct {
	path string
	err  error
	hint string
}

func (e *dbError) Error() string {
	if e.hint == "" {
		return fmt.Sprintf("database %s: %v", e.path, e.err)
	}
	return fmt.Sprintf("database %s: %v; %s", e.path, e.err, e.hint)
}

func (e *dbError) Unwrap() error { return e.err }

// Close closes the database, after all that was settled is on disk, and the log
// written back into it: SQLite would do that too, and hide it if it fails.
func (d *DB) Close() error {
	if d.writer == nil {
		return d.db.Close()
	}
	d.crowd.group.Wait()
	err := d.writer.close()
	if err == nil {
		_, err = d.db.Exec("PRAGMA wal_checkpoint")
	}
	return errors.Join(d.wrap(err), d.db.Close())
}
