package delivery_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"digest/internal/delivery"
	"digest/internal/email/smtptest"
)

// A script is some lies at once, to a job that has several connections.
type script struct {
	n             int
	faults        []smtptest.Fault
	phases        []smtptest.Phase
	doubt         bool
	connections   int
	perConnection int
	pipelining    bool
	patience      delivery.Patience
}

func (s script) String() string { return fmt.Sprint(s.n) }

// newScript makes one up.
func newScript(n int, random *rand.Rand) script {
	s := script{
		n: n, connections: 2 + random.IntN(3), perConnection: []int{0, 0, 1, 3}[random.IntN(4)], pipelining: random.IntN(2) > 0,
		patience: delivery.Patience{Pause: time.Millisecond, Retry: 20 * time.Millisecond},
	}
	if random.IntN(2) > 0 {
		s.patience.GiveUpAfter = time.Duration(random.IntN(300)) * time.Millisecond
	}
	all := cells()
	for range 1 + random.IntN(4) {
		c := all[random.IntN(len(all))]
		f := c.fault()
		if f.Nth > 0 {
			f.Nth = 1 + random.IntN(12)
		}
		s.faults, s.phases, s.doubt = append(s.faults, f), append(s.phases, c.phase), s.doubt || c.doubt()
	}
	return s
}

func TestRandomScripts(t *testing.T) {
	const recipients = 12
	n, random := 50, chance(t)
	if everything {
		n = 2000
	}
	var scripts []script
	for i := range n {
		scripts = append(scripts, newScript(i, random))
	}
	parallel(t, scripts, func(t *testing.T, s script) {
		db, server := plan(t, recipients), smtptest.Script(t, smtptest.Config{TLS: smtptest.STARTTLS, Username: "ada", NoPipelining: !s.pipelining}, s.faults...)
		job := newJob(t, db, server)
		job.Connections, job.Patience = s.connections, s.patience
		job.Connect = func() delivery.Sender {
			sender := login(server)
			sender.Timeouts, sender.PerConnection = brief(s.phases...), s.perConnection
			return sender
		}
		report, err := job.Do(t.Context())
		agree(t, db, run.Edition, report, server, s.doubt)
		finish(t, db, server)
		if t.Failed() {
			t.Logf("%+v: Do = %+v, %v", s, report, err)
		}
	})
}
