// Package ledgertest is the contract of a ledger as a test suite. A new ledger
// proves itself in one line:
//
//	ledgertest.Run(t, func(t *testing.T) ledgertest.Ledger { return open(t) })
package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"digest/internal/ledger"
)

// A Ledger is all that a ledger does.
type Ledger interface {
	Open(ctx context.Context, e ledger.Edition, compose func(number int) ([]byte, error)) (ledger.Edition, error)
	Discard(ctx context.Context, edition string) error
	IsOut(ctx context.Context, edition string) (bool, error)
	Edition(ctx context.Context, id string) (ledger.Edition, error)
	Begin(ctx context.Context, newsletter string, since time.Time) error
	Number(ctx context.Context, newsletter, edition string) (int, error)
	Newest(ctx context.Context, newsletter string) (number int, edition string, err error)
	Memory(ctx context.Context, newsletter string, since time.Time) (ledger.Memory, error)
	Editions(ctx context.Context, newsletter string) ([]ledger.Status, error)
	Unfinished(ctx context.Context, newsletter, without string) ([]ledger.Status, error)
	Finish(ctx context.Context, edition string) error
	Plan(ctx context.Context, run ledger.Run, list iter.Seq2[ledger.Recipient, error], plan ledger.Plan) (ledger.Counts, error)
	Claim(ctx context.Context, run ledger.Run, n int) ([]ledger.Recipient, error)
	NextDue(ctx context.Context, run ledger.Run) (due time.Time, waiting int, err error)
	Commit(ctx context.Context, run ledger.Run, id int64) error
	Settle(ctx context.Context, run ledger.Run, settled ...ledger.Settlement) error
	Flush(ctx context.Context) error
	Counts(ctx context.Context, edition string) (ledger.Counts, error)
	Entries(ctx context.Context, edition string, states ...ledger.State) iter.Seq2[ledger.Entry, error]
	Resolve(ctx context.Context, edition string, to ledger.State, reply string) (int, error)
	Suppressed(ctx context.Context, key string) (bool, error)
	Missing(ctx context.Context, edition string) ([]string, error)
	AddVariants(ctx context.Context, run ledger.Run, variants ...ledger.Variant) error
	Variant(ctx context.Context, edition, choice string) ([]byte, error)
}

// Run holds the contract against a ledger. open returns an empty one.
func Run(t *testing.T, open func(t *testing.T) Ledger) {
	for _, c := range []struct {
		claim string
		test  func(t *testing.T, l Ledger)
	}{
		{"an edition that somebody may have is fixed", fixedOnce},
		{"a draft that fails fixes nothing", composeFails},
		{"an edition that nobody has is made anew", madeAnew},
		{"numbers rise in each newsletter", numbersRise},
		{"a bookmark is featured once", featuredOnce},
		{"what was featured comes in the order of the editions", featuredInOrder},
		{"an edition that is made anew keeps its number", numberStays},
		{"what a person decides leaves a doubt", doubtStays},
		{"a beginning can become earlier", wrongClock},
		{"windows and what had no place are remembered", windowsRemembered},
		{"everyone on the list is claimed once", claimedOnce},
		{"many connections share a list", claimedTogether},
		{"entries come once and in order", entriesInOrder},
		{"what is sent stays sent", sentStays},
		{"a claim is pending again after a crash", claimTakenBack},
		{"what was on the wire is unknown after a crash", wireIsUnknown},
		{"unknown is sent again only if asked for", unknownResent},
		{"a lost claim cannot be committed", lostClaim},
		{"only the run that planned last claims", takenOver},
		{"a late reply settles what was called unknown", lateReply},
		{"the deferred are tried again in the next run", deferredAgain},
		{"the deferred are tried again in the same run when they are due", deferredUntil},
		{"who left the list is passed over", leftTheList},
		{"an address that does not exist is suppressed for all editions", suppressed},
		{"a list that shrank by more than half is refused", shrunk},
		{"an error of the list changes nothing", brokenList},
		{"a person releases the unknown", released},
		{"a person drops the unknown", dropped},
		{"an edition is finished when nobody waits", finished},
		{"who made the same choice is claimed together", choicesTogether},
		{"for whom there is nothing waits for nothing", nothingChosen},
		{"who was not tried yet may choose anew", choiceChanges},
		{"who was tried, or has the edition, keeps what it was", choiceStays},
		{"a variant stays as it was", variantStays},
		{"variants go with their edition", variantsGo},
		{"only the run that planned last adds variants", variantOfAnother},
	} {
		t.Run(c.claim, func(t *testing.T) { c.test(t, open(t)) })
	}
}

