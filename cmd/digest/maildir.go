package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"digest/internal/bounce"
)

// maildir settles the messages in new, and moves those that need nobody to cur.
// It returns how many could not be settled.
func (r *returns) maildir(ctx context.Context, dir string) (failed int) {
	root, err := os.OpenRoot(dir) // a name in it leads nowhere else
	if err != nil {
		r.log.Error(err.Error())
		return 1
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), "new")
	if err != nil {
		r.log.Error(fmt.Sprintf("%s: %v; name a Maildir, which has the folders new, cur and tmp", dir, err))
		return 1
	}
	for _, e := range entries {
		if ctx.Err() != nil {
			r.log.Error(ctx.Err().Error())
			return failed + 1
		}
		if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		kind, err := r.file(ctx, root.Open, "new/"+e.Name(), filepath.Join(dir, "new", e.Name()))
		if err == nil && kind != bounce.Unclear {
			err = root.Rename("new/"+e.Name(), "cur/"+seen(e.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // a mail program may have moved it
			r.log.Error(err.Error())
			failed++
		}
	}
	return failed
}

// seen is the name of a message in cur that was read.
func seen(name string) string {
	name, _, _ = strings.Cut(name, ":2,")
	return name + ":2,S"
}

// pipe settles one message. It is on disk before it is read, and stays there
// unless the ledger has it: in new of a Maildir, or in cur if it needs nobody.
// Its name there is that of its bytes: a message that comes again is there once.
func (r *returns) pipe(ctx context.Context, stdin io.Reader) error {
	dir := r.Bounces.Kept
	for _, sub := range []string{"tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return fmt.Errorf("bounces.kept: %w; make its folder writable", err)
		}
	}
	f, err := os.CreateTemp(filepath.Join(dir, "tmp"), "*.digest")
	if err != nil {
		return fmt.Errorf("bounces.kept: %w; make the folder writable", err)
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, sum), stdin)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("standard input: %w; give it once more", err), f.Close(), os.Remove(f.Name()))
	}
	base := hex.EncodeToString(sum.Sum(nil)[:16]) + ".digest"
	kept := filepath.Join(dir, "new", base)
	kind, settled := r.settle(ctx, kept, f)
	switch {
	case settled != nil, kind == bounce.Unclear:
	case kind == bounce.AutoReply:
		kept = filepath.Join(dir, "cur", seen(base))
	default:
		return errors.Join(f.Close(), os.Remove(f.Name()))
	}
	if err := keep(f, kept); err != nil {
		return errors.Join(settled, fmt.Errorf("bounces.kept: %w; make room, and give the message once more", err))
	}
	if settled != nil {
		return fmt.Errorf("%w; the message is kept: when that is mended, run: digest bounce %s", settled, dir)
	}
	return nil
}

// keep gives a file its name for good, durably.
func keep(f *os.File, name string) error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
