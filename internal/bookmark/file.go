package bookmark

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"syscall"
	"unicode/utf8"
)

// headSize is how much of a file is read to find its date: a page of memory.
const headSize = 4 << 10

// keptBuffer is the largest buffer that is kept for the next file.
const keptBuffer = 64 << 10

// A fileReader reads one file after the other.
type fileReader struct {
	*Reader
	look look
	buf  []byte
}

// block reads the files of a block, and lets go of their folder.
func (r *fileReader) block(b block) batch {
	if b.folder != nil {
		defer b.folder.release()
	}
	done := batch{results: b.results}
	for _, e := range b.names {
		if found, wanted := r.file(b, e); wanted {
			done.results = append(done.results, found)
		} else {
			done.passed++
		}
	}
	return done
}

var (
	errIrregular = errors.New("is not a regular file")
	errName      = errors.New("has a name that is not UTF-8")
)

// file reads a file of the block. It is not wanted if its date is surely out of
// bounds.
func (r *fileReader) file(in block, e entry) (_ result, wanted bool) {
	fail := func(err error, hint string) (result, bool) {
		p := path.Join(in.dir, e.name)
		return result{Bookmark{Path: p}, &FileError{p, 0, err, hint}}, true
	}
	if why := in.notAPage(e.name); why != "" {
		return result{Bookmark{Path: path.Join(in.dir, e.name), NotListed: why}, nil}, true
	}
	switch {
	case e.mode&fs.ModeSymlink != 0:
		return fail(errors.New("is a symbolic link, which is not followed"), "put the file itself there")
	case !e.mode.IsRegular():
		return fail(errIrregular, "remove it")
	case !utf8.ValidString(e.name):
		return fail(errName, "rename it")
	}
	learn, outside := r.indexed(in.folder, e.name)
	if outside {
		return result{}, false
	}
	f, err := in.folder.open(e.name)
	if err != nil {
		return fail(bare(err), remedy(err))
	}
	defer f.Close()
	if r.buf == nil {
		r.buf = make([]byte, headSize)
	}
	n := 0
	if r.look.on {
		if n, err = f.Read(r.buf[:headSize]); err == nil {
			if day, ok := dayAt(r.buf[:n]); ok {
				learn(day)
				if r.look.out(day) {
					return result{}, false
				}
			}
		}
	}
	// The name may have come to mean another file since it was listed.
	info, statErr := f.Stat()
	limit := cmp.Or(r.MaxFile, DefaultMaxFile)
	switch {
	case statErr != nil:
		return fail(bare(statErr), remedy(statErr))
	case !info.Mode().IsRegular():
		return fail(errIrregular, "remove it")
	case info.Size() > limit:
		return fail(fmt.Errorf("%w: %d bytes, over the limit of %d", ErrTooLarge, info.Size(), limit), "shorten it, or raise limits.file")
	case err != nil && err != io.EOF:
		return fail(bare(err), remedy(err))
	}
	data := bytes.NewBuffer(r.buf[:n])
	if _, err := data.ReadFrom(io.LimitReader(f, max(0, limit+1-int64(n)))); err != nil {
		return fail(bare(err), remedy(err))
	}
	if int64(data.Len()) > limit {
		return fail(fmt.Errorf("%w: over the limit of %d bytes", ErrTooLarge, limit), "shorten it, or raise limits.file")
	}
	if b := data.Bytes(); cap(b) > cap(r.buf) && cap(b) <= keptBuffer {
		r.buf = b[:cap(b)]
	}
	found, err := r.parse(path.Join(in.dir, e.name), path.Join(in.below, e.name), data.Bytes())
	return result{found, err}, true
}

// indexed asks the index whether a file is surely out of bounds. If it does not
// know the file, learn tells it the day.
func (r *fileReader) indexed(in *sharedFolder, name string) (learn func(day int), outside bool) {
	learn = func(int) {}
	if in.index == nil {
		return learn, false
	}
	// What changes after this has another fingerprint.
	file, ok := in.fingerprint(name)
	if !ok || file.device != in.index.device {
		return learn, false
	}
	if day, known := in.index.day(name, file); known {
		return learn, r.look.out(day)
	}
	return func(day int) { in.index.learn(name, file, day) }, false
}

// remedy is what to do about a file that cannot be opened or read.
func remedy(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it went away meanwhile; run again"
	case errors.Is(err, fs.ErrInvalid):
		return "rename it"
	case errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE):
		return "let it open more files, see ulimit -n"
	}
	return "make it readable"
}

// bare is err without the path that *fs.PathError puts before it.
func bare(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
