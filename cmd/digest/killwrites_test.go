package main

import (
	"fmt"
	"testing"
)

// A run is killed at one of its writes to the ledger, at each of them in turn:
// the next one brings all to a good end.
func TestKillWrites(t *testing.T) {
	points := proof(t, "DIGEST_KILL_WRITES")
	faultless := newFaulty(t).faultless()
	killed, midway := 0, 0
	for i := range points {
		inject := fmt.Sprintf("pwrite64:signal=KILL:when=%d", nth(faultless, "pwrite64", i, points))
		t.Run(inject, func(t *testing.T) {
			p := newFaulty(t)
			_, says, status := p.traced(p.program, "-e", "inject="+inject)
			accepted := len(p.server.Messages())
			switch status {
			case -1: // strace ends as the program does
				killed++
			case 0:
			default:
				t.Errorf("status %d\n%s", status, says)
			}
			if accepted > 0 && accepted < len(p.list) {
				midway++
			}
			p.mustEndWell(status)
		})
	}
	t.Logf("%d of %d runs were killed, %d of them while mail was flowing", killed, points, midway)
	if midway < points/10 {
		t.Error("that is too few: the test proves little")
	}
}
