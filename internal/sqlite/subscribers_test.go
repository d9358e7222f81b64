package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"digest/internal/ledger"
	"digest/internal/subscriber"
)

func somebody(t testing.TB, address, name string) subscriber.Subscriber {
	t.Helper()
	s, err := subscriber.New(address, name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// list is a newsletter's list as "key state".
func list(t *testing.T, d *DB, newsletter string) (all []string) {
	t.Helper()
	for e, err := range d.Subscribers(ctx, newsletter) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Key+" "+string(e.State))
	}
	return all
}

func TestSubscribers(t *testing.T) {
	clock := time.UnixMilli(1000)
	d, err := Open(ctx, filepath.Join(t.TempDir(), "digest.db"), func() time.Time { return clock })
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	subscribe := func(want subscriber.State, s subscriber.Subscriber) {
		t.Helper()
		if was, err := d.Subscribe(ctx, "weekly", s); err != nil || was != want {
			t.Errorf("Subscribe(%s) = %q, %v, want %q", s.Key, was, err, want)
		}
	}
	ada := somebody(t, "Ada@x.org", "Ada").With("design; web", "en")
	subscribe("", ada)
	subscribe(subscriber.Active, somebody(t, "ada@x.org", "Another"))
	subscribe("", somebody(t, "bo@x.org", ""))
	if _, err := d.Subscribe(ctx, "daily", somebody(t, "cy@x.org", "")); err != nil {
		t.Fatal(err)
	}
	for e, err := range d.Subscribers(ctx, "weekly") {
		want := subscriber.Entry{Subscriber: ada, State: subscriber.Active, Since: clock}
		if err != nil || e != want {
			t.Errorf("Subscribers = %+v, %v, want %+v", e, err, want)
		}
		break
	}
	clock = time.UnixMilli(2000)
	for _, want := range []bool{true, false} {
		if was, err := d.Unsubscribe(ctx, "weekly", "ada@x.org"); err != nil || was != want {
			t.Errorf("Unsubscribe = %v, %v, want %v", was, err, want)
		}
	}
	if was, err := d.Unsubscribe(ctx, "weekly", "cy@x.org"); err != nil || was {
		t.Errorf("Unsubscribe from a list that they are not on = %v, %v", was, err)
	}
	for _, want := range []bool{true, false} {
		if is, err := d.Suppress(ctx, somebody(t, "bo@x.org", ""), "by hand"); err != nil || is != want {
			t.Errorf("Suppress = %v, %v, want %v", is, err, want)
		}
	}
	if got, want := list(t, d, "weekly"), []string{"ada@x.org unsubscribed", "bo@x.org suppressed"}; !slices.Equal(got, want) {
		t.Errorf("Subscribers = %q, want %q", got, want)
	}
	subscribe(subscriber.Suppressed, somebody(t, "bo@x.org", ""))
	subscribe(subscriber.Unsubscribed, somebody(t, "ada@x.org", ""))
	for e, err := range d.Subscribers(ctx, "weekly") {
		if err != nil || e.State != subscriber.Active || e.Address.Name != "Ada" || e.Language != "en" || !e.Since.Equal(clock) {
			t.Errorf("who comes back is %+v, %v, want them active with their name", e, err)
		}
		break
	}
	for e, err := range d.Suppressions(ctx) {
		if err != nil || e.Key != "bo@x.org" || e.State != subscriber.Suppressed || !e.Since.Equal(clock) {
			t.Errorf("Suppressions = %+v, %v", e, err)
		}
	}
	for _, want := range []bool{true, false} {
		if was, err := d.Unsuppress(ctx, "bo@x.org"); err != nil || was != want {
			t.Errorf("Unsuppress = %v, %v, want %v", was, err, want)
		}
	}
	if got, want := list(t, d, "weekly"), []string{"ada@x.org active", "bo@x.org active"}; !slices.Equal(got, want) {
		t.Errorf("Subscribers = %q, want %q", got, want)
	}
}

