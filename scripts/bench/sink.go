//go:build bench

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"regexp"
	"strconv"
	"time"
)

// A sink is a running smtp-sink -c.
type sink struct {
	address string
	counts  string // the file that it writes its counters to
}

// ready waits for the greeting.
func (s *sink) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for {
		c, err := greeted(ctx, s.address)
		if err == nil {
			return c.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("smtp-sink at %s: %w", s.address, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// greeted is a conversation with an SMTP server that has begun.
func greeted(ctx context.Context, address string) (*textproto.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	c := textproto.NewConn(conn)
	if _, _, err := c.ReadResponse(220); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}

var counter = regexp.MustCompile(`mesg=(\d+)\r`)

// messages is how many it has taken since its start: the last of the counters
// in the file, each of which is written over the one before on a terminal.
func (s *sink) messages() (int, error) {
	f, err := os.Open(s.counts)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	const most = 256 // holds some of them
	if size, err := f.Seek(0, io.SeekEnd); err != nil {
		return 0, err
	} else if _, err := f.Seek(max(0, size-most), io.SeekStart); err != nil {
		return 0, err
	}
	end, err := io.ReadAll(f)
	if err != nil {
		return 0, err
	}
	all := counter.FindAllSubmatch(end, -1)
	if len(all) == 0 {
		return 0, nil
	}
	return strconv.Atoi(string(all[len(all)-1][1]))
}

// takes checks that the sink takes exactly n messages while do runs.
func (s *sink) takes(n int, do func() error) error {
	before, err := s.messages()
	if err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	var took int
	for range 100 { // it writes its counters a moment after the reply
		after, err := s.messages()
		if err != nil {
			return err
		}
		if took = after - before; took >= n {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if took != n {
		return fmt.Errorf("smtp-sink took %d messages, not %d", took, n)
	}
	return nil
}
