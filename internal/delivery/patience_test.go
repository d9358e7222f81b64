package delivery_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"digest/internal/delivery"
	"digest/internal/email"
	"digest/internal/email/smtptest"
	"digest/internal/ledger"
)

// A tally is what a server has seen by key, such as a recipient.
type tally[K comparable] struct {
	mu   sync.Mutex
	seen map[K][]time.Time
}

// add notes one more and returns how many there are.
func (t *tally[K]) add(key K) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil {
		t.seen = map[K][]time.Time{}
	}
	t.seen[key] = append(t.seen[key], time.Now())
	return len(t.seen[key])
}

// servesAll does a job in which everybody must be served, once.
func servesAll(t *testing.T, job delivery.Job, n int, server *smtptest.Server) {
	t.Helper()
	report, err := job.Do(t.Context())
	if want := (delivery.Report{Sent: n}); err != nil || report != want {
		t.Errorf("Do = %+v, %v, want %+v", report, err, want)
	}
	got := accepted(t, server)
	for i := range n {
		if got[address(i)] != 1 {
			t.Errorf("%s got %d messages, want 1", address(i), got[address(i)])
		}
	}
}

func TestPatienceWithFewConnections(t *testing.T) {
	const n, asked = 200, 8
	for _, most := range []int{1, 2, 3} {
		server := smtptest.Script(t, smtptest.Config{}, smtptest.Fault{
			Phase: smtptest.Greeting, Act: smtptest.ReplyDrop, Text: "421 4.7.0 too many connections",
			If: func(m smtptest.Message) bool { return m.Open > most },
		})
		job := newJob(t, plan(t, n), server)
		job.Connections, job.Patience.GiveUpAfter = asked, time.Minute
		servesAll(t, job, n, server)
		if got := server.Connections(); got > 4*asked {
			t.Errorf("with %d of %d connections allowed %d were tried", most, asked, got)
		}
	}
}

func TestPatienceWithShortConnections(t *testing.T) {
	const n, most = 60, 4
	for _, pipelining := range []bool{true, false} {
		for _, fault := range []smtptest.Fault{
			{Phase: smtptest.Mail, Act: smtptest.ReplyDrop, Text: "421 4.4.5 enough on this connection"},
			{Phase: smtptest.Mail, Act: smtptest.Drop},
		} {
			var messages tally[int]
			fault.If = func(m smtptest.Message) bool { return messages.add(m.Connection) > most }
			server := smtptest.Script(t, smtptest.Config{NoPipelining: !pipelining}, fault)
			job := newJob(t, plan(t, n), server)
			job.Connections = 3
			servesAll(t, job, n, server)
			if got := server.Connections(); got > n/most+job.Connections {
				t.Errorf("%s, pipelining %v: %d connections for %d messages", fault.Act, pipelining, got, n)
			}
		}
	}
}

func TestPatienceSlowsDownAndRecovers(t *testing.T) {
	const n, connections, throttled, late = 750, 4, 40, 20
	server := smtptest.Script(t, smtptest.Config{}, smtptest.Fault{
		Phase: smtptest.Rcpt, Nth: throttled, Act: smtptest.Reply, Text: "450 4.7.1 slow down",
	})
	job := newJob(t, plan(t, n), server)
	job.Connections = connections
	report, err := job.Do(t.Context())
	if want := (delivery.Report{Sent: n - 1, Deferred: 1}); err != nil || report != want {
		t.Errorf("Do = %+v, %v, want %+v", report, err, want)
	}
	most := func(messages []smtptest.Message) (open int) {
		for _, m := range messages {
			open = max(open, m.Open)
		}
		return open
	}
	all := server.Messages()
	// Others are at work when one is told to slow down.
	begin, slow, end := most(all[:throttled]), most(all[throttled+late:throttled+2*100-late]), most(all[n-late:])
	if begin != connections || slow > connections/2 || end != connections {
		t.Errorf("the server saw %d connections, %d when it had asked to slow down, and %d in the end; want %d, at most %d, and %[4]d",
			begin, slow, end, connections, connections/2)
	}
}

