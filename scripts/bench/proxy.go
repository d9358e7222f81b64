//go:build bench

package main

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A proxy takes connections to a server and passes on what either side says,
// each chunk after a delay and in order. It holds as much as is on its way, so
// the delay does not limit the bandwidth. The connection itself is there at
// once; only what is said over it takes its time.
type proxy struct {
	net.Listener
	target string
	delay  time.Duration

	talks        sync.WaitGroup
	passed, late atomic.Int64 // chunks, those that were late by more than tolerance

	mu          sync.Mutex
	first, last time.Time // when a client came first and spoke last
}

// tolerance is how late a chunk may be.
const tolerance = 500 * time.Microsecond

func newProxy(target string, delay time.Duration) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{Listener: l, target: target, delay: delay}
	go p.serve()
	return p, nil
}

func (p *proxy) address() string { return p.Addr().String() }

// lateShare is how many of the chunks were late.
func (p *proxy) lateShare() float64 { return float64(p.late.Load()) / float64(max(1, p.passed.Load())) }

// begin forgets when clients talked. It waits for those that still do.
func (p *proxy) begin() {
	p.talks.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.first, p.last = time.Time{}, time.Time{}
}

// talked is the time since begin in which there were clients.
func (p *proxy) talked() time.Duration {
	p.talks.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last.Sub(p.first)
}

// heard notes that a client is there.
func (p *proxy) heard() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = time.Now()
	if p.first.IsZero() {
		p.first = p.last
	}
}

func (p *proxy) serve() {
	for {
		client, err := p.Accept()
		if err != nil {
			return
		}
		p.heard()
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.talks.Go(func() {
			defer client.Close()
			defer server.Close()
			var back sync.WaitGroup
			back.Go(func() { p.relay(server, client, func() {}) })
			p.relay(client, server, p.heard)
			back.Wait()
		})
	}
}

// A chunk is what was read at once; an empty one is the end.
type chunk struct {
	data []byte
	due  time.Time
}

// relay passes on what from says, until that ends.
func (p *proxy) relay(from, to net.Conn, heard func()) {
	timer, err := newTimer()
	if err != nil {
		return // there are no more files to be had; the client sees the connection end
	}
	defer timer.Close()
	// Enough for the delay even if every chunk is a packet.
	way := make(chan chunk, 4096)
	go func() {
		defer close(way)
		for buffer := make([]byte, 64<<10); ; {
			n, err := from.Read(buffer)
			now := time.Now()
			heard()
			way <- chunk{append([]byte(nil), buffer[:n]...), now.Add(p.delay)}
			if err != nil {
				return
			}
		}
	}()
	for c := range way {
		timer.until(c.due)
		p.passed.Add(1)
		if time.Since(c.due) > tolerance {
			p.late.Add(1)
		}
		if _, err := to.Write(c.data); err != nil {
			break
		}
	}
	_ = to.(*net.TCPConn).CloseWrite()
	for range way { // until from has ended too
	}
}
