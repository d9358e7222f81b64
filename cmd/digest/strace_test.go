package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A call is a system call of a run that strace has recorded.
type call struct {
	thread, name string
	file         string // path or socket
	data         []byte // that it wrote
	at           int64  // where it wrote; what it cut the file to
	creates      bool
	failed       bool // it changed nothing
	injected     bool // it failed because it was told to
}

// A moment is the beginning or the end of a call. Between the two it may have
// happened already.
type moment struct {
	*call
	over bool
}

// proof is how many points of a long proof are asked for by a variable. Without
// it, or without strace, the test is skipped.
func proof(t *testing.T, variable string) int {
	t.Helper()
	s := os.Getenv(variable)
	if s == "" {
		t.Skipf("a longer proof: %s=N asks for it", variable)
	}
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip(err)
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		t.Fatalf("%s=%s is not a number of points", variable, s)
	}
	return n
}

// addresses makes a list of n subscribers.
func (n *newsroom) addresses(count int) (list []string) {
	n.t.Helper()
	for i := range count {
		list = append(list, fmt.Sprintf("r%05d@example.org", i))
	}
	n.write("subscribers.csv", []byte("address\n"+strings.Join(list, "\n")+"\n"))
	return list
}

// shorten makes the edition one of a single bookmark.
func (n *newsroom) shorten() {
	n.t.Helper()
	if err := os.RemoveAll(filepath.Join(n.dir, "content")); err != nil {
		n.t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(n.dir, "content", "bookmarks"), 0o700); err != nil {
		n.t.Fatal(err)
	}
	n.write("content/bookmarks/one.md", []byte("---\ntitle: One\nlink: https://example.com/\ndate: 2026-11-18T12:00:00Z\n---\nIt is worth a visit.\n"))
}

// traced runs a program to its end and returns all that it did to files and
// sockets, and what it said. Options are those of strace; they may inject faults.
func (n *newsroom) traced(program string, options ...string) (recording []moment, says string, status int) {
	n.t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		n.t.Fatal(err)
	}
	// What the tests do not know how to read is recorded too, so that they notice.
	const known, unknown = "open,openat,write,pwrite64,ftruncate,unlink,fsync,fdatasync", "creat,writev,pwritev,pwritev2,sendto,sendmsg,sendfile,splice," +
		"copy_file_range,truncate,fallocate,rename,renameat,renameat2,link,linkat,unlinkat,sync,syncfs,sync_file_range"
	name := filepath.Join(n.t.TempDir(), "recording")
	cmd := process(n.t, n.dir, n.env, "--as-of", "2026-11-20")
	cmd.Path = strace
	cmd.Args = append([]string{"strace", "-f", "-qq", "-xx", "-yy", "-s", "70000", "-e", "signal=none", "-e", "trace=" + known + "," + unknown, "-o", name}, options...)
	if !strings.Contains(strings.Join(options, " "), "signal=") { // it is faster, but strace 6.1 sends no signals then
		cmd.Args = append(cmd.Args, "--seccomp-bpf")
	}
	cmd.Args = append(cmd.Args, program, "--as-of", "2026-11-20")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		n.t.Fatal(err)
	}
	return readRecording(n.t, name), out.String(), cmd.ProcessState.ExitCode()
}

// readRecording reads what strace -f -xx -yy has written.
func readRecording(t *testing.T, name string) (all []moment) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	begun := map[string]*call{} // by thread
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		thread, line, _ := strings.Cut(lines.Text(), " ")
		line = strings.TrimLeft(line, " ")
		c := begun[thread]
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
			continue
		case strings.HasPrefix(line, "<... ") && c == nil:
			t.Fatalf("%s ends what never began: %s", thread, line)
		case !strings.HasPrefix(line, "<... "):
			if c, err = parseCall(line); err != nil {
				t.Fatalf("%v: %.200s", err, line)
			}
			c.thread = thread
			all = append(all, moment{c, false})
			if strings.HasSuffix(line, "<unfinished ...>") {
				begun[thread] = c
				continue
			}
		}
		delete(begun, thread)
		c.end(line)
		all = append(all, moment{c, true})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// parseCall reads all of a call but its result.
func parseCall(line string) (*call, error) {
	name, args, _ := strings.Cut(line, "(")
	c := &call{name: name}
	parts := strings.SplitN(args, `"`, 3) // around the first string
	var text []byte
	if len(parts) == 3 {
		var err error
		if text, err = hex.DecodeString(strings.ReplaceAll(parts[1], `\x`, "")); err != nil {
			return nil, err
		}
	}
	switch name {
	case "open", "openat", "creat", "unlink", "unlinkat", "truncate", "rename", "renameat", "renameat2", "link", "linkat":
		c.file = string(text)
		c.creates = len(parts) == 3 && strings.Contains(parts[2], "O_CREAT")
		return c, nil
	}
	c.file = descriptor(args)
	switch name {
	case "write", "pwrite64":
		c.data = text
		var n int
		if _, err := fmt.Sscanf(parts[len(parts)-1], ", %d, %d", &n, &c.at); n != len(text) || name == "pwrite64" && err != nil {
			return nil, fmt.Errorf("%d bytes of %d are recorded, %w", len(text), n, err)
		}
	case "ftruncate":
		_, length, _ := strings.Cut(args, ", ")
		if _, err := fmt.Sscanf(length, "%d", &c.at); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// descriptor is what the first argument stands for; empty if it has no name any
// more.
func descriptor(args string) string {
	_, name, _ := strings.Cut(args, "<")
	if strings.HasPrefix(name, "TCP:") {
		name, _, _ = strings.Cut(name, "]")
		return name
	}
	name, after, _ := strings.Cut(name, ">")
	path, err := hex.DecodeString(strings.ReplaceAll(name, `\x`, ""))
	if err != nil || strings.HasPrefix(after, "(deleted)") {
		return ""
	}
	return string(path)
}

// end reads the result.
func (c *call) end(line string) {
	result := line[strings.LastIndex(line, " = ")+3:]
	var n int
	if _, err := fmt.Sscanf(result, "%d", &n); err != nil {
		c.failed = strings.HasPrefix(result, "? E") // else the program was killed in it
		return
	}
	c.failed = n < 0
	c.injected = strings.HasSuffix(result, "(INJECTED)")
	if n >= 0 && n < len(c.data) {
		c.data = c.data[:n]
	}
}

// A listener knows from what a program writes to its mail server whose final dot
// has left, or may have.
type listener map[string]*dialogue // by socket

// A dialogue is what a client has said so far on a connection to a server that
// agrees to everything.
type dialogue struct {
	line []byte
	to   string
	body bool
}

// hear returns the recipients whose final dot is in what is being written.
func (l listener) hear(m moment) (dots []string) {
	if m.over || m.name != "write" || m.failed || !strings.HasPrefix(m.file, "TCP:") {
		return nil
	}
	d := l[m.file]
	if d == nil {
		d = &dialogue{}
		l[m.file] = d
	}
	for part := range bytes.SplitAfterSeq(m.data, []byte("\n")) {
		if d.line = append(d.line, part...); !bytes.HasSuffix(part, []byte("\n")) {
			continue // the rest of the line is in another write
		}
		switch line := string(d.line); {
		case d.body && line == ".\r\n":
			d.body = false
			dots = append(dots, d.to)
		case d.body:
		case strings.HasPrefix(line, "RCPT TO:<"):
			d.to, _, _ = strings.Cut(line[len("RCPT TO:<"):], ">")
		case line == "DATA\r\n":
			d.body = true
		}
		d.line = d.line[:0]
	}
	return dots
}
