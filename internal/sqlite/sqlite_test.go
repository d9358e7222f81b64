package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"digest/internal/ledger"
	"digest/internal/ledger/ledgertest"
)

var ctx = context.Background()

func newDB(t testing.TB, path string) *DB {
	t.Helper()
	d, err := Open(ctx, path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func TestContract(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T) ledgertest.Ledger { return newDB(t, filepath.Join(t.TempDir(), "digest.db")) })
}

func TestOpenIsDurable(t *testing.T) {
	d := newDB(t, filepath.Join(t.TempDir(), "digest.db"))
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		if err := d.db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("PRAGMA %s = %q, %v, want %q", pragma, got, err, want)
		}
	}
}

func TestOpenKeepsTheLedgerPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "digest.db")
	newDB(t, path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the database = %v, %v, want 0600", info.Mode(), err)
	}
}

func TestOpenAnyName(t *testing.T) {
	for _, name := range []string{"a b.db", "50%.db", "what?.db", "#1.db", "ü.db", "x&mode=memory.db"} {
		path := filepath.Join(t.TempDir(), name)
		d := newDB(t, path)
		if err := d.Finish(ctx, "none"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Errorf("Open(%q) made another file: %v", name, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	made := func(t *testing.T, statements ...string) string {
		path := filepath.Join(t.TempDir(), "digest.db")
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for _, s := range statements {
			if _, err := db.Exec(s); err != nil {
				t.Fatal(err)
			}
		}
		return path
	}
	for _, c := range []struct {
		claim, says string
		path        func(t *testing.T) string
	}{
		{"a newer ledger", "a newer digest made it (schema 99, this one knows 4)", func(t *testing.T) string {
			return made(t, fmt.Sprintf("PRAGMA application_id=%d", application), "PRAGMA user_version=99", "CREATE TABLE edition (id)")
		}},
		{"another program's database", "another program's database", func(t *testing.T) string { return made(t, "CREATE TABLE places (url)") }},
		{"what is no database", "restore it from a backup", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "digest.db")
			if err := os.WriteFile(path, []byte(strings.Repeat("not a database. ", 500)), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}},
		{"a folder that is not there", "does not exist; make it", func(t *testing.T) string { return filepath.Join(t.TempDir(), "no", "digest.db") }},
		{"a folder in place of the file", "is a directory", func(t *testing.T) string { return t.TempDir() }},
	} {
		t.Run(c.claim, func(t *testing.T) {
			path := c.path(t)
			before, _ := os.ReadFile(path)
			if d, err := Open(ctx, path, time.Now); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("Open = %v, %v, want an error that says %q", d, err, c.says)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("Open changed what it refused")
			}
		})
	}
}

// A page in the middle is overwritten: reading it must fail, not be empty.
func TestDamageIsNoticed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "digest.db")
	d := newDB(t, path)
	run := ledger.Run{Edition: "weekly-1", Owner: 'a'}
	_, err := d.Open(ctx, ledger.Edition{ID: "weekly-1", Newsletter: "weekly", Content: []byte{}}, func(int) ([]byte, error) { return []byte{}, nil })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Plan(ctx, run, recipients(5000), ledger.Plan{}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 8 * 4096; i < len(data)-8*4096; i++ {
		data[i] = 0xA5
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	d, err = Open(ctx, path, time.Now)
	if err == nil {
		defer d.Close()
		_, err = d.Plan(ctx, run, recipients(5000), ledger.Plan{})
	}
	if err == nil || !strings.Contains(err.Error(), "restore it from a backup") {
		t.Errorf("a damaged ledger answers %v, want an error that says what to do", err)
	}
}

func TestOpenReadOnly(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "digest.db")
	if _, err := OpenReadOnly(ctx, path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("OpenReadOnly of none = %v, want fs.ErrNotExist", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("OpenReadOnly of none made %v", entries)
	}
	rw := newDB(t, path)
	if _, err := rw.Open(ctx, ledger.Edition{ID: "weekly-1", Newsletter: "weekly", Content: []byte{}}, func(int) ([]byte, error) { return []byte{}, nil }); err != nil {
		t.Fatal(err)
	}
	ro, err := OpenReadOnly(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer ro.Close()
	if n, _, err := ro.Newest(ctx, "weekly"); err != nil || n != 1 {
		t.Errorf("Newest beside a writer = %d, %v, want 1", n, err)
	}
	if _, err := ro.db.Exec("DELETE FROM edition"); err == nil {
		t.Error("a ledger that is open for reading was changed")
	}
}

func TestOpenReadOnlyLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "digest.db")
	if err := newDB(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := OpenReadOnly(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Editions(ctx, "weekly"); err != nil {
		t.Error(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the ledger are %v, %v, want nothing", entries, err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("reading the ledger changed it, %v", err)
	}
}

func TestTwoProcessesPlanTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "digest.db")
	a, b := newDB(t, path), newDB(t, path)
	if _, err := a.Open(ctx, ledger.Edition{ID: "weekly-1", Newsletter: "weekly", Content: []byte{}}, func(int) ([]byte, error) { return []byte{}, nil }); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 2)
	for owner, d := range map[int64]*DB{1: a, 2: b} {
		go func() {
			run := ledger.Run{Edition: "weekly-1", Owner: owner}
			_, err := d.Plan(ctx, run, recipients(300), ledger.Plan{})
			for err == nil {
				var claimed []ledger.Recipient
				if claimed, err = d.Claim(ctx, run, 10); len(claimed) == 0 {
					break
				}
				for _, r := range claimed {
					if err := d.Commit(ctx, run, r.ID); errors.Is(err, ledger.ErrLost) {
						continue // taken back by the other
					} else if err != nil {
						done <- err
						return
					}
					if err := d.Settle(ctx, run, ledger.Settlement{ID: r.ID, State: ledger.Sent}); err != nil {
						done <- err
						return
					}
				}
			}
			done <- err
		}()
	}
	lost := 0
	for range 2 {
		if err := <-done; errors.Is(err, ledger.ErrLost) {
			lost++ // to the one that planned last
		} else if err != nil {
			t.Error(err)
		}
	}
	if lost > 1 {
		t.Error("both have lost the edition to the other")
	}
	if err := errors.Join(a.Flush(ctx), b.Flush(ctx)); err != nil && !errors.Is(err, ledger.ErrLost) {
		t.Error(err)
	}
	var twice int
	if err := a.db.QueryRow("SELECT count(*) FROM delivery WHERE attempts > 1").Scan(&twice); err != nil || twice > 0 {
		t.Errorf("%d recipients were committed twice, %v", twice, err)
	}
	counts, err := a.Counts(ctx, "weekly-1")
	if err != nil || counts.Sent+counts.Unknown != 300 {
		t.Errorf("Counts = %+v, %v, want 300 sent, or unknown where the plans crossed", counts, err)
	}
}

