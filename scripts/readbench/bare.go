//go:build bench

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// bare is the floor under a reader of content files: it opens each file in a
// folder and those below it, reads 4 KiB and closes it. All of that is by direct
// system call, names are used where the kernel put them, and nothing is made of
// what was read. It prints how many files there were.
func bare(dir string, workers int) error {
	p := &pass{folders: []string{dir}, open: 1}
	p.more.L = &p.mutex
	var group sync.WaitGroup
	for range workers {
		group.Go(p.work)
	}
	group.Wait()
	fmt.Println(p.files.Load())
	return p.fault
}

// A pass is what its workers share. The unit of work is a folder.
type pass struct {
	mutex   sync.Mutex
	more    sync.Cond
	folders []string // to be done
	open    int      // folders that are not done
	fault   error
	files   atomic.Int64
}

func (p *pass) work() {
	names, text := make([]byte, 64<<10), make([]byte, 4<<10)
	for {
		dir, ok := p.next()
		if !ok {
			return
		}
		files, err := p.folder(dir, names, text)
		p.files.Add(int64(files))
		p.done(err)
	}
}

// next waits for a folder; there is none when all are done, or one failed.
func (p *pass) next() (string, bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for len(p.folders) == 0 && p.open > 0 {
		p.more.Wait()
	}
	if p.open == 0 || p.fault != nil {
		return "", false
	}
	last := len(p.folders) - 1
	dir := p.folders[last]
	p.folders = p.folders[:last]
	return dir, true
}

func (p *pass) add(dir string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.folders, p.open = append(p.folders, dir), p.open+1
	p.more.Signal()
}

func (p *pass) done(err error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.open--
	if err != nil {
		p.open, p.fault = 0, errors.Join(p.fault, err)
	}
	if p.open == 0 {
		p.more.Broadcast()
	}
}

// folder reads the files of a folder and says how many they were.
func (p *pass) folder(dir string, names, text []byte) (files int, err error) {
	fd, err := syscall.Open(dir, syscall.O_RDONLY|syscall.O_DIRECTORY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return 0, &os.PathError{Op: "open", Path: dir, Err: err}
	}
	defer syscall.Close(fd)
	for {
		n, err := syscall.ReadDirent(fd, names)
		if n <= 0 || err != nil {
			return files, os.NewSyscallError("getdents64", err)
		}
		for rest := names[:n]; len(rest) > 0; {
			e := (*syscall.Dirent)(unsafe.Pointer(&rest[0]))
			name := rest[unsafe.Offsetof(e.Name):e.Reclen] // ends with NUL
			rest = rest[e.Reclen:]
			switch {
			case name[0] == '.':
			case e.Type == syscall.DT_DIR:
				p.add(dir + "/" + string(name[:bytes.IndexByte(name, 0)]))
			case e.Type == syscall.DT_REG:
				if err := touch(fd, name, text); err != nil {
					return files, fmt.Errorf("%s: %w", dir, err)
				}
				files++
			default:
				return files, fmt.Errorf("%s: neither files nor folders only", dir)
			}
		}
	}
}

// touch opens a file of the folder, reads its beginning and closes it.
func touch(folder int, name, text []byte) error {
	const flags = syscall.O_RDONLY | syscall.O_CLOEXEC
	file, _, errno := syscall.Syscall6(syscall.SYS_OPENAT, uintptr(folder), uintptr(unsafe.Pointer(&name[0])), flags, 0, 0, 0)
	if errno != 0 {
		return os.NewSyscallError("openat", errno)
	}
	_, _, bad := syscall.Syscall(syscall.SYS_READ, file, uintptr(unsafe.Pointer(&text[0])), uintptr(len(text)))
	_, _, errno = syscall.Syscall(syscall.SYS_CLOSE, file, 0, 0)
	if bad != 0 {
		return os.NewSyscallError("read", bad)
	}
	if errno != 0 {
		return os.NewSyscallError("close", errno)
	}
	return nil
}
