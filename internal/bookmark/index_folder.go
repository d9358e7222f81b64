package bookmark

import (
	"encoding/binary"
	"slices"
	"sync"
)

// A fingerprint is what shows that a file has changed.
type fingerprint struct {
	device, number, size uint64
	modified, changed    int64 // nanoseconds since 1970
}

func (f fingerprint) hash(name string) uint64 {
	b := make([]byte, 40, 40+256) // no name is longer
	for i, n := range []uint64{f.device, f.number, f.size, uint64(f.modified), uint64(f.changed)} {
		binary.LittleEndian.PutUint64(b[8*i:], n)
	}
	return hash(append(b, name...))
}

// A folderIndex is what the index knows of the files of a folder, and learns. It
// may be nil, and knows nothing then.
type folderIndex struct {
	index  *Index
	folder uint64
	device uint64
	known  []fileDay // by file

	mutex sync.Mutex
	days  []fileDay // of the files that are there now
}

// of is the folder at a path, as users see it.
func (x *Index) of(path string, device uint64) *folderIndex {
	if x == nil {
		return nil
	}
	f := &folderIndex{index: x, folder: hash([]byte(path)), device: device}
	if x.file != nil {
		f.known = x.days(f.folder)
	}
	return f
}

// day is that of a file, if it is known.
func (f *folderIndex) day(name string, file fingerprint) (day int, ok bool) {
	want := fileDay{file: file.hash(name)}
	at, ok := slices.BinarySearchFunc(f.known, want, compareDays)
	if !ok {
		return 0, false
	}
	f.keep(f.known[at])
	return int(f.known[at].day), true
}

// learn remembers the day of a file, unless it changed just now.
func (f *folderIndex) learn(name string, file fingerprint, day int) {
	if f.index.temp == nil || max(file.modified, file.changed) > f.index.before {
		return
	}
	f.index.changed.Store(true)
	f.keep(fileDay{file.hash(name), uint32(day)})
}

func (f *folderIndex) keep(d fileDay) {
	if f.index.temp == nil {
		return
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.days = append(f.days, d)
}

// done is called when all files of the folder were looked at.
func (f *folderIndex) done() {
	if f == nil || f.index.temp == nil {
		return
	}
	if len(f.days) != len(f.known) {
		f.index.changed.Store(true)
	}
	f.index.add(f.folder, f.days)
}
