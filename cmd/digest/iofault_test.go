package main

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"digest/internal/ledger"
	"digest/internal/sqlite"
)

// After a fault of the disk no final dot leaves but those that the ledger knew
// of before, the program says what is wrong, and the next run brings all to a
// good end. So it does if the power is lost on top of it.
func TestIOFaults(t *testing.T) {
	points := proof(t, "DIGEST_IO_FAULTS")
	faults := []struct{ calls, fault string }{
		{"fsync,fdatasync", "error=EIO:when=%d"}, {"fsync,fdatasync", "error=EIO:when=%d+"},
		{"pwrite64", "error=ENOSPC:when=%d"}, {"pwrite64", "error=ENOSPC:when=%d+"},
	}
	faultless := newFaulty(t).faultless()
	met, midway := 0, 0
	for i := range points {
		f := faults[i%len(faults)]
		inject := f.calls + ":" + fmt.Sprintf(f.fault, nth(faultless, f.calls, i, points))
		t.Run(inject, func(t *testing.T) {
			p := newFaulty(t)
			seed := rand.Uint64()
			d := newDisk(t, p.dir, rand.New(rand.NewPCG(seed, 0)))
			recording, says, status := p.traced(p.program, "-e", "inject="+inject)
			first, before, after := p.firstFault(recording)
			p.t.Logf("seed %d; the first fault is %s after %d dots, %d later; status %d\n%s", seed, first, before, after, status, says)
			if first != "" {
				met++
			}
			if before > 0 && before < len(p.list) {
				midway++
			}
			p.mustStop(after, says, status)
			p.mustBeKnown(d, recording)
			p.mustEndWell(status)
		})
	}
	t.Logf("%d of %d runs met a fault, %d of them while mail was flowing", met, points, midway)
	if midway < points/10 {
		t.Error("that is too few: the test proves little")
	}
}

// The log of the ledger holds all until it is written back into the database:
// what goes wrong then costs nothing.
func TestIOFaultsOfWritingBack(t *testing.T) {
	proof(t, "DIGEST_IO_FAULTS")
	for _, inject := range []string{"fsync,fdatasync:error=EIO:when=1..3", "pwrite64:error=ENOSPC:when=3+"} {
		t.Run(inject, func(t *testing.T) {
			p := newPowerLoss(t, programPath(t), 500)
			p.shorten()
			p.earlier = oldLedger(t, p.dir)
			recording, says, status := p.traced(p.program, "-P", filepath.Join(p.dir, "digest.db"), "-e", "inject="+inject)
			if first, _, _ := p.firstFault(recording); first == "" {
				t.Error("the log was not written back")
			}
			p.mustStop(0, says, status)
			p.mustEndWell(status)
		})
	}
}

// newFaulty is a run that is to meet a fault. strace counts the calls of each
// thread, so there are to be few of them.
func newFaulty(t *testing.T) *powerLoss {
	t.Helper()
	p := newPowerLoss(t, programPath(t), 150)
	p.env = append(p.env, "GOMAXPROCS=1")
	p.shorten()
	return p
}

// faultless records the run without a fault.
func (p *powerLoss) faultless() []moment {
	p.t.Helper()
	recording, says, status := p.traced(p.program)
	if status != 0 {
		p.t.Fatalf("a run without faults: status %d\n%s", status, says)
	}
	return recording
}

// nth is the call of a thread that the ith of n runs is to meet its fault at:
// the first run at the first one, the last at one of the last of the thread
// that makes most of them.
func nth(faultless []moment, calls string, i, n int) int {
	most, made := 0, map[string]int{}
	for _, m := range faultless {
		if m.over && strings.Contains(","+calls+",", ","+m.name+",") {
			made[m.thread]++
			most = max(most, made[m.thread])
		}
	}
	return 1 + i*most/n
}

