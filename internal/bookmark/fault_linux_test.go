package bookmark

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// As root, nothing is unreadable: so the test reads as nobody.
func TestReadUnreadable(t *testing.T) {
	root, _ := tree(t, "a.md", "b/c.md", "d.md")
	must(t, os.Chmod(root+"/a.md", 0))
	must(t, os.Chmod(root+"/b", 0))
	t.Cleanup(func() { os.Chmod(root+"/b", 0o755) })
	must(t, os.Chmod(filepath.Dir(root), 0o755)) // of t.TempDir
	done := make(chan []string, 1)
	go func() {
		// The thread ends with the goroutine, since it is never unlocked.
		runtime.LockOSThread()
		if os.Getuid() == 0 {
			const nobody = 65534
			syscall.RawSyscall(syscall.SYS_SETFSUID, nobody, 0, 0)
		}
		defer close(done)
		dir, err := Dir(root)
		if err != nil {
			t.Error(err)
			return
		}
		defer dir.Close()
		var lines []string
		r := Reader{}
		for b, err := range r.Read(Source{FS: dir}) {
			if err != nil {
				lines = append(lines, err.Error())
				continue
			}
			lines = append(lines, b.Path)
		}
		done <- lines
	}()
	checkRead(t, <-done, "a.md: permission denied; make it readable", "b: permission denied; its files are left out", "d.md")
}
