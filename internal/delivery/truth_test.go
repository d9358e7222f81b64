package delivery_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"digest/internal/delivery"
	"digest/internal/email"
	"digest/internal/email/smtptest"
	"digest/internal/ledger"
	"digest/internal/sqlite"
)

// everything is whether all is tried that can be, and not only some of it.
var everything = os.Getenv("DIGEST_MATRIX") != ""

// chance is a source of random numbers whose seed is logged; DIGEST_SEED sets it.
func chance(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if s := os.Getenv("DIGEST_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("DIGEST_SEED=%s: %v", s, err)
		}
	}
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// login is a sender that does all that a real one does.
func login(server *smtptest.Server) *email.Sender {
	return &email.Sender{Host: server.Host, Port: server.Port, TLS: email.STARTTLS, Username: "ada", Password: "secret", RootCAs: server.RootCAs}
}

// A hasty sender waits only briefly for a server that says nothing, where it is
// expected to, and as long as ever elsewhere: the machine may be slow.
type hasty struct {
	*email.Sender
	phase smtptest.Phase
	to    string // while this recipient is served; empty: always
}

func (s *hasty) hurry(now bool) {
	s.Timeouts = brief()
	if now || s.phase == smtptest.Quit {
		s.Timeouts = brief(s.phase)
	}
}

// brief are short timeouts for some phases, and for the others such that a test
// which goes wrong comes to an end.
func brief(phases ...smtptest.Phase) email.Timeouts {
	const short, long = time.Second, time.Minute
	t := email.Timeouts{Connect: long, Command: long, Data: long, Body: long, Dot: long}
	for _, p := range phases {
		switch p {
		case smtptest.Mail, smtptest.Rcpt, smtptest.Rset, smtptest.Quit:
			t.Command = short
		case smtptest.Data:
			t.Data = short
		case smtptest.Body, smtptest.Dot:
			t.Body, t.Dot = short, short
		default:
			t.Connect = short
		}
	}
	return t
}

func (s *hasty) Connect(ctx context.Context) error {
	s.hurry(s.to == "" || s.to == address(0))
	return s.Sender.Connect(ctx)
}

func (s *hasty) Send(ctx context.Context, m email.Message, next *email.Message, commit func() error) email.Outcome {
	s.hurry(s.to == "" || s.to == m.To)
	return s.Sender.Send(ctx, m, next, commit)
}

// parallel runs subtests that mostly wait.
func parallel[T any](t *testing.T, all []T, test func(*testing.T, T)) {
	t.Helper()
	var group sync.WaitGroup
	most := make(chan struct{}, 16)
	for _, c := range all {
		most <- struct{}{}
		group.Go(func() {
			defer func() { <-most }()
			t.Run(fmt.Sprint(c), func(t *testing.T) { test(t, c) })
		})
	}
	group.Wait()
}

// entries are the records of an edition by address.
func entries(t testing.TB, db *sqlite.DB, edition string) map[string]ledger.Entry {
	t.Helper()
	all := map[string]ledger.Entry{}
	for e, err := range db.Entries(t.Context(), edition, ledger.Pending, ledger.Claimed, ledger.Committing, ledger.Sent, ledger.Deferred, ledger.Rejected, ledger.Unknown) {
		if err != nil {
			t.Fatal(err)
		}
		all[e.Address] = e
	}
	return all
}

// accepted counts by recipient what servers have accepted, and checks that it
// was whole.
func accepted(t testing.TB, servers ...*smtptest.Server) map[string]int {
	t.Helper()
	all := map[string]int{}
	for _, s := range servers {
		for _, m := range s.Messages() {
			all[m.To]++
			if m.ID() == "" || !strings.HasSuffix(string(m.Data), "--\r\n") {
				t.Errorf("the server accepted half a message of %d bytes for %s", len(m.Data), m.To)
			}
		}
	}
	return all
}

