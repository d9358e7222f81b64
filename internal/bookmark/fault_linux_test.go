package bookmark

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// As root, nothing is unreadable: so the test reads as nobody.
func TestReadUnreadable(t *testing.T) {
	root, dir := tree(t, "a.md", "b/c.md", "d.md")
	must(t, os.Chmod(root+"/a.md", 0))
	must(t, os.Chmod(root+"/b", 0))
	t.Cleanup(func() { os.Chmod(root+"/b", 0o755) })
	must(t, os.Chmod(filepath.Dir(root), 0o755)) // of t.TempDir
	if os.Getuid() == 0 {
		const nobody = 65534
		must(t, syscall.Seteuid(nobody))
		t.Cleanup(func() { must(t, syscall.Seteuid(0)) })
	}
	checkRead(t, read(t, Reader{}, Source{FS: dir}), "a.md: permission denied", "b: permission denied", "d.md")
}
