package delivery_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"digest/internal/delivery"
	"digest/internal/email"
	"digest/internal/email/smtptest"
	"digest/internal/ledger"
	"digest/internal/sqlite"
)

// A gauge is what a process holds.
type gauge struct{ goroutines, descriptors, heap, resident int }

func measure(t testing.TB) (g gauge) {
	t.Helper()
	runtime.GC()
	runtime.GC() // what has a finalizer takes two
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	descriptors, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var size, pages int
	if _, err := fmt.Sscan(string(statm), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return gauge{runtime.NumGoroutine(), len(descriptors), int(memory.HeapAlloc), pages * os.Getpagesize()}
}

// middle is the median of each figure.
func middle(all []gauge) gauge {
	of := func(figure func(gauge) int) int {
		var sorted []int
		for _, g := range all {
			sorted = append(sorted, figure(g))
		}
		slices.Sort(sorted)
		return sorted[len(sorted)/2]
	}
	return gauge{
		of(func(g gauge) int { return g.goroutines }), of(func(g gauge) int { return g.descriptors }),
		of(func(g gauge) int { return g.heap }), of(func(g gauge) int { return g.resident }),
	}
}

// A scope is a test that ends before the test: a long one would keep all that it
// has begun.
type scope struct {
	testing.TB
	ends []func()
}

func (s *scope) Cleanup(f func()) { s.ends = append(s.ends, f) }

func (s *scope) end() {
	for _, f := range slices.Backward(s.ends) {
		f()
	}
}

// faulty is a server that lies to one message of a hundred, in any way.
func faulty(t testing.TB, random *rand.Rand, messages int) *smtptest.Server {
	var faults []smtptest.Fault
	all := cells()
	for range messages / 100 {
		c := all[random.IntN(len(all))]
		f := c.fault()
		f.Nth = 1 + random.IntN(messages)
		if before(c.phase, smtptest.Mail) || c.phase == smtptest.Rset || c.phase == smtptest.Quit { // which are rare
			f.Nth = 2 + random.IntN(8)
		}
		faults = append(faults, f)
	}
	return smtptest.Script(t, smtptest.Config{TLS: smtptest.STARTTLS, Username: "ada", NoPipelining: random.IntN(2) > 0}, faults...)
}

// Jobs, one after the other, in a process that stays as it is. DIGEST_SOAK says
// for how long.
func TestSoak(t *testing.T) {
	long, err := time.ParseDuration(os.Getenv("DIGEST_SOAK"))
	if err != nil {
		t.Skip("DIGEST_SOAK is no duration")
	}
	const messages, connections = 300, 4
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "digest.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	random := chance(t)
	var gauges []gauge
	var total ledger.Counts
	started := time.Now()
	jobs := 0
	for time.Since(started) < long && !t.Failed() {
		jobs++
		s := &scope{TB: t}
		soak(s, db, ledger.Run{Edition: fmt.Sprint("weekly-", jobs), Owner: int64(jobs)}, random, messages, connections)
		s.end()
		if time.Since(started) > long*time.Duration(len(gauges))/90 { // or they would be what grows
			gauges = append(gauges, measure(t))
		}
	}
	if len(gauges) < 9 {
		t.Fatalf("%d jobs in %v show nothing", jobs, long)
	}
	statuses, err := db.Editions(t.Context(), "weekly")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statuses {
		total.Sent, total.Unknown, total.Rejected = total.Sent+s.Sent, total.Unknown+s.Unknown, total.Rejected+s.Rejected
	}
	if all := total.Sent + total.Unknown + total.Rejected; len(statuses) != jobs || all != messages*jobs {
		t.Errorf("of %d editions %+v are settled, want %d", len(statuses), total, messages*jobs)
	}
	third := len(gauges) / 3 // the first is the warm-up
	early, late := middle(gauges[third:2*third]), middle(gauges[2*third:])
	t.Logf("%d jobs: %+v; early %+v, late %+v", jobs, total, early, late)
	if late.goroutines > early.goroutines || late.descriptors > early.descriptors {
		t.Errorf("it grows: %+v, then %+v", early, late)
	}
	if late.heap > early.heap+early.heap/20 {
		t.Errorf("the heap grows from %d to %d bytes", early.heap, late.heap)
	}
	// Beside the heap there are the pages of SQLite, up to 2 MB of a database that
	// itself grows, and what the collector has not yet given back.
	if late.resident > early.resident+early.resident/20+4<<20 {
		t.Errorf("resident memory grows from %d to %d bytes", early.resident, late.resident)
	}
}

// soak is one edition: a job with a server that errs, and one with an honest
// server for those who are left.
func soak(t testing.TB, db *sqlite.DB, run ledger.Run, random *rand.Rand, messages, connections int) {
	list := func(yield func(ledger.Recipient, error) bool) {
		for i := range messages { // of its own each time: nobody is missing for having been suppressed
			a := fmt.Sprintf("%s-%d@example.net", run.Edition, i)
			if !yield(ledger.Recipient{Key: a, Address: a}, nil) {
				return
			}
		}
	}
	nothing := func(int) ([]byte, error) { return []byte{}, nil }
	if _, err := db.Open(t.Context(), ledger.Edition{ID: run.Edition, Newsletter: "weekly", Content: []byte{}}, nothing); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, honest := range []bool{false, true} {
		var server *smtptest.Server
		if honest {
			server = smtptest.Script(t, smtptest.Config{TLS: smtptest.STARTTLS, Username: "ada"})
		} else {
			server = faulty(t, random, messages)
		}
		planned, err := db.Plan(t.Context(), run, list, ledger.Plan{})
		if err != nil {
			t.Fatal(err)
		}
		job := newJob(t, db, server)
		job.Run, job.Connections, job.Trusted = run, connections, planned.Sent > 0
		job.Patience = delivery.Patience{GiveUpAfter: time.Second, Retry: 10 * time.Millisecond, Pause: time.Millisecond}
		job.Connect = func() delivery.Sender {
			s := login(server)
			s.Timeouts = email.Timeouts{Connect: 2 * time.Second, Command: 2 * time.Second, Data: 2 * time.Second, Body: 2 * time.Second, Dot: 2 * time.Second}
			s.PerConnection = 50
			return s
		}
		report, err := job.Do(context.WithoutCancel(t.Context()))
		if honest && (err != nil || report != (delivery.Report{Sent: planned.Pending})) {
			t.Errorf("Do with an honest server = %+v, %v, want %d sent", report, err, planned.Pending)
		}
		for address, n := range accepted(t, server) {
			got[address] += n
		}
		polite(t, server)
	}
	for address, e := range entries(t, db, run.Edition) {
		n := got[address]
		switch {
		case e.State == ledger.Sent && n == 1, e.State == ledger.Rejected && n == 0, e.State == ledger.Unknown && n <= 1:
		default:
			t.Errorf("%s is %s (%s), and the servers have it %d times", address, e.State, strings.TrimSpace(e.Reply), n)
		}
	}
}
