//go:build bench

package main

import "context"

// A side is one of the two that take turns.
type side func(ctx context.Context) (usage, error)

// A contest is what both sides took to deliver the same number of messages,
// run by run: digest first, then what is beside it.
type contest struct {
	rates [2]series // messages a second
	costs [2]series // CPU microseconds a message
}

// inTurns runs both sides one after the other, so many times. The pace of a
// machine drifts; what ran next to each other is what can be compared.
func inTurns(ctx context.Context, pairs, messages int, digest, other side) (contest, error) {
	var c contest
	for pair := range pairs {
		for i, race := range []side{digest, other} {
			u, err := race(ctx)
			if err != nil {
				return c, err
			}
			c.rates[i] = append(c.rates[i], u.rate(messages))
			c.costs[i] = append(c.costs[i], u.cost(messages))
		}
		say("  pair %d: %.0f and %.0f messages a second, %.0f and %.0f µs of CPU a message",
			pair+1, c.rates[0][pair], c.rates[1][pair], c.costs[0][pair], c.costs[1][pair])
	}
	return c, nil
}
