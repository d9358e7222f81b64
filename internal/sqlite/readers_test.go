package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"digest/internal/ledger"
	"digest/internal/subscriber"
)

// planned is a ledger with an edition on its way to recipients 0 to n-1, whose tags
// are 100 and more.
func planned(t *testing.T, n int) (*DB, ledger.Run) {
	t.Helper()
	d := newDB(t, filepath.Join(t.TempDir(), "digest.db"))
	return d, plan(t, d, "weekly-1", n)
}

func plan(t *testing.T, d *DB, edition string, n int) ledger.Run {
	t.Helper()
	e := ledger.Edition{ID: edition, Newsletter: "weekly", Content: []byte("{}")}
	if _, err := d.Open(ctx, e, func(int) ([]byte, error) { return []byte("{}"), nil }); err != nil {
		t.Fatal(err)
	}
	run := ledger.Run{Edition: edition, Owner: 7}
	tagged := func(yield func(ledger.Recipient, error) bool) {
		for i := range n {
			r := recipient(i)
			r.Tag = int64(100 + i)
			if !yield(r, nil) {
				return
			}
		}
	}
	if _, err := d.Plan(ctx, run, tagged, ledger.Plan{AllowShrunk: true}); err != nil {
		t.Fatal(err)
	}
	return run
}

func TestPlanKnowsReadersByTheirTags(t *testing.T) {
	d, _ := planned(t, 3)
	plan(t, d, "weekly-2", 2)
	for tag, want := range map[int64]string{100: recipient(0).Key, 102: recipient(2).Key, 103: ""} {
		all, err := d.Readers(ctx, "weekly", tag)
		got := ""
		for _, s := range all {
			got += s.Key
		}
		if err != nil || got != want {
			t.Errorf("Readers(%d) = %q, %v, want %q", tag, got, err, want)
		}
	}
	if all, err := d.Readers(ctx, "daily", 100); err != nil || len(all) > 0 {
		t.Errorf("Readers of another newsletter = %v, %v", all, err)
	}
}

func reader(i int) subscriber.Subscriber {
	s := subscriber.Subscriber{Key: recipient(i).Key}
	s.Address.Address = recipient(i).Address
	return s
}

// Who leaves gets nothing more of an edition that is on its way, wherever it is.
func TestLeaveDuringARun(t *testing.T) {
	d, run := planned(t, 4)
	claimed, err := d.Claim(ctx, run, 2)
	if err != nil || len(claimed) != 2 {
		t.Fatalf("Claim = %v, %v", claimed, err)
	}
	for _, i := range []int{0, 2} { // claimed, and not
		for _, want := range []subscriber.State{"", subscriber.Unsubscribed} {
			if was, err := d.Leave(ctx, "weekly", reader(i)); err != nil || was != want {
				t.Errorf("Leave = %q, %v, want %q", was, err, want)
			}
		}
	}
	if err := d.Commit(ctx, run, claimed[0].ID); !errors.Is(err, ledger.ErrLeft) {
		t.Errorf("Commit of somebody who has left = %v, want %v", err, ledger.ErrLeft)
	}
	if err := d.Commit(ctx, run, claimed[0].ID); !errors.Is(err, ledger.ErrLost) {
		t.Errorf("Commit once more = %v, want %v", err, ledger.ErrLost)
	}
	if err := d.Commit(ctx, run, claimed[1].ID); err != nil {
		t.Errorf("Commit of somebody who has not left = %v", err)
	}
	if rest, err := d.Claim(ctx, run, 9); err != nil || len(rest) != 1 || rest[0].Key != recipient(3).Key {
		t.Errorf("Claim = %v, %v, want the last one alone", rest, err)
	}
	if counts, err := d.Counts(ctx, run.Edition); err != nil || counts != (ledger.Counts{Committing: 1, Claimed: 1}) {
		t.Errorf("Counts = %+v, %v", counts, err)
	}
	plan(t, d, "weekly-2", 4)
	if counts, err := d.Counts(ctx, "weekly-2"); err != nil || counts.Pending != 2 {
		t.Errorf("Counts of the next edition = %+v, %v, want 2 pending", counts, err)
	}
}

