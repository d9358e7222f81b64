package bookmark

import (
	"io/fs"
	"path"
)

// A folder is an open folder of a source.
type folder interface {
	// list calls add for each entry, in no particular order, until it wants no more.
	// It may be called again.
	list(add func(entry) (more bool)) error
	// sub opens the folder at a path within, and no other one by way of a link.
	sub(path string) (folder, error)
	// open opens a file for reading: no link's target, and without waiting.
	open(name string) (fs.File, error)
	// fingerprint is that of a regular file, where the system knows one.
	fingerprint(name string) (_ fingerprint, ok bool)
	// keepsTime reports whether the fingerprints of two states of a file differ for
	// good, here and in the folders within that are on the same device.
	keepsTime() (device uint64, ok bool)
	close()
}

// openRoot opens the folder that a file system is.
func openRoot(fsys fs.FS) (folder, error) {
	if d, ok := fsys.(interface{ folder() (folder, error) }); ok {
		return d.folder()
	}
	return fsFolder{fsys, "."}, nil
}

// An fsFolder is a folder of any file system.
type fsFolder struct {
	fsys fs.FS
	name string
}

func (f fsFolder) list(add func(entry) (more bool)) error {
	entries, err := fs.ReadDir(f.fsys, f.name)
	for _, e := range entries {
		if !add(entry{e.Name(), e.Type()}) {
			break
		}
	}
	return err
}

func (f fsFolder) sub(name string) (folder, error) {
	return fsFolder{f.fsys, path.Join(f.name, name)}, nil
}

func (f fsFolder) open(name string) (fs.File, error) { return f.fsys.Open(path.Join(f.name, name)) }

func (f fsFolder) fingerprint(string) (fingerprint, bool) { return fingerprint{}, false }

func (f fsFolder) keepsTime() (uint64, bool) { return 0, false }

func (f fsFolder) close() {}
