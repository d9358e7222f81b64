package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// A crowd makes the changes of many callers in one transaction: those that come
// while one is on its way to the disk share the next. A server has as many callers
// as there are readers, and a run that sends leaves it little of the lock.
type crowd struct {
	mu      sync.Mutex
	waiting []*member
	working bool
	group   sync.WaitGroup // of who works
}

type member struct {
	ctx  context.Context
	f    func(*sql.Tx) error
	done chan error
}

// together runs f in a transaction that holds the write lock from its start, with
// those of others. A fault of f undoes what it did and nothing else. It waits for f
// whatever becomes of ctx: what a reader has asked for happens, also if their
// program does not wait for the answer.
func (d *DB) together(ctx context.Context, f func(*sql.Tx) error) error {
	m := &member{context.WithoutCancel(ctx), f, make(chan error, 1)}
	d.crowd.mu.Lock()
	d.crowd.waiting = append(d.crowd.waiting, m)
	if !d.crowd.working {
		d.crowd.working = true
		d.crowd.group.Go(d.serveCrowd)
	}
	d.crowd.mu.Unlock()
	return <-m.done
}

func (d *DB) serveCrowd() {
	for {
		d.crowd.mu.Lock()
		all := d.crowd.waiting
		d.crowd.waiting, d.crowd.working = nil, len(all) > 0
		d.crowd.mu.Unlock()
		if len(all) == 0 {
			return
		}
		faults := make([]error, len(all))
		err := d.update(context.Background(), func(tx *sql.Tx) error {
			for i, m := range all {
				var err error
				if faults[i], err = apart(m.ctx, tx, m.f); err != nil {
					return err
				}
			}
			return nil
		})
		for i, m := range all {
			if fault := faults[i]; fault != nil {
				m.done <- d.wrap(fault)
				continue
			}
			m.done <- err
		}
	}
}

// apart runs f so that its fault undoes nothing but its own changes. An error is
// the transaction's.
func apart(ctx context.Context, tx *sql.Tx, f func(*sql.Tx) error) (fault, err error) {
	if _, err := tx.ExecContext(ctx, `SAVEPOINT member`); err != nil {
		return nil, err
	}
	if fault = f(tx); fault != nil {
		_, err = tx.ExecContext(ctx, `ROLLBACK TO member`)
	}
	_, released := tx.ExecContext(ctx, `RELEASE member`)
	return fault, errors.Join(err, released)
}