// agree holds the ledger, after the first job of an edition, against its report
// and against what the server knows. doubt says that the dot of a message may
// have got lost.
func agree(t testing.TB, db *sqlite.DB, edition string, report delivery.Report, server *smtptest.Server, doubt bool) map[string]ledger.Entry {
	t.Helper()
	got, counts := accepted(t, server), ledger.Counts{}
	all := entries(t, db, edition)
	for address, e := range all {
		counts.Add(e.State, 1)
		n := got[address]
		switch e.State {
		case ledger.Sent:
			if n != 1 {
				t.Errorf("%s is sent, and the server has it %d times", address, n)
			}
		case ledger.Pending, ledger.Deferred, ledger.Rejected:
			if n != 0 {
				t.Errorf("%s is %s, and the server has it %d times", address, e.State, n)
			}
		case ledger.Unknown:
			if n > 1 || !doubt {
				t.Errorf("%s is unknown (%s), and the server has it %d times; a dot may have got lost: %v", address, e.Reply, n, doubt)
			}
		default:
			t.Errorf("%s is %s after the job", address, e.State)
		}
		dead := e.State == ledger.Rejected && strings.Contains(e.Reply, "no such user")
		if gone, err := db.Suppressed(t.Context(), e.Key); err != nil || gone != dead {
			t.Errorf("%s is %s (%d %s) and suppressed: %v, %v", address, e.State, e.Code, e.Reply, gone, err)
		}
	}
	if want := (delivery.Report{Sent: counts.Sent, Deferred: counts.Deferred, Rejected: counts.Rejected, Unknown: counts.Unknown}); report != want {
		t.Errorf("Do reports %+v, the ledger says %+v", report, want)
	}
	polite(t, server)
	return all
}

// polite checks that a server has heard nothing but commands, and without TLS
// none that tells anything.
func polite(t testing.TB, server *smtptest.Server) {
	t.Helper()
	known := []string{"EHLO", "HELO", "STARTTLS", "QUIT", "AUTH", "MAIL", "RCPT", "DATA", "RSET", "*"} // the last one gives up a login
	check := func(heard, known []string) {
		for _, line := range heard {
			if verb, _, _ := strings.Cut(line, " "); !slices.Contains(known, verb) {
				t.Errorf("the server heard %q", line)
			}
		}
	}
	check(server.Commands(), known)
	if len(server.Commands()) > len(server.Clear()) { // the test is of TLS
		check(server.Clear(), known[:4])
	}
}

// finish does another job with an honest server. Then everyone has the edition
// once, but those who are rejected, and perhaps those who are unknown.
func finish(t testing.TB, db *sqlite.DB, before *smtptest.Server) {
	t.Helper()
	was := entries(t, db, run.Edition)
	next := ledger.Run{Edition: run.Edition, Owner: 2}
	planned, err := db.Plan(t.Context(), next, recipients(len(was)), ledger.Plan{})
	if err != nil {
		t.Fatal(err)
	}
	honest := smtptest.Script(t, smtptest.Config{})
	job := newJob(t, db, honest)
	job.Run, job.Trusted = next, planned.Sent > 0
	report, err := job.Do(t.Context())
	if want := (delivery.Report{Sent: planned.Pending}); err != nil || report != want {
		t.Errorf("Do with an honest server = %+v, %v, want %+v", report, err, want)
	}
	got := accepted(t, before, honest)
	for address, e := range entries(t, db, run.Edition) {
		n, want := got[address], 1
		switch e.State {
		case ledger.Rejected:
			want = 0
		case ledger.Unknown:
			want = min(n, 1)
		case ledger.Sent:
		default:
			t.Errorf("%s is %s in the end", address, e.State)
		}
		if n != want || (e.State == ledger.Rejected || e.State == ledger.Unknown) && e.State != was[address].State {
			t.Errorf("%s was %s and is %s, and the servers have it %d times", address, was[address].State, e.State, n)
		}
	}
}
