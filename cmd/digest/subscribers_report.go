package main

import (
	"bufio"
	"fmt"
	"iter"
	"strings"

	"digest/internal/sqlite"
)

// An importReport is printed as it is made.
type importReport struct {
	n      *newsletter
	name   string
	counts map[sqlite.Verdict]int
	out    *bufio.Writer
}

type lineJSON struct {
	Line    int            `json:"line"`
	Address string         `json:"address,omitempty"`
	Verdict sqlite.Verdict `json:"verdict"`
	Detail  string         `json:"detail,omitempty"`
}

func (r *importReport) lines(all iter.Seq2[sqlite.Line, error]) error {
	asJSON := r.n.flags.format == "json"
	list := jsonArray{w: r.out, indent: "  "}
	if asJSON {
		fmt.Fprint(r.out, "{\n  \"lines\": ")
	}
	for l, err := range all {
		if err != nil {
			return err
		}
		r.counts[l.Verdict]++
		if asJSON {
			err = list.add(lineJSON{l.Line, l.Address.Address, l.Verdict, l.Detail})
		} else {
			err = r.line(l)
		}
		if err != nil {
			return err
		}
	}
	if asJSON {
		return list.end()
	}
	return nil
}

func (r *importReport) line(l sqlite.Line) error {
	if r.n.flags.quiet && l.Verdict == sqlite.Accepted {
		return nil
	}
	says := []string{l.Address.Address, l.Detail}
	if l.Verdict == sqlite.Malformed {
		says = says[1:]
	}
	_, err := fmt.Fprintf(r.out, "line %d: %s: %s\n", l.Line, l.Verdict, strings.TrimSuffix(strings.Join(says, ", "), ", "))
	return err
}

var verdicts = []sqlite.Verdict{sqlite.Accepted, sqlite.Duplicate, sqlite.Malformed, sqlite.Suppressed, sqlite.Unsubscribed}

func (r *importReport) end(applied bool, added int) error {
	if r.n.flags.format == "json" {
		var b strings.Builder
		counts := map[sqlite.Verdict]int{}
		for _, v := range verdicts {
			counts[v] = r.counts[v]
		}
		if err := newEncoder(&b, "  ").Encode(counts); err != nil {
			return err
		}
		fmt.Fprintf(r.out, ",\n  \"counts\": %s,\n  \"applied\": %t,\n  \"added\": %d\n}\n", strings.TrimSpace(b.String()), applied, added)
		return r.out.Flush()
	}
	if !r.n.flags.quiet {
		fmt.Fprintln(r.out, r.summary(applied, added))
	}
	return r.out.Flush()
}

func (r *importReport) summary(applied bool, added int) string {
	all := 0
	var parts []string
	for _, v := range verdicts {
		if all += r.counts[v]; r.counts[v] > 0 || v == sqlite.Accepted {
			parts = append(parts, fmt.Sprintf("%d %s", r.counts[v], v))
		}
	}
	s := fmt.Sprintf("%s: %s: %s; ", r.name, count(all, "line"), strings.Join(parts, ", "))
	switch {
	case applied:
		return s + fmt.Sprintf("%d added to %s", added, r.n.listName())
	case r.counts[sqlite.Accepted] == 0:
		return s + "there is nothing to change"
	}
	return s + "nothing is changed yet; to add what is accepted, run it again with --apply"
}
