package bookmark

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"
)

const page = "---\ntitle: a\nlink: https://example.org/\n---\n"

// tree makes a folder of pages, with one directory for each name that ends in
// a slash, and opens it.
func tree(t *testing.T, names ...string) (string, *DirFS) {
	t.Helper()
	root := t.TempDir()
	for _, name := range names {
		full := filepath.Join(root, filepath.FromSlash(name))
		if strings.HasSuffix(name, "/") {
			must(t, os.MkdirAll(full, 0o755))
			continue
		}
		must(t, os.MkdirAll(filepath.Dir(full), 0o755))
		must(t, os.WriteFile(full, []byte(page), 0o644))
	}
	dir, err := Dir(root)
	must(t, err)
	t.Cleanup(func() { dir.Close() })
	return root, dir
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// read is what a Reader yields, sorted, one line for each file: its path, and if
// it is no bookmark, why.
func read(t *testing.T, r Reader, sources ...Source) []string {
	t.Helper()
	done := make(chan []string, 1)
	go func() {
		var lines []string
		for b, err := range r.Read(sources...) {
			var fe *FileError
			switch {
			case errors.As(err, &fe):
				if fe.Path != b.Path || fe.Hint == "" {
					t.Errorf("Read yields %+v with %+v, want the same path and a remedy", b, fe)
				}
				lines = append(lines, b.Path+": "+fe.Err.Error())
			case err != nil:
				t.Errorf("Read yields the error %v, want a *FileError", err)
			case b.NotListed != "":
				lines = append(lines, b.Path+": "+b.NotListed)
			default:
				lines = append(lines, b.Path)
			}
		}
		slices.Sort(lines)
		done <- lines
	}()
	select {
	case lines := <-done:
		return lines
	case <-time.After(20 * time.Second):
		t.Fatal("Read blocks")
		return nil
	}
}

func checkRead(t *testing.T, got []string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("Read yields\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestReadNames(t *testing.T) {
	const resource, section = ": it is a resource of the bundle it lies in", ": it is the page of a section"
	for _, tt := range []struct {
		name  string
		files []string
		want  []string
	}{
		{"an empty folder yields nothing", []string{"a/"}, nil},
		{"in folders and beside them", []string{"b.md", "a.md", "B.md", "a/z.md", "a-b.md"}, []string{"B.md", "a-b.md", "a.md", "a/z.md", "b.md"}},
		{"content is what its name says", []string{"a.md", "b.markdown", "c.mdown", "d.html", "e.htm", "f.MD", "g.txt", "h.md.txt", "i", "j.mdx", "k.jpg"},
			[]string{"a.md", "b.markdown", "c.mdown", "d.html", "e.htm", "f.MD"}},
		{"Hugo's ignored names", []string{".a.md", "#b.md", "c.md~", "d.md.bak", "e.bak", ".git/f.md", "#g/h.md", "i~/j.md", "k.bak/l.md", "~m.md"}, []string{"~m.md"}},
		{"README is a page", []string{"README.md"}, []string{"README.md"}},
		{"x.md and x.html are two", []string{"x.md", "x.html"}, []string{"x.html", "x.md"}},
		{"a folder that is called like a page", []string{"x.md/y.md"}, []string{"x.md/y.md"}},
		{"a name with a newline", []string{"a\nb.md"}, []string{"a\nb.md"}},
		{"names with dots", []string{"..a.md", "a..md", "a/...md"}, []string{"a..md"}},
		{"a name of bad UTF-8 is a fault", []string{"a\xff.md", "b.md"}, []string{"a\xff.md: has a name that is not UTF-8", "b.md"}},

		{"a bundle's other files are resources", []string{"x/index.md", "x/a.md", "x/b/c.md", "x/b/index.md", "x/d.jpg"},
			[]string{"x/a.md" + resource, "x/b/c.md" + resource, "x/b/index.md" + resource, "x/index.md"}},
		{"what lies beside a bundle is none", []string{"x/index.md", "y/a.md"}, []string{"x/index.md", "y/a.md"}},
		{"the root is no bundle", []string{"index.md", "a.md"}, []string{"a.md", "index.md"}},
		{"the page of a section", []string{"_index.md", "x/_index.html", "x/a.md"}, []string{"_index.md" + section, "x/_index.html" + section, "x/a.md"}},
		{"a folder called index.md makes no bundle", []string{"x/index.md/a.md", "x/b.md"}, []string{"x/b.md", "x/index.md/a.md"}},
		{"an index of another kind makes no bundle", []string{"x/index.txt", "x/b.md"}, []string{"x/b.md"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, dir := tree(t, tt.files...)
			checkRead(t, read(t, Reader{}, Source{FS: dir}), tt.want...)
		})
	}
}

func TestReadOddFiles(t *testing.T) {
	const link, irregular = ": is a symbolic link, which is not followed", ": is not a regular file"
	for _, tt := range []struct {
		name string
		make func(t *testing.T, root string)
		want []string
	}{
		{"a link to a file within", func(t *testing.T, root string) { must(t, os.Symlink("z.md", root+"/a.md")) }, []string{"a.md" + link}},
		{"a link to a file without", func(t *testing.T, root string) { must(t, os.Symlink("/etc/passwd", root+"/a.md")) }, []string{"a.md" + link}},
		{"a link to nothing", func(t *testing.T, root string) { must(t, os.Symlink("nothing", root+"/a.md")) }, []string{"a.md" + link}},
		{"a link to itself", func(t *testing.T, root string) { must(t, os.Symlink("a.md", root+"/a.md")) }, []string{"a.md" + link}},
		{"a link to the folder it is in", func(t *testing.T, root string) { must(t, os.Symlink(".", root+"/a")) }, nil},
		{"a link to a folder without", func(t *testing.T, root string) { must(t, os.Symlink("/etc", root+"/a.md")) }, []string{"a.md" + link}},
		{"a link as an index makes no bundle", func(t *testing.T, root string) {
			must(t, os.Mkdir(root+"/a", 0o755))
			must(t, os.Symlink("../z.md", root+"/a/index.md"))
			must(t, os.WriteFile(root+"/a/b.md", []byte(page), 0o644))
		}, []string{"a/b.md", "a/index.md" + link}},
		{"a pipe does not block", func(t *testing.T, root string) { must(t, syscall.Mkfifo(root+"/a.md", 0o644)) }, []string{"a.md" + irregular}},
		{"a sparse file of 1 GB", func(t *testing.T, root string) {
			must(t, os.WriteFile(root+"/a.md", []byte(page), 0o644))
			must(t, os.Truncate(root+"/a.md", 1<<30))
		}, []string{"a.md: too large: 1073741824 bytes, over the limit of 1048576"}},
		{"a file at the limit", func(t *testing.T, root string) {
			must(t, os.WriteFile(root+"/a.md", []byte(page+strings.Repeat("x", 1<<20-len(page))), 0o644))
		}, []string{"a.md"}},
		{"a file over the limit", func(t *testing.T, root string) {
			must(t, os.WriteFile(root+"/a.md", []byte(page+strings.Repeat("x", 1<<20-len(page)+1)), 0o644))
		}, []string{"a.md: too large: 1048577 bytes, over the limit of 1048576"}},
		{"an empty file", func(t *testing.T, root string) { must(t, os.WriteFile(root+"/a.md", nil, 0o644)) }, []string{"a.md"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root, dir := tree(t, "z.md")
			tt.make(t, root)
			checkRead(t, read(t, Reader{}, Source{FS: dir}), append(tt.want, "z.md")...)
		})
	}
}

// A name may come to mean another file after the folder was listed.
func TestDirStaysInside(t *testing.T) {
	root, dir := tree(t, "a/b.md")
	must(t, os.WriteFile(filepath.Join(filepath.Dir(root), "secret.md"), []byte(page), 0o600))
	must(t, os.Symlink("../secret.md", root+"/out.md"))
	must(t, os.Symlink("/etc", root+"/etc"))
	must(t, os.Symlink("loop", root+"/loop"))
	for _, name := range []string{"out.md", "etc/passwd", "loop", "../secret.md", "/etc/passwd", "a/../a/b.md", "", "a\x00b"} {
		if f, err := dir.Open(name); err == nil {
			f.Close()
			t.Errorf("Open(%q) succeeds, want it refused", name)
		}
	}
	must(t, syscall.Mkfifo(root+"/pipe", 0o644))
	opened := make(chan error, 1)
	go func() {
		f, err := dir.Open("pipe")
		if err == nil {
			f.Close()
		}
		opened <- err
	}()
	select {
	case <-opened:
	case <-time.After(20 * time.Second):
		t.Fatal("Open(pipe) blocks")
	}
	if _, err := Dir(root + "/nothing"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Dir(nothing) error = %v, want that it does not exist", err)
	}
	if _, err := Dir(root + "/a/b.md"); err == nil {
		t.Error("Dir(a/b.md) succeeds, want an error: it is a file")
	}
}

func TestLimits(t *testing.T) {
	content := func(front int) string {
		return "---\ntitle: " + strings.Repeat("x", front-len("\ntitle: \n")) + "\n---\n"
	}
	for _, tt := range []struct {
		name   string
		reader Reader
		in     string
		line   int // of the error; -1: none
	}{
		{"front matter at the limit", Reader{}, content(DefaultMaxFrontMatter), -1},
		{"front matter over the limit", Reader{}, "\n" + content(DefaultMaxFrontMatter+1), 2},
		{"a raised limit", Reader{MaxFrontMatter: 128 << 10}, content(114_000), -1},
		{"a lowered limit", Reader{MaxFrontMatter: 100}, content(101), 1},
		{"JSON over the limit", Reader{MaxFrontMatter: 100}, `{"title": "` + strings.Repeat("x", 100) + `"}`, 1},
		{"a lowered limit of the file", Reader{MaxFile: 10}, page, 0},
		{"a raised limit of the file", Reader{MaxFile: 2 << 20}, page + strings.Repeat("x", 1<<20), -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, err := range tt.reader.Read(Source{FS: fstest.MapFS{"a.md": {Data: []byte(tt.in)}}}) {
				var fe *FileError
				switch {
				case tt.line < 0 && err != nil:
					t.Errorf("Read error = %v, want none", err)
				case tt.line >= 0 && (!errors.As(err, &fe) || !errors.Is(err, ErrTooLarge) || fe.Line != tt.line || !strings.Contains(fe.Hint, "limits.")):
					t.Errorf("Read error = %v, want ErrTooLarge at line %d and the limit to raise", err, tt.line)
				}
			}
		})
	}
}

func TestReadSources(t *testing.T) {
	one := Source{"content/links", fstest.MapFS{"b.md": {Data: []byte(page)}, "c/d.md": {Data: []byte(page)}}}
	two := Source{"more", fstest.MapFS{"a.md": {Data: []byte(page)}, "bad.md": {Data: []byte("---")}}}
	r := Reader{}
	checkRead(t, read(t, r, one, two), "content/links/b.md", "content/links/c/d.md", "more/a.md", "more/bad.md: YAML front matter is not closed")
	checkRead(t, read(t, r))

	for want := range 4 {
		got := 0
		for range r.Read(one, two) {
			if got++; got > want {
				break
			}
		}
		if got != want+1 {
			t.Errorf("Read yields %d after the loop ended at %d", got, want+1)
		}
	}
}
