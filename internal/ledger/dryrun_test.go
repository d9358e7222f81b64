package ledger_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"digest/internal/ledger"
)

// past knows one edition and one suppressed address.
type past struct{}

func (past) Number(_ context.Context, _, id string) (int, error) {
	if id == "weekly-1" {
		return 7, nil
	}
	return 8, nil
}
func (past) Gone(_ context.Context, newsletter, key string) (suppressed, left bool, err error) {
	return key == "gone@example.org", newsletter == "weekly" && key == "left@example.org", nil
}

func (past) Listed(context.Context, string) (int, error) { return 6, nil }

func (past) Variant(_ context.Context, edition, choice string) ([]byte, error) {
	if edition == "weekly-1" && choice == "2" {
		return []byte("of then"), nil
	}
	return nil, ledger.ErrNotFound
}

func recipients(yield func(ledger.Recipient, error) bool) {
	for _, key := range []string{"gone@example.org", "left@example.org", "a@example.org", "b@example.org"} {
		if !yield(ledger.Recipient{Key: key, Address: key}, nil) {
			return
		}
	}
}

func TestDryRun(t *testing.T) {
	ctx := context.Background()
	compose := func(number int) ([]byte, error) { return []byte{byte('0' + number)}, nil }
	for _, tt := range []struct {
		claim   string
		past    ledger.Reader
		id      string
		number  int
		draft   string
		planned ledger.Counts
		first   string
	}{
		{"an edition that is fixed keeps its number", past{}, "weekly-1", 7, "7", ledger.Counts{Pending: 2, Suppressed: 1}, "a@example.org"},
		{"a new one gets the next number", past{}, "weekly-2", 8, "8", ledger.Counts{Pending: 2, Suppressed: 1}, "a@example.org"},
		{"without a past it is the first", nil, "weekly-2", 1, "1", ledger.Counts{Pending: 4}, "gone@example.org"},
	} {
		t.Run(tt.claim, func(t *testing.T) {
			d := ledger.NewDryRun(tt.past, "weekly")
			e, err := d.Open(ctx, ledger.Edition{ID: tt.id}, compose)
			if err != nil || e.Number != tt.number || string(e.Draft) != tt.draft {
				t.Errorf("Open(%s) = number %d, draft %q, %v, want %d, %q", tt.id, e.Number, e.Draft, err, tt.number, tt.draft)
			}
			planned, err := d.Plan(ctx, ledger.Run{}, recipients, ledger.Plan{})
			if err != nil || planned != tt.planned {
				t.Errorf("Plan = %+v, %v, want %+v", planned, err, tt.planned)
			}
			claimed, err := d.Claim(ctx, ledger.Run{}, 20)
			if err != nil || !slices.Equal(claimed, []ledger.Recipient{{Key: tt.first, Address: tt.first}}) {
				t.Errorf("Claim = %v, %v, want only %s", claimed, err, tt.first)
			}
			if again, _ := d.Claim(ctx, ledger.Run{}, 20); len(again) > 0 {
				t.Errorf("second Claim = %v, want nobody", again)
			}
		})
	}
	few := func(yield func(ledger.Recipient, error) bool) {
		_ = yield(ledger.Recipient{Key: "a@example.org"}, nil) && yield(ledger.Recipient{Key: "b@example.org"}, nil)
	}
	for _, allow := range []bool{false, true} {
		_, err := ledger.NewDryRun(past{}, "weekly").Plan(ctx, ledger.Run{}, few, ledger.Plan{AllowShrunk: allow})
		if shrunk := errors.As(err, new(*ledger.ShrunkError)); shrunk == allow {
			t.Errorf("Plan of 2 after 6, allowed: %v = %v", allow, err)
		}
	}
	broken := errors.New("broken")
	if _, err := ledger.NewDryRun(nil, "weekly").Open(ctx, ledger.Edition{}, func(int) ([]byte, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("Open with a broken template = %v, want %v", err, broken)
	}
}

// A dry run finds what each gets as a run would, and keeps what the first one who
// gets something gets.
func TestDryRunOfChoices(t *testing.T) {
	ctx := context.Background()
	run := ledger.Run{Edition: "weekly-1", Owner: 1}
	list := func(choices ...string) func(func(ledger.Recipient, error) bool) {
		return func(yield func(ledger.Recipient, error) bool) {
			for i, choice := range choices {
				if !yield(ledger.Recipient{Key: string(rune('a' + i)), Choice: choice}, nil) {
					return
				}
			}
		}
	}
	d := ledger.NewDryRun(past{}, "weekly")
	planned, err := d.Plan(ctx, run, list(ledger.Nothing, "3", "1", "2", "", "3"), ledger.Plan{})
	if want := (ledger.Counts{Pending: 5, Empty: 1}); err != nil || planned != want {
		t.Errorf("Plan = %+v, %v, want %+v", planned, err, want)
	}
	missing, err := d.Missing(ctx, run.Edition)
	if err != nil || !slices.Equal(missing, []string{"1", "3"}) {
		t.Errorf("Missing = %q, %v, want 1 and 3", missing, err)
	}
	if err := d.AddVariants(ctx, run, ledger.Variant{Choice: "1", Draft: []byte("one")}, ledger.Variant{Choice: "3", Draft: []byte("three")}); err != nil {
		t.Error(err)
	}
	for choice, want := range map[string]string{"3": "three", "2": "of then"} {
		if got, err := d.Variant(ctx, run.Edition, choice); err != nil || string(got) != want {
			t.Errorf("Variant(%s) = %q, %v, want %q", choice, got, err, want)
		}
	}
	if claimed, err := d.Claim(ctx, run, 9); err != nil || len(claimed) != 1 || claimed[0].Key != "b" || claimed[0].Choice != "3" {
		t.Errorf("Claim = %+v, %v, want the first who gets something", claimed, err)
	}
	// What is made anew has nothing of what there was of it.
	if _, err := d.Open(ctx, ledger.Edition{ID: run.Edition}, func(int) ([]byte, error) { return nil, nil }); err != nil {
		t.Error(err)
	}
	if missing, err := d.Missing(ctx, run.Edition); err != nil || !slices.Equal(missing, []string{"1", "2"}) {
		t.Errorf("Missing of an edition that is made anew = %q, %v, want all but the first recipient's", missing, err)
	}
}
