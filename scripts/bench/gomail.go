//go:build bench

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/wneessen/go-mail"
)

// gomail is the contender of the round trip: go-mail's Client as its
// documentation shows it. Each worker dials once and hands over one message
// after the other. The letter is rendered only once; what is left to do for a
// recipient is the message itself.
func gomail(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("gomail", flag.ContinueOnError)
	port := f.Int("port", 0, "of the server")
	n := f.Int("n", 0, "messages")
	workers := f.Int("workers", 1, "each with a connection")
	size := f.Int("size", 0, "of digest's message; ours must be about the same")
	if err := f.Parse(args); err != nil {
		return err
	}
	text, err := os.ReadFile("preview/digest.txt")
	if err != nil {
		return err
	}
	html, err := os.ReadFile("preview/digest.html")
	if err != nil {
		return err
	}
	message := func(i int) (*mail.Msg, error) {
		m := mail.NewMsg()
		if err := m.From("The Weekly Digest <digest@example.org>"); err != nil {
			return nil, err
		}
		if err := m.To(address(i)); err != nil {
			return nil, err
		}
		m.Subject("The Weekly Digest")
		m.SetBodyString(mail.TypeTextPlain, string(text))
		m.AddAlternativeString(mail.TypeTextHTML, string(html))
		return m, nil
	}
	first, err := message(0)
	if err != nil {
		return err
	}
	if has, err := first.WriteTo(io.Discard); err != nil || has < int64(*size)*95/100 || has > int64(*size)*105/100 {
		return fmt.Errorf("the message has %d bytes, digest's has %d: %w", has, *size, err)
	}

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	todo := make(chan int)
	var group sync.WaitGroup
	for range *workers {
		group.Go(func() {
			if err := work(ctx, *port, todo, message); err != nil {
				cancel(err)
			}
		})
	}
	for i := range *n {
		select {
		case todo <- i:
		case <-ctx.Done():
		}
	}
	close(todo)
	group.Wait()
	return context.Cause(ctx)
}

// work sends what is to do over one connection.
func work(ctx context.Context, port int, todo <-chan int, message func(int) (*mail.Msg, error)) error {
	client, err := mail.NewClient("127.0.0.1", mail.WithPort(port), mail.WithTLSPolicy(mail.NoTLS))
	if err != nil {
		return err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return err
	}
	for i := range todo {
		m, err := message(i)
		if err == nil {
			err = client.Send(m)
		}
		if err != nil {
			return errors.Join(err, client.Close())
		}
	}
	return client.Close()
}
