package bookmark

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A site of dated files, whose times of change lie in the past.
type indexedSite struct {
	t     *testing.T
	root  string
	index string
}

func newIndexedSite(t *testing.T) *indexedSite {
	s := &indexedSite{t, t.TempDir(), filepath.Join(t.TempDir(), "index")}
	dir, err := Dir(s.root)
	must(t, err)
	defer dir.Close()
	if !dir.CanIndex() {
		t.Skip("the temporary folder is on a file system for which there is no index")
	}
	for i := range 60 {
		s.write(fmt.Sprintf("%d/%02d.md", i%3, i), fmt.Sprintf("2026-11-%02d", 1+i%28))
	}
	s.write("undated.md", "''")
	return s
}

func (s *indexedSite) write(name, date string) {
	full := filepath.Join(s.root, name)
	must(s.t, os.MkdirAll(filepath.Dir(full), 0o755))
	must(s.t, os.WriteFile(full, []byte("---\ntitle: a\nlink: https://example.org/\ndate: "+date+"\n---\n"), 0o644))
}

// read reads the week to 2026-11-20, with what the index knows and learns. Files
// changed long ago, unless fresh.
func (s *indexedSite) read(keep bool, fresh bool) (paths []string, opened int) {
	s.t.Helper()
	dir, err := Dir(s.root)
	must(s.t, err)
	defer dir.Close()
	x := OpenIndex(s.index, keep)
	defer x.Close()
	if !fresh {
		x.before = time.Now().Add(time.Hour).UnixNano()
	}
	counting := &countingFS{DirFS: dir}
	r := Reader{Index: x, Since: time.Date(2026, 11, 13, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)}
	for b, err := range r.Read(Source{FS: counting}) {
		must(s.t, err)
		if !b.Date.Before(r.Since) && b.Date.Before(r.Until) {
			paths = append(paths, b.Path)
		}
	}
	must(s.t, x.Save())
	slices.Sort(paths)
	return paths, counting.opened()
}

// A countingFS counts the files that are opened.
type countingFS struct {
	*DirFS
	mutex sync.Mutex
	names []string
}

func (c *countingFS) opened() int { return len(c.names) }

func (c *countingFS) folder() (folder, error) {
	f, err := openRoot(c.DirFS)
	return countingFolder{f, c}, err
}

type countingFolder struct {
	folder
	c *countingFS
}

func (f countingFolder) sub(path string) (folder, error) {
	sub, err := f.folder.sub(path)
	return countingFolder{sub, f.c}, err
}

func (f countingFolder) open(name string) (fs.File, error) {
	f.c.mutex.Lock()
	f.c.names = append(f.c.names, name)
	f.c.mutex.Unlock()
	return f.folder.open(name)
}

// inWeek is how many files are in the week, or a day beside it: these are opened.
const inWeek, beside = 14, 6

func TestIndexSparesFiles(t *testing.T) {
	s := newIndexedSite(t)
	want, opened := s.read(true, false)
	if len(want) != inWeek || opened != 61 {
		t.Fatalf("the first time %d files are in the week and %d are opened, want %d and all", len(want), opened, inWeek)
	}
	check := func(what string, most int) {
		t.Helper()
		got, opened := s.read(true, false)
		if !slices.Equal(got, want) {
			t.Errorf("%s: in the week are %v, want %v", what, got, want)
		}
		if opened > most {
			t.Errorf("%s: %d files are opened, want at most %d", what, opened, most)
		}
	}
	check("the second time", inWeek+beside+1)

	s.write("0/00.md", "2026-11-14") // into the week, under the same name and with the same size
	want = append([]string{"0/00.md"}, want...)
	check("after a file moved into the week", inWeek+1+beside+1)
	s.write("new/a.md", "2026-11-15")
	want = append(want, "new/a.md")
	check("after a file came", inWeek+2+beside+1)
	must(t, os.Remove(filepath.Join(s.root, "new/a.md")))
	want = want[:len(want)-1]
	must(t, os.Rename(filepath.Join(s.root, "0/00.md"), filepath.Join(s.root, "0/000.md")))
	want[0] = "0/000.md"
	check("after one went and one got another name", inWeek+1+beside+1)

	// The time of the content can be set back, that of any change cannot.
	info, err := os.Stat(filepath.Join(s.root, "1/01.md"))
	must(t, err)
	s.write("1/01.md", "2026-11-16")
	must(t, os.Chtimes(filepath.Join(s.root, "1/01.md"), info.ModTime(), info.ModTime()))
	want = slices.Insert(want, slices.IndexFunc(want, func(p string) bool { return p > "1/01.md" }), "1/01.md")
	check("after a file whose time was set back", inWeek+2+beside+1)
}

