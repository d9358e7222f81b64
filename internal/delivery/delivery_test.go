package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/mail"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"digest/internal/bookmark"
	"digest/internal/delivery"
	"digest/internal/email"
	"digest/internal/email/smtptest"
	"digest/internal/ledger"
	"digest/internal/selector"
	"digest/internal/sqlite"
	"digest/templates"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var run = ledger.Run{Edition: "weekly-2026-11-20", Owner: 1}

// recipients are r000@example.net and so on.
func recipients(n int) iter.Seq2[ledger.Recipient, error] {
	return func(yield func(ledger.Recipient, error) bool) {
		for i := range n {
			if !yield(ledger.Recipient{Key: address(i), Address: address(i)}, nil) {
				return
			}
		}
	}
}

func address(i int) string { return fmt.Sprintf("r%03d@example.net", i) }

// plan opens a ledger in which n recipients are pending.
func plan(t testing.TB, n int) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "digest.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	nothing := func(int) ([]byte, error) { return []byte{}, nil }
	if _, err := db.Open(t.Context(), ledger.Edition{ID: run.Edition, Newsletter: "weekly", Content: []byte{}}, nothing); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Plan(t.Context(), run, recipients(n), ledger.Plan{}); err != nil {
		t.Fatal(err)
	}
	return db
}

// render makes the draft that all tests send.
func render() (*email.Draft, error) {
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	renderer, err := email.NewRenderer(email.Newsletter{
		Name: "weekly", Title: "The Weekly", From: mail.Address{Name: "News", Address: "news@example.org"}, Subject: "{{.Lead}}", Language: "en",
		UnsubscribeMailto: "leave@example.org",
	}, templates.FS(""))
	if err != nil {
		return nil, err
	}
	return renderer.Render(selector.Edition{
		ID:     run.Edition,
		Window: selector.Window{Start: day.AddDate(0, 0, -7), End: day},
		Sections: []selector.Section{{Category: "go", Title: "Go", Bookmarks: []bookmark.Bookmark{
			{Title: "A bookmark", Link: "https://example.com/", Date: day.AddDate(0, 0, -1), Body: "It is worth a visit."},
		}}},
	}, 1, day)
}

func compose(draft *email.Draft) func(ledger.Recipient) (email.Message, error) {
	return func(r ledger.Recipient) (email.Message, error) {
		return draft.To(email.Recipient{Address: mail.Address{Name: r.Name, Address: r.Address}, Token: r.Key}), nil
	}
}

// newJob delivers to a server what is pending in a ledger.
func newJob(t testing.TB, db delivery.Ledger, server *smtptest.Server) delivery.Job {
	t.Helper()
	draft, err := render()
	if err != nil {
		t.Fatal(err)
	}
	return delivery.Job{
		Run: run, Ledger: db, Compose: compose(draft), Patience: delivery.Patience{Pause: time.Millisecond},
		Connect: func() delivery.Sender {
			return &email.Sender{Host: server.Host, Port: server.Port, TLS: email.NoTLS}
		},
	}
}

// counts are those of the ledger, which must hold no claim any more.
func counts(t *testing.T, db *sqlite.DB) ledger.Counts {
	t.Helper()
	c, err := db.Counts(t.Context(), run.Edition)
	if err != nil {
		t.Fatal(err)
	}
	if c.Claimed != 0 || c.Committing != 0 {
		t.Errorf("the ledger has %d claimed and %d committing after the job", c.Claimed, c.Committing)
	}
	return c
}

func TestDoServesEveryoneOnce(t *testing.T) {
	const n = 150
	server := smtptest.Start(t, smtptest.Config{})
	db := plan(t, n)
	job := newJob(t, db, server)
	job.Connections = 4
	calls, total := 0, 0
	job.Progress = func(r delivery.Report) {
		calls++
		if r.Total() != total+1 {
			t.Errorf("progress went from %d to %d", total, r.Total())
		}
		total = r.Total()
	}
	report, err := job.Do(t.Context())
	if want := (delivery.Report{Sent: n}); err != nil || report != want || calls != n {
		t.Errorf("Do = %+v, %v with %d calls of Progress, want %+v", report, err, calls, want)
	}
	ids := map[string]bool{}
	for _, m := range server.Messages() {
		ids[m.ID()] = true
	}
	for i := range n {
		if got := server.Accepted(address(i)); got != 1 {
			t.Errorf("%s got %d messages, want 1", address(i), got)
		}
	}
	if len(ids) != n || server.Connections() > 4 {
		t.Errorf("%d Message-IDs over %d connections, want %d over at most 4", len(ids), server.Connections(), n)
	}
	if got, want := counts(t, db), (ledger.Counts{Sent: n}); got != want {
		t.Errorf("the ledger counts %+v, want %+v", got, want)
	}
	report, err = job.Do(t.Context())
	if err != nil || report.Total() != 0 || len(server.Messages()) != n {
		t.Errorf("a second Do = %+v, %v, want nothing to do", report, err)
	}
}

