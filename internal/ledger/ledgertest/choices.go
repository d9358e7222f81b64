package ledgertest

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"digest/internal/ledger"
)

// choosing is a list of as many recipients as there are choices.
func choosing(choices ...string) iter.Seq2[ledger.Recipient, error] {
	return func(yield func(ledger.Recipient, error) bool) {
		i := 0
		for r := range list(0, len(choices)) {
			r.Choice = choices[i]
			if i++; !yield(r, nil) {
				return
			}
		}
	}
}

func add(t *testing.T, l Ledger, run ledger.Run, choices ...string) {
	t.Helper()
	for _, choice := range choices {
		if err := l.AddVariants(ctx, run, ledger.Variant{Choice: choice, Draft: []byte("draft of " + choice)}); err != nil {
			t.Fatalf("AddVariants(%s) = %v", choice, err)
		}
	}
}

func wantMissing(t *testing.T, l Ledger, edition string, want ...string) {
	t.Helper()
	got, err := l.Missing(ctx, edition)
	if slices.Sort(got); err != nil || !slices.Equal(got, want) {
		t.Errorf("Missing(%s) = %q, %v, want %q", edition, got, err, want)
	}
}

func choicesTogether(t *testing.T, l Ledger) {
	run := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}
	twice := func(yield func(ledger.Recipient, error) bool) { // one mailbox, two choices
		choosing("2", "", "1", "2", "1", "")(yield)
		yield(ledger.Recipient{Key: "r0000@example.org", Choice: "1"}, nil)
	}
	if got := plan(t, l, run, twice, ledger.Plan{}); got != (ledger.Counts{Pending: 6}) {
		t.Errorf("Plan = %+v, want 6 pending", got)
	}
	wantMissing(t, l, run.Edition, "1", "2")
	var got []string
	for range 3 {
		for _, r := range claim(t, l, run, 2) {
			got = append(got, r.Key[:5]+" "+r.Choice)
		}
	}
	changes := 0
	for i := range got[1:] {
		if got[i][5:] != got[i+1][5:] {
			changes++
		}
	}
	if changes != 2 || !slices.Contains(got, "r0000 2") {
		t.Errorf("Claim gave %q, want the three choices one after the other, and of the list's first mention", got)
	}
}

func nothingChosen(t *testing.T, l Ledger) {
	run := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}
	if got := plan(t, l, run, choosing(ledger.Nothing, "", ledger.Nothing), ledger.Plan{}); got != (ledger.Counts{Pending: 1, Empty: 2}) {
		t.Errorf("Plan = %+v, want 1 pending and 2 empty", got)
	}
	wantMissing(t, l, run.Edition)
	claimed := claim(t, l, run, 9)
	if len(claimed) != 1 || claimed[0].Key != "r0001@example.org" {
		t.Fatalf("Claim = %+v, want the one who gets something", claimed)
	}
	settle(t, l, run, claimed[0], ledger.Settlement{State: ledger.Sent})
	if err := l.Finish(ctx, run.Edition); err != nil {
		t.Error(err)
	}
	if open, err := l.Unfinished(ctx, "weekly", ""); err != nil || len(open) > 0 {
		t.Errorf("Unfinished = %v, %v: for whom there is nothing waits for nothing", open, err)
	}
	// They are on the list all the same, unless they have left it.
	other := ledger.Run{Edition: fix(t, l, "weekly-2").ID, Owner: 'b'}
	if _, err := l.Plan(ctx, other, list(0, 1), ledger.Plan{}); !errors.As(err, new(*ledger.ShrunkError)) {
		t.Errorf("Plan of 1 after 3 = %v, want a ShrunkError", err)
	}
	if got := plan(t, l, other, choosing(ledger.Nothing, ledger.Nothing, ledger.Nothing), ledger.Plan{}); got != (ledger.Counts{Empty: 3}) {
		t.Errorf("Plan of an edition with nothing for anybody = %+v, want 3 empty", got)
	}
	if got := plan(t, l, run, choosing(ledger.Nothing), ledger.Plan{AllowShrunk: true}); got != (ledger.Counts{Sent: 1, Empty: 1}) {
		t.Errorf("Plan of a shorter list = %+v, want 1 sent and 1 empty", got)
	}
}

