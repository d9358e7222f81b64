//go:build bench

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// A usage is what a process and those it waited for took, from start to end.
type usage struct {
	wall time.Duration
	cpu  time.Duration // user and system
	rss  int64         // the most memory that one of them held, in bytes
}

// run runs a program to its end; what it prints goes to the file out. The
// program is killed when ctx is done, and when we are.
func run(ctx context.Context, dir, out, name string, args ...string) (usage, error) {
	stdout, err := os.Create(out)
	if err != nil {
		return usage{}, err
	}
	defer stdout.Close()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, environment(), stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	began := time.Now()
	err = cmd.Run()
	u := usage{wall: time.Since(began)}
	if ctx.Err() != nil {
		return u, ctx.Err()
	}
	if err != nil {
		return u, fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, tail(stderr.Bytes()))
	}
	u.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	u.rss = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss * 1024
	return u, nil
}

// tail is the end of what a program said.
func tail(b []byte) []byte {
	const most = 4000
	if len(b) > most {
		b = b[len(b)-most:]
	}
	return b
}

// environment is ours without the keys of digest, and with the locale in which
// grep is fastest.
func environment() []string {
	env := []string{"LC_ALL=C"}
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "DIGEST_") && !strings.HasPrefix(e, "LC_ALL=") {
			env = append(env, e)
		}
	}
	return env
}

// machine says what the figures are of, and whether something else runs there.
func machine() (words string, busy bool) {
	var load float64
	if now, err := os.ReadFile("/proc/loadavg"); err == nil {
		_, _ = fmt.Sscan(string(now), &load)
	}
	words = fmt.Sprintf("%d cores, %s/%s, %s, load %.2f", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), load)
	return words, load > 0.5*float64(runtime.NumCPU())
}
