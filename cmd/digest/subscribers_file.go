package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"

	"github.com/google/renameio/v2"

	"digest/internal/subscriber"
)

// rewriteList changes the file of the list, as a whole or not at all. It keeps
// its mode, and of what is not changed every byte.
func (n *newsletter) rewriteList(drop func(subscriber.Subscriber) bool, more iter.Seq2[subscriber.Subscriber, error]) (err error) {
	f, err := openList(n.Subscribers)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	name, err := filepath.EvalSymlinks(n.Subscribers)
	if err != nil {
		return err
	}
	out, err := renameio.NewPendingFile(name, renameio.WithTempDir(filepath.Dir(name)), renameio.WithExistingPermissions())
	if err != nil {
		return fmt.Errorf("subscribers: %w; make the folder of the list writable", err)
	}
	defer func() { err = errors.Join(err, out.Cleanup()) }()
	w := bufio.NewWriter(out)
	if err := subscriber.Rewrite(w, io.NewSectionReader(f, 0, info.Size()), drop, more); err != nil {
		return fmt.Errorf("%s: %w", n.Subscribers, err)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return out.CloseAtomicallyReplace()
}