func TestDoReports(t *testing.T) {
	server := smtptest.Script(t, smtptest.Config{},
		smtptest.Fault{Phase: smtptest.Rcpt, Nth: 2, Act: smtptest.Reply, Text: "550 5.1.1 no such user"},
		smtptest.Fault{Phase: smtptest.Rcpt, Nth: 3, Act: smtptest.Reply, Text: "452 4.2.2 full"},
		smtptest.Fault{Phase: smtptest.Dot, Nth: 3, Act: smtptest.Drop, Accept: true},
		smtptest.Fault{Phase: smtptest.Dot, Nth: 5, Act: smtptest.Drop},
		smtptest.Fault{Phase: smtptest.Data, Nth: 6, Act: smtptest.Drop})
	db := plan(t, 10)
	report, err := newJob(t, db, server).Do(t.Context())
	if want := (delivery.Report{Sent: 5, Deferred: 2, Rejected: 1, Unknown: 2}); err != nil || report != want {
		t.Errorf("Do = %+v, %v, want %+v", report, err, want)
	}
	if got, want := counts(t, db), (ledger.Counts{Sent: 5, Deferred: 2, Rejected: 1, Unknown: 2}); got != want {
		t.Errorf("the ledger counts %+v, want %+v", got, want)
	}
	if n := len(server.Messages()); n != 6 {
		t.Errorf("the server accepted %d, want those sent and one of those in doubt", n)
	}
	var entries []ledger.Entry
	for e, err := range db.Entries(t.Context(), run.Edition, ledger.Sent, ledger.Deferred, ledger.Rejected, ledger.Unknown) {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	for _, e := range entries {
		accepted := server.Accepted(e.Address)
		if e.State == ledger.Sent && accepted != 1 || e.State == ledger.Deferred && accepted != 0 || e.State == ledger.Rejected && accepted != 0 {
			t.Errorf("%s is %s, and the server accepted %d", e.Address, e.State, accepted)
		}
		if gone, err := db.Suppressed(t.Context(), e.Key); err != nil || gone != (e.State == ledger.Rejected) {
			t.Errorf("%s is %s (%s), suppressed: %v, %v", e.Address, e.State, e.Reply, gone, err)
		}
		if e.State == ledger.Rejected && (e.Code != 550 || e.Reply != "no such user") {
			t.Errorf("the rejected one is recorded as %d %q", e.Code, e.Reply)
		}
	}
}

func TestDoCancelled(t *testing.T) {
	const n = 100
	server := smtptest.Start(t, smtptest.Config{})
	db := plan(t, n)
	job := newJob(t, db, server)
	job.Connections = 3
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	job.Progress = func(r delivery.Report) {
		if r.Total() == 10 {
			cancel()
		}
	}
	report, err := job.Do(ctx)
	if !errors.Is(err, context.Canceled) || report.Sent < 10 || report.Sent > 13 || report.Total() != report.Sent {
		t.Errorf("Do, cancelled after 10 = %+v, %v, want 10 and those in hand", report, err)
	}
	if got, want := counts(t, db), (ledger.Counts{Sent: report.Sent, Pending: n - report.Sent}); got != want {
		t.Errorf("the ledger counts %+v, want %+v", got, want)
	}
	job.Progress = nil
	if again, err := job.Do(t.Context()); err != nil || again.Sent != n-report.Sent {
		t.Errorf("Do again = %+v, %v, want the other %d", again, err, n-report.Sent)
	}
	for i := range n {
		if got := server.Accepted(address(i)); got != 1 {
			t.Errorf("%s got %d messages, want 1", address(i), got)
		}
	}
}

func TestDoKeepsThePace(t *testing.T) {
	const n, pace = 12, 40.0
	server := smtptest.Start(t, smtptest.Config{})
	job := newJob(t, plan(t, n), server)
	job.Connections, job.Rate = 3, pace
	start := time.Now()
	report, err := job.Do(t.Context())
	least := time.Duration(float64(n-1) / pace * float64(time.Second))
	if took := time.Since(start); err != nil || report.Sent != n || took < least*9/10 || took > least+20*time.Second {
		t.Errorf("Do at %v a second = %+v, %v after %v, want %d after %v", pace, report, err, took, n, least)
	}
}

// The limiter refuses to wait beyond a deadline before it has come.
func TestDoSaysWhenThePaceIsTooSlowForTheDeadline(t *testing.T) {
	server := smtptest.Start(t, smtptest.Config{})
	db := plan(t, 5)
	job := newJob(t, db, server)
	job.Rate = 0.001
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	report, err := job.Do(ctx)
	if err == nil || report.Sent != 1 {
		t.Errorf("Do = %+v, %v, want one sent and an error", report, err)
	}
	if got, want := counts(t, db), (ledger.Counts{Sent: 1, Pending: 4}); got != want {
		t.Errorf("the ledger counts %+v, want %+v", got, want)
	}
}

func BenchmarkDo(b *testing.B) {
	const n = 200
	server := smtptest.Start(b, smtptest.Config{})
	for b.Loop() {
		b.StopTimer()
		job := newJob(b, plan(b, n), server)
		job.Connections = 4
		b.StartTimer()
		if report, err := job.Do(b.Context()); err != nil || report.Sent != n {
			b.Fatal(report, err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "messages/s")
}
