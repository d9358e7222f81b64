package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/google/renameio/v2"

	"digest/internal/ledger"
	"digest/internal/sqlite"
)

// A note is beside the ledger and says what was sent from here last. A ledger that
// knows less is an older copy, or a new one, and would send again.
type note struct {
	number  int // of the newest edition; 0: none was sent yet
	edition string
	sent    int // recipients that have it, or more
}

func (n *newsletter) noteFile() string { return fmt.Sprintf("%s.%s.newest", n.Database, n.Name) }

func (n *newsletter) readNote() (was note, err error) {
	data, err := os.ReadFile(n.noteFile())
	if errors.Is(err, fs.ErrNotExist) {
		return was, nil
	}
	if err != nil {
		return was, fmt.Errorf("%w; make it readable", err)
	}
	if found, err := fmt.Sscanf(string(data), "%d %s %d\n", &was.number, &was.edition, &was.sent); found < 2 && err != nil {
		return was, fmt.Errorf("%s: it does not name an edition by number and id; delete it if digest status shows the last edition that was sent", n.noteFile())
	}
	return was, nil
}

// checkNote refuses a ledger that has forgotten what was sent; db is nil if there
// is none.
func (n *newsletter) checkNote(ctx context.Context, db *sqlite.DB) error {
	was, err := n.readNote()
	if err != nil || was.number == 0 {
		return err
	}
	known := 0
	if db != nil {
		if known, _, err = db.Newest(ctx, n.Name); err != nil {
			return err
		}
	}
	has := fmt.Sprintf("its newest edition is number %d", known)
	switch {
	case known > was.number:
		return nil
	case known == 0:
		has = "it knows no edition"
	case known == was.number:
		counts, err := db.Counts(ctx, was.edition)
		if err != nil || counts.Sent >= was.sent {
			return err
		}
		has = fmt.Sprintf("it knows of %d that have edition number %d", counts.Sent, known)
	}
	return fmt.Errorf("database %s: %s, but number %d, %s, was sent from here, to %d, so it is an older copy or a new one; "+
		"restore the newest copy; or delete %s to go on with this one, and whoever got what it forgot gets it again", n.Database, has, was.number, was.edition, was.sent, n.noteFile())
}

// note notes what is sent: before the first message leaves, and at the end.
func (n *newsletter) note(e ledger.Edition, counts ledger.Counts) error {
	if n.flags.dryRun {
		return nil
	}
	was, err := n.readNote()
	is := note{e.Number, e.ID, counts.Sent}
	if err != nil || was.number > is.number || was == is {
		return err
	}
	if err := renameio.WriteFile(n.noteFile(), fmt.Appendf(nil, "%d %s %d\n", is.number, is.edition, is.sent), 0o600); err != nil {
		return fmt.Errorf("%w; make the folder of the database writable", err)
	}
	return nil
}