var ctx = context.Background()

// fix fixes an edition with a bookmark of its own.
func fix(t *testing.T, l Ledger, id string) ledger.Edition {
	t.Helper()
	start := time.Date(2026, 11, 13, 0, 0, 0, 0, time.FixedZone("", -5*3600))
	e, err := l.Open(ctx, ledger.Edition{
		ID: id, Newsletter: "weekly", Start: start, End: start.AddDate(0, 0, 7), Date: start.AddDate(0, 0, 7),
		Content: []byte(`{}`), Bookmarks: []ledger.Bookmark{{Key: "example.org/" + id, Link: "https://example.org/" + id, Title: "Of " + id}},
	}, func(number int) ([]byte, error) { return fmt.Appendf(nil, "draft %d", number), nil })
	if err != nil {
		t.Fatalf("Open(%s) = %v", id, err)
	}
	return e
}

// list is n recipients, from the given one on.
func list(from, n int) iter.Seq2[ledger.Recipient, error] {
	return func(yield func(ledger.Recipient, error) bool) {
		for i := from; i < from+n; i++ {
			address := fmt.Sprintf("r%04d@example.org", i)
			if !yield(ledger.Recipient{Key: address, Address: address, Name: fmt.Sprint("R ", i)}, nil) {
				return
			}
		}
	}
}

func plan(t *testing.T, l Ledger, run ledger.Run, recipients iter.Seq2[ledger.Recipient, error], p ledger.Plan) ledger.Counts {
	t.Helper()
	counts, err := l.Plan(ctx, run, recipients, p)
	if err != nil {
		t.Fatalf("Plan(%v) = %v", run, err)
	}
	return counts
}

func claim(t *testing.T, l Ledger, run ledger.Run, n int) []ledger.Recipient {
	t.Helper()
	claimed, err := l.Claim(ctx, run, n)
	if err != nil {
		t.Fatalf("Claim(%v) = %v", run, err)
	}
	return claimed
}

// settle takes a claimed recipient to a state.
func settle(t *testing.T, l Ledger, run ledger.Run, r ledger.Recipient, s ledger.Settlement) {
	t.Helper()
	if err := l.Commit(ctx, run, r.ID); err != nil {
		t.Fatalf("Commit(%v, %s) = %v", run, r.Key, err)
	}
	s.ID = r.ID
	if err := errors.Join(l.Settle(ctx, run, s), l.Flush(ctx)); err != nil {
		t.Fatalf("Settle(%v, %v) = %v", run, s, err)
	}
}

func wantCounts(t *testing.T, l Ledger, edition string, want ledger.Counts) {
	t.Helper()
	got, err := l.Counts(ctx, edition)
	if err != nil || got != want {
		t.Errorf("Counts(%s) = %+v, %v, want %+v", edition, got, err, want)
	}
}

