package delivery_test

import (
	"errors"
	"strings"
	"testing"

	"digest/internal/delivery"
	"digest/internal/email"
	"digest/internal/email/smtptest"
	"digest/internal/ledger"
)

func TestDoStopsWhenTheServerRefusesUs(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault smtptest.Fault
	}{
		{"at MAIL", smtptest.Fault{Phase: smtptest.Mail, Text: "550 5.7.1 you are blocked"}},
		{"at RCPT", smtptest.Fault{Phase: smtptest.Rcpt, Text: "550 5.7.26 not authenticated"}},
		{"at RCPT, for the sender's domain", smtptest.Fault{Phase: smtptest.Rcpt, Text: "550 5.1.8 sender address rejected"}},
		{"at DATA", smtptest.Fault{Phase: smtptest.Data, Text: "554 5.5.1 no"}},
		{"at the dot", smtptest.Fault{Phase: smtptest.Dot, Text: "554 5.7.1 spam"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.fault.Act = smtptest.Reply
			server := smtptest.Script(t, smtptest.Config{}, tt.fault)
			db := plan(t, 30)
			report, err := newJob(t, db, server).Do(t.Context())
			if want := (delivery.Report{Deferred: 3}); err == nil || !strings.Contains(err.Error(), "3 times in a row") || report != want {
				t.Errorf("Do = %+v, %v, want it to stop after %+v", report, err, want)
			}
			if got, want := counts(t, db), (ledger.Counts{Pending: 27, Deferred: 3}); got != want {
				t.Errorf("the ledger counts %+v, want %+v, nobody suppressed", got, want)
			}
			if n := len(server.Messages()); n != 0 {
				t.Errorf("the server accepted %d messages", n)
			}
		})
	}
}

func TestDoGivesNobodyUpWhenEveryoneIsRefused(t *testing.T) {
	unknown := smtptest.Fault{Phase: smtptest.Rcpt, Act: smtptest.Reply, Text: "550 5.1.1 no such user"}
	relay := smtptest.Fault{Phase: smtptest.Rcpt, Act: smtptest.Reply, Text: "550 relay not permitted"}
	nth := func(f smtptest.Fault, n int) smtptest.Fault { f.Nth = n; return f }
	for _, tt := range []struct {
		name       string
		recipients int
		faults     []smtptest.Fault
		trusted    bool
		stops      bool
		counts     ledger.Counts
	}{
		{"a relay that is closed", 30, []smtptest.Fault{relay}, false, true, ledger.Counts{Pending: 10, Deferred: 20}},
		{"a lookup that is broken", 30, []smtptest.Fault{unknown}, false, true, ledger.Counts{Pending: 10, Deferred: 20}},
		{"a short list", 5, []smtptest.Fault{unknown}, false, true, ledger.Counts{Deferred: 5}},
		{"two dead addresses", 2, []smtptest.Fault{unknown}, false, false, ledger.Counts{Rejected: 2}},
		{"dead addresses before a good one", 6, []smtptest.Fault{nth(unknown, 1), nth(unknown, 2), nth(unknown, 3), nth(unknown, 4)}, false, false, ledger.Counts{Rejected: 4, Sent: 2}},
		{"refusals that differ", 4, []smtptest.Fault{nth(unknown, 1), nth(relay, 2), nth(unknown, 3), nth(unknown, 4)}, false, false, ledger.Counts{Rejected: 4}},
		{"somebody got it before", 5, []smtptest.Fault{unknown}, true, false, ledger.Counts{Rejected: 5}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db := plan(t, tt.recipients)
			job := newJob(t, db, smtptest.Script(t, smtptest.Config{}, tt.faults...))
			job.Trusted = tt.trusted
			report, err := job.Do(t.Context())
			if (err != nil) != tt.stops || err != nil && !strings.Contains(err.Error(), "refused alike") {
				t.Errorf("Do = %v, want it to stop: %v", err, tt.stops)
			}
			if got := counts(t, db); got != tt.counts {
				t.Errorf("the ledger counts %+v, want %+v", got, tt.counts)
			}
			if want := (delivery.Report{Sent: tt.counts.Sent, Deferred: tt.counts.Deferred, Rejected: tt.counts.Rejected}); report != want {
				t.Errorf("Do = %+v, want %+v", report, want)
			}
			for e, err := range db.Entries(t.Context(), run.Edition, ledger.Deferred, ledger.Rejected) {
				gone, gerr := db.Suppressed(t.Context(), e.Key)
				if dead := e.State == ledger.Rejected && strings.Contains(e.Reply, "no such user"); err != nil || gerr != nil || gone != dead {
					t.Errorf("%s is %s and suppressed: %v, %v, %v", e.Address, e.State, gone, err, gerr)
				}
			}
		})
	}
}

