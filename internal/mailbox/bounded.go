package mailbox

import (
	"errors"
	"net"
	"sync"
	"time"
)

// The most that a server may say at once, in bytes with all that is around them.
const (
	maxHandshake = 64 << 10 // before IMAP begins

	// To one command. go-imap has no bound of its own, and spends a time on nested
	// lists that grows with the square of their depth: three seconds in so many
	// bytes, most of a minute in four times as many.
	maxAnswer = 16 << 10
)

// A boundedConn ends an answer that is too long or takes too long. Deadlines
// that others set on it do not count: they would begin anew with each byte.
type boundedConn struct {
	net.Conn

	mu    sync.Mutex
	left  int
	fault error // the first one of reading
}

var errTooMuch = errors.New("the server says more than was asked for")

// expect gives the server so much time for its next answer, of so many bytes.
func (c *boundedConn) expect(most int, within time.Duration) {
	c.mu.Lock()
	c.left = most
	c.mu.Unlock()
	_ = c.Conn.SetDeadline(time.Now().Add(within))
}

// rest lets the connection be, while nothing is asked.
func (c *boundedConn) rest() { _ = c.Conn.SetDeadline(time.Time{}) }

func (c *boundedConn) Read(p []byte) (int, error) {
	c.mu.Lock()
	left := c.left
	c.mu.Unlock()
	if left <= 0 {
		return 0, c.failed(errTooMuch)
	}
	n, err := c.Conn.Read(p[:min(len(p), left)])
	c.mu.Lock()
	c.left -= n
	c.mu.Unlock()
	if err != nil {
		return n, c.failed(err)
	}
	return n, nil
}

func (c *boundedConn) failed(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fault == nil {
		c.fault = err
	}
	return err
}

// cause is why nothing more could be read, or nil.
func (c *boundedConn) cause() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fault
}

func (c *boundedConn) SetDeadline(time.Time) error      { return nil }
func (c *boundedConn) SetReadDeadline(time.Time) error  { return nil }
func (c *boundedConn) SetWriteDeadline(time.Time) error { return nil }
