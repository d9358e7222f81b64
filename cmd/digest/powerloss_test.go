package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"digest/internal/email/smtptest"
)

// Whenever the power is lost, the next run finds a ledger that is whole and
// knows everyone whose final dot has left. That a ledger that does not sync
// each commit would be found out is part of the proof.
func TestPowerLoss(t *testing.T) {
	images := proof(t, "DIGEST_POWER_LOSS")
	t.Run("new ledger", func(t *testing.T) {
		p := newPowerLoss(t, programPath(t), 200)
		p.mustSurvive(images - images/3)
	})
	// The ledger is migrated, and its log gets so long that it is written back
	// into the database and begun anew while mail is flowing.
	t.Run("old ledger", func(t *testing.T) {
		p := newPowerLoss(t, programPath(t), 500)
		p.shorten()
		p.earlier = oldLedger(t, p.dir)
		p.mustSurvive(images / 3)
		if p.rewritten == 0 {
			t.Log("the log was not written back while mail was flowing: oldLedger should make it longer, or shorter")
		}
	})
	t.Run("synchronous=NORMAL is found out", func(t *testing.T) {
		found := newPowerLoss(t, buildNormal(t), 200).lose(max(50, images/10))
		t.Log(found)
		if found.forgotten == 0 {
			t.Error("no image forgets a message that was sent: the test proves nothing")
		}
	})
}

// A powerLoss is a run of a program with the states in which it may leave the
// disk.
type powerLoss struct {
	*newsroom
	program   string
	list      []string
	earlier   int // recipients of an edition that was sent before
	rewritten int // writes to the database itself while mail was flowing
}

const connections = 4

func newPowerLoss(t *testing.T, program string, recipients int) *powerLoss {
	t.Helper()
	n := newNewsroom(t, smtptest.Start(t, smtptest.Config{}), "none")
	var err error
	if n.dir, err = filepath.EvalSymlinks(n.dir); err != nil { // as strace names it
		t.Fatal(err)
	}
	n.env = append(n.env, fmt.Sprint("DIGEST_DELIVERY_CONNECTIONS=", connections))
	return &powerLoss{newsroom: n, program: program, list: n.addresses(recipients)}
}

// findings are what losses of power did.
type findings struct {
	images, corrupt, forgotten, mails int // forgotten are images, mails the messages that they forget
	faults                            []error
}

func (f findings) String() string {
	return fmt.Sprintf("%d images: %d corrupt, %d forget mail that was sent (%d in all)", f.images, f.corrupt, f.forgotten, f.mails)
}

// add counts what an image was found to be.
func (f *findings) add(img image, forgotten []string, err error) {
	f.images++
	f.mails += len(forgotten)
	switch {
	case err != nil:
		f.corrupt++
		f.faults = append(f.faults, fmt.Errorf("%s: %w", img.what, err))
	case len(forgotten) > 0:
		f.forgotten++
		f.faults = append(f.faults, fmt.Errorf("%s: forgotten are %v", img.what, forgotten))
	}
}

func (p *powerLoss) mustSurvive(images int) {
	p.t.Helper()
	found := p.lose(images)
	p.t.Log(found)
	for _, err := range found.faults[:min(10, len(found.faults))] {
		p.t.Error(err)
	}
}

// lose runs the program once and loses the power at moments all over the run.
func (p *powerLoss) lose(images int) (found findings) {
	p.t.Helper()
	started := time.Now()
	seed := rand.Uint64()
	d := newDisk(p.t, p.dir, rand.New(rand.NewPCG(seed, 0)))
	recording, says, status := p.traced(p.program)
	if status != 0 {
		p.t.Fatalf("the run that is recorded: status %d\n%s", status, says)
	}
	p.t.Logf("seed %d; recorded in %.1f s", seed, time.Since(started).Seconds())
	work := make(chan image)
	var mu sync.Mutex
	var group sync.WaitGroup
	for range 4 {
		dir := memory(p.t)
		group.Go(func() {
			for img := range work {
				forgotten, err := p.wake(dir, img)
				mu.Lock()
				found.add(img, forgotten, err)
				mu.Unlock()
			}
		})
	}
	dots := p.replay(d, recording, images, work)
	group.Wait()
	if got := len(p.server.Messages()); len(dots) != got || got != len(p.list) {
		p.t.Fatalf("the recording has %d final dots, and the server %d messages, want %d", len(dots), got, len(p.list))
	}
	p.t.Logf("looked at in %.1f s", time.Since(started).Seconds())
	return found
}