func recipients(n int) func(func(ledger.Recipient, error) bool) {
	return func(yield func(ledger.Recipient, error) bool) {
		for i := range n {
			a := fmt.Sprintf("r%05d@example.org", i)
			if !yield(ledger.Recipient{Key: a, Address: a}, nil) {
				return
			}
		}
	}
}

// BenchmarkMessage is what a message costs in the ledger with 32 connections.
func BenchmarkMessage(b *testing.B) {
	d := newDB(b, filepath.Join(b.TempDir(), "digest.db"))
	run := ledger.Run{Edition: "weekly-1", Owner: 1}
	if _, err := d.Open(ctx, ledger.Edition{ID: "weekly-1", Newsletter: "weekly", Content: []byte{}}, func(int) ([]byte, error) { return []byte{}, nil }); err != nil {
		b.Fatal(err)
	}
	if _, err := d.Plan(ctx, run, recipients(b.N), ledger.Plan{}); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	queue := make(chan ledger.Recipient, 500)
	var group sync.WaitGroup
	for range 32 {
		group.Go(func() {
			for r := range queue {
				if err := errors.Join(d.Commit(ctx, run, r.ID), d.Settle(ctx, run, ledger.Settlement{ID: r.ID, State: ledger.Sent, Code: 250, Reply: "2.0.0 Ok"})); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for {
		claimed, err := d.Claim(ctx, run, 500)
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range claimed {
			queue <- r
		}
		if len(claimed) == 0 {
			break
		}
	}
	close(queue)
	group.Wait()
	if err := d.Flush(ctx); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkPlan(b *testing.B) {
	d := newDB(b, filepath.Join(b.TempDir(), "digest.db"))
	if _, err := d.Open(ctx, ledger.Edition{ID: "weekly-1", Newsletter: "weekly", Content: []byte{}}, func(int) ([]byte, error) { return []byte{}, nil }); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	if _, err := d.Plan(ctx, ledger.Run{Edition: "weekly-1", Owner: 1}, recipients(b.N), ledger.Plan{}); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkPlanChoices is BenchmarkPlan with 200 choices, as a list has them: in no
// order.
func BenchmarkPlanChoices(b *testing.B) {
	d := newDB(b, filepath.Join(b.TempDir(), "digest.db"))
	if _, err := d.Open(ctx, ledger.Edition{ID: "weekly-1", Newsletter: "weekly", Content: []byte{}}, func(int) ([]byte, error) { return []byte{}, nil }); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	list := func(yield func(ledger.Recipient, error) bool) {
		for r := range recipients(b.N) {
			n, _ := strconv.Atoi(r.Key[1:strings.IndexByte(r.Key, '@')])
			r.Choice = fmt.Sprint(n*7919%200, " de")
			if !yield(r, nil) {
				return
			}
		}
	}
	if _, err := d.Plan(ctx, ledger.Run{Edition: "weekly-1", Owner: 1}, list, ledger.Plan{}); err != nil {
		b.Fatal(err)
	}
}