func choiceChanges(t *testing.T, l Ledger) {
	a, b := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}, ledger.Run{Edition: "weekly-1", Owner: 'b'}
	plan(t, l, a, choosing("1", ledger.Nothing, "1", "", "1"), ledger.Plan{})
	claim(t, l, a, 1) // and a crash
	if got := plan(t, l, b, choosing(ledger.Nothing, "2", "3", "2", "1"), ledger.Plan{}); got != (ledger.Counts{Pending: 4, Empty: 1}) {
		t.Errorf("Plan of other choices = %+v, want 4 pending and 1 empty", got)
	}
	wantMissing(t, l, b.Edition, "1", "2", "3")
	got := map[string]string{}
	for _, r := range claim(t, l, b, 9) {
		got[r.Key[:5]] = r.Choice
	}
	if want := map[string]string{"r0001": "2", "r0002": "3", "r0003": "2", "r0004": "1"}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("Claim gave choices %v, want %v", got, want)
	}
}

func choiceStays(t *testing.T, l Ledger) {
	a, b := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}, ledger.Run{Edition: "weekly-1", Owner: 'b'}
	plan(t, l, a, choosing("1", "1", "1", "1"), ledger.Plan{})
	add(t, l, a, "1")
	claimed := claim(t, l, a, 9)
	settle(t, l, a, claimed[0], ledger.Settlement{State: ledger.Sent})
	settle(t, l, a, claimed[1], ledger.Settlement{State: ledger.Deferred, Code: 451})
	settle(t, l, a, claimed[2], ledger.Settlement{State: ledger.Rejected, Code: 550})
	if err := l.Commit(ctx, a, claimed[3].ID); err != nil { // and a crash
		t.Fatal(err)
	}
	for _, choice := range []string{"2", "", ledger.Nothing} {
		got := plan(t, l, b, choosing(choice, choice, choice, choice), ledger.Plan{ResendUnknown: true})
		if want := (ledger.Counts{Pending: 2, Sent: 1, Rejected: 1}); got != want {
			t.Errorf("Plan when all choose %q = %+v, want %+v", choice, got, want)
		}
	}
	wantMissing(t, l, b.Edition)
	again := claim(t, l, b, 9)
	if len(again) != 2 {
		t.Errorf("Claim = %+v, want who was deferred and who is in doubt", again)
	}
	for _, r := range again {
		if r.Choice != "1" {
			t.Errorf("Claim gave %+v, want the choice that it was tried with", r)
		}
	}
}

func variantStays(t *testing.T, l Ledger) {
	a, b := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}, ledger.Run{Edition: "weekly-1", Owner: 'b'}
	plan(t, l, a, choosing("1", "2", ""), ledger.Plan{})
	add(t, l, a, "1")
	wantMissing(t, l, a.Edition, "2")
	settle(t, l, a, claim(t, l, a, 1)[0], ledger.Settlement{State: ledger.Sent})
	fix(t, l, "weekly-1") // somebody has it
	plan(t, l, b, choosing("1", "2", ""), ledger.Plan{})
	if err := l.AddVariants(ctx, b, ledger.Variant{Choice: "1", Draft: []byte("another")}, ledger.Variant{Choice: "2", Draft: []byte("draft of 2")}); err != nil {
		t.Errorf("AddVariants = %v", err)
	}
	wantMissing(t, l, a.Edition)
	for _, choice := range []string{"1", "2"} {
		if got, err := l.Variant(ctx, "weekly-1", choice); err != nil || string(got) != "draft of "+choice {
			t.Errorf("Variant(%s) = %q, %v, want it as it was first", choice, got, err)
		}
	}
	for edition, choice := range map[string]string{"weekly-1": "3", "weekly-2": "1"} {
		if got, err := l.Variant(ctx, edition, choice); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("Variant(%s, %s) = %q, %v, want ErrNotFound", edition, choice, got, err)
		}
	}
}

func variantsGo(t *testing.T, l Ledger) {
	for _, remake := range []func(){
		func() { fix(t, l, "weekly-1") },
		func() {
			if err := l.Discard(ctx, "weekly-1"); err != nil {
				t.Error(err)
			}
		},
	} {
		run := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}
		plan(t, l, run, choosing("1"), ledger.Plan{})
		add(t, l, run, "1")
		remake()
		if got, err := l.Variant(ctx, "weekly-1", "1"); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("Variant of an edition that was made anew = %q, %v, want ErrNotFound", got, err)
		}
	}
}

func variantOfAnother(t *testing.T, l Ledger) {
	a, b := ledger.Run{Edition: fix(t, l, "weekly-1").ID, Owner: 'a'}, ledger.Run{Edition: "weekly-1", Owner: 'b'}
	plan(t, l, a, choosing("1"), ledger.Plan{})
	plan(t, l, b, choosing("1"), ledger.Plan{})
	if err := l.AddVariants(ctx, a, ledger.Variant{Choice: "1", Draft: []byte("of a")}); !errors.Is(err, ledger.ErrLost) {
		t.Errorf("AddVariants of a run that is lost = %v, want ErrLost", err)
	}
	wantMissing(t, l, b.Edition, "1")
	add(t, l, b, "1")
}