// What changed just now may change again within the grain of the clock.
func TestIndexForgetsWhatIsFresh(t *testing.T) {
	s := newIndexedSite(t)
	s.read(true, true)
	if _, opened := s.read(true, true); opened != 61 {
		t.Errorf("%d files are opened, want all: they changed just now", opened)
	}
}

func TestIndexIsKeptOnlyIfAsked(t *testing.T) {
	s := newIndexedSite(t)
	s.read(false, false)
	entries, err := os.ReadDir(filepath.Dir(s.index))
	if err != nil || len(entries) > 0 {
		t.Errorf("%v, %v are beside the index, want nothing", entries, err)
	}
	s.read(true, false)
	before, err := os.Stat(s.index)
	must(t, err)
	s.read(true, false)
	if after, err := os.Stat(s.index); err != nil || !os.SameFile(before, after) {
		t.Errorf("nothing has changed, and the index is written anew: %v", err)
	}
	must(t, os.Remove(filepath.Join(s.root, "0/00.md")))
	s.read(true, false)
	if after, err := os.Stat(s.index); err != nil || after.Size() >= before.Size() {
		t.Errorf("a file is gone, and the index has %d bytes as before: %v", after.Size(), err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(s.index)); len(entries) != 1 {
		t.Errorf("beside the index are %v", entries)
	}
	s.index = filepath.Join(t.TempDir(), "nowhere", "index")
	if got, _ := s.read(true, false); len(got) != inWeek {
		t.Errorf("without a place for an index %d files are in the week, want %d", len(got), inWeek)
	}
}

// A damaged index, one of another program and one cut short are as none.
func TestDamagedIndex(t *testing.T) {
	s := newIndexedSite(t)
	want, _ := s.read(true, false)
	good, err := os.ReadFile(s.index)
	must(t, err)
	damaged := [][]byte{nil, []byte("SQLite format 3\x00"), []byte(strings.Replace(string(good), "files, 1", "files, 0", 1)), append(slices.Clone(good), 0)}
	random := rand.New(rand.NewPCG(1, 1))
	for range 400 {
		cut := slices.Clone(good[:random.IntN(len(good))])
		flipped := slices.Clone(good)
		flipped[random.IntN(len(good))] ^= 1 << random.IntN(8)
		damaged = append(damaged, cut, flipped)
	}
	for i, data := range damaged {
		must(t, os.WriteFile(s.index, data, 0o600))
		if got, _ := s.read(i%10 == 0, false); !slices.Equal(got, want) {
			t.Fatalf("with damage %d in the week are %v, want %v", i, got, want)
		}
	}
	must(t, os.Remove(s.index))
	must(t, os.Mkdir(s.index, 0o755))
	if got, _ := s.read(false, false); !slices.Equal(got, want) {
		t.Errorf("with a folder in its place in the week are %v, want %v", got, want)
	}
}

// Readers and writers of one index at once, and a site that changes meanwhile.
func TestIndexTogether(t *testing.T) {
	s := newIndexedSite(t)
	want, _ := s.read(true, false)
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 10 {
				if worker == 0 {
					s.write(fmt.Sprintf("2/extra%d.md", i), "2020-01-01")
				}
				if got, _ := s.read(worker%2 == 0, false); !slices.Equal(got, want) {
					t.Errorf("together in the week are %v, want %v", got, want)
				}
			}
		})
	}
	group.Wait()
	if got, opened := s.read(true, false); !slices.Equal(got, want) || opened > 40 {
		t.Errorf("after all in the week are %v, %d opened, want %v", got, opened, want)
	}
}

func FuzzIndex(f *testing.F) {
	path := filepath.Join(f.TempDir(), "index")
	x := OpenIndex(path, true)
	for folder := range uint64(3) {
		x.changed.Store(true)
		x.add(folder, []fileDay{{3, 20261119}, {1, 20100102}})
	}
	if err := x.Save(); err != nil {
		f.Fatal(err)
	}
	x.Close()
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(indexMark))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "index")
		must(t, os.WriteFile(path, data, 0o600))
		x := OpenIndex(path, false)
		defer x.Close()
		for folder := range uint64(4) {
			for range x.of(fmt.Sprint(folder), 1).known {
			}
			if x.file != nil {
				x.days(folder)
			}
		}
	})
}
