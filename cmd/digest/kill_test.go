package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"digest/internal/email/smtptest"
)

// A run is killed with SIGKILL again and again at a random moment, and then let
// to its end: nobody has the edition twice, and nobody is without it but those
// of whom the ledger says that it does not know.
func TestKill(t *testing.T) {
	kills := 50
	if s := os.Getenv("DIGEST_KILLS"); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatalf("DIGEST_KILLS=%s: %v", s, err)
		}
	}
	recipients := 10 * kills
	dir := t.TempDir()
	if _, stderr, status := digestIn(t, dir, "init", "--sample"); status != 0 {
		t.Fatal(stderr)
	}
	var list bytes.Buffer
	list.WriteString("address,name\n")
	for i := range recipients {
		fmt.Fprintf(&list, "r%05d@example.org,Reader %d\n", i, i)
	}
	if err := os.WriteFile(filepath.Join(dir, "subscribers.csv"), list.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	server := smtptest.Start(t, smtptest.Config{})
	env := []string{
		"DIGEST_DELIVERY_VIA=smtp", "DIGEST_SMTP_HOST=" + server.Host, fmt.Sprint("DIGEST_SMTP_PORT=", server.Port), "DIGEST_SMTP_TLS=none",
		"DIGEST_UNSUBSCRIBE_SECRET=0123456789abcdef",
	}
	const connections = 4 // the default
	const patience = 5 * time.Minute
	started := time.Now()

	seed := rand.Uint64()
	t.Logf("%d kills, %d recipients, seed %d", kills, recipients, seed)
	random := rand.New(rand.NewPCG(seed, 0))
	hit := 0 // kills that came while messages were on their way
	for i := range kills {
		before := len(server.Messages())
		cmd := process(t, dir, append(env, "DIGEST_DELIVERY_RATE=300"), "--as-of", "2026-11-20")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// Every other kill may come at any time, the rest once mail flows.
		if i%2 == 0 {
			time.Sleep(time.Duration(random.IntN(60)) * time.Millisecond)
		} else {
			for len(server.Messages()) == before && time.Since(started) < patience {
				time.Sleep(time.Millisecond)
			}
			time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if cmd.Wait() == nil {
			t.Fatal("a run came to its end before it was killed")
		}
		if len(server.Messages()) > before {
			hit++
		}
	}
	var out bytes.Buffer
	last := process(t, dir, env, "--as-of", "2026-11-20")
	last.Stdout, last.Stderr = &out, &out
	_ = last.Run()
	if status := last.ProcessState.ExitCode(); status != 0 && status != exitPart {
		t.Fatalf("the last run: status %d\n%s", status, out.String())
	}

	doubts := once(t, dir, server, recipients)
	most := kills * connections
	if os.Getenv("DIGEST_KILLS") != "" { // a slow machine or build is longer in doubt
		most = most * 35 / 100
	}
	if doubts > most {
		t.Errorf("%d recipients are in doubt, want at most %d of %d kills over %d connections", doubts, most, kills, connections)
	}
	if hit < kills/3 {
		t.Errorf("only %d of %d kills came while messages were on their way: the test proves little", hit, kills)
	}
	t.Logf("%d of %d kills in mid-delivery; %d sent, %d in doubt (%.2f a kill and connection)", hit, kills, recipients-doubts, doubts, float64(doubts)/float64(kills*connections))
}
