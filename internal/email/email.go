// Package email renders an edition as a letter, builds the messages and sends
// them over SMTP.
//
//	renderer, err := email.NewRenderer(newsletter, templates.FS)
//	draft, err := renderer.Render(edition, number, date)
//	message := draft.To(recipient)
//	outcome := sender.Send(ctx, message, nil, commit)
//
// Everything that can fail fails in the first two lines: a draft is rendered,
// encoded and in memory. Addressing it costs next to nothing and cannot fail,
// and what a message holds when it is sent is what [Message.WriteTo] writes.
//
// Content comes from the open web and is data: it is never parsed as a
// template, its HTML passes an allow-list, and it cannot reach a header except
// as text that is encoded.
package email
