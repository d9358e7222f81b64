package preview

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// A watch notices changes of files, and of all beneath directories. It asks the
// system to tell of each directory instead of looking at each file: there may be
// a hundred thousand of them.
type watch struct {
	notify *fsnotify.Watcher
	roots  []string
	log    *slog.Logger
}

func newWatch(paths []string, log *slog.Logger) (*watch, error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	w := &watch{notify: notify, log: log}
	for _, path := range paths {
		if path, err = filepath.Abs(path); err != nil {
			notify.Close()
			return nil, err
		}
		w.root(path)
		// A link may be set anew, or what it leads to may change.
		if real, err := filepath.EvalSymlinks(path); err == nil && real != path {
			w.root(real)
		}
	}
	return w, nil
}

// root watches a path: by way of its directory, since editors save to a new file
// and give it the old name.
func (w *watch) root(path string) {
	w.roots = append(w.roots, path)
	w.add(filepath.Dir(path))
	w.grow(path)
}

// grow watches the directories from here on down, if this is one.
func (w *watch) grow(path string) {
	filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			w.miss(path, err)
			return nil
		case !entry.IsDir():
			return nil
		case w.passes(path):
			return fs.SkipDir
		}
		w.add(path)
		return nil
	})
}

func (w *watch) add(dir string) {
	if err := w.notify.Add(dir); err != nil {
		w.miss(dir, err)
	}
}

// miss logs what cannot be watched, unless it is not there.
func (w *watch) miss(path string, err error) {
	if !errors.Is(err, fs.ErrNotExist) {
		w.log.Warn("the preview does not notice all changes", "path", path, "cause", err)
	}
}

// settle is how long after a change it is told, with all that come meanwhile.
const settle = 100 * time.Millisecond

// run tells of changes until ctx is done. What changes without a pause is told
// again and again, not put off.
func (w *watch) run(ctx context.Context, changed func()) {
	defer w.notify.Close()
	var soon <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case event := <-w.notify.Events:
			if w.concerns(event) && soon == nil {
				soon = time.After(settle)
			}
		case err := <-w.notify.Errors:
			w.log.Warn("the preview may have missed a change", "cause", err)
			for _, root := range w.roots {
				w.grow(root)
			}
			soon = time.After(settle)
		case <-soon:
			soon = nil
			changed()
		}
	}
}

// concerns reports whether an event is about what is watched. A new directory is
// watched from now on.
func (w *watch) concerns(event fsnotify.Event) bool {
	if event.Op == fsnotify.Chmod || w.passes(event.Name) {
		return false
	}
	if event.Has(fsnotify.Create) {
		if info, err := os.Lstat(event.Name); err == nil && info.IsDir() {
			w.grow(event.Name)
		}
	}
	return true
}

// passes reports whether a path is passed over: it is beneath no root, or hidden
// there, as what editors and version control keep for themselves.
func (w *watch) passes(path string) bool {
	for _, root := range w.roots {
		beneath, ok := strings.CutPrefix(path, root)
		switch {
		case !ok:
		case beneath == "", os.IsPathSeparator(beneath[0]) && !hidden(beneath):
			return false
		}
	}
	return true
}

func hidden(path string) bool {
	return strings.HasSuffix(path, "~") || strings.Contains(filepath.ToSlash(path), "/.")
}
