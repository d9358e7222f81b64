package ledgertest

import (
	"errors"
	"testing"
	"time"

	"digest/internal/ledger"
)

func sentStays(t *testing.T, l Ledger) {
	a, b := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}, ledger.Run{Edition: "weekly-1", Owner: 'b'}
	plan(t, l, a, list(0, 3), ledger.Plan{})
	claimed := claim(t, l, a, 3)
	settle(t, l, a, claimed[0], ledger.Settlement{State: ledger.Sent})
	settle(t, l, a, claimed[1], ledger.Settlement{State: ledger.Rejected, Code: 550, Reply: "mailbox full"})
	if err := errors.Join(l.Settle(ctx, a, ledger.Settlement{ID: claimed[0].ID, State: ledger.Pending}), l.Flush(ctx)); err != nil {
		t.Error(err)
	}
	got := plan(t, l, b, list(0, 3), ledger.Plan{ResendUnknown: true})
	if want := (ledger.Counts{Pending: 1, Sent: 1, Rejected: 1}); got != want {
		t.Errorf("second Plan = %+v, want %+v", got, want)
	}
	if again := claim(t, l, b, 9); len(again) != 1 || again[0].Key != claimed[2].Key {
		t.Errorf("Claim in the second run = %v, want only %v", again, claimed[2])
	}
}

func claimTakenBack(t *testing.T, l Ledger) {
	a, b := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}, ledger.Run{Edition: "weekly-1", Owner: 'b'}
	plan(t, l, a, list(0, 3), ledger.Plan{})
	claim(t, l, a, 2)
	if got := plan(t, l, b, list(0, 3), ledger.Plan{}); got != (ledger.Counts{Pending: 3}) {
		t.Errorf("Plan after a crash = %+v, want 3 pending", got)
	}
	if again := claim(t, l, b, 9); len(again) != 3 {
		t.Errorf("Claim after a crash gave %d, want 3", len(again))
	}
}

// onTheWire leaves one recipient committing, as a run that dies does.
func onTheWire(t *testing.T, l Ledger) (died, next ledger.Run, r ledger.Recipient) {
	t.Helper()
	died, next = ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}, ledger.Run{Edition: "weekly-1", Owner: 'b'}
	plan(t, l, died, list(0, 2), ledger.Plan{})
	r = claim(t, l, died, 1)[0]
	if err := l.Commit(ctx, died, r.ID); err != nil {
		t.Fatal(err)
	}
	return died, next, r
}

func wireIsUnknown(t *testing.T, l Ledger) {
	_, next, r := onTheWire(t, l)
	if got := plan(t, l, next, list(0, 2), ledger.Plan{}); got != (ledger.Counts{Pending: 1, Unknown: 1}) {
		t.Errorf("Plan after a crash = %+v, want 1 pending, 1 unknown", got)
	}
	for _, c := range claim(t, l, next, 9) {
		if c.Key == r.Key {
			t.Errorf("Claim gave %s, which may have got it", c.Key)
		}
	}
	found := 0
	for e, err := range l.Entries(ctx, "weekly-1", ledger.Unknown) {
		if found++; err != nil || e.Key != r.Key || e.Attempts != 1 || e.Reply == "" || e.Changed.IsZero() {
			t.Errorf("Entries = %+v, %v, want %s with a reply and a time", e, err, r.Key)
		}
	}
	if found != 1 {
		t.Errorf("Entries(unknown) has %d, want 1", found)
	}
}

func unknownResent(t *testing.T, l Ledger) {
	_, next, _ := onTheWire(t, l)
	if got := plan(t, l, next, list(0, 2), ledger.Plan{ResendUnknown: true}); got != (ledger.Counts{Pending: 2}) {
		t.Errorf("Plan(ResendUnknown) = %+v, want 2 pending", got)
	}
}

