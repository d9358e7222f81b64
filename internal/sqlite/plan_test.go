package sqlite

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"digest/internal/ledger"
	"digest/internal/subscriber"
)

// tagged are recipients with tags in no order, as they have in a list.
func tagged(n int) iter.Seq2[ledger.Recipient, error] {
	return func(yield func(ledger.Recipient, error) bool) {
		for r := range recipients(n) {
			i, _ := strconv.Atoi(r.Key[1 : len(r.Key)-len("@example.org")])
			r.Tag = int64(i)*2654435761%1_000_000_007 + 1
			if !yield(r, nil) {
				return
			}
		}
	}
}

func opened(t testing.TB, d *DB, id string) ledger.Run {
	t.Helper()
	if _, err := d.Open(ctx, ledger.Edition{ID: id, Newsletter: "weekly", Content: []byte{}}, func(int) ([]byte, error) { return []byte{}, nil }); err != nil {
		t.Fatal(err)
	}
	return ledger.Run{Edition: id, Owner: 1}
}

// leaving has readers leave, from another process as it were, until it is told to stop.
// It returns who left, and the longest that one of them had to wait.
func leaving(t *testing.T, path string, first, n int, stop <-chan struct{}) (left []string, longest time.Duration) {
	d := newDB(t, path)
	for i := first; ; i = (i + 7919*2) % n {
		select {
		case <-stop:
			return left, longest
		default:
		}
		key := fmt.Sprintf("r%05d@example.org", i)
		started := time.Now()
		was, err := d.Leave(ctx, "weekly", subscriber.Subscriber{Key: key})
		if longest = max(longest, time.Since(started)); err != nil {
			t.Errorf("Leave of %s while an edition is planned = %v", key, err)
			return left, longest
		}
		if was == subscriber.Unsubscribed {
			return left, longest
		}
		left = append(left, key)
		time.Sleep(time.Millisecond)
	}
}

