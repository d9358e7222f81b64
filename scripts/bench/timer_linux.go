//go:build bench

package main

import (
	"os"
	"syscall"
	"time"
	"unsafe"
)

// A timer waits with the precision of the kernel's timers. Those of the Go
// runtime end on whole milliseconds of epoll_wait when nothing else goes on.
type timer struct {
	*os.File // through which the runtime waits, without a thread
	fd       uintptr
}

func newTimer() (*timer, error) {
	const monotonic = 1 // CLOCK_MONOTONIC
	fd, _, errno := syscall.Syscall(syscall.SYS_TIMERFD_CREATE, monotonic, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if errno != 0 {
		return nil, os.NewSyscallError("timerfd_create", errno)
	}
	return &timer{os.NewFile(fd, "timer"), fd}, nil
}

// until returns at that time, or at once if it has been.
func (t *timer) until(due time.Time) {
	wait := time.Until(due)
	if wait <= 0 {
		return
	}
	once := struct{ interval, value syscall.Timespec }{value: syscall.NsecToTimespec(wait.Nanoseconds())}
	_, _, errno := syscall.Syscall6(syscall.SYS_TIMERFD_SETTIME, t.fd, 0, uintptr(unsafe.Pointer(&once)), 0, 0, 0)
	if errno == 0 {
		_, _ = t.Read(make([]byte, 8))
	}
	time.Sleep(time.Until(due)) // for nothing, unless the timer failed
}
