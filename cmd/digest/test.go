package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"digest/internal/email"
	"digest/internal/subscriber"
)

func (a *app) testCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "test ADDRESS...",
		Short: "Send the edition to these addresses only, marked [test]; records nothing",
		Args:  usageArgs(cobra.MinimumNArgs(1)),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.test(cmd.Context(), args) },
	}
	a.draftFlag(cmd)
	return cmd
}

// test does not open the list of subscribers, so it cannot send to it.
func (a *app) test(ctx context.Context, addresses []string) error {
	var to []subscriber.Subscriber
	for _, address := range addresses {
		s, err := subscriber.New(address, "")
		if err != nil {
			return usage("%s: %w; write a bare address", address, err)
		}
		to = append(to, s)
	}
	n, err := a.load()
	if err != nil {
		return err
	}
	draft, err := n.testDraft(ctx)
	if errors.As(err, new(*emptyError)) {
		return n.reportEmpty(err)
	}
	if err != nil {
		return err
	}
	sender := n.sender()
	defer sender.Close()
	if err := sender.Connect(ctx); err != nil {
		return err
	}
	sent := 0
	for _, s := range to {
		m := n.sign(draft.To(email.Recipient{Address: s.Address, Token: subscriber.Token(n.secret(), n.Name, s.Key)}))
		outcome := sender.Send(ctx, m, nil, func() error { return nil })
		fmt.Fprintf(a.stdout, "%s: %s\n", s.Address.Address, outcome)
		if outcome.Status == email.Sent {
			sent++
		}
	}
	switch sent {
	case len(to):
		return nil
	case 0:
		return errors.New("the test message was not sent; the lines above say why")
	}
	return &exitError{exitPart, fmt.Errorf("the test message reached %d of %d", sent, len(to))}
}

// testDraft is the edition of now under a name of its own.
func (n *newsletter) testDraft(ctx context.Context) (*email.Draft, error) {
	s, number, err := n.next(ctx, toLetter)
	if err != nil {
		return nil, err
	}
	n.warnOdd(s.odd)
	edition := s.edition
	if edition.Len() == 0 {
		return nil, n.empty(s)
	}
	edition.ID += "-test"
	head := n.letterhead()
	head.Mark = "[test]"
	renderer, err := n.renderer.For(head)
	if err != nil {
		return nil, err
	}
	draft, err := renderer.Illustrated(n.pictures(ctx, edition)).Render(edition, number, n.policy.Now)
	if err != nil {
		return nil, n.templateFault(err)
	}
	n.warnShortened(draft)
	if err := n.refuse(draft); err != nil {
		n.log.Warn(err.Error())
	}
	return draft, nil
}