// Whoever leaves while an edition is on its way is not claimed any more, nor
// put on it by a list that still has them.
func TestUnsubscribeDuringARun(t *testing.T) {
	d := newDB(t, filepath.Join(t.TempDir(), "digest.db"))
	for i := range 4 {
		if _, err := d.Subscribe(ctx, "weekly", somebody(t, recipient(i).Address, "")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Open(ctx, ledger.Edition{ID: "weekly-1", Newsletter: "weekly", Content: []byte{}}, func(int) ([]byte, error) { return []byte{}, nil }); err != nil {
		t.Fatal(err)
	}
	run := ledger.Run{Edition: "weekly-1", Owner: 1}
	if _, err := d.Plan(ctx, run, recipients(4), ledger.Plan{}); err != nil {
		t.Fatal(err)
	}
	first, err := d.Claim(ctx, run, 1)
	if err != nil || len(first) != 1 {
		t.Fatalf("Claim = %v, %v", first, err)
	}
	if err := d.Settle(ctx, run, ledger.Settlement{ID: first[0].ID, State: ledger.Deferred, Due: time.Now().Add(-time.Minute)}); err != nil {
		t.Fatal(err)
	}
	if err := d.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 2} { // one is deferred, one is pending
		if was, err := d.Unsubscribe(ctx, "weekly", recipient(i).Key); err != nil || !was {
			t.Fatalf("Unsubscribe = %v, %v", was, err)
		}
	}
	claimed := func(run ledger.Run) (keys []string) {
		for {
			some, err := d.Claim(ctx, run, 20)
			if err != nil {
				t.Fatal(err)
			}
			if len(some) == 0 {
				return keys
			}
			for _, r := range some {
				keys = append(keys, r.Key)
			}
		}
	}
	want := []string{recipient(1).Key, recipient(3).Key}
	if got := claimed(run); !slices.Equal(got, want) {
		t.Errorf("Claim = %q, want %q", got, want)
	}
	run.Owner = 2
	counts, err := d.Plan(ctx, run, recipients(4), ledger.Plan{})
	if err != nil || counts.Pending != 2 || counts.Total() != 2 {
		t.Errorf("Plan = %+v, %v, want 2 pending", counts, err)
	}
	if got := claimed(run); !slices.Equal(got, want) {
		t.Errorf("Claim in the next run = %q, want %q", got, want)
	}
}

// The list is read from the database while Plan is writing into it.
func TestPlanFromTheDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "digest.db")
	d := newDB(t, path)
	const n = 2*pageSize + 1
	s, err := d.Stage(ctx, "weekly")
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		line := somebody(t, recipient(i).Address, "")
		line.Line = i + 2
		if err := s.Add(ctx, line, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	if added, err := s.Apply(ctx); err != nil || added != n {
		t.Errorf("Apply = %d, %v, want %d", added, err, n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Open(ctx, ledger.Edition{ID: "weekly-1", Newsletter: "weekly", Content: []byte{}}, func(int) ([]byte, error) { return []byte{}, nil }); err != nil {
		t.Fatal(err)
	}
	beside, err := OpenReadOnly(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	counts, err := d.Plan(ctx, ledger.Run{Edition: "weekly-1", Owner: 1}, func(yield func(ledger.Recipient, error) bool) {
		for e, err := range beside.Subscribers(ctx, "weekly") {
			if !yield(ledger.Recipient{Key: e.Key, Address: e.Address.Address}, err) {
				return
			}
		}
	}, ledger.Plan{})
	if err != nil || counts.Pending != n {
		t.Errorf("Plan = %+v, %v, want %d pending", counts, err, n)
	}
}

func recipient(i int) ledger.Recipient {
	key := fmt.Sprintf("r%05d@example.org", i)
	return ledger.Recipient{Key: key, Address: key}
}

// judge stages a file of five lines for a list that has somebody, and returns
// the verdicts.
func judge(t *testing.T, d *DB) (s *Stage, verdicts []string) {
	t.Helper()
	s, err := d.Stage(ctx, "weekly")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Has(ctx, "csv@x.org"); err != nil {
		t.Fatal(err)
	}
	for i, address := range []string{"new@x.org", "", "NEW@x.org", "gone@x.org", "dead@x.org", "here@x.org", "csv@x.org", "dead@x.org"} {
		var line subscriber.Subscriber
		var fault error
		if address == "" {
			fault = errors.New("no address")
		} else {
			line = somebody(t, address, "")
		}
		line.Line = i + 2
		if err := s.Add(ctx, line, fault); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	for l, err := range s.Lines(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		verdicts = append(verdicts, fmt.Sprintf("%d %s %s: %s", l.Line, l.Verdict, l.Address.Address, l.Detail))
	}
	return s, verdicts
}

func TestStage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "digest.db")
	d := newDB(t, path)
	for _, address := range []string{"gone@x.org", "here@x.org"} {
		if _, err := d.Subscribe(ctx, "weekly", somebody(t, address, "")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Subscribe(ctx, "daily", somebody(t, "new@x.org", "")); err != nil { // which is no matter
		t.Fatal(err)
	}
	if _, err := d.Unsubscribe(ctx, "weekly", "gone@x.org"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Suppress(ctx, somebody(t, "dead@x.org", ""), "no such user"); err != nil {
		t.Fatal(err)
	}
	want := []string{"2 accepted new@x.org: ", "3 malformed : no address", "4 duplicate NEW@x.org: as line 2", "5 unsubscribed gone@x.org: has left the list",
		"6 suppressed dead@x.org: no such user", "7 duplicate here@x.org: is on the list", "8 duplicate csv@x.org: is on the list", "9 duplicate dead@x.org: as line 6"}
	before := list(t, d, "weekly")
	beside, err := OpenForStage(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	s, got := judge(t, beside)
	if !slices.Equal(got, want) {
		t.Errorf("Lines = %q, want %q", got, want)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
	if after := list(t, d, "weekly"); !slices.Equal(after, before) {
		t.Errorf("after a look the list is %q, want %q", after, before)
	}
	if s, got = judge(t, d); !slices.Equal(got, want) {
		t.Errorf("Lines = %q, want %q", got, want)
	}
	if n, err := s.Apply(ctx); err != nil || n != 2 { // that csv@x.org is on another list is not the database's matter
		t.Errorf("Apply = %d, %v, want 2", n, err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
	after := []string{"csv@x.org active", "gone@x.org unsubscribed", "here@x.org active", "new@x.org active"}
	if got := list(t, d, "weekly"); !slices.Equal(got, after) {
		t.Errorf("Subscribers = %q, want %q", got, after)
	}
}

// A ledger that is not there knows nobody, and is not made; an old one is read
// as it is.
func TestStageWithoutTheTable(t *testing.T) {
	want := []string{"2 accepted new@x.org: ", "3 malformed : no address", "4 duplicate NEW@x.org: as line 2", "5 accepted gone@x.org: ",
		"6 accepted dead@x.org: ", "7 accepted here@x.org: ", "8 duplicate csv@x.org: is on the list", "9 duplicate dead@x.org: as line 6"}
	path := filepath.Join(t.TempDir(), "digest.db")
	d, err := OpenForStage(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, got := judge(t, d); !slices.Equal(got, want) {
		t.Errorf("Lines without a ledger = %q, want %q", got, want)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a look has made the ledger: %v", err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{schema2, "PRAGMA application_id=1147630452", "PRAGMA user_version=2", `INSERT INTO suppression VALUES ('dead@x.org', 'dead@x.org', 'no such user', 7)`} {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	old, err := OpenForStage(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	want[4] = "6 suppressed dead@x.org: no such user"
	if _, got := judge(t, old); !slices.Equal(got, want) {
		t.Errorf("Lines with an old ledger = %q, want %q", got, want)
	}
}
