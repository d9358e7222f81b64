package sqlite

import (
	"context"
	"errors"
	"sync"
	"time"

	"digest/internal/ledger"
)

// A writer makes the changes that many connections ask for at once: what comes
// while one transaction is on its way to the disk is the next transaction. The
// slower the disk, the more they share a write to it.
//
// After a failure it writes nothing more, and says so to everyone: once the disk
// has refused a write, nobody knows what the pages in memory are worth.
type writer struct {
	db         *DB
	statements *statements

	mu       sync.Mutex
	next     *group // of the next transaction
	working  bool   // a goroutine writes, and takes next when it is done
	failure  error
	expected int           // commits: as many as the last transaction had
	complete chan struct{} // next has as many
}

const (
	// many commits in one transaction are a sign that more are about to come:
	// the connections that shared it are at their next message.
	many = 3
	// gather is how long the next transaction then waits for as many.
	gather = 2 * time.Millisecond
)

// A group is what one transaction holds.
type group struct {
	changes []change
	commits int
	refused map[change]error // commits that must not be, and why
	done    chan struct{}    // closed when the transaction has ended
	err     error            // of the transaction; to be read when it is done
}

type change struct {
	run ledger.Run
	ledger.Settlement
}

func newGroup() *group { return &group{done: make(chan struct{})} }

func newWriter(d *DB) *writer {
	return &writer{db: d, next: newGroup(), complete: make(chan struct{}, 1)}
}

// add puts changes into the next transaction, all into the same one. They are
// made in the order in which they are added.
func (w *writer) add(changes ...change) *group {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.next
	g.changes = append(g.changes, changes...)
	for _, c := range changes {
		if c.State != ledger.Committing {
			continue
		}
		if g.commits++; g.commits == w.expected {
			w.complete <- struct{}{}
		}
	}
	if !w.working {
		w.working = true
		go w.work()
	}
	return g
}

// work writes until nothing is left to be written.
func (w *writer) work() {
	for {
		g := w.take()
		if g == nil {
			return
		}
		if g.err == nil {
			g.err = w.write(g)
		}
		if g.err != nil {
			w.mu.Lock()
			w.failure = g.err
			w.mu.Unlock()
		}
		close(g.done)
	}
}

// take waits for the next transaction to be complete. It returns nil if nothing
// is to be written.
func (w *writer) take() *group {
	w.mu.Lock()
	if len(w.next.changes) == 0 {
		w.working = false
		w.mu.Unlock()
		return nil
	}
	if w.expected >= many && w.next.commits < w.expected {
		w.mu.Unlock()
		select {
		case <-w.complete:
		case <-time.After(gather):
		}
		w.mu.Lock()
	}
	defer w.mu.Unlock()
	select { // it came too late, or nobody waited
	case <-w.complete:
	default:
	}
	g := w.next
	if g.commits > 0 {
		w.expected = g.commits
	}
	w.next = newGroup()
	g.err = w.failure
	return g
}

// flush waits until all that was added is on disk, and returns what kept it
// from being so.
func (w *writer) flush() error {
	w.mu.Lock()
	idle, failure := !w.working, w.failure
	w.mu.Unlock()
	if idle {
		return failure
	}
	g := w.add(change{}) // it comes after all others, and changes nothing
	<-g.done
	return g.err
}

// close ends the work, so that the database can be closed.
func (w *writer) close() error {
	err := w.flush()
	if w.statements == nil {
		return err
	}
	return errors.Join(err, w.db.raw(func(driverConn) error { return w.statements.close() }))
}

// write makes the changes of a group in one transaction.
func (w *writer) write(g *group) error {
	err := w.db.raw(func(conn driverConn) error {
		if w.statements == nil || w.statements.conn != conn {
			var err error
			if w.statements, err = prepare(conn); err != nil {
				return err
			}
		}
		return w.statements.transact(func(s *statements) error {
			now := w.db.now().UnixMilli()
			for _, c := range g.changes {
				if err := s.change(g, c, now); err != nil {
					return err
				}
			}
			return nil
		})
	})
	return w.db.wrap(err)
}

// change makes one change. A commit that meets no claim is lost; one of somebody
// who has left gives the claim back.
func (s *statements) change(g *group, c change, now int64) error {
	switch c.State {
	case "":
		return nil
	case ledger.Committing:
		n, err := s.exec(s.commit, now, c.ID, c.run.Owner)
		if err != nil || n > 0 {
			return err
		}
		if g.refused == nil {
			g.refused = map[change]error{}
		}
		g.refused[c] = ledger.ErrLost
		if n, err = s.exec(s.leave, now, c.ID, c.run.Owner); err == nil && n > 0 {
			g.refused[c] = ledger.ErrLeft
		}
		return err
	}
	_, err := s.exec(s.settle, string(c.State), int64(c.Code), c.Reply, now, c.State != ledger.Pending, c.ID, c.run.Owner)
	if err == nil && (c.State == ledger.Deferred || c.State == ledger.Pending) {
		var due int64
		if !c.Due.IsZero() {
			due = c.Due.UnixMilli()
		}
		_, err = s.exec(s.postpone, due, c.ID, c.run.Owner)
	}
	if err == nil && c.Suppress {
		_, err = s.exec(s.suppress, c.Reply, now, c.ID)
	}
	return err
}

// Commit notes that the final dot is about to leave for a claimed recipient.
// It is durable when Commit returns. [ledger.ErrLost] and [ledger.ErrLeft] mean that
// it must not.
func (d *DB) Commit(_ context.Context, run ledger.Run, id int64) error {
	c := change{run, ledger.Settlement{ID: id, State: ledger.Committing}}
	g := d.writer.add(c)
	<-g.done
	if g.err == nil {
		return g.refused[c]
	}
	return g.err
}

// Settle records what became of recipients that the run had claimed. What it is
// told last is what counts, even if another run has called it unknown. It does
// not wait for the disk: what is settled is durable when a later Commit or Flush
// returns, and an error is theirs.
func (d *DB) Settle(_ context.Context, run ledger.Run, settled ...ledger.Settlement) error {
	changes := make([]change, len(settled))
	for i, s := range settled {
		changes[i] = change{run, s}
	}
	d.writer.add(changes...)
	return nil
}

// Flush waits until all that was settled is durable.
func (d *DB) Flush(context.Context) error { return d.writer.flush() }
