package sqlite

import (
	"context"
	"database/sql"
	"sync"

	"digest/internal/ledger"
)

// A writer makes the changes that many connections ask for at once: what comes
// while one transaction is on its way to the disk is the next transaction. The
// slower the disk, the more they share a write to it.
//
// After a failure it writes nothing more, and says so to everyone: once the disk
// has refused a write, nobody knows what the pages in memory are worth.
type writer struct {
	db             *DB
	commit, settle *sql.Stmt
	suppress       *sql.Stmt

	mu      sync.Mutex
	next    *group // of the next transaction
	working bool   // a goroutine writes, and takes next when it is done
	failure error
}

// A group is what one transaction holds.
type group struct {
	changes []change
	lost    map[change]bool // commits whose claim is gone
	done    chan struct{}   // closed when the transaction has ended
	err     error           // of the transaction; to be read when it is done
}

type change struct {
	run ledger.Run
	ledger.Settlement
}

func newGroup() *group { return &group{done: make(chan struct{})} }

func newWriter(ctx context.Context, d *DB) (*writer, error) {
	w := &writer{db: d, next: newGroup()}
	for _, s := range []struct {
		to    **sql.Stmt
		query string
	}{
		{&w.commit, `UPDATE delivery SET state = 'committing', changed = ?
			WHERE id = ? AND edition = ? AND owner = ? AND state = 'claimed'`},
		{&w.settle, `UPDATE delivery SET state = ?1, code = ?2, reply = ?3, changed = ?4, due = ?5,
			attempts = attempts + (?1 <> 'pending' AND state <> 'unknown')
			WHERE id = ?6 AND edition = ?7 AND owner = ?8 AND state IN ('claimed', 'committing', 'unknown')`},
		{&w.suppress, `INSERT INTO suppression (recipient, address, reason, since)
			SELECT recipient, address, ?, ? FROM delivery WHERE id = ? AND edition = ? ON CONFLICT DO NOTHING`},
	} {
		var err error
		if *s.to, err = d.db.PrepareContext(ctx, s.query); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// add puts changes into the next transaction, all into the same one. They are
// made in the order in which they are added.
func (w *writer) add(changes ...change) *group {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.next
	g.changes = append(g.changes, changes...)
	if !w.working {
		w.working = true
		go w.work()
	}
	return g
}

// work writes until nothing is left to be written.
func (w *writer) work() {
	for {
		w.mu.Lock()
		g := w.next
		if len(g.changes) == 0 {
			w.working = false
			w.mu.Unlock()
			return
		}
		w.next = newGroup()
		g.err = w.failure
		w.mu.Unlock()
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

func (w *writer) write(g *group) error {
	ctx := context.Background() // what is known must be recorded, whoever has lost interest
	return w.db.update(ctx, func(tx *sql.Tx) error {
		now := w.db.now().UnixMilli()
		commit, settle := tx.StmtContext(ctx, w.commit), tx.StmtContext(ctx, w.settle)
		for _, c := range g.changes {
			var err error
			switch c.State {
			case "":
			case ledger.Committing:
				var result sql.Result
				if result, err = commit.ExecContext(ctx, now, c.ID, c.run.Edition, c.run.Owner); err == nil {
					err = g.note(c, result)
				}
			default:
				var due int64
				if !c.Due.IsZero() {
					due = c.Due.UnixMilli()
				}
				_, err = settle.ExecContext(ctx, c.State, c.Code, c.Reply, now, due, c.ID, c.run.Edition, c.run.Owner)
				if err == nil && c.Suppress {
					_, err = tx.StmtContext(ctx, w.suppress).ExecContext(ctx, c.Reply, now, c.ID, c.run.Edition)
				}
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// note notes a commit that met no claim.
func (g *group) note(c change, result sql.Result) error {
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		if g.lost == nil {
			g.lost = map[change]bool{}
		}
		g.lost[c] = true
	}
	return err
}

// Commit notes that the final dot is about to leave for a claimed recipient.
// It is durable when Commit returns. [ledger.ErrLost] means that it must not.
func (d *DB) Commit(_ context.Context, run ledger.Run, id int64) error {
	c := change{run, ledger.Settlement{ID: id, State: ledger.Committing}}
	g := d.writer.add(c)
	<-g.done
	if g.err == nil && g.lost[c] {
		return ledger.ErrLost
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
