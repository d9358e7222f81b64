package delivery_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"digest/internal/delivery"
	"digest/internal/email/smtptest"
	"digest/internal/ledger"
)

// An act is what the server does in a phase instead of its honest reply.
type act string

const (
	refuse    act = "refuse" // 5xx in words that fit the phase
	drop      act = "drop"
	dropAfter act = "drop after the reply"
	hang      act = "hang"
	trickle   act = "trickle"
	flood     act = "flood"
	shut      act = "421 and drop"
	busy      act = "451"
	noSuch    act = "550" // 535 to AUTH
	tooBig    act = "552"
	wrong     act = "wrong code"
	garbage   act = "garbage"
)

var (
	phases = []smtptest.Phase{smtptest.Connect, smtptest.Greeting, smtptest.EHLO, smtptest.StartTLS, smtptest.Auth, smtptest.Mail,
		smtptest.Rcpt, smtptest.Data, smtptest.Body, smtptest.Dot, smtptest.Rset, smtptest.Quit}
	acts = []act{refuse, drop, dropAfter, hang, trickle, flood, shut, busy, noSuch, tooBig, wrong, garbage}
	// silences are the acts without a reply that could be understood.
	silences = []act{drop, hang, trickle, flood, wrong, garbage}
)

// words are those of a reply, by act and phase.
var words = map[act]map[smtptest.Phase]string{
	refuse: {
		"": "502 5.5.1 I know no such command", smtptest.Greeting: "554 5.3.2 no service here", smtptest.Auth: "534 5.7.9 too weak",
		smtptest.Mail: "553 5.1.8 a sender like you", smtptest.Rcpt: "550 5.7.1 relaying denied", smtptest.Data: "554 5.5.1 no valid recipients",
		smtptest.Body: "554 5.6.0 what a message", smtptest.Dot: "554 5.7.1 spam",
	},
	shut:   {"": "421 4.3.2 shutting down"},
	busy:   {"": "451 4.3.0 later"},
	noSuch: {"": "550 5.1.1 no such user", smtptest.Auth: "535 5.7.8 wrong password"},
	tooBig: {"": "552 5.3.4 too big", smtptest.Rcpt: "552 5.2.2 mailbox full"},
	wrong: {
		"": "299 odd", smtptest.Rcpt: "354 go ahead", smtptest.Data: "250 2.0.0 ok", smtptest.Body: "354 go ahead", smtptest.Dot: "354 go ahead",
	},
}

// A cell is a lie about the nth message.
type cell struct {
	phase      smtptest.Phase
	act        act
	nth        int // 0: each
	pipelining bool
	accept     bool // at the dot: the message was accepted before
}

const letters = 4 // messages of a job

func (c cell) String() string {
	return fmt.Sprintf("%s/%s/message %d/pipelining %v/accept %v", c.phase, c.act, c.nth, c.pipelining, c.accept)
}

// cells are all that can be. Before the greeting a server can only be silent: what
// it said would be the greeting. In the body there is no honest reply after which
// it could go away.
func cells() []cell {
	var all []cell
	for _, p := range phases {
		for _, a := range acts {
			if p == smtptest.Connect && a != drop && a != hang && a != flood || p == smtptest.Body && a == dropAfter {
				continue
			}
			for _, nth := range []int{1, 2, letters, 0} {
				for _, pipelining := range []bool{true, false} {
					all = append(all, cell{p, a, nth, pipelining, false})
					if p == smtptest.Dot && slices.Contains(silences, a) {
						all = append(all, cell{p, a, nth, pipelining, true})
					}
				}
			}
		}
	}
	return all
}

// text is what the server says.
func (c cell) text() string {
	if text, ok := words[c.act][c.phase]; ok {
		return text
	}
	return words[c.act][""]
}

func (c cell) fault() smtptest.Fault {
	f := smtptest.Fault{Phase: c.phase, Nth: c.nth, Text: c.text(), Accept: c.accept}
	f.Act = map[act]smtptest.Act{
		drop: smtptest.Drop, dropAfter: smtptest.AnswerDrop, hang: smtptest.Hang, trickle: smtptest.Trickle, flood: smtptest.Flood,
		shut: smtptest.ReplyDrop, garbage: smtptest.Garbage,
	}[c.act]
	switch {
	case f.Act == "" && c.phase == smtptest.Body: // who refuses in the body does not accept afterwards
		f.Act = smtptest.ReplyDrop
	case f.Act == "":
		f.Act = smtptest.Reply
	}
	switch {
	case c.nth > 0 && c.phase == smtptest.EHLO:
		f.Nth = 2*c.nth - 1 // it is said again after STARTTLS
	case c.nth > 0 && c.phase == smtptest.Rset:
		f.Nth = 1 // only after the refusal that leads to it
	}
	return f
}

// faults are the lie, and what leads to it. Where a sender says DATA before it
// hears of the refusal, some servers ask for a message to nobody (RFC 2920 3.1).
func (c cell) faults() []smtptest.Fault {
	all := []smtptest.Fault{c.fault()}
	if c.phase == smtptest.Rset {
		all = append(all, smtptest.Fault{Phase: smtptest.Rcpt, Nth: c.nth, Act: smtptest.Reply, Text: words[noSuch][""]})
		if c.nth != 2 {
			all = append(all, smtptest.Fault{Phase: smtptest.Data, Nth: c.nth, Act: smtptest.Reply, Text: "354 go ahead"})
		}
	}
	return all
}

