//go:build bench

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// A part is what can be asked for.
type part struct {
	name string
	do   func(context.Context) error
}

func (b *bench) parts() []part {
	return []part{
		{"hugo", b.measureHugo}, {"floor", b.measureFloor}, {"tools", b.measureTools}, {"formats", b.measureFormats},
		{"idle", b.measureIdle}, {"growth", b.measureGrowth}, {"cold", b.measureCold}, {"memory", b.measureMemory},
	}
}

// choose picks parts by their names; all of them if none is named.
func choose(parts []part, names []string) ([]part, error) {
	var all []string
	for _, p := range parts {
		all = append(all, p.name)
	}
	for _, name := range names {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("%q is none of %s", name, strings.Join(all, ", "))
		}
	}
	return slices.DeleteFunc(parts, func(p part) bool { return len(names) > 0 && !slices.Contains(names, p.name) }), nil
}
