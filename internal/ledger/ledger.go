// Package ledger says what is remembered of every edition: how it was fixed,
// which bookmarks it featured, and who has got it. It holds the types and the
// contract; a database keeps it, and proves itself with package ledgertest.
//
// The state of each pair of edition and recipient:
//
//	pending ─▶ claimed ─▶ committing ─▶ sent
//	               │            ├──────▶ rejected
//	               │            ├──────▶ deferred   claimed again when it is due, or by the next run
//	               ▼            └──────▶ unknown    the reply was lost
//	            pending (after a crash)
//
// Who has chosen categories of which an edition has nothing is empty in place of
// pending: until they choose something else they wait for nothing.
//
// committing is on disk before the final dot of the message leaves, so after a
// crash only what is committing is in doubt; it becomes unknown. All else was
// surely sent, or surely not.
package ledger

import (
	"errors"
	"fmt"
	"time"
)

// A State is that of one recipient of one edition.
type State string

// The states.
const (
	Pending    State = "pending"
	Claimed    State = "claimed"
	Committing State = "committing"
	Sent       State = "sent"
	Deferred   State = "deferred"
	Rejected   State = "rejected"
	Unknown    State = "unknown"
	Empty      State = "empty" // of what the recipient chose there is nothing
)

// Nothing is the choice of a recipient for whom an edition has nothing.
const Nothing = "-"

// ErrNotFound is the error for an edition that the ledger does not know.
var ErrNotFound = errors.New("no such edition")

// ErrLost is the error of a claim or a commit when another run has taken the
// edition over: the message must not be sent.
var ErrLost = errors.New("another run has taken the edition over")

// ErrLeft is the error of a commit when the recipient has left the list since the
// claim: the message must not be sent, and the claim is given back.
var ErrLeft = errors.New("the recipient has left")

// An Edition is what is fixed of an edition before its first message leaves.
// Once somebody may have it, whatever happens to the content afterwards, this
// is what everyone gets; until then it can be discarded and made anew.
type Edition struct {
	ID         string
	Newsletter string
	Number     int // from 1; Open sets it
	Start, End time.Time
	Date       time.Time // of its messages
	Bookmarks  []Bookmark
	Partial    bool     // of some categories only: its time stays open
	Passed     []Passed // those of its time that it left out; set for Open only
	Content    []byte   // the selection, as JSON
	Draft      []byte   // the rendered message, as JSON
	Opened     time.Time
	Finished   time.Time // zero: somebody still waits for it
}

// A Bookmark is one that an edition features.
type Bookmark struct{ Key, Link, Title string }

// A Passed bookmark was there when an edition was made, and is not in it.
type Passed struct {
	Bookmark
	Final bool // somebody decided so, not a limit
}

// A Memory is what a newsletter's editions leave for the next one.
type Memory struct {
	Since    time.Time // its first window began then; zero: there was none
	Closed   []Closed
	Featured []Seen // in the order of the editions
	Passed   []Seen // not featured
}

// A Closed window is that of a whole edition.
type Closed struct {
	Edition    string
	Start, End time.Time
}

// A Seen link was there when an edition was made, and had that key then.
type Seen struct {
	Key, Link, Edition string
	Final              bool // if passed: by decision, not by a limit
}

// A Variant is the letter of an edition for those who have made one choice.
type Variant struct {
	Choice string
	Draft  []byte // the rendered message, as JSON
}

// A Recipient is somebody to whom an edition goes.
type Recipient struct {
	Key     string // one per mailbox, however its address is written
	Address string
	Name    string
	Choice  string // which variant they get; empty: the whole edition
	Tag     int64  // in the links of the recipient's letters; see package subscriber

	// What follows is set by Claim.
	ID       int64 // the ledger's own number of this recipient of this edition
	Attempts int   // to send it, so far
	Again    bool  // deferred in this run, and the time has come
}

// A Run is one process's work on one edition.
type Run struct {
	Edition string
	Owner   int64 // of no other run; not 0
}

// A Settlement is what became of a claimed recipient. Pending gives the claim
// back unused.
type Settlement struct {
	ID       int64 // of the recipient
	State    State
	Code     int
	Reply    string
	Suppress bool      // never send to this recipient again
	Due      time.Time // if deferred: not before; zero: not in this run
}

// An Entry is the record of one recipient.
type Entry struct {
	Recipient
	State    State
	Attempts int
	Code     int
	Reply    string
	Changed  time.Time
}

// Counts are the recipients of an edition by state. Those who have left the
// list without getting it do not count.
type Counts struct {
	Pending, Claimed, Committing, Sent, Deferred, Rejected, Unknown int
	Suppressed                                                      int // on the list, but never to be sent to
	Empty                                                           int // on the list, but of what they chose there is nothing
}

// Total is the number of those to whom the edition goes.
func (c Counts) Total() int {
	return c.Pending + c.Claimed + c.Committing + c.Sent + c.Deferred + c.Rejected + c.Unknown
}

// Add counts one more in a state.
func (c *Counts) Add(s State, n int) {
	switch s {
	case Pending:
		c.Pending += n
	case Claimed:
		c.Claimed += n
	case Committing:
		c.Committing += n
	case Sent:
		c.Sent += n
	case Deferred:
		c.Deferred += n
	case Rejected:
		c.Rejected += n
	case Unknown:
		c.Unknown += n
	case Empty:
		c.Empty += n
	}
}

// A Status is an edition with how far it got.
type Status struct {
	Edition
	Counts
}

// A Plan says how a list of recipients meets the ledger.
type Plan struct {
	// ResendUnknown makes recipients whose reply was lost pending again. They
	// may get the edition twice.
	ResendUnknown bool
	// AllowShrunk accepts a list of less than half the last edition's.
	AllowShrunk bool
}

// A ShrunkError is the refusal of a list that lost more than half of its
// recipients since the last edition: it is more often a broken export than the
// wish of so many.
type ShrunkError struct{ Was, Is int }

// HasShrunk reports whether a list of so many was one of more than twice as many.
func HasShrunk(was, is int) bool { return 2*is < was }

func (e *ShrunkError) Error() string {
	return fmt.Sprintf("the list has %d recipients; the last edition went to %d", e.Is, e.Was)
}

// A Delivery is what one recipient was sent of one edition.
type Delivery struct {
	Newsletter, Edition string
	Number              int // of the edition
	Key, Address        string
}

// A Bounce is a report that a letter came back, or was complained about.
type Bounce struct {
	Message string // identity of the report: it counts once for a recipient
	Kind    string // hard, soft or complaint
	Status  string // RFC 3463
	Reply   string // why, in words
}

// An Event is something that is known of a recipient.
type Event struct {
	At      time.Time
	What    string // the state of a delivery or of the recipient, or that a letter came back
	Edition string // or empty
	Detail  string // the server's reply, or a reason
}

// A Consequence is what became of a bounce.
type Consequence struct {
	Known      bool // it was recorded before, and nothing has changed
	Row        int  // if it is soft: editions in a row that came back so
	Suppressed bool // nothing is sent to the recipient any more, because of this one
}
