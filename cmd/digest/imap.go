package main

import (
	"context"
	"fmt"
	"io"

	"digest/internal/bounce"
	"digest/internal/mailbox"
)

// imapMailbox is the one to which letters come back.
func (n *newsletter) imapMailbox() mailbox.Config {
	i := n.Bounces.IMAP
	return mailbox.Config{
		Host: i.Host, Port: i.Port, TLS: mailbox.TLS(i.TLS), Username: i.Username, Password: string(i.Password),
		Folder: i.Folder, MaxSize: bounce.MaxSize,
	}
}

// mailbox settles what is new in the mailbox. It returns how many messages could
// not be settled, and has said why.
func (r *returns) mailbox(ctx context.Context) (failed int) {
	if err := r.open(ctx); err != nil { // before anything is fetched in vain
		r.log.Error(err.Error())
		return 1
	}
	r.remedy = "it is flagged in the mailbox, read it there"
	err := r.imapMailbox().Each(ctx, func(uid uint32, message io.Reader) mailbox.Mark {
		name := fmt.Sprintf("%s, message %d", r.Bounces.IMAP.Folder, uid)
		kind, err := r.settle(ctx, name, message)
		switch {
		case err != nil:
			r.log.Error(fmt.Sprintf("%s: %v", name, err))
			failed++
			return mailbox.None
		case kind == bounce.Unclear:
			return mailbox.Flagged
		}
		return mailbox.Seen
	})
	if err != nil {
		r.log.Error(fmt.Sprintf("bounces.imap: %v; when that is mended, run it again", err))
		failed++
	}
	return failed
}

// checkMailbox logs in to the mailbox, if there is one.
func (n *newsletter) checkMailbox(ctx context.Context) []finding {
	i := n.Bounces.IMAP
	if i.Host == "" {
		return nil
	}
	if err := n.imapMailbox().Check(ctx); err != nil {
		return []finding{{"bounces.imap", "error", i.Host, err.Error(), "see bounces.imap in the configuration"}}
	}
	return []finding{{"bounces.imap", "info", i.Host, "ready, the folder is " + i.Folder, ""}}
}
