package sqlite

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"digest/internal/ledger"
)

// sentEditions is a ledger in which so many editions were sent to one recipient;
// those in not were not delivered. It returns the deliveries.
func sentEditions(t *testing.T, editions int, not map[int]bool) (*DB, []ledger.Delivery) {
	t.Helper()
	d := newDB(t, filepath.Join(t.TempDir(), "digest.db"))
	var deliveries []ledger.Delivery
	for i := 1; i <= editions; i++ {
		run := ledger.Run{Edition: fmt.Sprint("weekly-", i), Owner: 1}
		if _, err := d.Open(ctx, ledger.Edition{ID: run.Edition, Newsletter: "weekly", Content: []byte{}}, func(int) ([]byte, error) { return []byte{}, nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Plan(ctx, run, recipients(1), ledger.Plan{}); err != nil {
			t.Fatal(err)
		}
		claimed, err := d.Claim(ctx, run, 1)
		if err != nil || len(claimed) != 1 {
			t.Fatalf("Claim = %v, %v", claimed, err)
		}
		settled := ledger.Settlement{ID: claimed[0].ID, State: ledger.Sent}
		if not[i] {
			settled.State = ledger.Rejected
		}
		if err := errors.Join(d.Commit(ctx, run, settled.ID), d.Settle(ctx, run, settled), d.Flush(ctx)); err != nil {
			t.Fatal(err)
		}
		of, err := d.Delivery(ctx, settled.ID)
		if err != nil || of.Edition != run.Edition || of.Number != i || of.Newsletter != "weekly" || of.Key != claimed[0].Key || of.Address != claimed[0].Address {
			t.Fatalf("Delivery(%d) = %+v, %v", settled.ID, of, err)
		}
		deliveries = append(deliveries, of)
	}
	return d, deliveries
}

func TestSoftBouncesInARow(t *testing.T) {
	for _, tt := range []struct {
		name       string
		not        map[int]bool
		back       []int // editions in the order of their reports
		rows       []int
		suppressed bool // by the last one
	}{
		{"three in a row", nil, []int{1, 2, 3}, []int{1, 2, 3}, true},
		{"in any order", nil, []int{3, 1, 2}, []int{1, 1, 3}, true},
		{"while later ones are on their way", nil, []int{2, 3, 4}, []int{1, 2, 3}, true},
		{"one was delivered between", nil, []int{1, 2, 4, 5}, []int{1, 2, 1, 2}, false},
		{"one was not delivered between", map[int]bool{3: true}, []int{1, 2, 4}, []int{1, 2, 3}, true},
		{"two reports of one edition", nil, []int{1, 1, 2, 2}, []int{1, 1, 2, 2}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, deliveries := sentEditions(t, 6, tt.not)
			for i, n := range tt.back {
				c, err := d.Bounce(ctx, deliveries[n-1], ledger.Bounce{Message: fmt.Sprint(i), Kind: "soft", Reply: "full"}, 3)
				last := i == len(tt.back)-1
				if err != nil || c.Known || c.Row != tt.rows[i] || c.Suppressed != (last && tt.suppressed) {
					t.Errorf("Bounce of edition %d = %+v, %v, want %d in a row, suppressed %v", n, c, err, tt.rows[i], last && tt.suppressed)
				}
			}
			if gone, err := d.Suppressed(ctx, deliveries[0].Key); err != nil || gone != tt.suppressed {
				t.Errorf("Suppressed = %v, %v, want %v", gone, err, tt.suppressed)
			}
		})
	}
}

func TestBounceSuppressesOnce(t *testing.T) {
	for _, kind := range []string{"hard", "complaint"} {
		d, deliveries := sentEditions(t, 2, nil)
		first, err := d.Bounce(ctx, deliveries[0], ledger.Bounce{Message: "1", Kind: kind, Status: "5.1.1", Reply: "no such mailbox"}, 5)
		if want := (ledger.Consequence{Suppressed: true}); err != nil || first != want {
			t.Errorf("Bounce(%s) = %+v, %v, want %+v", kind, first, err, want)
		}
		again, err := d.Bounce(ctx, deliveries[0], ledger.Bounce{Message: "1", Kind: kind}, 5)
		if want := (ledger.Consequence{Known: true}); err != nil || again != want {
			t.Errorf("Bounce(%s) again = %+v, %v, want %+v", kind, again, err, want)
		}
		other, err := d.Bounce(ctx, deliveries[1], ledger.Bounce{Message: "2", Kind: kind}, 5)
		if want := (ledger.Consequence{}); err != nil || other != want {
			t.Errorf("Bounce(%s) of another edition = %+v, %v, want %+v", kind, other, err, want)
		}
		var reason string
		if err := d.db.QueryRow("SELECT reason FROM suppression").Scan(&reason); err != nil || reason != kind+": no such mailbox (weekly-1)" {
			t.Errorf("the reason is %q, %v", reason, err)
		}
	}
}

func TestDeliveryOfNoNumber(t *testing.T) {
	d, _ := sentEditions(t, 1, nil)
	if of, err := d.Delivery(ctx, 999); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Delivery(999) = %+v, %v, want %v", of, err, ledger.ErrNotFound)
	}
}