// Who leaves while an edition is planned is recorded at once, and gets nothing of it:
// neither when it is planned for the first time nor when it is planned again.
// DIGEST_PLAN sets how many are planned.
func TestLeaveWhileAnEditionIsPlanned(t *testing.T) {
	n := 30_000
	if of, err := strconv.Atoi(os.Getenv("DIGEST_PLAN")); err == nil {
		n = of
	}
	path := filepath.Join(t.TempDir(), "digest.db")
	d := newDB(t, path)
	run := opened(t, d, "weekly-1")
	gone := map[string]bool{}
	for first, which := range []string{"first", "second"} { // of them the even leave, and then the odd
		stop, done := make(chan struct{}), make(chan struct{})
		var left []string
		var longest time.Duration
		go func() {
			defer close(done)
			left, longest = leaving(t, path, first, n, stop)
		}()
		started := time.Now()
		counts, err := d.Plan(ctx, run, tagged(n), ledger.Plan{})
		took := time.Since(started)
		close(stop)
		<-done
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("the %s plan of %d took %v; %d left meanwhile, and waited for %v at the most", which, n, took, len(left), longest)
		for _, key := range left {
			gone[key] = true
		}
		if len(left) == 0 || counts.Pending < n-len(gone) || counts.Pending > n {
			t.Errorf("Plan = %+v while %d of %d have left", counts, len(gone), n)
		}
		var listed int
		if err := d.db.QueryRow(`SELECT count(*) FROM delivery WHERE listed = 1 AND recipient IN (SELECT recipient FROM subscriber WHERE state = 'unsubscribed')`).Scan(&listed); err != nil || listed > 0 {
			t.Errorf("%d who have left are listed, %v", listed, err)
		}
	}
	claimed := 0
	for {
		some, err := d.Claim(ctx, run, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		if len(some) == 0 {
			break
		}
		claimed += len(some)
		for _, r := range some {
			if gone[r.Key] {
				t.Errorf("Claim gave %s, who has left", r.Key)
			}
		}
	}
	if claimed != n-len(gone) {
		t.Errorf("Claim gave %d, want all %d who have not left", claimed, n-len(gone))
	}
}

// Whose data was erased is not listed again by a list that has them: neither for the
// edition nor as a reader.
func TestPlanKnowsWhoIsErased(t *testing.T) {
	d, run := planned(t, 3)
	for _, s := range []string{
		`UPDATE delivery SET recipient = 'erased 101', address = '', name = '', listed = 0, state = 'sent' WHERE recipient = '` + recipient(1).Key + `'`,
		`DELETE FROM reader WHERE tag = 101`,
	} {
		if _, err := d.db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	plan(t, d, run.Edition, 3)
	if counts, err := d.Counts(ctx, run.Edition); err != nil || counts != (ledger.Counts{Pending: 2, Sent: 1}) {
		t.Errorf("Counts = %+v, %v, want 2 pending, and the one who was erased", counts, err)
	}
	if all, err := d.Readers(ctx, "weekly", 101); err != nil || len(all) > 0 {
		t.Errorf("Readers = %+v, %v, want that nobody is known who was erased", all, err)
	}
	plan(t, d, "weekly-2", 3)
	if counts, err := d.Counts(ctx, "weekly-2"); err != nil || counts.Pending != 3 {
		t.Errorf("Counts of the next edition = %+v, %v, want 3 pending", counts, err)
	}
}

// deliveries are all that is known of the recipients.
func deliveries(t *testing.T, d *DB) (all []string) {
	t.Helper()
	rows, err := d.db.Query(`SELECT concat_ws(' ', d.id, recipient, address, name, state, listed, d.owner, attempts, reply, due, choice, finished IS NULL) FROM delivery d JOIN edition e ON e.id = d.edition ORDER BY d.id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// A plan that ends in the middle lets nobody be claimed, leaves no temporary tables
// behind, and the next one makes what it would have made. The list has not shrunk since.
func TestPlanEndsInTheMiddle(t *testing.T) {
	const n = 20_000
	whole := newDB(t, filepath.Join(t.TempDir(), "digest.db"))
	run := opened(t, whole, "weekly-1")
	if _, err := whole.Plan(ctx, run, tagged(n), ledger.Plan{}); err != nil {
		t.Fatal(err)
	}
	d := newDB(t, filepath.Join(t.TempDir(), "digest.db"))
	opened(t, d, "weekly-1")
	ended, cancel := context.WithCancel(ctx)
	list := func(yield func(ledger.Recipient, error) bool) {
		cancel()
		tagged(n)(yield)
	}
	if _, err := d.Plan(ended, run, list, ledger.Plan{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Plan that is cancelled = %v, want %v", err, context.Canceled)
	}
	if _, err := d.db.Exec(`CREATE TRIGGER fault BEFORE INSERT ON delivery WHEN new.recipient = 'r15000@example.org' BEGIN SELECT RAISE(ABORT, 'a fault'); END`); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Plan(ctx, run, tagged(n), ledger.Plan{}); err == nil || !strings.Contains(err.Error(), "a fault") {
		t.Fatalf("Plan = %v, want the database's fault", err)
	}
	if _, err := d.db.Exec(`DROP TRIGGER fault`); err != nil {
		t.Fatal(err)
	}
	if some := len(deliveries(t, d)); some == 0 || some == n {
		t.Errorf("it has planned %d of %d, want some", some, n)
	}
	if claimed, err := d.Claim(ctx, run, 1); !errors.Is(err, ledger.ErrLost) {
		t.Errorf("Claim = %v, %v, want %v", claimed, err, ledger.ErrLost)
	}
	var tables int
	if err := d.db.QueryRow(`SELECT count(*) FROM temp.sqlite_schema`).Scan(&tables); err != nil || tables > 0 {
		t.Errorf("%d temporary tables are left, %v", tables, err)
	}
	if _, err := d.Plan(ctx, run, tagged(n), ledger.Plan{}); err != nil {
		t.Fatal(err)
	}
	if got, want := deliveries(t, d), deliveries(t, whole); !slices.Equal(got, want) {
		t.Errorf("planned again it has %d recipients, and they are not the %d that it would have", len(got), len(want))
	}
}

// A plan that was not made to its end does not hide that the list has shrunk.
func TestPlanInPartIsNoList(t *testing.T) {
	d, run := planned(t, 10)
	next := opened(t, d, "weekly-2")
	if _, err := d.Plan(ctx, next, recipients(5), ledger.Plan{}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ owner, was int }{{1, 5}, {-1, 10}} {
		if _, err := d.db.Exec(`UPDATE edition SET owner = ? WHERE id = ?`, tt.owner, next.Edition); err != nil {
			t.Fatal(err)
		}
		if was, err := d.Listed(ctx, "weekly"); err != nil || was != tt.was {
			t.Errorf("Listed = %d, %v, want %d", was, err, tt.was)
		}
		before := deliveries(t, d)
		var shrunk *ledger.ShrunkError
		if _, err := d.Plan(ctx, next, recipients(2), ledger.Plan{}); !errors.As(err, &shrunk) || shrunk.Was != tt.was || shrunk.Is != 2 {
			t.Errorf("Plan of 2 = %v, want a ShrunkError of %d and 2", err, tt.was)
		}
		if !slices.Equal(deliveries(t, d), before) {
			t.Error("a list that was refused has changed something")
		}
	}
	if _, err := d.Claim(ctx, run, 1); err != nil {
		t.Errorf("Claim of the edition before = %v", err)
	}
}

// A run that plans loses the edition to one that begins after it.
func TestPlanIsLost(t *testing.T) {
	path := filepath.Join(t.TempDir(), "digest.db")
	a, b := newDB(t, path), newDB(t, path)
	first := opened(t, a, "weekly-1")
	second := ledger.Run{Edition: "weekly-1", Owner: 2}
	conn, err := a.db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	p := &planner{conn: conn, run: first, turn: time.NewTicker(planTurn)}
	if err := errors.Join(p.stage(ctx, tagged(50)), p.begin(ctx, ledger.Plan{})); err != nil {
		t.Fatal(err)
	}
	counts, err := b.Plan(ctx, second, recipients(10), ledger.Plan{AllowShrunk: true})
	if err != nil || counts != (ledger.Counts{Pending: 10}) {
		t.Errorf("Plan = %+v, %v, want the 10 of the list", counts, err)
	}
	if err := p.enlist(ctx); !errors.Is(err, ledger.ErrLost) {
		t.Errorf("the other run goes on: %v, want %v", err, ledger.ErrLost)
	}
	if err := p.close(); err != nil {
		t.Error(err)
	}
	if counts, err := b.Counts(ctx, "weekly-1"); err != nil || counts != (ledger.Counts{Pending: 10}) {
		t.Errorf("Counts = %+v, %v, want the 10 of the list", counts, err)
	}
}
