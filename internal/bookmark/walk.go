package bookmark

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"sync/atomic"
)

// blockNames is how many names a block has at most: few enough that the files of
// one large folder go to all readers.
const blockNames = 64

// A block is some of the content files of a folder.
type block struct {
	folder  *sharedFolder // nil: nothing is to be opened
	dir     string        // the folder, as users see it
	below   string        // the same below its source
	names   []entry
	results []result // of what is not to be opened
}

// An entry is a name in a folder with the type it had when it was listed.
type entry struct {
	name string
	mode fs.FileMode
}

// A sharedFolder is closed when the last one that has a share in it lets go.
type sharedFolder struct {
	folder
	shares atomic.Int32
}

func (f *sharedFolder) release() {
	if f.shares.Add(-1) == 0 {
		f.close()
	}
}

// A walker lists folders into blocks, until stop is closed.
type walker struct {
	stop   <-chan struct{}
	blocks chan<- block
}

func (w walker) source(s Source) {
	root, err := openRoot(s.FS)
	if err != nil {
		w.fault(s.Name, err)
		return
	}
	w.folder(root, s.Name, ".", false)
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

// folder lists a folder and those within, and closes it. dir is its path as users
// see it, name that below its source. Within a bundle, the folder of an
// index.md, all other files are resources of that page and no pages.
func (w walker) folder(f folder, dir, name string, inBundle bool) (ok bool) {
	shared := &sharedFolder{folder: f}
	shared.shares.Store(1)
	defer shared.release()
	var files, folders []entry
	bundle := inBundle
	err := f.list(func(e entry) {
		switch {
		case ignored(e.name):
		case e.mode.IsDir():
			folders = append(folders, e)
		case isContent(e.name):
			files = append(files, e)
			bundle = bundle || isIndex(e.name) && e.mode.IsRegular() && name != "."
		}
	})
	if err != nil && !w.fault(dir, err) {
		return false
	}
	for len(files) > 0 {
		some := files[:min(blockNames, len(files))]
		files = files[len(some):]
		if !w.files(shared, dir, name, some, bundle, inBundle) {
			return false
		}
	}
	for _, e := range folders {
		child := path.Join(dir, e.name)
		sub, err := f.sub(e.name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // with all that was in it
		}
		if err != nil {
			ok = w.fault(child, err)
		} else {
			ok = w.folder(sub, child, path.Join(name, e.name), bundle)
		}
		if !ok {
			return false
		}
	}
	return true
}

// files sends a block of the files that are pages, and says what the others are.
func (w walker) files(f *sharedFolder, dir, name string, files []entry, bundle, inBundle bool) (ok bool) {
	b := block{folder: f, dir: dir, below: name}
	for _, e := range files {
		why := ""
		switch {
		case bundle && (inBundle || !isIndex(e.name)):
			why = "it is a resource of the bundle it lies in"
		case strings.HasPrefix(e.name, "_index."):
			why = "it is the page of a section"
		default:
			b.names = append(b.names, e)
			continue
		}
		b.results = append(b.results, result{Bookmark{Path: path.Join(dir, e.name), NotListed: why}, nil})
	}
	f.shares.Add(1)
	if !w.send(b) {
		f.release()
		return false
	}
	return true
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
