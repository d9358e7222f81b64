package bookmark

import (
	"bufio"
	"encoding/binary"
	"hash/crc32"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// An Index remembers the day of the date of each file, so that a file that has
// not changed since is not opened to find that it is of another time. It is a
// cache in a file of its own: what is missing, damaged or of another version is
// found out anew, and it is never the reason for an error.
//
// A file is known by its name, device, number, size and the times of its last
// change, of content and of anything else, where the file system is one on which
// these tell every two states apart. One that changed within grain of being read may
// change again without showing it, and is not remembered.
//
// The file holds, after a mark, a record for each folder, and a table that finds
// it. All numbers are little-endian, and all that is read back has a checksum.
type Index struct {
	path   string
	file   *os.File // of the last time; nil: there is none
	places []recordPlace
	before int64 // files that changed after this are not remembered; nanoseconds since 1970

	mutex   sync.Mutex
	writer  *bufio.Writer // nil: nothing is kept
	temp    *os.File
	written []recordPlace
	at      int64
	fault   error
	changed atomic.Bool
}

const (
	// indexMark begins the file. It changes with the format, and with what the day
	// of a file is.
	indexMark  = "digest: days of files, 1\n"
	grain      = 2 * time.Second
	headLength = 16 // of a record: folder, number of days, checksum
	dayLength  = 12 // file, day
	placeSize  = 16 // folder, offset
	tailLength = 16 // offset of the table, its length in places, its checksum
)

// A recordPlace is where the record of a folder begins.
type recordPlace struct {
	folder uint64
	offset int64
}

// A fileDay is the day of one state of a file.
type fileDay struct {
	file uint64
	day  uint32
}

func compareDays(a, b fileDay) int {
	switch {
	case a.file < b.file:
		return -1
	case a.file > b.file:
		return 1
	}
	return 0
}

// OpenIndex opens the index at path. With keep, what a reading finds out is
// written when it is saved. The caller closes it.
func OpenIndex(path string, keep bool) *Index {
	x := &Index{path: path, before: time.Now().Add(-grain).UnixNano()}
	if file, err := os.Open(path); err == nil {
		if x.places, err = readTable(file); err == nil {
			x.file = file
		} else {
			file.Close()
		}
	}
	if keep {
		x.begin()
	}
	return x
}

// isIdle reports whether the index knows nothing and learns nothing.
func (x *Index) isIdle() bool { return x == nil || x.file == nil && x.temp == nil }

func readTable(file *os.File) ([]recordPlace, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	mark := make([]byte, len(indexMark))
	if _, err := file.ReadAt(mark, 0); err != nil || string(mark) != indexMark {
		return nil, os.ErrInvalid
	}
	tail := make([]byte, tailLength)
	if _, err := file.ReadAt(tail, info.Size()-tailLength); err != nil {
		return nil, err
	}
	offset, count := int64(binary.LittleEndian.Uint64(tail)), int64(binary.LittleEndian.Uint32(tail[8:]))
	if offset < int64(len(indexMark)) || offset+count*placeSize+tailLength != info.Size() {
		return nil, os.ErrInvalid
	}
	table := make([]byte, count*placeSize)
	if _, err := file.ReadAt(table, offset); err != nil || checksum(table) != binary.LittleEndian.Uint32(tail[12:]) {
		return nil, os.ErrInvalid
	}
	places := make([]recordPlace, count)
	for i := range places {
		at := table[i*placeSize:]
		places[i] = recordPlace{binary.LittleEndian.Uint64(at), int64(binary.LittleEndian.Uint64(at[8:]))}
	}
	return places, nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// hash is the name of something by its numbers or its path.
func hash(b []byte) uint64 {
	h := fnv.New64a()
	h.Write(b)
	return h.Sum64()
}

// days are those of a folder at the last time, by file.
func (x *Index) days(folder uint64) []fileDay {
	i, found := slices.BinarySearchFunc(x.places, folder, func(p recordPlace, f uint64) int { return compareDays(fileDay{file: p.folder}, fileDay{file: f}) })
	if !found {
		return nil
	}
	head := make([]byte, headLength)
	if _, err := x.file.ReadAt(head, x.places[i].offset); err != nil || binary.LittleEndian.Uint64(head) != folder {
		return nil
	}
	info, err := x.file.Stat()
	count := int64(binary.LittleEndian.Uint32(head[8:]))
	if err != nil || x.places[i].offset+headLength+count*dayLength > info.Size() {
		return nil
	}
	record := make([]byte, count*dayLength)
	if _, err := x.file.ReadAt(record, x.places[i].offset+headLength); err != nil || checksum(record) != binary.LittleEndian.Uint32(head[12:]) {
		return nil
	}
	days := make([]fileDay, count)
	for i := range days {
		at := record[i*dayLength:]
		days[i] = fileDay{binary.LittleEndian.Uint64(at), binary.LittleEndian.Uint32(at[8:])}
	}
	return days
}

// begin begins a new index beside the old one.
func (x *Index) begin() {
	x.sweep()
	temp, err := os.CreateTemp(filepath.Dir(x.path), filepath.Base(x.path)+".*")
	if err != nil {
		return
	}
	x.temp, x.writer, x.at = temp, bufio.NewWriterSize(temp, 64<<10), int64(len(indexMark))
	_, x.fault = x.writer.WriteString(indexMark)
}

// sweep removes what runs that were killed have left behind.
func (x *Index) sweep() {
	left, _ := filepath.Glob(x.path + ".*")
	for _, name := range left {
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > time.Hour {
			os.Remove(name)
		}
	}
}

// add writes the record of a folder.
func (x *Index) add(folder uint64, days []fileDay) {
	slices.SortFunc(days, compareDays)
	record := make([]byte, 0, headLength+len(days)*dayLength)
	record = binary.LittleEndian.AppendUint64(record, folder)
	record = binary.LittleEndian.AppendUint32(record, uint32(len(days)))
	record = append(record, 0, 0, 0, 0)
	for _, d := range days {
		record = binary.LittleEndian.AppendUint64(record, d.file)
		record = binary.LittleEndian.AppendUint32(record, d.day)
	}
	binary.LittleEndian.PutUint32(record[12:], checksum(record[headLength:]))
	x.mutex.Lock()
	defer x.mutex.Unlock()
	x.written = append(x.written, recordPlace{folder, x.at})
	x.at += int64(len(record))
	if x.fault == nil {
		_, x.fault = x.writer.Write(record)
	}
}

// Save puts what a whole reading has found out in the place of the old index, if
// anything is new. Two that are saved at once do each other no harm: one of them
// stays.
func (x *Index) Save() error {
	if x.temp == nil || !x.changed.Load() && len(x.written) == len(x.places) {
		return nil
	}
	slices.SortFunc(x.written, func(a, b recordPlace) int { return compareDays(fileDay{file: a.folder}, fileDay{file: b.folder}) })
	table := make([]byte, 0, len(x.written)*placeSize)
	for _, p := range x.written {
		table = binary.LittleEndian.AppendUint64(table, p.folder)
		table = binary.LittleEndian.AppendUint64(table, uint64(p.offset))
	}
	sum := checksum(table)
	table = binary.LittleEndian.AppendUint64(table, uint64(x.at))
	table = binary.LittleEndian.AppendUint32(table, uint32(len(x.written)))
	table = binary.LittleEndian.AppendUint32(table, sum)
	if x.fault == nil {
		_, x.fault = x.writer.Write(table)
	}
	if x.fault == nil {
		x.fault = x.writer.Flush()
	}
	if x.fault == nil {
		x.fault = os.Rename(x.temp.Name(), x.path)
	}
	return x.fault
}

// Close lets go of the files; what was not saved is gone.
func (x *Index) Close() {
	if x.file != nil {
		x.file.Close()
	}
	if x.temp != nil {
		x.temp.Close()
		os.Remove(x.temp.Name()) // which it has no more if it was saved
	}
}
