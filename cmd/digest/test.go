package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"digest/internal/email"
	"digest/internal/selector"
	"digest/internal/subscriber"
)

func (a *app) testCommand() *cobra.Command {
	var categories, language string
	cmd := &cobra.Command{
		Use:   "test ADDRESS...",
		Short: "Send the edition to these addresses only, marked [test]; records nothing",
		Args:  usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.test(cmd.Context(), args, wish{subscriber.ParseCategories(categories, true), language})
		},
	}
	a.draftFlag(cmd)
	cmd.Flags().StringVar(&categories, "categories", "", "`NAMES` of categories, as a subscriber can choose them: the edition of these only")
	cmd.Flags().StringVar(&language, "language", "", "`TAG` of a language: the edition in its words")
	return cmd
}

// test does not open the list of subscribers, so it cannot send to it.
func (a *app) test(ctx context.Context, addresses []string, w wish) error {
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
	draft, err := n.testDraft(ctx, w)
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
	keys, sent := n.keys(), 0
	for _, s := range to {
		// Its links show the pages, and nobody leaves by them.
		token := keys.Token(subscriber.Checking, n.Name, "")
		m := n.sign(draft.To(email.Recipient{Address: s.Address, Token: token, Preferences: token}))
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

// testDraft is what of the edition of now somebody with a wish gets, under a name of
// its own.
func (n *newsletter) testDraft(ctx context.Context, w wish) (*email.Draft, error) {
	s, number, err := n.next(ctx, toLetter)
	if err != nil {
		return nil, err
	}
	n.warnOdd(s.odd)
	edition := s.edition
	if edition.Len() == 0 {
		return nil, n.empty(s)
	}
	chosen, err := n.wished(edition, w)
	if err != nil {
		return nil, err
	}
	edition = edition.Part(chosen.sections)
	edition.ID += "-test"
	head := n.letterhead()
	head.Mark = "[test]"
	renderer, err := n.rendererIn(chosen.language, head)
	if err != nil {
		return nil, n.templateFault(err)
	}
	draft, err := renderer.Illustrated(n.pictures(ctx, edition)).Render(edition, number, n.policy.Now)
	if err != nil {
		return nil, n.templateFault(err)
	}
	n.warnShortened(draft.Edition, draft)
	if err := n.refuse(draft); err != nil {
		n.log.Warn(err.Error())
	}
	return draft, nil
}

// wished is what a subscriber with a wish would get; what a list would only be warned
// of is an error of who asks for it by hand.
func (n *newsletter) wished(e selector.Edition, w wish) (choice, error) {
	c := n.choicesOf(e)
	chosen, unknown := c.choose(w)
	switch {
	case len(unknown) > 0:
		return chosen, usage("--categories: there is no %s; the categories are in the configuration", strings.Join(unknown, ", "))
	case w.language != "" && c.words(w.language) == "":
		return chosen, usage("--language %s: there are no words for it, see templates in the configuration", w.language)
	case len(chosen.sections) == 0:
		return chosen, fmt.Errorf("%s: there is nothing in it of %s; who has chosen that gets no letter", e.ID, w.categories)
	}
	return chosen, nil
}