func fixedOnce(t *testing.T, l Ledger) {
	first := fix(t, l, "weekly-1")
	run := ledger.Run{Edition: "weekly-1", Owner: 'a'}
	plan(t, l, run, list(0, 2), ledger.Plan{})
	r := claim(t, l, run, 1)[0]
	if err := l.Commit(ctx, run, r.ID); err != nil {
		t.Error(err)
	}
	for _, state := range []ledger.State{ledger.Committing, ledger.Unknown, ledger.Sent} {
		again, err := l.Open(ctx, ledger.Edition{ID: "weekly-1", Newsletter: "weekly", Content: []byte("other")},
			func(int) ([]byte, error) { return nil, errors.New("composed again") })
		if err != nil || string(again.Draft) != "draft 1" || string(again.Content) != "{}" || again.Number != 1 {
			t.Errorf("Open before %s = %+v, %v, want the first: %+v", state, again, err, first)
		}
		if !again.Start.Equal(first.Start) || !again.End.Equal(first.End) || !again.Date.Equal(first.Date) || !slices.Equal(again.Bookmarks, first.Bookmarks) {
			t.Errorf("Open before %s = %+v, want what was fixed: %+v", state, again, first)
		}
		if err := errors.Join(l.Settle(ctx, run, ledger.Settlement{ID: r.ID, State: state}), l.Flush(ctx)); err != nil {
			t.Error(err)
		}
	}
	if _, err := l.Edition(ctx, "weekly-2"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Edition of none = %v, want ErrNotFound", err)
	}
}

func composeFails(t *testing.T, l Ledger) {
	broken := errors.New("broken template")
	_, err := l.Open(ctx, ledger.Edition{ID: "weekly-1", Newsletter: "weekly", Bookmarks: []ledger.Bookmark{{Key: "k"}}},
		func(int) ([]byte, error) { return nil, broken })
	if !errors.Is(err, broken) {
		t.Errorf("Open = %v, want %v", err, broken)
	}
	if _, err := l.Edition(ctx, "weekly-1"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Edition after a failed Open = %v, want ErrNotFound", err)
	}
	if m, err := l.Memory(ctx, "weekly", time.Time{}); err != nil || !reflect.DeepEqual(m, ledger.Memory{}) {
		t.Errorf("Memory after a failed Open = %+v, %v, want none", m, err)
	}
}

func madeAnew(t *testing.T, l Ledger) {
	a := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}
	plan(t, l, a, list(0, 2), ledger.Plan{})
	claimed := claim(t, l, a, 2)
	again := ledger.Edition{ID: "weekly-1", Newsletter: "weekly", Content: []byte("again"), Bookmarks: []ledger.Bookmark{{Key: "again", Link: "https://example.org/again"}}}
	broken := errors.New("broken template")
	if _, err := l.Open(ctx, again, func(int) ([]byte, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("Open = %v, want %v", err, broken)
	}
	if e, err := l.Edition(ctx, "weekly-1"); err != nil || string(e.Draft) != "draft 1" {
		t.Errorf("Edition after a failed Open = %q, %v, want it as it was", e.Draft, err)
	}
	e, err := l.Open(ctx, again, func(n int) ([]byte, error) { return fmt.Appendf(nil, "again %d", n), nil })
	if err != nil || e.Number != 1 || string(e.Draft) != "again 1" {
		t.Errorf("Open of what nobody has = number %d, %q, %v, want it made anew", e.Number, e.Draft, err)
	}
	if err := l.Commit(ctx, a, claimed[0].ID); !errors.Is(err, ledger.ErrLost) {
		t.Errorf("Commit for an edition that was made anew = %v, want ErrLost", err)
	}
	if m, err := l.Memory(ctx, "weekly", time.Time{}); err != nil || len(m.Featured) != 1 || m.Featured[0].Key != "again" || len(m.Closed) != 1 {
		t.Errorf("Memory = %+v, %v, want that of the second", m, err)
	}
	if _, err := l.Plan(ctx, ledger.Run{Edition: "weekly-9", Owner: 'a'}, list(0, 2), ledger.Plan{}); !errors.Is(err, ledger.ErrLost) {
		t.Errorf("Plan of an edition that is none = %v, want ErrLost", err)
	}
	if n, err := l.Number(ctx, "weekly", "weekly-2"); err != nil || n != 2 {
		t.Errorf("Number of another edition = %d, %v, want 2", n, err)
	}
}