// replay makes the images. It returns the recipients of all final dots.
func (p *powerLoss) replay(d *disk, recording []moment, images int, work chan<- image) (dots []string) {
	p.t.Helper()
	defer close(work)
	var points []int // the moments after which a loss of power is another one
	heard, ears := map[int][]string{}, listener{}
	for i, m := range recording {
		if heard[i] = ears.hear(m); len(heard[i]) > 0 || d.changes(m) {
			points = append(points, i)
		}
	}
	losses := map[int]int{}
	for i := range images {
		losses[points[int((float64(i)+d.random.Float64())*float64(len(points))/float64(images))]]++
	}
	p.t.Logf("%d images at %d of %d moments", images, len(losses), len(points))
	for i, m := range recording {
		if err := d.pass(m); err != nil {
			p.t.Fatal(err)
		}
		dots = append(dots, heard[i]...)
		if len(dots) > 0 && len(dots) < len(p.list) && m.over && filepath.Base(m.file) == "digest.db" {
			p.rewritten++
		}
		for range losses[i] {
			names := []survival{nothing, everything, half}[d.random.IntN(3)]
			writes := []survival{nothing, everything, half, torn}[d.random.IntN(4)]
			work <- image{
				what:  fmt.Sprintf("moment %d of %d, %s of %s, survived by %s and of the names by %s", i, len(recording), m.name, m.file, writes, names),
				files: d.after(names, writes), dots: dots[:len(dots):len(dots)],
			}
		}
	}
	return dots
}

// memory makes a folder where nobody waits for a disk, if there is such a place.
func memory(t *testing.T) (dir string) {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "digest")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// oldLedger makes a ledger of the first version as a run that died has left it,
// with a long log. It holds an edition that everyone has got, and returns how
// many they are.
func oldLedger(t *testing.T, dir string) (recipients int) {
	t.Helper()
	schema, err := os.ReadFile("../../internal/sqlite/testdata/schema1.sql")
	if err != nil {
		t.Fatal(err)
	}
	alive := t.TempDir()
	db, err := sql.Open("sqlite", filepath.Join(alive, "digest.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, s := range []string{
		"PRAGMA journal_mode=WAL", string(schema), "PRAGMA application_id=1147630452", "PRAGMA user_version=1",
		`INSERT INTO edition VALUES ('weekly-2026-11-13', 'weekly', 1, '2026-11-06T00:00:00Z', '2026-11-13T00:00:00Z', '2026-11-13T00:00:00Z',
			zeroblob(3100000), x'7b7d', '2026-11-13T08:00:00Z', '2026-11-13T09:00:00Z')`,
		`WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 499) INSERT INTO delivery
			SELECT 'weekly-2026-11-13', i || '@example.org', i || '@example.org', '', 'sent', 1, 'owner', 1, 250, 'ok', 7 FROM n`,
	} {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	for _, name := range []string{"digest.db", "digest.db-wal"} {
		content, err := os.ReadFile(filepath.Join(alive, name))
		if err := errors.Join(err, os.WriteFile(filepath.Join(dir, name), content, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return 500
}

// programPath is where strace finds the program.
func programPath(t *testing.T) (program string) {
	t.Helper()
	program, err := exec.LookPath("digest") // where TestMain has put it for the scripts
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// buildNormal builds the program with a ledger that loses its last commits with
// the power.
func buildNormal(t *testing.T) (program string) {
	t.Helper()
	name, err := filepath.Abs("../../internal/sqlite/sqlite.go")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text, dir := string(source), t.TempDir()
	for was, is := range map[string]string{"synchronous(FULL)": "synchronous(NORMAL)", "synchronous != 2": "synchronous != 1"} {
		if !strings.Contains(text, was) {
			t.Fatalf("%s has no %q to replace", name, was)
		}
		text = strings.ReplaceAll(text, was, is)
	}
	changed, overlay := filepath.Join(dir, "sqlite.go"), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {name: changed}})
	if err := errors.Join(err, os.WriteFile(changed, []byte(text), 0o600), os.WriteFile(overlay, replace, 0o600)); err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(dir, "digest")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}
