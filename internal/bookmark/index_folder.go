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

func (f fingerprint) hash() uint64 {
	var b [40]byte
	for i, n := range []uint64{f.device, f.number, f.size, uint64(f.modified), uint64(f.changed)} {
		binary.LittleEndian.PutUint64(b[8*i:], n)
	}
	return hash(b[:])
}

// A folderIndex is what the index knows of the files of a folder, and learns. It
// may be nil, and knows nothing then.
type folderIndex struct {
	index  *Index
	folder uint64
	known  []fileDay // by file

	mutex sync.Mutex
	days  []fileDay // of the files that are there now
}

// of is the folder at a path, as users see it.
func (x *Index) of(path string) *folderIndex {
	if x == nil {
		return nil
	}
	f := &folderIndex{index: x, folder: hash([]byte(path))}
	if x.file != nil {
		f.known = x.days(f.folder)
	}
	return f
}

// day is that of a file, if it is known.
func (f *folderIndex) day(file fingerprint) (day int, ok bool) {
	if f == nil {
		return 0, false
	}
	want := fileDay{file: file.hash()}
	at, ok := slices.BinarySearchFunc(f.known, want, compareDays)
	if !ok {
		return 0, false
	}
	f.keep(f.known[at])
	return int(f.known[at].day), true
}

// learn remembers the day of a file, unless it changed just now.
func (f *folderIndex) learn(file fingerprint, day int) {
	if f == nil || f.index.temp == nil || max(file.modified, file.changed) > f.index.before {
		return
	}
	f.index.changed.Store(true)
	f.keep(fileDay{file.hash(), uint32(day)})
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
