package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"mime"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"digest/internal/email"
	"digest/internal/preview"
)

func (a *app) previewCommand() *cobra.Command {
	port := 0
	cmd := &cobra.Command{
		Use:   "preview",
		Short: "Show the edition of this moment in a browser, as it will be, and what the checks say of it",
		Args:  usageArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.preview(cmd.Context(), port) },
	}
	a.draftFlag(cmd)
	cmd.Flags().IntVar(&port, "port", 0, "`PORT` on this machine; 0 takes a free one")
	return cmd
}

// preview serves the page until it is interrupted. Each letter is composed from
// the files as they are then; nothing is recorded, and nothing leaves this machine
// but requests for images, if the letter has any.
func (a *app) preview(ctx context.Context, port int) error {
	n, err := a.load()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return fmt.Errorf("preview: %w; name another with --port, or leave it out", err)
	}
	watched := []string{n.File}
	for _, dir := range n.Content {
		watched = append(watched, n.Path(dir))
	}
	for _, name := range []string{n.Templates, n.Intro, n.flags.draft} {
		if name != "" {
			watched = append(watched, name)
		}
	}
	fetched := &pictureCache{known: map[string]email.Picture{}}
	page := preview.New(preview.Options{
		Compose: func(ctx context.Context, asOf string) (*preview.Letter, error) {
			return a.previewLetter(ctx, asOf, fetched)
		},
		Watch: watched,
		Log:   a.log,
	})
	fmt.Fprintf(a.stdout, "http://%s/\n", l.Addr())
	a.log.Info("the preview reloads when a file changes; Ctrl-C ends it")
	return page.Run(ctx, l)
}

// previewLetter composes the letter as of a moment, with all that is found on the
// way.
func (a *app) previewLetter(ctx context.Context, asOf string, fetched *pictureCache) (*preview.Letter, error) {
	said := &gathering{}
	b := &app{stdout: a.stdout, stderr: said, clock: a.clock, log: slog.New(said), flags: a.flags}
	b.flags.asOf = cmp.Or(asOf, a.flags.asOf)
	n, err := b.load()
	if err != nil {
		return nil, err
	}
	n.fetched = fetched
	s, number, err := n.next(ctx, toLetter)
	if err != nil {
		return nil, err
	}
	if s.edition.Len() == 0 {
		return nil, &preview.Empty{Reason: n.empty(s).why}
	}
	draft, err := n.renderer.Illustrated(n.pictures(ctx, s.edition)).Render(s.edition, number, n.policy.Now)
	if err != nil {
		return nil, n.templateFault(err)
	}
	m := n.anybody(draft)
	letter := &preview.Letter{
		Edition: draft.Edition, Number: number, Bookmarks: s.edition.Len(),
		Subject: draft.Subject, Preheader: draft.Preheader, From: n.From.String(), Date: n.policy.Now.Format("Mon, 2 Jan 2006 15:04"),
		HTML: m.HTML(), Text: m.Text(), Source: m.Bytes(), Headers: headersOf(m.Bytes()), Images: map[string]preview.Image{},
		Budget: preview.Budget{Decoded: draft.Size.Decoded, Encoded: draft.Size.Encoded, Limit: email.MaxHTML, Shortened: draft.Shortened},
	}
	for _, p := range draft.Pictures {
		letter.Images[p.ContentID()] = preview.Image{Type: p.Type, Data: p.Data}
	}
	found := append(n.checkLetter(draft), said.findings()...)
	for _, f := range append(found, n.checkContent(s)...) {
		letter.Findings = append(letter.Findings, preview.Finding{ID: f.ID, Severity: preview.Severity(f.Severity), Where: f.Where, Message: f.Message, Hint: f.Hint})
	}
	return letter, nil
}

// headersOf are the fields of a message, decoded, in their order.
func headersOf(message []byte) [][2]string {
	var fields [][2]string
	decoder := new(mime.WordDecoder)
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(message)))
	for {
		line, err := r.ReadContinuedLine()
		if err != nil || line == "" {
			return fields
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		if decoded, err := decoder.DecodeHeader(value); err == nil {
			value = decoded
		}
		fields = append(fields, [2]string{name, value})
	}
}

// A pictureCache keeps what was fetched, so that a page that is loaded again does
// not ask for it again.
type pictureCache struct {
	mu    sync.Mutex
	known map[string]email.Picture
}

func (c *pictureCache) get(address string) (email.Picture, bool) {
	if c == nil {
		return email.Picture{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.known[address]
	return p, ok
}

func (c *pictureCache) put(address string, p email.Picture) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[address] = p
}

// A gathering keeps the warnings of a run, for who looks at a page instead of a
// terminal.
type gathering struct {
	mu   sync.Mutex
	said []string
}

func (g *gathering) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

func (g *gathering) Handle(_ context.Context, r slog.Record) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.said = append(g.said, r.Message)
	return nil
}

func (g *gathering) WithAttrs([]slog.Attr) slog.Handler { return g }
func (g *gathering) WithGroup(string) slog.Handler      { return g }

// Write is for what a terminal would get: nothing.
func (g *gathering) Write(p []byte) (int, error) { return len(p), nil }

func (g *gathering) findings() []finding {
	g.mu.Lock()
	defer g.mu.Unlock()
	var found []finding
	for _, s := range g.said {
		found = append(found, finding{"warning", "warning", "", s, ""})
	}
	return found
}
