package main

import (
	"context"
	"fmt"

	"digest/internal/bounce"
	"digest/internal/subscriber"
)

// leaves has a reader leave who has written to unsubscribe.mailto. Whoever has the
// token may, from whatever address; without it a person has to see who it is.
func (r *returns) leaves(ctx context.Context, report bounce.Report) (bounce.Report, error) {
	var readers []subscriber.Subscriber
	claim, ok := r.keys().Parse(report.Token)
	if ok {
		var err error
		if readers, err = r.db.Readers(ctx, r.Name, claim.Tag); err != nil {
			return report, err
		}
	}
	s, ok := claim.Of(readers, subscriber.Leaving, r.Name, r.clock())
	if !ok {
		return bounce.Report{Kind: bounce.Unclear, Why: "it asks to leave, with a token that is not one of " + r.Name}, nil
	}
	was, err := r.db.Leave(ctx, r.Name, s)
	if err != nil {
		return report, err
	}
	said := "has left the list"
	if was == subscriber.Unsubscribed {
		said = "had left the list before"
	}
	if !r.flags.quiet {
		fmt.Fprintf(r.stdout, "%s %s\n", s.Address.Address, said)
	}
	return report, nil
}