func TestPatienceWithGreylisting(t *testing.T) {
	const n = 12
	for _, tt := range []struct {
		name     string
		tries    int // that it takes
		patience delivery.Patience
		served   bool
	}{
		{"it waits", 2, delivery.Patience{GiveUpAfter: time.Minute, Retry: 50 * time.Millisecond}, true},
		{"it waits twice as long the second time", 3, delivery.Patience{GiveUpAfter: time.Minute, Retry: 50 * time.Millisecond}, true},
		{"it does not wait", 2, delivery.Patience{Retry: time.Millisecond}, false},
		{"it would wait too long", 2, delivery.Patience{GiveUpAfter: time.Minute, Retry: time.Hour}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var tries tally[string]
			server := smtptest.Script(t, smtptest.Config{}, smtptest.Fault{
				Phase: smtptest.Rcpt, Act: smtptest.Reply, Text: "451 4.7.1 greylisted, come back",
				If: func(m smtptest.Message) bool { return tries.add(m.To) < tt.tries },
			})
			db := plan(t, n)
			job := newJob(t, db, server)
			job.Connections, job.Patience = 2, tt.patience
			want, wantTries := ledger.Counts{Deferred: n}, 1
			if tt.served {
				want, wantTries = ledger.Counts{Sent: n}, tt.tries
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if report, err := job.Do(ctx); err != nil || report != (delivery.Report{Sent: want.Sent, Deferred: want.Deferred}) {
				t.Errorf("Do = %+v, %v, want %+v", report, err, want)
			}
			if got := counts(t, db); got != want {
				t.Errorf("the ledger counts %+v, want %+v", got, want)
			}
			for to, at := range tries.seen {
				if len(at) != wantTries {
					t.Errorf("%s was tried %d times, want %d", to, len(at), wantTries)
				}
				for i := 1; i < len(at); i++ {
					least := tt.patience.Retry<<(i-1) - time.Millisecond // the ledger counts in milliseconds
					if waited := at[i].Sub(at[i-1]); waited < least {
						t.Errorf("%s was tried again after %v, want %v at least", to, waited, least)
					}
				}
			}
		})
	}
}

// A signal is written to by a logger.
type signal chan string

func (s signal) Write(line []byte) (int, error) {
	s <- string(line)
	return len(line), nil
}

func TestPatienceWithAServerThatComesBack(t *testing.T) {
	const n, before = 40, 10
	for _, connections := range []int{1, 3} {
		first := smtptest.Script(t, smtptest.Config{})
		db := plan(t, n)
		job := newJob(t, db, first)
		job.Connections, job.Patience.GiveUpAfter = connections, time.Minute
		troubles := make(signal)
		job.Log = slog.New(slog.NewTextHandler(troubles, nil))
		job.Progress = func(r delivery.Report) {
			if r.Total() == before {
				first.Close()
			}
		}
		var report delivery.Report
		var err error
		go func() {
			defer close(troubles)
			report, err = job.Do(t.Context())
		}()
		for range 6 { // more than a job without patience would bear
			<-troubles
		}
		second := smtptest.Script(t, smtptest.Config{Addr: first.Addr})
		for range troubles { // until it is done
		}
		// Of the messages of the other connections one may just have left.
		if err != nil || report.Unknown > connections-1 || report.Sent != n-report.Unknown || report.Deferred != 0 {
			t.Errorf("Do = %+v, %v, want everyone of %d served", report, err, n)
		}
		got := accepted(t, first, second)
		for address, e := range entries(t, db, run.Edition) {
			if got[address] != 1 && e.State != ledger.Unknown || got[address] > 1 {
				t.Errorf("%s is %s, and the servers have it %d times", address, e.State, got[address])
			}
		}
	}
}

// All connections share one pace, however often each is made anew.
func TestPatienceOfOurs(t *testing.T) {
	const n, rate, perConnection = 40, 100.0, 3
	server := smtptest.Script(t, smtptest.Config{})
	job := newJob(t, plan(t, n), server)
	job.Connections, job.Rate = 4, rate
	job.Connect = func() delivery.Sender {
		return &email.Sender{Host: server.Host, Port: server.Port, TLS: email.NoTLS, PerConnection: perConnection}
	}
	started := time.Now()
	servesAll(t, job, n, server)
	if took, least := time.Since(started), time.Duration((n-1)/rate*float64(time.Second)); took < least {
		t.Errorf("%d messages took %v, at %v a second they take %v", n, took, rate, least)
	}
	var messages tally[int]
	for _, m := range server.Messages() {
		if got := messages.add(m.Connection); got > perConnection {
			t.Errorf("connection %d had %d messages, want at most %d", m.Connection, got, perConnection)
		}
	}
}