func TestReturn(t *testing.T) {
	for _, kept := range []bool{true, false} {
		t.Run(fmt.Sprint("kept ", kept), func(t *testing.T) {
			d, run := planned(t, 1)
			want := subscriber.State("")
			if kept {
				want = subscriber.Active
				if _, err := d.Subscribe(ctx, "weekly", reader(0).With("design", "de")); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				if _, err := d.Leave(ctx, "weekly", reader(0)); err != nil {
					t.Fatal(err)
				}
				if rest, err := d.Claim(ctx, run, 1); err != nil || len(rest) > 0 {
					t.Fatalf("Claim = %v, %v, want nobody", rest, err)
				}
				for _, was := range []subscriber.State{subscriber.Unsubscribed, want} {
					if got, err := d.Return(ctx, "weekly", reader(0).Key, kept); err != nil || got != was {
						t.Fatalf("Return = %q, %v, want %q", got, err, was)
					}
				}
			}
			if is, err := d.State(ctx, "weekly", reader(0).Key); err != nil || is != want {
				t.Errorf("State = %q, %v, want %q", is, err, want)
			}
			if rest, err := d.Claim(ctx, run, 1); err != nil || len(rest) != 1 {
				t.Errorf("Claim = %v, %v, want them", rest, err)
			}
			if all, err := d.Readers(ctx, "weekly", 100); err != nil || len(all) != 1 || kept && all[0].Categories != "design" {
				t.Errorf("Readers = %+v, %v, want their choice kept", all, err)
			}
			if was, err := d.Return(ctx, "weekly", "stranger@x.org", true); err != nil || was != "" {
				t.Errorf("Return of a stranger = %q, %v", was, err)
			}
		})
	}
}