func lostClaim(t *testing.T, l Ledger) {
	a, b := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}, ledger.Run{Edition: "weekly-1", Owner: 'b'}
	plan(t, l, a, list(0, 1), ledger.Plan{})
	r := claim(t, l, a, 1)[0]
	plan(t, l, b, list(0, 1), ledger.Plan{})
	if err := l.Commit(ctx, a, r.ID); !errors.Is(err, ledger.ErrLost) {
		t.Errorf("Commit of a claim that was taken back = %v, want ErrLost", err)
	}
	claim(t, l, b, 1)
	if err := l.Commit(ctx, a, r.ID); !errors.Is(err, ledger.ErrLost) {
		t.Errorf("Commit of another run's claim = %v, want ErrLost", err)
	}
	if err := errors.Join(l.Settle(ctx, a, ledger.Settlement{ID: r.ID, State: ledger.Deferred}), l.Flush(ctx)); err != nil {
		t.Error(err)
	}
	wantCounts(t, l, "weekly-1", ledger.Counts{Claimed: 1})
	if err := l.Commit(ctx, b, r.ID); err != nil {
		t.Errorf("Commit of the run's own claim = %v", err)
	}
	if err := l.Commit(ctx, b, r.ID); !errors.Is(err, ledger.ErrLost) {
		t.Errorf("second Commit = %v, want ErrLost", err)
	}
}

// takenOver is the case of a run that would claim for the second time what was
// taken back from it, and then have two connections with one recipient.
func takenOver(t *testing.T, l Ledger) {
	a, b := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}, ledger.Run{Edition: "weekly-1", Owner: 'b'}
	if _, err := l.Claim(ctx, a, 1); !errors.Is(err, ledger.ErrLost) {
		t.Errorf("Claim before Plan = %v, want ErrLost", err)
	}
	plan(t, l, a, list(0, 2), ledger.Plan{})
	claim(t, l, a, 1)
	plan(t, l, b, list(0, 2), ledger.Plan{})
	if again, err := l.Claim(ctx, a, 2); !errors.Is(err, ledger.ErrLost) || len(again) > 0 {
		t.Errorf("Claim after the edition was taken over = %v, %v, want ErrLost", again, err)
	}
	if again := claim(t, l, b, 9); len(again) != 2 {
		t.Errorf("Claim of the run that took over = %v, want both", again)
	}
}

func lateReply(t *testing.T, l Ledger) {
	slow, next, r := onTheWire(t, l)
	plan(t, l, next, list(0, 2), ledger.Plan{})
	if err := errors.Join(l.Settle(ctx, slow, ledger.Settlement{ID: r.ID, State: ledger.Sent, Code: 250}), l.Flush(ctx)); err != nil {
		t.Error(err)
	}
	wantCounts(t, l, "weekly-1", ledger.Counts{Pending: 1, Sent: 1})
}

func deferredAgain(t *testing.T, l Ledger) {
	a, b := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}, ledger.Run{Edition: "weekly-1", Owner: 'b'}
	plan(t, l, a, list(0, 1), ledger.Plan{})
	settle(t, l, a, claim(t, l, a, 1)[0], ledger.Settlement{State: ledger.Deferred, Code: 451, Reply: "greylisted"})
	if again := claim(t, l, a, 9); len(again) != 0 {
		t.Errorf("Claim in the same run = %v, want nobody", again)
	}
	wantCounts(t, l, "weekly-1", ledger.Counts{Deferred: 1})
	if got := plan(t, l, b, list(0, 1), ledger.Plan{}); got != (ledger.Counts{Pending: 1}) {
		t.Errorf("Plan of the next run = %+v, want 1 pending", got)
	}
}

