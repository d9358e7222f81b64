//go:build bench

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// A usage is what a process took, from its start to its end.
type usage struct {
	began time.Time
	wall  time.Duration
	cpu   time.Duration // user and system, by getrusage
	rss   int64         // the most memory it held, in bytes, by getrusage
}

// rate is messages a second.
func (u usage) rate(n int) float64 { return float64(n) / u.wall.Seconds() }

// cost is CPU microseconds a message.
func (u usage) cost(n int) float64 { return float64(u.cpu.Microseconds()) / float64(n) }

// run runs a program to its end and returns what it took and what it printed.
// The program is killed when ctx is done, and when we are.
func run(ctx context.Context, dir string, env []string, name string, args ...string) (usage, []byte, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	syscall.Sync() // nobody pays for what an earlier run left to write
	u := usage{began: time.Now()}
	err := cmd.Run()
	u.wall = time.Since(u.began)
	if ctx.Err() != nil {
		return u, nil, ctx.Err()
	}
	if err != nil {
		return u, nil, fmt.Errorf("%s %v: %w\n%s%s", name, args, err, stdout.Bytes(), tail(stderr.Bytes()))
	}
	u.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	u.rss = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss * 1024
	return u, stdout.Bytes(), nil
}

// tail is the end of what a program said.
func tail(b []byte) []byte {
	const most = 4000
	if len(b) > most {
		b = b[len(b)-most:]
	}
	return b
}

// clean is our environment without the keys of digest.
func clean() []string {
	var env []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "DIGEST_") {
			env = append(env, e)
		}
	}
	return env
}
