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

// newestFile is beside the ledger and names the newest edition that was sent from
// here. A ledger that does not know it is an older copy, or a new one, and would
// send again.
func (n *newsletter) newestFile() string { return fmt.Sprintf("%s.%s.newest", n.Database, n.Name) }

// checkNewest refuses a ledger that has forgotten editions.
func (n *newsletter) checkNewest(ctx context.Context, db *sqlite.DB) error {
	sent, edition, err := n.newest()
	if err != nil {
		return err
	}
	known, _, err := db.Newest(ctx, n.Name)
	if err != nil || known >= sent {
		return err
	}
	was := fmt.Sprintf("its newest edition is number %d", known)
	if known == 0 {
		was = "it knows no edition"
	}
	return fmt.Errorf("database %s: %s, but number %d, %s, was sent from here, so it is an older copy or a new one; "+
		"restore the newest copy; or delete %s to go on with this one, and whoever got what it forgot gets it again", n.Database, was, sent, edition, n.newestFile())
}

// newest reads the note of the newest edition; number is 0 if there is none.
func (n *newsletter) newest() (number int, edition string, err error) {
	data, err := os.ReadFile(n.newestFile())
	if errors.Is(err, fs.ErrNotExist) {
		return 0, "", nil
	}
	if err != nil {
		return 0, "", fmt.Errorf("%w; make it readable", err)
	}
	if _, err := fmt.Sscanf(string(data), "%d %s\n", &number, &edition); err != nil {
		return 0, "", fmt.Errorf("%s: it does not name an edition by number and id; delete it if digest status shows the last edition that was sent", n.newestFile())
	}
	return number, edition, nil
}

// noteNewest notes, before the first message leaves, that the edition is sent.
func (n *newsletter) noteNewest(e ledger.Edition) error {
	if number, _, err := n.newest(); err != nil || number >= e.Number {
		return err
	}
	if err := renameio.WriteFile(n.newestFile(), fmt.Appendf(nil, "%d %s\n", e.Number, e.ID), 0o600); err != nil {
		return fmt.Errorf("%w; make the folder of the database writable", err)
	}
	return nil
}
