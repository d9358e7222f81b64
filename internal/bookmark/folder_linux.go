package bookmark

import (
	"encoding/binary"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// On Linux folders are read by system call: package os takes twice as long to
// open, read and close a file of a few kilobytes.

// An fdFolder is a folder by its file descriptor.
type fdFolder int

func (d *DirFS) folder() (folder, error) {
	root, err := d.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return fdFolder(int(root.Fd())).sub(".")
}

func (f fdFolder) sub(path string) (folder, error) {
	at := f
	for name := range strings.SplitSeq(path, "/") {
		fd, err := openat(int(at), name, unix.O_DIRECTORY)
		if at != f {
			at.close()
		}
		if err != nil {
			return nil, err
		}
		at = fdFolder(fd)
	}
	return at, nil
}

func (f fdFolder) open(name string) (fs.File, error) {
	fd, err := openat(int(f), name, unix.O_NONBLOCK)
	if err != nil {
		return nil, err
	}
	file := fdFiles.Get().(*fdFile)
	*file = fdFile{fd: fd, name: name}
	return file, nil
}

func (f fdFolder) close() { unix.Close(int(f)) }

// openat opens for reading what is no link. It is [unix.Openat] without the copy
// of the name that that one leaves behind.
func openat(dir int, name string, flags int) (fd int, err error) {
	var path [unix.NAME_MAX + 1]byte // and a NUL
	if copy(path[:unix.NAME_MAX], name) < len(name) {
		return 0, unix.ENAMETOOLONG
	}
	flags |= unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_CLOEXEC
	for {
		fd, _, errno := unix.Syscall6(unix.SYS_OPENAT, uintptr(dir), uintptr(unsafe.Pointer(&path[0])), uintptr(flags), 0, 0, 0)
		switch errno {
		case 0:
			return int(fd), nil
		case unix.EINTR:
		default:
			return 0, errno
		}
	}
}

// direntBuffers hold what the system tells of a folder at once.
var direntBuffers = sync.Pool{New: func() any { return new([32 << 10]byte) }}

func (f fdFolder) list(add func(entry) (more bool)) error {
	if _, err := unix.Seek(int(f), 0, io.SeekStart); err != nil {
		return err
	}
	buffer := direntBuffers.Get().(*[32 << 10]byte)
	defer direntBuffers.Put(buffer)
	for {
		n, err := unix.Getdents(int(f), buffer[:])
		switch {
		case err == unix.EINTR:
			continue
		case err != nil || n == 0:
			return err
		}
		if !f.entries(string(buffer[:n]), add) {
			return nil
		}
	}
}

// entries reads records of struct linux_dirent64, see getdents64(2): a number
// and an offset of eight bytes each, the length of the record in two, a type in
// one, and a name that ends with NUL. The names share the records' memory.
func (f fdFolder) entries(records string, add func(entry) (more bool)) (more bool) {
	const lengthAt, typeAt, nameAt = 16, 18, 19
	for len(records) > nameAt {
		length := binary.NativeEndian.Uint16([]byte(records[lengthAt:typeAt]))
		record := records[:length]
		records = records[length:]
		e := entry{name: record[nameAt : nameAt+strings.IndexByte(record[nameAt:], 0)]}
		if e.name == "." || e.name == ".." {
			continue
		}
		switch record[typeAt] {
		case unix.DT_REG:
		case unix.DT_DIR:
			e.mode = fs.ModeDir
		case unix.DT_LNK:
			e.mode = fs.ModeSymlink
		case unix.DT_UNKNOWN: // some file systems do not say
			var ok bool
			if e.mode, ok = f.mode(e.name); !ok {
				continue
			}
		default:
			e.mode = fs.ModeIrregular
		}
		if !add(e) {
			return false
		}
	}
	return true
}

// mode asks for the type of an entry; it may have gone away.
func (f fdFolder) mode(name string) (_ fs.FileMode, ok bool) {
	var stat unix.Stat_t
	if unix.Fstatat(int(f), name, &stat, unix.AT_SYMLINK_NOFOLLOW) != nil {
		return 0, false
	}
	switch stat.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		return 0, true
	case unix.S_IFDIR:
		return fs.ModeDir, true
	case unix.S_IFLNK:
		return fs.ModeSymlink, true
	}
	return fs.ModeIrregular, true
}

// keepsTime knows the file systems of local disks. Those of networks and archives
// may give the number of one file to another, or no time of any change; one that
// cannot be written may be another one next time.
func (f fdFolder) keepsTime() (device uint64, ok bool) {
	var system unix.Statfs_t
	var stat unix.Stat_t
	if unix.Fstatfs(int(f), &system) != nil || unix.Fstat(int(f), &stat) != nil || system.Flags&unix.ST_RDONLY != 0 {
		return 0, false
	}
	switch int64(system.Type) {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, unix.TMPFS_MAGIC, zfsMagic, bcachefsMagic:
		return uint64(stat.Dev), true
	}
	return 0, false
}

// As in statfs(2) and the file systems' own sources.
const (
	zfsMagic      = 0x2FC12FC1
	bcachefsMagic = 0xCA451A4E
)

// fdFiles are used again: there are as many as files are read.
var fdFiles = sync.Pool{New: func() any { return new(fdFile) }}

func (f fdFolder) fingerprint(name string) (_ fingerprint, ok bool) {
	var stat unix.Stat_t
	if unix.Fstatat(int(f), name, &stat, unix.AT_SYMLINK_NOFOLLOW) != nil || stat.Mode&unix.S_IFMT != unix.S_IFREG {
		return fingerprint{}, false
	}
	return fingerprint{uint64(stat.Dev), stat.Ino, uint64(stat.Size), stat.Mtim.Nano(), stat.Ctim.Nano()}, true
}

// An fdFile is a file by its descriptor, until more is asked of it than to read.
type fdFile struct {
	fd   int
	name string
	file *os.File
}

func (f *fdFile) Read(p []byte) (int, error) {
	if f.file != nil {
		return f.file.Read(p)
	}
	for {
		n, err := unix.Read(f.fd, p)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return 0, err
		case n == 0 && len(p) > 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

// Stat makes an [os.File] of the file.
func (f *fdFile) Stat() (fs.FileInfo, error) {
	if f.file == nil {
		f.file = os.NewFile(uintptr(f.fd), f.name)
	}
	return f.file.Stat()
}

// Close closes the file, after which it may be another one.
func (f *fdFile) Close() error {
	defer fdFiles.Put(f)
	if f.file != nil {
		return f.file.Close()
	}
	return unix.Close(f.fd)
}
