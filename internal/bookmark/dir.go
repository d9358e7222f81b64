package bookmark

import (
	"io/fs"
	"os"
	"syscall"
)

// Dir opens a folder of content for reading, and nothing outside of it: a name
// that leads out through a link is refused, and a pipe that took a file's place
// does not block. The caller closes it.
func Dir(name string) (*DirFS, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	return &DirFS{root}, nil
}

// A DirFS is a folder as a file system; see [Dir].
type DirFS struct{ root *os.Root }

// Open opens a file or folder for reading.
func (d *DirFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return d.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// CanIndex reports whether an [Index] knows files in the folder: not on file systems
// of networks, for one.
func (d *DirFS) CanIndex() bool {
	root, err := openRoot(d)
	if err != nil {
		return false
	}
	defer root.close()
	_, ok := root.keepsTime()
	return ok
}

// Close releases the folder.
func (d *DirFS) Close() error { return d.root.Close() }
