package bookmark

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync/atomic"
)

// blockNames is how many names a block has at most: few enough that the files of
// one large folder go to all readers.
const blockNames = 128

// A block is some of the content files of a folder.
type block struct {
	folder  *sharedFolder // nil: nothing is to be opened
	dir     string        // the folder, as users see it
	below   string        // the same below its source
	names   []entry
	bundle  bool     // it is one, or within one
	within  bool     // it is within one: no file of it is a page
	results []result // of a folder that cannot be listed
}

// An entry is a name in a folder with the type it had when it was listed.
type entry struct {
	name string
	mode fs.FileMode
}

// A sharedFolder is closed when the last one that has a share in it lets go.
type sharedFolder struct {
	folder
	index  *folderIndex
	shares atomic.Int32
}

func (f *sharedFolder) release() {
	if f.shares.Add(-1) == 0 {
		f.close()
		f.index.done()
	}
}

// A walker lists folders into blocks, until stop is closed.
type walker struct {
	stop   <-chan struct{}
	blocks chan<- block
	index  *Index // or nil
	device uint64 // of the source; the index knows no other
}

func (w walker) source(s Source) {
	root, err := openRoot(s.FS)
	if err != nil {
		w.fault(s.Name, err)
		return
	}
	defer root.close()
	var ok bool
	if w.device, ok = root.keepsTime(); !ok {
		w.index = nil
	}
	// One folder is open at a time, and those that are being read: however deep
	// they lie, open files do not run out.
	for rest := []place{{".", false}}; len(rest) > 0; {
		next := rest[len(rest)-1]
		rest = rest[:len(rest)-1]
		within, ok := w.folder(root, s.Name, next)
		if !ok {
			return
		}
		rest = append(rest, within...)
	}
}

// A place is where a folder is below its source.
type place struct {
	name     string
	inBundle bool
}

func (w walker) send(b block) (ok bool) {
	select {
	case w.blocks <- b:
		return true
	case <-w.stop:
		return false
	}
}

// fault says that a folder could not be listed.
func (w walker) fault(dir string, err error) (ok bool) {
	p := path.Clean(dir)
	return w.send(block{results: []result{{Bookmark{Path: p}, &FileError{p, 0, bare(err), "its files are left out"}}}})
}

// A listing is what a folder holds.
type listing struct {
	files   []entry // content; none if there are too many to hold
	many    bool    // there are
	folders []entry
	index   bool // it holds an index.md
}

// maxHeld is how many names of files are held at once: those of a folder with
// more are listed a second time.
const maxHeld = 8192

func list(f folder) (l listing, err error) {
	err = f.list(func(e entry) bool {
		switch {
		case ignored(e.name):
		case e.mode.IsDir():
			l.folders = append(l.folders, e)
		case isContent(e.name):
			l.index = l.index || isIndex(e.name) && e.mode.IsRegular()
			if l.many = l.many || len(l.files) == maxHeld; l.many {
				l.files = nil
				break
			}
			l.files = append(l.files, e)
		}
		return true
	})
	return l, err
}

// folder lists a folder into blocks and returns those within. Within a bundle,
// the folder of an index.md, all other files are resources of that page and no
// pages.
func (w walker) folder(root folder, source string, at place) (within []place, ok bool) {
	dir := path.Join(source, at.name)
	f, err := root.sub(at.name)
	if err != nil {
		return nil, w.fault(dir, err)
	}
	shared := &sharedFolder{folder: f, index: w.index.of(dir, w.device)}
	shared.shares.Store(1)
	defer shared.release()
	l, err := list(f)
	bundle := at.inBundle || l.index && at.name != "."
	send := func(files []entry) bool {
		shared.shares.Add(1)
		ok := w.send(block{folder: shared, dir: dir, below: at.name, names: files, bundle: bundle, within: at.inBundle})
		if !ok {
			shared.release()
		}
		return ok
	}
	ok = true
	if l.many {
		var some []entry
		err = f.list(func(e entry) bool {
			if ignored(e.name) || e.mode.IsDir() || !isContent(e.name) {
				return true
			}
			if some = append(some, e); len(some) == blockNames {
				ok, some = send(some), nil
			}
			return ok
		})
		l.files = some
	}
	for files := range slices.Chunk(l.files, blockNames) {
		ok = ok && send(files)
	}
	if err != nil {
		ok = ok && w.fault(dir, err)
	}
	for _, e := range l.folders {
		within = append(within, place{path.Join(at.name, e.name), bundle})
	}
	return within, ok
}

// notAPage says why a file of the block is none, or is empty.
func (b block) notAPage(name string) string {
	switch {
	case b.within || b.bundle && !isIndex(name):
		return "it is a resource of the bundle it lies in"
	case strings.HasPrefix(name, "_index."):
		return "it is the page of a section"
	}
	return ""
}

func isContent(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdown", ".html", ".htm":
		return true
	}
	return false
}

func isIndex(name string) bool {
	return strings.HasPrefix(name, "index.") && isContent(name) && strings.TrimSuffix(name, path.Ext(name)) == "index"
}

func ignored(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "#") || strings.HasSuffix(name, "~") || strings.HasSuffix(name, ".bak")
}
