package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"digest/internal/bookmark"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"digest": main})
}

// Each script is one story of a user. "exits N command..." is exec with the
// exit status that is wanted.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":  exits,
			"letter": readLetter,
		},
		Condition: func(cond string) (bool, error) {
			dir, err := bookmark.Dir(t.TempDir())
			if err != nil || cond != "index" {
				return false, errors.Join(err, fmt.Errorf("no such condition: %s", cond))
			}
			defer dir.Close()
			return dir.CanIndex(), nil
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CONFIG_HOME", env.WorkDir)
			env.Setenv("HOME", env.WorkDir)
			env.Vars = append(env.Vars, noExitSleep)
			return nil
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits status command [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%v exits with %d, want %d", args[1:], got, want)
	}
}

// noExitSleep spares a program that looks for data races the second that it waits at
// its end: the tests run hundreds of them.
const noExitSleep = "GORACE=atexit_sleep_ms=0"

// process is the program as another process in a folder, without any
// environment but the given one.
func process(t *testing.T, dir string, env []string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Args[0] = "digest" // the name by which TestMain knows it
	cmd.Dir = dir
	cmd.Env = append([]string{"HOME=" + dir, noExitSleep}, env...)
	return cmd
}

// digestIn runs the program in a folder until it ends.
func digestIn(t *testing.T, dir string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	cmd := process(t, dir, nil, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatalf("digest %v: %v", args, err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}
