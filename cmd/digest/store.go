package main

import (
	"context"
	"digest/internal/sqlite"
	"digest/internal/subscriber"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// A store reads beside the changes that are on their way.
type store struct {
	*sqlite.DB
	reads *sqlite.DB
}

func (n *newsletter) openStore(ctx context.Context) (*store, error) {
	if _, err := os.Stat(n.Database); errors.Is(err, fs.ErrNotExist) {
		n.log.Warn(fmt.Sprintf("%s is not there and is made now; nothing was sent from here yet", n.Database))
	}
	db, err := sqlite.Open(ctx, n.Database, n.clock)
	if err != nil {
		return nil, err
	}
	reads, err := sqlite.OpenReadOnly(ctx, n.Database)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &store{db, reads}, nil
}

func (s *store) close() error { return errors.Join(s.reads.Close(), s.DB.Close()) }

func (s *store) Readers(ctx context.Context, newsletter string, tag int64) ([]subscriber.Subscriber, error) {
	return s.reads.Readers(ctx, newsletter, tag)
}

func (s *store) State(ctx context.Context, newsletter, key string) (subscriber.State, error) {
	return s.reads.State(ctx, newsletter, key)
}

func (s *store) Ping(ctx context.Context) error { return s.reads.Ping(ctx) }