func TestDoStopsWhenTheServerFallsSilent(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fault  smtptest.Fault
		report delivery.Report
		counts ledger.Counts
	}{
		{"before the dot nobody is in doubt", smtptest.Fault{Phase: smtptest.Rcpt, Act: smtptest.Drop},
			delivery.Report{Deferred: 3}, ledger.Counts{Pending: 27, Deferred: 3}},
		{"after the dot three are", smtptest.Fault{Phase: smtptest.Dot, Accept: true, Act: smtptest.Drop},
			delivery.Report{Unknown: 3}, ledger.Counts{Pending: 27, Unknown: 3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db := plan(t, 30)
			report, err := newJob(t, db, smtptest.Script(t, smtptest.Config{}, tt.fault)).Do(t.Context())
			if err == nil || !strings.Contains(err.Error(), "3 times in a row") || report != tt.report {
				t.Errorf("Do = %+v, %v, want it to stop after %+v", report, err, tt.report)
			}
			if got := counts(t, db); got != tt.counts {
				t.Errorf("the ledger counts %+v, want %+v", got, tt.counts)
			}
		})
	}
}

func TestDoGoesOnWhenTheServerIsBusy(t *testing.T) {
	busy := smtptest.Fault{Phase: smtptest.Rcpt, Act: smtptest.Reply, Text: "451 4.7.1 greylisted, come back"}
	report, err := newJob(t, plan(t, 30), smtptest.Script(t, smtptest.Config{}, busy)).Do(t.Context())
	if want := (delivery.Report{Deferred: 30}); err != nil || report != want {
		t.Errorf("Do = %+v, %v, want %+v", report, err, want)
	}
}

func TestDoGoesOnAfterRefusalsThatDiffer(t *testing.T) {
	refuse := func(nth int, text string) smtptest.Fault {
		return smtptest.Fault{Phase: smtptest.Mail, Nth: nth, Act: smtptest.Reply, Text: text}
	}
	server := smtptest.Script(t, smtptest.Config{},
		refuse(1, "550 5.7.1 no"), refuse(2, "550 5.7.1 no"), // and then it takes one
		refuse(4, "550 5.7.1 no"), refuse(5, "554 5.7.1 no"), refuse(6, "550 5.7.1 no"))
	report, err := newJob(t, plan(t, 10), server).Do(t.Context())
	if want := (delivery.Report{Sent: 5, Deferred: 5}); err != nil || report != want {
		t.Errorf("Do = %+v, %v, want %+v", report, err, want)
	}
}

func TestDoStopsBeforeTheFirstClaim(t *testing.T) {
	closed := smtptest.Start(t, smtptest.Config{})
	closed.Close()
	for _, tt := range []struct {
		name   string
		server *smtptest.Server
		want   string
	}{
		{"wrong password", smtptest.Start(t, smtptest.Config{TLS: smtptest.STARTTLS, Username: "ada", Password: "secret"}), "AUTH: 535 5.7.8"},
		{"server away", closed, "connection refused"},
		{"STARTTLS stripped", smtptest.Start(t, smtptest.Config{}), "the server does not offer it"},
		{"421", smtptest.Script(t, smtptest.Config{}, smtptest.Fault{Phase: smtptest.Greeting, Act: smtptest.ReplyDrop, Text: "421 4.3.2 busy"}), "connect: 421 4.3.2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db := plan(t, 10)
			job := newJob(t, db, tt.server)
			job.Connections = 4
			job.Connect = func() delivery.Sender {
				return &email.Sender{Host: tt.server.Host, Port: tt.server.Port, TLS: email.STARTTLS, Username: "ada", Password: "wrong", RootCAs: tt.server.RootCAs}
			}
			before := tt.server.Connections()
			report, err := job.Do(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.want) || report.Total() != 0 {
				t.Errorf("Do = %+v, %v, want %s", report, err, tt.want)
			}
			if n := tt.server.Connections() - before; n > 1 {
				t.Errorf("it was tried %d times, want once: many wrong passwords lock an account", n)
			}
			if got, want := counts(t, db), (ledger.Counts{Pending: 10}); got != want {
				t.Errorf("the ledger counts %+v, want %+v", got, want)
			}
			for e, err := range db.Entries(t.Context(), run.Edition, ledger.Pending) {
				if err != nil || e.Attempts != 0 {
					t.Errorf("%s was tried %d times, %v", e.Address, e.Attempts, err)
				}
			}
		})
	}
}

