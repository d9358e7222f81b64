package delivery_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"digest/internal/delivery"
	"digest/internal/email"
	"digest/internal/ledger"
	"digest/internal/sqlite"
)

// An edition goes to three recipients; done again, to nobody.
func ExampleJob() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "delivery")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	db, err := sqlite.Open(ctx, filepath.Join(dir, "digest.db"), time.Now)
	if err != nil {
		panic(err)
	}
	defer db.Close()
	draft, err := render()
	if err != nil {
		panic(err)
	}
	edition := ledger.Edition{ID: draft.Edition, Newsletter: "weekly", Content: []byte{}}
	if _, err := db.Open(ctx, edition, func(int) ([]byte, error) { return draft.MarshalJSON() }); err != nil {
		panic(err)
	}
	if _, err := db.Plan(ctx, run, recipients(3), ledger.Plan{}); err != nil {
		panic(err)
	}
	job := delivery.Job{
		Run:         run,
		Ledger:      db,
		Compose:     compose(draft),
		Connect:     func() delivery.Sender { return email.Outbox(filepath.Join(dir, "outbox")) },
		Connections: 2,
	}
	for range 2 {
		report, err := job.Do(ctx)
		fmt.Printf("%+v %v\n", report, err)
	}
	// Output:
	// {Sent:3 Deferred:0 Rejected:0 Unknown:0} <nil>
	// {Sent:0 Deferred:0 Rejected:0 Unknown:0} <nil>
}
