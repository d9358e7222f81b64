package sqlite

import (
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"digest/internal/ledger"
)

// claimed opens a ledger in which n recipients are claimed.
func claimed(t *testing.T, path string, n int) (*DB, ledger.Run, []ledger.Recipient) {
	t.Helper()
	d := newDB(t, path)
	run := ledger.Run{Edition: "weekly-1", Owner: 1}
	if _, err := d.Open(ctx, ledger.Edition{ID: "weekly-1", Newsletter: "weekly", Content: []byte{}}, func(int) ([]byte, error) { return []byte{}, nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Plan(ctx, run, recipients(n), ledger.Plan{}); err != nil {
		t.Fatal(err)
	}
	all, err := d.Claim(ctx, run, n)
	if err != nil || len(all) != n {
		t.Fatalf("Claim(%d) = %d, %v", n, len(all), err)
	}
	return d, run, all
}

// states are what another process finds in the database.
func states(t *testing.T, path string) ledger.Counts {
	t.Helper()
	d, err := OpenReadOnly(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	c, err := d.Counts(ctx, "weekly-1")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCommitBringsAllThatWasSettledBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "digest.db")
	d, run, all := claimed(t, path, 4)
	if err := d.Settle(ctx, run, ledger.Settlement{ID: all[0].ID, State: ledger.Sent}, ledger.Settlement{ID: all[1].ID, State: ledger.Deferred}); err != nil {
		t.Fatal(err)
	}
	if err := d.Commit(ctx, run, all[2].ID); err != nil {
		t.Fatal(err)
	}
	if got, want := states(t, path), (ledger.Counts{Sent: 1, Deferred: 1, Committing: 1, Claimed: 1}); got != want {
		t.Errorf("after Commit another process finds %+v, want %+v", got, want)
	}
	if err := errors.Join(d.Settle(ctx, run, ledger.Settlement{ID: all[2].ID, State: ledger.Sent}), d.Flush(ctx)); err != nil {
		t.Fatal(err)
	}
	if got, want := states(t, path), (ledger.Counts{Sent: 2, Deferred: 1, Claimed: 1}); got != want {
		t.Errorf("after Flush another process finds %+v, want %+v", got, want)
	}
}

func TestConnectionsShareATransaction(t *testing.T) {
	const n = 50
	d, run, all := claimed(t, filepath.Join(t.TempDir(), "digest.db"), n)
	busy, err := d.db.Conn(ctx) // nothing can be written while it is held
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	groups := map[*group]bool{}
	var waiting sync.WaitGroup
	for _, r := range all {
		g := d.writer.add(change{run, ledger.Settlement{ID: r.ID, State: ledger.Committing}})
		waiting.Go(func() {
			<-g.done
			mu.Lock()
			defer mu.Unlock()
			groups[g] = true
			if g.err != nil {
				t.Error(g.err)
			}
		})
	}
	if err := busy.Close(); err != nil {
		t.Fatal(err)
	}
	waiting.Wait()
	if len(groups) > 3 {
		t.Errorf("%d commits that came together took %d transactions, want at most 3", n, len(groups))
	}
	if c, err := d.Counts(ctx, run.Edition); err != nil || c.Committing != n {
		t.Errorf("Counts = %+v, %v, want %d committing", c, err, n)
	}
}

// Once a write has failed the ledger says no to every message, even if the next
// write would succeed.
func TestNothingIsWrittenAfterAFailure(t *testing.T) {
	path := filepath.Join(t.TempDir(), "digest.db")
	d, run, all := claimed(t, path, 3)
	if err := d.Commit(ctx, run, all[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := d.db.Exec("PRAGMA query_only=1"); err != nil {
		t.Fatal(err)
	}
	if err := d.Commit(ctx, run, all[1].ID); err == nil || !strings.Contains(err.Error(), "make the file and its folder writable") {
		t.Errorf("Commit into what is read-only = %v, want an error with a remedy", err)
	}
	if _, err := d.db.Exec("PRAGMA query_only=0"); err != nil {
		t.Fatal(err)
	}
	if err := d.Commit(ctx, run, all[2].ID); err == nil {
		t.Error("Commit after a failure = nil, want the failure again")
	}
	_ = d.Settle(ctx, run, ledger.Settlement{ID: all[0].ID, State: ledger.Sent})
	if err := d.Flush(ctx); err == nil {
		t.Error("Flush after a failure = nil, want the failure again")
	}
	if got, want := states(t, path), (ledger.Counts{Committing: 1, Claimed: 2}); got != want {
		t.Errorf("another process finds %+v, want %+v", got, want)
	}
	if err := d.Close(); err == nil {
		t.Error("Close after a failure = nil, want the failure")
	}
}

func TestFullDiskHasARemedy(t *testing.T) {
	d, run, _ := claimed(t, filepath.Join(t.TempDir(), "digest.db"), 3)
	if _, err := d.db.Exec("PRAGMA max_page_count=1"); err != nil { // it stays at what there is
		t.Fatal(err)
	}
	if _, err := d.Plan(ctx, run, recipients(5000), ledger.Plan{}); err == nil || !strings.Contains(err.Error(), "the disk is full: make room and run again, nothing is lost") {
		t.Errorf("Plan on a full disk = %v, want a remedy", err)
	}
	if c, err := d.Counts(ctx, run.Edition); err != nil || c.Total() != 3 {
		t.Errorf("Counts = %+v, %v, want the 3 as before", c, err)
	}
}
