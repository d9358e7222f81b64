package bookmark

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// A faultFS opens other files than it lists.
type faultFS struct {
	files fstest.MapFS
	open  map[string]func() (fs.File, error)
}

func (f faultFS) Open(name string) (fs.File, error) {
	if open := f.open[name]; open != nil {
		return open()
	}
	return f.files.Open(name)
}

// A fakeFile says of itself that it has no bytes, and yields what its reader does.
type fakeFile struct {
	io.Reader
	mode fs.FileMode
	err  error // of Stat
}

func (f fakeFile) Stat() (fs.FileInfo, error) {
	if f.err != nil {
		return nil, f.err
	}
	return fstest.MapFS{"x": {Mode: f.mode}}.Stat("x")
}
func (fakeFile) Close() error { return nil }

// endless reads as the same line for ever.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = "a\n"[(e.read+int64(i))%2]
	}
	e.read += int64(len(p))
	return len(p), nil
}

// failing reads as some of a page, and then fails.
type failing struct{ io.Reader }

func (f failing) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err == io.EOF {
		err = errors.New("input/output error")
	}
	return n, err
}

func TestReadFaults(t *testing.T) {
	endlessly := &endless{}
	for _, tt := range []struct {
		name, at string
		open     func() (fs.File, error)
		fault    string
		hint     string
	}{
		{"a file that may not be read", "b.md", func() (fs.File, error) { return nil, &fs.PathError{Op: "open", Path: "b.md", Err: fs.ErrPermission} }, "permission denied", "make it readable"},
		{"a file that went away", "b.md", func() (fs.File, error) { return nil, &fs.PathError{Op: "open", Path: "b.md", Err: fs.ErrNotExist} }, "file does not exist", "run again"},
		{"a file that became a pipe", "b.md", func() (fs.File, error) { return fakeFile{mode: fs.ModeNamedPipe}, nil }, "not a regular file", "remove it"},
		{"a file that became a folder", "b.md", func() (fs.File, error) { return fakeFile{mode: fs.ModeDir}, nil }, "not a regular file", "remove it"},
		{"a file that says nothing of itself", "b.md", func() (fs.File, error) { return fakeFile{err: errors.New("stale handle")}, nil }, "stale handle", "make it readable"},
		{"a file that never ends", "b.md", func() (fs.File, error) { return fakeFile{Reader: endlessly}, nil }, "too large", "limits.file"},
		{"a disk that fails amid the file", "b.md", func() (fs.File, error) { return fakeFile{Reader: failing{strings.NewReader(page)}}, nil }, "input/output error", "make it readable"},
		{"a folder that may not be read", "b", func() (fs.File, error) { return nil, &fs.PathError{Op: "open", Path: "b", Err: fs.ErrPermission} }, "permission denied", "left out"},
		{"a root that went away", ".", func() (fs.File, error) { return nil, fs.ErrNotExist }, "file does not exist", "left out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fsys := faultFS{fstest.MapFS{"a.md": {Data: []byte(page)}, "b.md": {}, "c.md": {Data: []byte(page)}}, map[string]func() (fs.File, error){tt.at: tt.open}}
			if !strings.HasSuffix(tt.at, ".md") {
				delete(fsys.files, "b.md")
				fsys.files["b/x.md"] = &fstest.MapFile{}
			}
			r := Reader{}
			var good []string
			var faults []*FileError
			for b, err := range r.Read(Source{"content", fsys}) {
				var fe *FileError
				if errors.As(err, &fe) {
					faults = append(faults, fe)
					continue
				}
				good = append(good, b.Path)
			}
			if len(faults) != 1 {
				t.Fatalf("Read yields %d errors: %v, want one", len(faults), faults)
			}
			fe := faults[0]
			if !strings.Contains(fe.Err.Error(), tt.fault) || !strings.Contains(fe.Hint, tt.hint) || fe.Line != 0 {
				t.Errorf("Read error = %v, want %q; %q", fe, tt.fault, tt.hint)
			}
			if want := strings.TrimSuffix("content/"+tt.at, "/."); fe.Path != want {
				t.Errorf("Read error is of %s, want %s", fe.Path, want)
			}
			slices.Sort(good)
			if tt.at != "." && strings.Join(good, " ") != "content/a.md content/c.md" {
				t.Errorf("Read yields %q beside the fault, want the other two", good)
			}
		})
	}
	if most := int64(DefaultMaxFile + 1); endlessly.read != most {
		t.Errorf("Read took %d bytes of the endless file, want %d", endlessly.read, most)
	}
}