func deferredUntil(t *testing.T, l Ledger) {
	a, b := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}, ledger.Run{Edition: "weekly-1", Owner: 'b'}
	plan(t, l, a, list(0, 4), ledger.Plan{})
	claimed := claim(t, l, a, 4)
	now := time.Now()
	due := []time.Time{now.Add(time.Hour), now.Add(-time.Second), now.Add(-time.Minute), {}}
	for i, r := range claimed {
		settle(t, l, a, r, ledger.Settlement{State: ledger.Deferred, Code: 451, Due: due[i]})
	}
	if next, waiting, err := l.NextDue(ctx, b); err != nil || waiting != 0 {
		t.Errorf("NextDue of a run that deferred nobody = %v, %d, %v, want 0", next, waiting, err)
	}
	if next, waiting, err := l.NextDue(ctx, a); err != nil || waiting != 3 || next.Sub(due[2]).Abs() > time.Millisecond {
		t.Errorf("NextDue = %v, %d, %v, want %v, 3", next, waiting, err, due[2])
	}
	again := claim(t, l, a, 9)
	if len(again) != 2 || !again[0].Again || again[0].Attempts != 1 {
		t.Fatalf("Claim = %+v, want the two who are due", again)
	}
	settle(t, l, a, again[0], ledger.Settlement{State: ledger.Sent})
	settle(t, l, a, again[1], ledger.Settlement{State: ledger.Deferred})
	wantCounts(t, l, "weekly-1", ledger.Counts{Deferred: 3, Sent: 1})
	if next, waiting, err := l.NextDue(ctx, a); err != nil || waiting != 1 || next.Sub(due[0]).Abs() > time.Millisecond {
		t.Errorf("NextDue = %v, %d, %v, want %v, 1", next, waiting, err, due[0])
	}
	plan(t, l, b, list(0, 4), ledger.Plan{})
	for _, r := range claim(t, l, b, 9) {
		if r.Again {
			t.Errorf("Claim of the next run gave %+v, as if it had deferred it", r)
		}
	}
}

func leftTheList(t *testing.T, l Ledger) {
	a, b := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}, ledger.Run{Edition: "weekly-1", Owner: 'b'}
	plan(t, l, a, list(0, 4), ledger.Plan{})
	settle(t, l, a, claim(t, l, a, 1)[0], ledger.Settlement{State: ledger.Sent})
	if got := plan(t, l, b, list(2, 3), ledger.Plan{}); got != (ledger.Counts{Pending: 3, Sent: 1}) {
		t.Errorf("Plan of another list = %+v, want 3 pending and the one who has it", got)
	}
	for _, r := range claim(t, l, b, 9) {
		if r.Key < "r0002" {
			t.Errorf("Claim gave %s, who left the list", r.Key)
		}
	}
}

func suppressed(t *testing.T, l Ledger) {
	a := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}
	plan(t, l, a, list(0, 3), ledger.Plan{})
	claimed := claim(t, l, a, 1)
	settle(t, l, a, claimed[0], ledger.Settlement{State: ledger.Rejected, Code: 550, Reply: "no such user", Suppress: true})
	if gone, err := l.Suppressed(ctx, claimed[0].Key); err != nil || !gone {
		t.Errorf("Suppressed = %v, %v, want true", gone, err)
	}
	if gone, err := l.Suppressed(ctx, "somebody@example.org"); err != nil || gone {
		t.Errorf("Suppressed of somebody else = %v, %v, want false", gone, err)
	}
	b := ledger.Run{Edition: fix(t, l, "weekly-2").ID, Owner: 'b'}
	if got := plan(t, l, b, list(0, 3), ledger.Plan{}); got != (ledger.Counts{Pending: 2, Suppressed: 1}) {
		t.Errorf("Plan of the next edition = %+v, want 2 pending, 1 suppressed", got)
	}
	got := claim(t, l, b, 9)
	if len(got) != 2 {
		t.Errorf("Claim = %v, want the two others", got)
	}
	for _, r := range got {
		settle(t, l, b, r, ledger.Settlement{State: ledger.Sent})
	}
	if err := l.Finish(ctx, b.Edition); err != nil {
		t.Error(err)
	}
	if open, err := l.Unfinished(ctx, "weekly", "weekly-1"); err != nil || len(open) > 0 {
		t.Errorf("Unfinished = %v, %v: the suppressed wait for nothing", open, err)
	}
}

