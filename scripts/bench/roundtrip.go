//go:build bench

package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"
)

const (
	oneWay  = 10 * time.Millisecond
	workers = 16 // connections of both
)

// measureRoundTrip runs digest and go-mail's Client in turns against a server
// that is 20 ms away.
func (b *bench) measureRoundTrip(ctx context.Context) error {
	news, err := b.newsroom(ctx, "roundtrip", 29_000)
	if err != nil {
		return err
	}
	if err := news.list("list.csv", b.roundtrip); err != nil {
		return err
	}
	far, err := newProxy(b.sink.address, oneWay)
	if err != nil {
		return err
	}
	defer far.Close()
	trip, err := roundTrip(ctx, far.address())
	if err != nil {
		return err
	}
	say("roundtrip: %.2f ms as measured, messages of %d bytes, %d in a run, %d connections", milliseconds(trip), len(news.message), b.roundtrip, workers)
	if off := trip - 2*oneWay; off < 0 || off > oneWay/5 {
		return fmt.Errorf("the proxy's round trip is %s, not %s: the machine is too busy", trip, 2*oneWay)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	port := portOf(far.address())
	ours := far.watch(func(ctx context.Context) (usage, error) {
		return news.send(ctx, port, "list.csv", b.roundtrip, workers)
	})
	theirs := far.watch(func(ctx context.Context) (u usage, err error) {
		err = b.sink.takes(b.roundtrip, func() error {
			u, _, err = run(ctx, news.dir, clean(), self, "gomail", "-port", port, "-n", strconv.Itoa(b.roundtrip),
				"-workers", strconv.Itoa(workers), "-size", strconv.Itoa(len(news.message)))
			return err
		})
		return u, err
	})
	c, err := inTurns(ctx, b.tripPairs, b.roundtrip, ours.run, theirs.run)
	if err != nil {
		return err
	}
	b.table.add(fmt.Sprintf("messages a second, %s round trip, %d connections", 2*oneWay, workers),
		fmt.Sprintf("%.0f", c.rates[0].median()), fmt.Sprintf("go-mail `Client.Send` %.0f", c.rates[1].median()), c.rates[0].over(c.rates[1]).String())
	b.table.note("Round trip: whole processes; %d messages a run, %d pairs. Not delivery but start and end: at most %.1f %% of a run of digest, %.1f %% of go-mail's. "+
		"The trip was measured as %.1f ms; %.1f %% of all chunks came more than %s late.",
		b.roundtrip, b.tripPairs, 100*ours.aside, 100*theirs.aside, milliseconds(trip), 100*far.lateShare(), tolerance)
	if ours.aside > 0.03 {
		say("  start and end are more than 3 %% of a run of digest; more messages would show its pace better")
	}
	return nil
}

// A watched side is one of which the proxy knows how long it talked.
type watched struct {
	side
	far   *proxy
	aside float64 // the largest part of a run that was not delivery
}

func (p *proxy) watch(s side) *watched { return &watched{side: s, far: p} }

func (w *watched) run(ctx context.Context) (usage, error) {
	w.far.begin()
	u, err := w.side(ctx)
	w.aside = max(w.aside, 1-w.far.talked().Seconds()/u.wall.Seconds())
	return u, err
}

// roundTrip is the median of some, as an SMTP client sees them.
func roundTrip(ctx context.Context, address string) (time.Duration, error) {
	c, err := greeted(ctx, address)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	var trips series
	for range 50 {
		began := time.Now()
		if err := c.PrintfLine("NOOP"); err != nil {
			return 0, err
		}
		if _, _, err := c.ReadResponse(250); err != nil {
			return 0, err
		}
		trips = append(trips, float64(time.Since(began)))
	}
	return time.Duration(trips.median()), nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