func TestErase(t *testing.T) {
	d, run := planned(t, 2)
	secret := reader(0).Address.Address
	if _, err := d.Subscribe(ctx, "weekly", reader(0).With("design", "de")); err != nil {
		t.Fatal(err)
	}
	if err := d.Ask(ctx, "weekly", subscriber.DataRequest, reader(0)); err != nil {
		t.Fatal(err)
	}
	claimed, err := d.Claim(ctx, run, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Bounce(ctx, ledger.Delivery{Newsletter: "weekly", Edition: run.Edition, Number: 1, Key: reader(0).Key, Address: secret}, ledger.Bounce{Message: "x", Kind: "soft"}, 9); err != nil {
		t.Fatal(err)
	}
	if err := d.Erase(ctx, "weekly", reader(0).Key, 100); err != nil {
		t.Fatal(err)
	}
	if err := d.Commit(ctx, run, claimed[0].ID); !errors.Is(err, ledger.ErrLeft) {
		t.Errorf("Commit of somebody who is erased = %v, want %v", err, ledger.ErrLeft)
	}
	// The reply to a message that was on its way says who they were.
	if err := errors.Join(d.Settle(ctx, run, ledger.Settlement{ID: claimed[0].ID, State: ledger.Rejected, Reply: secret + " is unknown", Suppress: true}), d.Flush(ctx)); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"subscriber", "reader", "request", "bounce", "event", "delivery"} {
		rows, err := d.db.Query("SELECT recipient FROM "+table+" WHERE recipient LIKE ?1 OR recipient = ?2", secret, reader(0).Key)
		if err != nil {
			t.Fatal(err)
		}
		if rows.Next() {
			t.Errorf("they are still in %s", table)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if rest, err := d.Claim(ctx, run, 9); err != nil || len(rest) != 1 || rest[0].Key != recipient(1).Key {
		t.Errorf("Claim = %v, %v, want the other one", rest, err)
	}
	files, err := filepath.Glob(d.path + "*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		if data, err := os.ReadFile(name); err != nil || bytes.Contains(data, []byte(secret)) {
			t.Errorf("%s has the address of who was erased, %v", filepath.Base(name), err)
		}
	}
}

// Many at once share transactions, and a fault of one is not that of another.
func TestTogether(t *testing.T) {
	d, _ := planned(t, 200)
	var group sync.WaitGroup
	faults := make([]error, 200)
	for i := range 200 {
		group.Go(func() {
			if i%2 == 0 {
				_, faults[i] = d.Leave(ctx, "weekly", reader(i))
				return
			}
			bad := reader(i)
			bad.Categories = subscriber.Categories(strings.Repeat("x", 10))
			faults[i] = d.Ask(ctx, "weekly", "join", bad)
		})
	}
	group.Wait()
	if err := errors.Join(faults...); err != nil {
		t.Error(err)
	}
	left := 0
	for _, s := range list(t, d, "weekly") {
		if strings.HasSuffix(s, " unsubscribed") {
			left++
		}
	}
	if waiting, err := d.Waiting(ctx, "weekly", 1000); err != nil || len(waiting) != 100 || left != 100 {
		t.Errorf("%d left and %d wait, %v, want 100 of each", left, len(waiting), err)
	}
}

func TestRequests(t *testing.T) {
	clock := time.UnixMilli(1_000_000_000)
	d, err := Open(ctx, filepath.Join(t.TempDir(), "digest.db"), func() time.Time { return clock })
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	waiting := func(want int) []subscriber.Request {
		t.Helper()
		all, err := d.Waiting(ctx, "weekly", 10)
		if err != nil || len(all) != want {
			t.Fatalf("Waiting = %+v, %v, want %d", all, err, want)
		}
		return all
	}
	ask := func(s subscriber.Subscriber) {
		t.Helper()
		if err := d.Ask(ctx, "weekly", subscriber.JoinRequest, s); err != nil {
			t.Fatal(err)
		}
	}
	ada := somebody(t, "Ada@x.org", "Ada")
	if listed, err := d.Confirm(ctx, "weekly", ada.Key); err != nil || listed {
		t.Errorf("Confirm of nothing = %v, %v", listed, err)
	}
	ask(ada.With("web", ""))
	ask(ada.With("design", "de"))
	first := waiting(1)[0]
	if first.Subscriber != ada.With("design", "de") || first.Kind != subscriber.JoinRequest || !first.Since.Equal(clock) {
		t.Errorf("Waiting = %+v, want the last wish", first)
	}
	for mails := 1; mails <= 3; mails++ {
		if _, err := d.Answer(ctx, "weekly", first, 5); err != nil {
			t.Fatal(err)
		}
		ask(ada.With("design", "de"))
		waiting(0) // the mail is on its way
		clock = clock.Add(requestPause + time.Second)
		ask(ada.With("design", "de"))
		if mails < 3 {
			waiting(1)
		}
	}
	waiting(0) // enough is enough
	for range 2 {
		if err := d.Postpone(ctx, "weekly", first); err != nil {
			t.Fatal(err)
		}
		waiting(0)
		clock = clock.Add(5*time.Minute<<2 - time.Second)
		waiting(0)
		clock = clock.Add(time.Second)
		waiting(1)
	}
	if mine, err := d.Answer(ctx, "weekly", first, 5); err != nil || !mine {
		t.Errorf("Answer = %v, %v, want true", mine, err)
	}
	if mine, err := d.Answer(ctx, "weekly", first, 5); err != nil || mine {
		t.Errorf("Answer by another server = %v, %v, want false", mine, err)
	}
	if listed, err := d.Confirm(ctx, "daily", ada.Key); err != nil || listed {
		t.Errorf("Confirm for another newsletter = %v, %v", listed, err)
	}
	for range 2 {
		if listed, err := d.Confirm(ctx, "weekly", ada.Key); err != nil || !listed {
			t.Errorf("Confirm = %v, %v, want true", listed, err)
		}
	}
	if all, err := d.Readers(ctx, "weekly", 5); err != nil || len(all) != 1 || all[0] != ada.With("design", "de") {
		t.Errorf("Readers = %+v, %v", all, err)
	}
	if _, err := d.Leave(ctx, "weekly", ada); err != nil {
		t.Fatal(err)
	}
	if listed, err := d.Confirm(ctx, "weekly", ada.Key); err != nil || listed {
		t.Errorf("Confirm after leaving, without asking again = %v, %v, want false", listed, err)
	}
	ask(ada)
	if listed, err := d.Confirm(ctx, "weekly", ada.Key); err != nil || !listed {
		t.Errorf("Confirm after asking again = %v, %v, want true", listed, err)
	}

	bo := somebody(t, "bo@x.org", "")
	ask(bo)
	if _, err := d.Answer(ctx, "weekly", waiting(1)[0], 6); err != nil {
		t.Fatal(err)
	}
	if got, want := list(t, d, "weekly"), []string{"ada@x.org active", "bo@x.org pending"}; !slices.Equal(got, want) {
		t.Errorf("Subscribers = %q, want %q", got, want)
	}
	clock = clock.Add(RequestLife + time.Second)
	if listed, err := d.Confirm(ctx, "weekly", bo.Key); err != nil || listed {
		t.Errorf("Confirm after its time = %v, %v, want false", listed, err)
	}
	ask(bo)
	clock = clock.Add(RequestLife + time.Second)
	if err := d.ForgetRequests(ctx, "weekly"); err != nil {
		t.Fatal(err)
	}
	waiting(0)
	if got, want := list(t, d, "weekly"), []string{"ada@x.org active"}; !slices.Equal(got, want) {
		t.Errorf("Subscribers = %q, want %q", got, want)
	}
	for tag, want := range map[int64]int{5: 1, 6: 0} {
		if all, err := d.Readers(ctx, "weekly", tag); err != nil || len(all) != want {
			t.Errorf("Readers(%d) = %+v, %v, want %d", tag, all, err, want)
		}
	}
}

func TestRequestsAreBounded(t *testing.T) {
	d := newDB(t, filepath.Join(t.TempDir(), "digest.db"))
	if _, err := d.db.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO request (newsletter, recipient, kind, address, name, categories, language, since) SELECT 'weekly', i, 'join', i, '', '', '', i FROM n`, maxRequests); err != nil {
		t.Fatal(err)
	}
	if err := d.Ask(ctx, "weekly", subscriber.JoinRequest, somebody(t, "ada@x.org", "")); !errors.Is(err, subscriber.ErrTooMany) {
		t.Errorf("Ask = %v, want %v", err, subscriber.ErrTooMany)
	}
}
