package email

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// An Outbox is a Maildir that messages are put into instead of being sent: any
// mail program opens it. The name of a message's file derives from its
// Message-ID, so a message that is put there again is there once.
type Outbox string

// Send writes the message to tmp, calls commit, and moves it to new. The
// folders are there after [Outbox.Connect].
func (o Outbox) Send(_ context.Context, m Message, _ *Message, commit func() error) Outcome {
	if err := o.deliver(m, commit); err != nil {
		return Outcome{Status: Deferred, Blame: BlameSender, Phase: "outbox", Reply: printable(err.Error()), Stop: true}
	}
	return Outcome{Status: Sent, Phase: "outbox"}
}

// Connect makes the folders of the Maildir.
func (o Outbox) Connect(context.Context) error {
	for _, dir := range []string{"tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(string(o), dir), 0o700); err != nil {
			return fmt.Errorf("outbox: %w; make its folder writable, or set delivery.outbox", err)
		}
	}
	return nil
}

func (o Outbox) deliver(m Message, commit func() error) error {
	id, _, _ := strings.Cut(m.ID, "@")
	name := m.draft.Edition + "." + id + ".digest"
	tmp := filepath.Join(string(o), "tmp", name)
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = m.WriteTo(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, remove(tmp))
	}
	if err := commit(); err != nil {
		return errors.Join(err, remove(tmp))
	}
	dir := filepath.Join(string(o), "new")
	if err := os.Rename(tmp, filepath.Join(dir, name)); err != nil {
		return errors.Join(err, remove(tmp))
	}
	return syncDir(dir)
}

func remove(name string) error {
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// syncDir makes the names in a folder durable.
func syncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Close does nothing: every message is whole in its file.
func (o Outbox) Close() error { return nil }
