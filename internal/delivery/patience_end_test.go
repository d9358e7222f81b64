package delivery_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"digest/internal/delivery"
	"digest/internal/email"
	"digest/internal/email/smtptest"
	"digest/internal/ledger"
)

func TestPatienceEnds(t *testing.T) {
	const n, before, giveUpAfter = 30, 5, 300 * time.Millisecond
	server := smtptest.Script(t, smtptest.Config{})
	db := plan(t, n)
	job := newJob(t, db, server)
	job.Patience.GiveUpAfter = giveUpAfter
	var log bytes.Buffer
	job.Log = slog.New(slog.NewTextHandler(&log, nil))
	var gone time.Time
	job.Progress = func(r delivery.Report) {
		if r.Sent == before && gone.IsZero() {
			server.Close()
			gone = time.Now()
		}
	}
	report, err := job.Do(t.Context())
	took := time.Since(gone)
	// The one that was on its way is deferred, if it had come so far.
	if err == nil || !strings.Contains(err.Error(), "connection refused") || report.Sent != before || report.Total()-report.Deferred != before || report.Deferred > 1 || took < giveUpAfter*9/10 || took > 20*time.Second {
		t.Errorf("Do = %+v, %v %v after the server had gone, want %d sent and an error after %v", report, err, took, before, giveUpAfter)
	}
	if tries := strings.Count(log.String(), "outcome="); tries > 20 { // each pause is twice as long
		t.Errorf("it was tried %d times in %v", tries, took)
	}
	if got, want := counts(t, db), (ledger.Counts{Sent: before, Deferred: report.Deferred, Pending: n - before - report.Deferred}); got != want {
		t.Errorf("the ledger counts %+v, want %+v", got, want)
	}
}

func TestPatienceEndsWithTheContext(t *testing.T) {
	const n = 5
	server := smtptest.Script(t, smtptest.Config{}, smtptest.Fault{Phase: smtptest.Rcpt, Act: smtptest.Reply, Text: "451 4.2.1 not now"})
	db := plan(t, n)
	job := newJob(t, db, server)
	job.Connections, job.Patience = 2, delivery.Patience{GiveUpAfter: 2 * time.Hour, Retry: time.Hour}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	waits := 0
	job.Waiting = func(deferred int, until time.Time) {
		if waits++; deferred != n || time.Until(until) < time.Hour-time.Minute {
			t.Errorf("it waits for %d until %v, want %d in an hour", deferred, until, n)
		}
		cancel()
	}
	started := time.Now()
	report, err := job.Do(ctx)
	if took := time.Since(started); !errors.Is(err, context.Canceled) || report != (delivery.Report{Deferred: n}) || waits != 1 || took > 20*time.Second {
		t.Errorf("Do, cancelled while it waits = %+v, %v after %v and %d waits, want %d deferred", report, err, took, waits, n)
	}
	if got, want := counts(t, db), (ledger.Counts{Deferred: n}); got != want {
		t.Errorf("the ledger counts %+v, want %+v", got, want)
	}
}

// The server goes away while those who were deferred are tried again. They wait
// for the next run, and neither run counts them as deferred.
func TestPatienceEndsWhenItTriesAgain(t *testing.T) {
	const n = 5
	server := smtptest.Script(t, smtptest.Config{}, smtptest.Fault{Phase: smtptest.Rcpt, Act: smtptest.Reply, Text: "451 4.2.1 not now"})
	db := plan(t, n)
	job := newJob(t, db, server)
	job.Patience = delivery.Patience{GiveUpAfter: 200 * time.Millisecond, Retry: 20 * time.Millisecond, Pause: time.Millisecond}
	job.Connect = func() delivery.Sender { // each message needs a connection
		return &email.Sender{Host: server.Host, Port: server.Port, TLS: email.NoTLS, PerConnection: 1}
	}
	job.Waiting = func(int, time.Time) { server.Close() }
	report, err := job.Do(t.Context())
	if err == nil || report != (delivery.Report{}) {
		t.Errorf("Do = %+v, %v, want an error and nobody deferred", report, err)
	}
	if got, want := counts(t, db), (ledger.Counts{Pending: n}); got != want {
		t.Errorf("the ledger counts %+v, want %+v", got, want)
	}
	finish(t, db, server)
}

// A reply is missed late, while the server takes no new connection for a moment:
// that is one in doubt, and no reason to end a job that has patience.
func TestPatienceOutlastsALostReply(t *testing.T) {
	const n = 20
	back := time.Now().Add(time.Second)
	away := func() bool { return time.Now().Before(back) }
	var mails tally[int]
	server := smtptest.Script(t, smtptest.Config{},
		smtptest.Fault{Phase: smtptest.Dot, Nth: 2, Act: smtptest.Hang},
		smtptest.Fault{Phase: smtptest.Mail, Act: smtptest.ReplyDrop, Text: "421 4.3.2 restarting",
			If: func(m smtptest.Message) bool { return mails.add(m.Connection) > 1 && away() }},
		smtptest.Fault{Phase: smtptest.Greeting, Act: smtptest.ReplyDrop, Text: "421 4.3.2 restarting",
			If: func(m smtptest.Message) bool { return m.Connection > 2 && away() }})
	job := newJob(t, plan(t, n), server)
	job.Connections, job.Patience.GiveUpAfter = 2, time.Minute
	job.Connect = func() delivery.Sender {
		return &email.Sender{Host: server.Host, Port: server.Port, TLS: email.NoTLS, Timeouts: email.Timeouts{Dot: 500 * time.Millisecond}}
	}
	report, err := job.Do(t.Context())
	if want := (delivery.Report{Sent: n - 1, Unknown: 1}); err != nil || report != want {
		t.Errorf("Do = %+v, %v, want %+v", report, err, want)
	}
}
