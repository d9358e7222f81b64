package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"digest/internal/email/smtptest"
	"digest/internal/ledger"
	"digest/internal/sqlite"
)

// Several runs start at once in the same folder, and nobody gets the edition
// twice, be it that the lock keeps all but one from working, or that there is
// no lock and only the ledger stands between them.
func TestOverlap(t *testing.T) {
	rounds := 3
	if s := os.Getenv("DIGEST_OVERLAPS"); s != "" {
		var err error
		if rounds, err = strconv.Atoi(s); err != nil {
			t.Fatalf("DIGEST_OVERLAPS=%s: %v", s, err)
		}
	}
	for _, tt := range []struct {
		name   string
		locked bool
	}{{"with the lock", true}, {"without it", false}} {
		t.Run(tt.name, func(t *testing.T) {
			statuses, doubts := map[int]int{}, 0
			for range rounds {
				doubts += overlap(t, tt.locked, statuses)
			}
			t.Logf("%d rounds, processes by exit status: %v, recipients in doubt: %d", rounds, statuses, doubts)
		})
	}
}

// overlap is one round. It counts the exit statuses, and returns how many
// recipients are in doubt in the end.
func overlap(t *testing.T, locked bool, statuses map[int]int) (doubts int) {
	const recipients, processes = 200, 8
	dir := t.TempDir()
	if _, stderr, status := digestIn(t, dir, "init", "--sample"); status != 0 {
		t.Fatal(stderr)
	}
	var list bytes.Buffer
	list.WriteString("address\n")
	for i := range recipients {
		fmt.Fprintf(&list, "r%03d@example.org\n", i)
	}
	if err := os.WriteFile(filepath.Join(dir, "subscribers.csv"), list.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	server := smtptest.Start(t, smtptest.Config{})
	env := []string{
		"DIGEST_DELIVERY_VIA=smtp", "DIGEST_SMTP_HOST=" + server.Host, fmt.Sprint("DIGEST_SMTP_PORT=", server.Port), "DIGEST_SMTP_TLS=none",
		"DIGEST_UNSUBSCRIBE_SECRET=0123456789abcdef",
	}
	if !locked {
		defer unlock(t, dir)()
	}
	var group sync.WaitGroup
	runs, outs := make([]*exec.Cmd, processes), make([]bytes.Buffer, processes)
	for i := range runs {
		runs[i] = process(t, dir, append(env, "DIGEST_DELIVERY_RATE=200"), "--as-of", "2026-11-20")
		runs[i].Stdout, runs[i].Stderr = &outs[i], &outs[i]
		if err := runs[i].Start(); err != nil {
			t.Fatal(err)
		}
		group.Go(func() { _ = runs[i].Wait() })
	}
	group.Wait()
	fine := []int{0, exitBusy}
	if !locked { // whoever loses its claims has done its part, or nothing yet
		fine = append(fine, exitPart, exitFailed)
	}
	for i := range runs {
		status := runs[i].ProcessState.ExitCode()
		if statuses[status]++; !slices.Contains(fine, status) {
			t.Errorf("a run ends with status %d\n%s", status, outs[i].String())
		}
	}
	var out bytes.Buffer
	last := process(t, dir, env, "--as-of", "2026-11-20")
	last.Stdout, last.Stderr = &out, &out
	_ = last.Run()
	if status := last.ProcessState.ExitCode(); status != 0 && (locked || status != exitPart) {
		t.Errorf("the last run ends with status %d\n%s", status, out.String())
	}
	doubts = once(t, dir, server, recipients)
	if locked && doubts > 0 {
		t.Errorf("%d recipients are in doubt, and no run has died", doubts)
	}
	return doubts
}

// unlock removes every lock as soon as it is there, until it is called off.
func unlock(t *testing.T, dir string) (callOff func()) {
	done := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		ticker := time.NewTicker(time.Millisecond)
		defer ticker.Stop()
		for {
			locks, err := filepath.Glob(filepath.Join(dir, "*.lock"))
			if err != nil {
				t.Error(err)
			}
			for _, l := range locks {
				_ = os.Remove(l)
			}
			select {
			case <-done:
				return
			case <-ticker.C:
			}
		}
	})
	return func() { close(done); group.Wait() }
}

// once checks that everybody has the edition once. It returns of how many the
// ledger does not know it.
func once(t *testing.T, dir string, server *smtptest.Server, recipients int) (doubts int) {
	t.Helper()
	db, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(dir, "digest.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	accepted := map[string]int{}
	for _, m := range server.Messages() {
		accepted[m.To]++
	}
	known := 0
	for e, err := range db.Entries(t.Context(), "weekly-2026-11-20", ledger.Sent, ledger.Unknown, ledger.Pending, ledger.Claimed, ledger.Committing, ledger.Deferred, ledger.Rejected) {
		if err != nil {
			t.Fatal(err)
		}
		known++
		n := accepted[e.Address]
		if e.State == ledger.Unknown && n <= 1 {
			doubts++
		} else if e.State != ledger.Sent || n != 1 {
			t.Errorf("%s is %s, and the server has it %d times", e.Address, e.State, n)
		}
	}
	if known != recipients {
		t.Errorf("the ledger knows %d recipients, want %d", known, recipients)
	}
	return doubts
}