func TestDoGoesOnWithFewerConnections(t *testing.T) {
	busy := smtptest.Fault{Phase: smtptest.Greeting, Act: smtptest.ReplyDrop, Text: "421 4.7.0 too many connections"}
	second, third := busy, busy
	second.Nth, third.Nth = 2, 3
	server := smtptest.Script(t, smtptest.Config{}, second, third)
	job := newJob(t, plan(t, 30), server)
	job.Connections = 3
	report, err := job.Do(t.Context())
	if want := (delivery.Report{Sent: 30}); err != nil || report != want {
		t.Errorf("Do, allowed one connection of three = %+v, %v, want %+v", report, err, want)
	}
}

// The server goes away in mid-run, and the ledger is right about everyone.
func TestDoStopsWhenTheServerGoes(t *testing.T) {
	server := smtptest.Start(t, smtptest.Config{})
	db := plan(t, 50)
	job := newJob(t, db, server)
	job.Progress = func(r delivery.Report) {
		if r.Total() == 5 {
			server.Close()
		}
	}
	report, err := job.Do(t.Context())
	// The one that was on its way is deferred, if it had come so far.
	if err == nil || !strings.Contains(err.Error(), "connection refused") || report.Sent != 5 || report.Deferred > 1 || report.Total() > 6 {
		t.Errorf("Do = %+v, %v, want 5 sent and at most one deferred", report, err)
	}
	if got, want := counts(t, db), (ledger.Counts{Sent: 5, Deferred: report.Deferred, Pending: 45 - report.Deferred}); got != want {
		t.Errorf("the ledger counts %+v, want %+v", got, want)
	}
}

// Another run takes the claims back while a message is on its way: it must not
// be finished.
func TestDoStopsWhenItsClaimsAreLost(t *testing.T) {
	server := smtptest.Start(t, smtptest.Config{})
	db := plan(t, 10)
	job := newJob(t, db, server)
	other, address := ledger.Run{Edition: run.Edition, Owner: 2}, job.Compose
	composed := 0
	job.Compose = func(r ledger.Recipient) (email.Message, error) {
		if composed++; composed == 4 { // while the third is on its way
			if _, err := db.Plan(t.Context(), other, recipients(10), ledger.Plan{}); err != nil {
				t.Error(err)
			}
		}
		return address(r)
	}
	report, err := job.Do(t.Context())
	if want := (delivery.Report{Sent: 2, Deferred: 1}); !errors.Is(err, ledger.ErrLost) || report != want {
		t.Errorf("Do = %+v, %v, want %+v and %v", report, err, want, ledger.ErrLost)
	}
	if n := len(server.Messages()); n != 2 {
		t.Errorf("the server accepted %d messages, want 2", n)
	}
	if got, want := counts(t, db), (ledger.Counts{Sent: 2, Pending: 8}); got != want {
		t.Errorf("the ledger counts %+v, want %+v", got, want)
	}
}

func TestDoStopsBeforeTheDotWhenTheLedgerFails(t *testing.T) {
	server := smtptest.Start(t, smtptest.Config{})
	db := plan(t, 10)
	job := newJob(t, db, server)
	address, composed := job.Compose, 0
	job.Compose = func(r ledger.Recipient) (email.Message, error) {
		if composed++; composed == 4 { // while the third is on its way
			_ = db.Close()
		}
		return address(r)
	}
	report, err := job.Do(t.Context())
	if want := (delivery.Report{Sent: 2, Deferred: 1}); err == nil || !strings.Contains(err.Error(), "database is closed") || report != want {
		t.Errorf("Do = %+v, %v, want %+v", report, err, want)
	}
	if n := len(server.Messages()); n != 2 {
		t.Errorf("the server accepted %d messages, want 2", n)
	}
}

// A letter that cannot be made ends the job, and nobody stays claimed.
func TestDoStopsWhenALetterCannotBeMade(t *testing.T) {
	server := smtptest.Start(t, smtptest.Config{})
	db := plan(t, 10)
	job := newJob(t, db, server)
	compose, composed := job.Compose, 0
	broken := errors.New("its variant is damaged")
	job.Compose = func(r ledger.Recipient) (email.Message, error) {
		if composed++; composed == 4 {
			return email.Message{}, broken
		}
		return compose(r)
	}
	report, err := job.Do(t.Context())
	if want := (delivery.Report{Sent: 3}); !errors.Is(err, broken) || report != want {
		t.Errorf("Do = %+v, %v, want %+v and %v", report, err, want, broken)
	}
	if n := len(server.Messages()); n != 3 {
		t.Errorf("the server accepted %d messages, want 3", n)
	}
	if got, want := counts(t, db), (ledger.Counts{Sent: 3, Pending: 7}); got != want {
		t.Errorf("the ledger counts %+v, want %+v", got, want)
	}
}
