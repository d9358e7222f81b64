package main

import (
	"bytes"
	"fmt"
	"regexp"
	"syscall"
	"testing"
	"time"

	"digest/internal/email/smtptest"
)

// Whoever stops a run loses nothing: the replies in hand are waited for, and the
// next run goes on.
func TestSignals(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			const recipients = 400
			n := newNewsroom(t, smtptest.Start(t, smtptest.Config{}), "none")
			n.env = append(n.env, "DIGEST_DELIVERY_CONNECTIONS=4", "DIGEST_DELIVERY_RATE=400")
			list := []byte("address\n")
			for i := range recipients {
				list = fmt.Appendf(list, "r%03d@example.org\n", i)
			}
			n.write("subscribers.csv", list)
			var out bytes.Buffer
			cmd := process(t, n.dir, n.env, "--as-of", "2026-11-20")
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for deadline := time.Now().Add(time.Minute); len(n.server.Messages()) < 20 && time.Now().Before(deadline); {
				time.Sleep(time.Millisecond)
			}
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			sent := len(n.server.Messages())
			said := fmt.Sprintf("(?s)%d sent, 0 deferred.*: interrupted; %d still wait for it", sent, recipients-sent)
			if status := cmd.ProcessState.ExitCode(); status != exitPart || !regexp.MustCompile(said).Match(out.Bytes()) {
				t.Errorf("after %s the run exits with %d and says\n%swant %d and a match of %s", signal, status, out.String(), exitPart, said)
			}
			n.digest(0, fmt.Sprintf("%d recipients: %d sent, %d pending, 0 deferred, 0 rejected, 0 unknown", recipients, sent, recipients-sent), "status", "weekly-2026-11-20")
			n.env = n.env[:len(n.env)-1] // the rate
			n.digest(0, fmt.Sprintf("%d sent, 0 deferred, %d already had it", recipients-sent, sent), "--as-of", "2026-11-20")
			n.delivered(recipients)
		})
	}
}
