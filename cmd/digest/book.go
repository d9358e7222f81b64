package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/gofrs/flock"

	"digest/internal/ledger"
	"digest/internal/sqlite"
)

// openBook opens the ledger, for this run alone; or for a dry run one that
// answers from it and records nothing. past is the database itself, nil if
// there is none. An error of closeBook is one of the disk.
func (n *newsletter) openBook(ctx context.Context) (b book, past *sqlite.DB, closeBook func() error, err error) {
	if n.flags.dryRun {
		past, err := n.past(ctx)
		if err != nil || past == nil {
			return ledger.NewDryRun(nil, n.Name), nil, func() error { return nil }, err
		}
		return ledger.NewDryRun(past, n.Name), past, past.Close, nil
	}
	unlock, err := n.lock()
	if err != nil {
		return nil, nil, nil, err
	}
	db, err := sqlite.Open(ctx, n.Database, n.clock)
	if err != nil {
		unlock()
		return nil, nil, nil, err
	}
	closeBook = func() error { defer unlock(); return db.Close() }
	if err := n.checkNote(ctx, db); err != nil {
		return nil, nil, nil, errors.Join(err, closeBook())
	}
	return db, db, closeBook, nil
}

// lock keeps runs from overlapping. It is a courtesy, so that two runs do not
// share the work: what keeps a message from being sent twice is the ledger.
func (n *newsletter) lock() (unlock func(), err error) {
	name := fmt.Sprintf("%s.%s.lock", n.Database, n.Name)
	l := flock.New(name, flock.SetPermissions(0o600))
	locked, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock: %w; make the folder of the database writable", err)
	}
	if !locked {
		holder := "another run"
		if data, err := os.ReadFile(name); err == nil && len(data) > 0 {
			holder = strings.TrimSpace(string(data))
		}
		return nil, &exitError{exitBusy, fmt.Errorf("%s of this newsletter is at work; wait for it to end", holder)}
	}
	who := fmt.Sprintf("a run (process %d, since %s)\n", os.Getpid(), n.clock().Format("2006-01-02 15:04:05"))
	if err := os.WriteFile(name, []byte(who), 0o600); err != nil {
		return nil, errors.Join(err, l.Unlock())
	}
	return func() { _ = l.Unlock() }, nil
}
