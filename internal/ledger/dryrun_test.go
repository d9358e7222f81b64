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
func (past) Suppressed(_ context.Context, key string) (bool, error) {
	return key == "gone@example.org", nil
}

func recipients(yield func(ledger.Recipient, error) bool) {
	for _, key := range []string{"gone@example.org", "a@example.org", "b@example.org"} {
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
		{"without a past it is the first", nil, "weekly-2", 1, "1", ledger.Counts{Pending: 3}, "gone@example.org"},
	} {
		t.Run(tt.claim, func(t *testing.T) {
			d := ledger.NewDryRun(tt.past)
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
	broken := errors.New("broken")
	if _, err := ledger.NewDryRun(nil).Open(ctx, ledger.Edition{}, func(int) ([]byte, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("Open with a broken template = %v, want %v", err, broken)
	}
}