func shrunk(t *testing.T, l Ledger) {
	a := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}
	plan(t, l, a, list(0, 10), ledger.Plan{})
	b := ledger.Run{Edition: fix(t, l, "weekly-2").ID, Owner: 'b'}
	var refusal *ledger.ShrunkError
	if _, err := l.Plan(ctx, b, list(0, 4), ledger.Plan{}); !errors.As(err, &refusal) || refusal.Was != 10 || refusal.Is != 4 {
		t.Errorf("Plan of 4 after 10 = %v, want a ShrunkError of 10 and 4", err)
	}
	wantCounts(t, l, "weekly-2", ledger.Counts{})
	if got := plan(t, l, b, list(0, 5), ledger.Plan{}); got.Pending != 5 {
		t.Errorf("Plan of 5 after 10 = %+v, want 5 pending", got)
	}
	if _, err := l.Plan(ctx, b, list(0, 2), ledger.Plan{}); !errors.As(err, &refusal) || refusal.Was != 5 || refusal.Is != 2 {
		t.Errorf("Plan of 2 after 5 of the same edition = %v, want a ShrunkError of 5 and 2", err)
	}
	if got := plan(t, l, b, list(0, 1), ledger.Plan{AllowShrunk: true}); got.Pending != 1 {
		t.Errorf("Plan(AllowShrunk) of 1 after 10 = %+v, want 1 pending", got)
	}

	// Who has got it does not hide that they are off the list.
	c := ledger.Run{Edition: fix(t, l, "weekly-3").ID, Owner: 'c'}
	plan(t, l, c, list(0, 10), ledger.Plan{})
	for _, r := range claim(t, l, c, 10) {
		settle(t, l, c, r, ledger.Settlement{State: ledger.Sent})
	}
	if _, err := l.Plan(ctx, c, list(0, 4), ledger.Plan{}); !errors.As(err, &refusal) || refusal.Was != 10 || refusal.Is != 4 {
		t.Errorf("Plan of 4 after 10 who have got it = %v, want a ShrunkError of 10 and 4", err)
	}
}

func brokenList(t *testing.T, l Ledger) {
	a := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}
	plan(t, l, a, list(0, 2), ledger.Plan{})
	broken := errors.New("a quote is not closed")
	_, err := l.Plan(ctx, a, func(yield func(ledger.Recipient, error) bool) {
		list(5, 1)(yield)
		yield(ledger.Recipient{}, broken)
	}, ledger.Plan{})
	if !errors.Is(err, broken) {
		t.Errorf("Plan of a broken list = %v, want %v", err, broken)
	}
	wantCounts(t, l, "weekly-1", ledger.Counts{Pending: 2})
}

func released(t *testing.T, l Ledger) { resolve(t, l, ledger.Pending, ledger.Counts{Pending: 2}) }

func dropped(t *testing.T, l Ledger) {
	resolve(t, l, ledger.Rejected, ledger.Counts{Pending: 1, Rejected: 1})
}

func resolve(t *testing.T, l Ledger, to ledger.State, want ledger.Counts) {
	t.Helper()
	_, next, _ := onTheWire(t, l)
	plan(t, l, next, list(0, 2), ledger.Plan{})
	if n, err := l.Resolve(ctx, "weekly-1", to, "by hand"); err != nil || n != 1 {
		t.Errorf("Resolve(%s) = %d, %v, want 1", to, n, err)
	}
	wantCounts(t, l, "weekly-1", want)
	if n, err := l.Resolve(ctx, "weekly-1", to, "by hand"); err != nil || n != 0 {
		t.Errorf("second Resolve(%s) = %d, %v, want 0", to, n, err)
	}
}

func finished(t *testing.T, l Ledger) {
	run := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}
	plan(t, l, run, list(0, 1), ledger.Plan{})
	isFinished := func(want bool) {
		t.Helper()
		if err := l.Finish(ctx, run.Edition); err != nil {
			t.Fatal(err)
		}
		open, err := l.Unfinished(ctx, "weekly", "")
		if err != nil || (len(open) == 0) != want {
			t.Errorf("Unfinished = %v, %v, want finished: %v", open, err, want)
		}
	}
	isFinished(false)
	settle(t, l, run, claim(t, l, run, 1)[0], ledger.Settlement{State: ledger.Sent})
	isFinished(true)
	plan(t, l, run, list(0, 2), ledger.Plan{}) // somebody joined
	if open, err := l.Unfinished(ctx, "weekly", ""); err != nil || len(open) != 1 {
		t.Errorf("Unfinished after somebody joined = %v, %v, want the edition", open, err)
	}
	settle(t, l, run, claim(t, l, run, 1)[0], ledger.Settlement{State: ledger.Sent})
	isFinished(true)
	all, err := l.Editions(ctx, "weekly")
	if err != nil || len(all) != 1 || all[0].Finished.IsZero() || all[0].Sent != 2 {
		t.Errorf("Editions = %+v, %v, want one, finished, sent to 2", all, err)
	}
}
