package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unicode"
	"unicode/utf8"
)

// A folder of very many files with all that goes wrong in one: what can be read
// makes the edition, what cannot is a counted warning, and --strict an error.
// DIGEST_FILES sets how many files there are.
func TestHostileFolder(t *testing.T) {
	files := 3000
	if s := os.Getenv("DIGEST_FILES"); s != "" {
		files, _ = strconv.Atoi(s)
	}
	dir := corpusConfig(t)
	content := filepath.Join(dir, "content")
	write := func(name, date string) {
		page := fmt.Sprintf("---\ntitle: A title\nlink: https://example.org/%x\ndate: %s\n---\n", name, date)
		full := filepath.Join(content, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for i := range files {
		write(fmt.Sprintf("flat/%07d.md", i), "2020-01-01")
	}
	want := []string{"a\nb.md", "flat/wanted.md", strings.Repeat("deep/", 200) + "wanted.md", "x.md/wanted.md", "-rf.md", "\x1b[31mred.md", "$(id).md"}
	for _, name := range want {
		write(name, "2026-11-19")
	}
	bad := map[string]string{
		"locked/": "permission denied", "locked.md": "permission denied", "huge.md": "too large", "loop.md": "symbolic link", "pipe.md": "not a regular file", "bad\xff.md": "a name that is not UTF-8",
		"binary.md": "neither front matter nor text",
	}
	for name := range bad {
		write(strings.Replace(name, "/", "/never.md", 1), "2026-11-19")
	}
	path := func(name string) string { return filepath.Join(content, name) }
	for _, err := range []error{
		os.Chmod(path("locked"), 0), os.Chmod(path("locked.md"), 0), os.Truncate(path("huge.md"), 1<<30),
		os.Remove(path("loop.md")), os.Symlink("loop.md", path("loop.md")), os.Symlink(".", path("here")), os.Symlink("/etc", path("etc")),
		os.Remove(path("pipe.md")), syscall.Mkfifo(path("pipe.md"), 0o644), os.WriteFile(path("binary.md"), []byte("+\x00\xff\xfe\r"), 0o644),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { os.Chmod(path("locked"), 0o755) })

	// Files come and go while it reads.
	done := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
				name := path(fmt.Sprintf("flat/%07d.md", i%files))
				os.Rename(name, name+".away")
				os.Rename(name+".away", name)
			}
		}
	})
	t.Cleanup(group.Wait)
	t.Cleanup(sync.OnceFunc(func() { close(done) }))

	stdout, stderr, status := unprivileged(t, dir, "list", "--as-of", "2026-11-20", "--format", "json")
	var e editionJSON
	if err := json.Unmarshal([]byte(stdout), &e); err != nil || status != 0 {
		t.Fatalf("digest list: status %d, %v\n%s", status, err, stderr)
	}
	var got []string
	for _, s := range e.Sections {
		for _, b := range s.Bookmarks {
			got = append(got, strings.TrimPrefix(b.Path, "content/"))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("selected %q, want %q", got, want)
	}
	if least := files + len(want); e.Counts["read"] < least*99/100 {
		t.Errorf("read %d files, there are %d", e.Counts["read"], least)
	}

	stdout, stderr, status = unprivileged(t, dir, "--dry-run", "--as-of", "2026-11-20")
	if status != 0 || !strings.Contains(stdout, "https://example.org/") {
		t.Errorf("digest --dry-run: status %d\n%s", status, stderr)
	}
	for name, fault := range bad {
		shown := strconv.QuoteToGraphic(name)
		shown = strings.TrimSuffix(shown[1:len(shown)-1], "/")
		if !slices.ContainsFunc(strings.Split(stderr, "\n"), func(line string) bool { return strings.Contains(line, shown) && strings.Contains(line, fault) }) {
			t.Errorf("no warning about %q says %q:\n%s", name, fault, stderr)
		}
	}
	if strings.ContainsFunc(strings.ReplaceAll(stderr, "\n", ""), unicode.IsControl) || !utf8.ValidString(stderr) {
		t.Errorf("a warning has characters that act on a terminal: %q", stderr)
	}
	if _, stderr, status = unprivileged(t, dir, "--dry-run", "--as-of", "2026-11-20", "--strict"); status != 1 || !strings.Contains(stderr, "--strict") {
		t.Errorf("digest --dry-run --strict: status %d, want 1\n%s", status, stderr)
	}
}

// unprivileged runs digest so that the mode of a file counts for root too, and
// with few open files.
func unprivileged(t *testing.T, dir string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	cmd := process(t, dir, nil, args...)
	program := filepath.Join(t.TempDir(), "digest")
	if err := os.Symlink(cmd.Path, program); err != nil {
		t.Fatal(err)
	}
	wrap := []string{"sh", "-c", `ulimit -n 64; exec "$@"`, "sh"}
	if os.Getuid() == 0 {
		wrap = append(wrap, "setpriv", "--bounding-set=-dac_override,-dac_read_search")
	}
	cmd.Args = append(append(wrap, program), args...)
	var err error
	if cmd.Path, err = exec.LookPath(cmd.Args[0]); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run()
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}
