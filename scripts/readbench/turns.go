//go:build bench

package main

import (
	"context"
	"fmt"
	"slices"
)

// A side is one of those that take turns.
type side struct {
	name string
	run  func(context.Context) (usage, error)
}

// Figures are what the runs of a side took, in seconds.
type figures struct{ wall, cpu series }

// inTurns runs the sides one after the other, so many times, and every second
// time in the opposite order. The pace of a machine drifts; what ran next to each
// other is what can be compared.
func inTurns(ctx context.Context, rounds int, sides ...side) ([]figures, error) {
	all := make([]figures, len(sides))
	for round := range rounds {
		order := make([]int, len(sides))
		for i := range order {
			order[i] = i
		}
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, i := range order {
			u, err := sides[i].run(ctx)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", sides[i].name, err)
			}
			all[i].wall = append(all[i].wall, u.wall.Seconds())
			all[i].cpu = append(all[i].cpu, u.cpu.Seconds())
		}
		line := fmt.Sprintf("  turn %d:", round+1)
		for i, s := range sides {
			line += fmt.Sprintf(" %s %.3f s (CPU %.3f)", s.name, all[i].wall[round], all[i].cpu[round])
		}
		say("%s", line)
	}
	return all, nil
}

// A series is one figure of several runs.
type series []float64

func (s series) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// over is a figure by another one, turn by turn.
func (s series) over(other series) series {
	return s.with(other, func(a, b float64) float64 { return a / b })
}

// less is a figure without another one, turn by turn.
func (s series) less(other series) series {
	return s.with(other, func(a, b float64) float64 { return a - b })
}

func (s series) with(other series, do func(a, b float64) float64) series {
	out := make(series, len(s))
	for i := range s {
		out[i] = do(s[i], other[i])
	}
	return out
}

// by is the figure in another unit.
func (s series) by(unit float64) series {
	out := make(series, len(s))
	for i := range s {
		out[i] = s[i] / unit
	}
	return out
}