// before reports whether the phase comes before another one.
func before(phase, other smtptest.Phase) bool {
	return slices.Index(phases, phase) < slices.Index(phases, other)
}

// want is what becomes of a message that meets the lie, more than one state
// where the sender cannot know whether its dot has arrived, and whether the job
// ends with it.
func (c cell) want() (states []ledger.State, ends bool) {
	kept := c.nth == 1 || c.nth > 1 && !c.once() // the connection was there before the message
	if c.act == dropAfter && before(c.phase, smtptest.Dot) && c.phase != smtptest.StartTLS {
		c.phase = phases[slices.Index(phases, c.phase)+1] // where it is noticed
	}
	_, enhanced, _ := strings.Cut(c.text(), " ")
	silent := slices.Contains(silences, c.act) || c.act == dropAfter
	switch {
	case c.phase == smtptest.Quit, c.phase == smtptest.Dot && c.act == dropAfter:
		return []ledger.State{ledger.Sent}, false
	case c.phase == smtptest.Rset: // and so it was before it came to that
		return []ledger.State{ledger.Rejected}, false
	case before(c.phase, smtptest.Mail) && c.nth > 1 && c.passes(): // another connection
		return []ledger.State{ledger.Sent}, false
	case before(c.phase, smtptest.Mail):
		return []ledger.State{ledger.Pending}, true
	case c.phase == smtptest.Mail && kept && (silent || c.act == shut): // another connection, at once
		return []ledger.State{ledger.Sent}, false
	case c.phase == smtptest.Body:
		return []ledger.State{ledger.Deferred, ledger.Rejected, ledger.Unknown}, false
	case c.phase == smtptest.Dot && silent:
		return []ledger.State{ledger.Unknown}, false
	case c.phase != smtptest.Mail && (strings.HasPrefix(enhanced, "5.1.1 ") || strings.HasPrefix(enhanced, "5.2.")):
		return []ledger.State{ledger.Rejected}, false
	}
	return []ledger.State{ledger.Deferred}, false
}

// passes reports whether a fault before the first message may pass.
func (c cell) passes() bool {
	switch {
	case c.act == shut:
		return true
	case c.phase == smtptest.StartTLS, c.phase == smtptest.Auth:
		return c.act == busy
	case c.phase == smtptest.EHLO: // whoever refuses it hears HELO, and has no STARTTLS
		return slices.Contains([]act{drop, dropAfter, hang, trickle, flood}, c.act)
	}
	return c.act != refuse && c.act != noSuch && c.act != tooBig
}

// once reports whether each message needs a connection of its own, to come to
// the phase.
func (c cell) once() bool { return before(c.phase, smtptest.Mail) || c.phase == smtptest.Quit }

// doubt reports whether the dot of a message may get lost, or its reply.
func (c cell) doubt() bool {
	return c.phase == smtptest.Dot || c.phase == smtptest.Body || c.phase == smtptest.Data && c.act == dropAfter
}

// A server that lies to one message of a job, or to each. A third of the cells
// is tried, or with DIGEST_MATRIX=1 all of them.
func TestMatrix(t *testing.T) {
	all := cells()
	if !everything {
		chance(t).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		all = all[:len(all)/3]
	}
	parallel(t, all, func(t *testing.T, c cell) {
		faults := c.faults()
		var met atomic.Bool
		faults[0].If = func(smtptest.Message) bool { met.Store(true); return true }
		db, server := plan(t, letters), smtptest.Script(t, smtptest.Config{TLS: smtptest.STARTTLS, Username: "ada", NoPipelining: !c.pipelining}, faults...)
		job := newJob(t, db, server)
		job.Connect = func() delivery.Sender {
			s := &hasty{Sender: login(server), phase: c.phase}
			if c.nth > 0 {
				s.to = address(c.nth - 1)
			}
			if c.once() {
				s.PerConnection = 1
			}
			return s
		}
		report, err := job.Do(t.Context())
		got := agree(t, db, run.Edition, report, server, c.doubt())
		states, ends := c.want()
		for i := range letters {
			state := got[address(i)].State
			want := states
			switch {
			case c.nth == 0 && c.phase != smtptest.Body: // what is for everyone is for nobody's sake, and ends the job
				want = slices.DeleteFunc(append(want, ledger.Deferred, ledger.Pending), func(s ledger.State) bool { return s == ledger.Rejected })
			case c.nth == 0:
				want = append(want, ledger.Pending)
			case ends && i+1 > c.nth:
				want = []ledger.State{ledger.Pending}
			case i+1 != c.nth:
				want = []ledger.State{ledger.Sent}
			}
			if !slices.Contains(want, state) {
				t.Errorf("%s is %s, want %s; Do: %+v, %v", address(i), state, want, report, err)
			}
		}
		if !met.Load() {
			t.Error("the server had no occasion to lie")
		}
		finish(t, db, server)
	})
}