// firstFault is the first call that failed because it was told to, with how many
// final dots left before and after. A sync of the folder does not count: SQLite
// does not look at its result. It is for the names of files, and Linux keeps
// those with the first sync of the file itself.
func (p *powerLoss) firstFault(recording []moment) (first string, before, after int) {
	ears := listener{}
	for _, m := range recording {
		if first == "" {
			before += len(ears.hear(m))
		} else {
			after += len(ears.hear(m))
		}
		if m.over && m.injected && first == "" && m.file != p.dir {
			first = m.name + " of " + filepath.Base(m.file)
		}
	}
	return first, before, after
}

var (
	saysSent = regexp.MustCompile(`: (\d+) sent, `)
	saysWhy  = regexp.MustCompile(`database|disk`)
)

// mustStop checks how a run ended, with so many final dots after its first fault.
func (p *powerLoss) mustStop(after int, says string, status int) {
	p.t.Helper()
	accepted := len(p.server.Messages())
	if after > connections {
		p.t.Errorf("%d messages left after the fault, want at most one for each connection", after)
	}
	switch {
	case status == 0 && accepted != len(p.list):
		p.t.Errorf("status 0, and the server has %d messages, want %d\n%s", accepted, len(p.list), says)
	case status != 0 && !saysWhy.MatchString(says):
		p.t.Errorf("status %d, want words that help\n%s", status, says)
	}
	if m := saysSent.FindStringSubmatch(says); m != nil {
		if n, err := strconv.Atoi(m[1]); err != nil || n > accepted {
			p.t.Errorf("the server has %d messages, and the program says\n%s", accepted, says)
		}
	}
}

// mustBeKnown loses the power once the run is over; the names of files are kept,
// see firstFault.
func (p *powerLoss) mustBeKnown(d *disk, recording []moment) {
	p.t.Helper()
	ears := listener{}
	var dots []string
	for _, m := range recording {
		dots = append(dots, ears.hear(m)...)
		if err := d.pass(m); err != nil {
			p.t.Fatal(err)
		}
	}
	for _, s := range []survival{nothing, half, torn} {
		if forgotten, err := p.wake(memory(p.t), image{files: d.after(everything, s), dots: dots}); err != nil || len(forgotten) > 0 {
			p.t.Errorf("after a loss of power that was survived by %s: forgotten are %v, %v", s, forgotten, err)
		}
	}
}

// mustEndWell runs the program once more: then everyone has the message once,
// but those of whom the ledger does not know. If the run before has ended with
// status 0 there is nothing left to do.
func (p *powerLoss) mustEndWell(before int) {
	p.t.Helper()
	had := len(p.server.Messages())
	cmd := process(p.t, p.dir, p.env, "--as-of", "2026-11-20")
	says, _ := cmd.CombinedOutput()
	status := cmd.ProcessState.ExitCode()
	if status != 0 && status != exitPart || before == 0 && status != 0 {
		p.t.Fatalf("the run after that with status %d: status %d\n%s", before, status, says)
	}
	accepted := map[string]int{}
	messages := p.server.Messages()
	for _, m := range messages {
		accepted[m.To]++
	}
	if before == 0 && len(messages) != had {
		p.t.Errorf("the run after that with status 0 sent %d messages", len(messages)-had)
	}
	db, err := sqlite.OpenReadOnly(p.t.Context(), filepath.Join(p.dir, "digest.db"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer db.Close()
	var known ledger.Counts
	var wrong []string
	for e, err := range db.Entries(p.t.Context(), "weekly-2026-11-20", ledger.Sent, ledger.Unknown) {
		if err != nil {
			p.t.Fatal(err)
		}
		known.Add(e.State, 1)
		if n := accepted[e.Address]; n > 1 || e.State == ledger.Sent && n == 0 {
			wrong = append(wrong, fmt.Sprintf("%s is %s, and the server has it %d times", e.Address, e.State, n))
		}
	}
	if len(wrong) > 0 {
		p.t.Errorf("%s; and %d more", wrong[0], len(wrong)-1)
	}
	counts, err := db.Counts(p.t.Context(), "weekly-2026-11-20")
	if err != nil || counts != known || counts.Total() != len(p.list) || counts.Unknown > connections {
		p.t.Errorf("the ledger counts %+v, %v, want %d sent, or at most %d of them unknown", counts, err, len(p.list), connections)
	}
}