func claimedOnce(t *testing.T, l Ledger) {
	run := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}
	twice := func(yield func(ledger.Recipient, error) bool) { // one mailbox, two spellings
		list(0, 5)(yield)
		yield(ledger.Recipient{Key: "r0000@example.org", Address: "R0000@example.org"}, nil)
	}
	if got := plan(t, l, run, twice, ledger.Plan{}); got != (ledger.Counts{Pending: 5}) {
		t.Errorf("Plan = %+v, want 5 pending", got)
	}
	first, second, third := claim(t, l, run, 3), claim(t, l, run, 3), claim(t, l, run, 3)
	if len(first) != 3 || len(second) != 2 || len(third) != 0 {
		t.Errorf("Claim(3) gave %d, %d, %d, want 3, 2, 0", len(first), len(second), len(third))
	}
	seen := map[string]bool{}
	for _, r := range append(first, second...) {
		if seen[r.Key] {
			t.Errorf("%s was claimed twice", r.Key)
		}
		seen[r.Key] = true
		if r.Address != r.Key || r.Name == "" {
			t.Errorf("Claim gave %+v, want the address and name of the list's first mention", r)
		}
	}
	settle(t, l, run, first[0], ledger.Settlement{State: ledger.Sent, Code: 250})
	if err := errors.Join(l.Settle(ctx, run, ledger.Settlement{ID: first[1].ID, State: ledger.Pending}), l.Flush(ctx)); err != nil {
		t.Error(err)
	}
	wantCounts(t, l, run.Edition, ledger.Counts{Pending: 1, Claimed: 3, Sent: 1})
	if again := claim(t, l, run, 9); len(again) != 1 || again[0].Key != first[1].Key {
		t.Errorf("Claim after one was given back = %v, want %v", again, first[1])
	}
}

func claimedTogether(t *testing.T, l Ledger) {
	run := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}
	plan(t, l, run, list(0, 200), ledger.Plan{})
	var mu sync.Mutex
	seen := map[string]int{}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for {
				claimed, err := l.Claim(ctx, run, 7)
				if err != nil || len(claimed) == 0 {
					if err != nil {
						t.Error(err)
					}
					return
				}
				for _, r := range claimed {
					if err := l.Commit(ctx, run, r.ID); err != nil {
						t.Error(err)
					}
					if err := errors.Join(l.Settle(ctx, run, ledger.Settlement{ID: r.ID, State: ledger.Sent}), l.Flush(ctx)); err != nil {
						t.Error(err)
					}
					mu.Lock()
					seen[r.Key]++
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	if len(seen) != 200 {
		t.Errorf("%d of 200 recipients were claimed", len(seen))
	}
	for key, n := range seen {
		if n != 1 {
			t.Errorf("%s was claimed %d times", key, n)
		}
	}
	wantCounts(t, l, run.Edition, ledger.Counts{Sent: 200})
}

func entriesInOrder(t *testing.T, l Ledger) {
	const n = 2345
	run := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}
	plan(t, l, run, list(0, n), ledger.Plan{})
	last, got := "", 0
	for e, err := range l.Entries(ctx, run.Edition, ledger.Pending, ledger.Sent) {
		if err != nil || e.Key <= last {
			t.Fatalf("Entries = %+v, %v after %s", e, err, last)
		}
		// The ledger answers in between.
		if _, err := l.Suppressed(ctx, e.Key); err != nil {
			t.Fatal(err)
		}
		last = e.Key
		got++
	}
	if got != n {
		t.Errorf("Entries yields %d, want %d", got, n)
	}
	for range l.Entries(ctx, run.Edition, ledger.Pending) {
		break
	}
}
