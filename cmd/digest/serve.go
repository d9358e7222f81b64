package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"digest/internal/selector"
	"digest/internal/web"
	"digest/templates"
)

func (a *app) serveCommand() *cobra.Command {
	snippet := false
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the pages where readers leave, join and choose",
		Long: `digest serve answers at the addresses that the configuration names: unsubscribe.url,
unsubscribe.preferences and subscribe.url. It runs beside digest send, until it is
stopped, and speaks HTTP to a proxy that has the certificate, or HTTPS by itself; see
serve in config.yaml.`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), snippet) },
	}
	cmd.Flags().BoolVar(&snippet, "snippet", false, "print a form to subscribe for a page of your own site, and serve nothing")
	return cmd
}

func (a *app) serve(ctx context.Context, snippet bool) (err error) {
	n, err := a.load()
	if err != nil {
		return err
	}
	pages, err := n.pages()
	if err != nil {
		return err
	}
	if err := n.renderer.CheckNotes(); err != nil {
		return n.templateFault(err)
	}
	if snippet {
		if n.Subscribe == "" {
			return n.notServed("subscribe.url", "it is empty, and the form leads there")
		}
		_, err := fmt.Fprintln(a.stdout, pages.Snippet(n.Subscribe))
		return err
	}
	if err := n.checkServed(); err != nil {
		return err
	}
	s, err := n.openStore(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	n.keyring = &keyring{name: n.Unsubscribe.SecretFile, log: a.log, keys: n.keys()}
	metrics := web.NewMetrics()
	p := &postman{newsletter: n, db: s.DB, metrics: metrics, wake: make(chan struct{}, 1)}
	server := &web.Server{
		Newsletter: n.Name, From: n.From.Address, Keys: n.keys, Store: s, Pages: pages,
		LeavePath: pathOf(n.Unsubscribe.URL), Kept: n.Subscribers == "",
		Languages: web.Languages(templates.FS(n.Templates), ""), Ticked: n.ticked(), Speaks: n.speaks,
		Proxies: n.Serve.TrustedProxies, Log: a.log, Metrics: metrics, Now: a.clock, Asked: p.ring,
	}
	if server.Kept {
		server.PreferencesPath, server.JoinPath, server.Categories = pathOf(n.Unsubscribe.Preferences), pathOf(n.Subscribe), n.choices()
	}
	n.sayServed()
	return n.listen(ctx, server.Handler(), metrics.Handler(), p)
}

// listen serves until ctx is done, or one of the servers fails.
func (n *newsletter) listen(ctx context.Context, pages, metrics http.Handler, p *postman) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var certificates *web.Certificates
	if n.Serve.Certificate != "" {
		var err error
		if certificates, err = web.LoadCertificates(n.Serve.Certificate, n.Serve.Key, n.log); err != nil {
			return n.notServed("serve.certificate", err.Error())
		}
	}
	type served struct {
		key, address string
		handler      http.Handler
		certificates *web.Certificates
	}
	all := []served{{"serve.listen", n.Serve.Listen, pages, certificates}}
	if n.Serve.Metrics != "" {
		all = append(all, served{"serve.metrics", n.Serve.Metrics, metrics, nil})
	}
	var group sync.WaitGroup
	faults := make([]error, len(all))
	for i, s := range all {
		l, err := net.Listen("tcp", s.address)
		if err != nil {
			faults[i] = fmt.Errorf("%s: %w; name another port, or stop what listens there", s.key, err)
			cancel()
			break
		}
		n.log.Info("serving", "what", s.key, "address", l.Addr().String(), "tls", s.certificates != nil)
		group.Go(func() {
			defer cancel()
			faults[i] = web.Run(ctx, l, s.handler, s.certificates, n.log)
		})
	}
	group.Go(func() { p.run(ctx) })
	group.Go(func() {
		<-ctx.Done()
		n.log.Info("stopping, after what is in hand")
	})
	group.Wait()
	return errors.Join(faults...)
}

// pages are in the look and the words of the newsletter.
func (n *newsletter) pages() (*web.Pages, error) {
	contact := n.ReplyTo
	if contact == "" {
		contact = n.From.Address
	}
	pages, err := web.NewPages(web.Site{
		Title: n.Title, Theme: n.Theme, Language: n.Language, Contact: contact, Home: n.Site, Postal: n.Address, JoinPath: strings.TrimSuffix(pathOf(n.Subscribe), "/"),
	}, templates.FS(n.Templates))
	if err != nil {
		return nil, n.templateFault(err)
	}
	return pages, nil
}

// choices are the sections of the letter that readers can choose.
func (n *newsletter) choices() []web.Choice {
	var all []web.Choice
	for _, c := range n.Categories {
		all = append(all, web.Choice{Value: c.Name, Title: c.Heading()})
	}
	if n.Other != nil {
		all = append(all, web.Choice{Value: cmp.Or(n.Other.Name, n.Other.Heading()), Title: n.Other.Heading()})
	}
	return all
}

// ticked finds which of the choices a subscriber has made, as the letter would.
func (n *newsletter) ticked() func(names []string) []int {
	all := selector.Edition{}
	for _, c := range n.choices() {
		all.Sections = append(all.Sections, selector.Section{Category: c.Value, Title: c.Title})
	}
	chooser := n.policy.Chooser(all)
	return func(names []string) []int {
		sections, _ := chooser.Choose(names)
		return sections
	}
}

// speaks is the language that a subscriber gets letters in, whatever their browser says.
func (n *newsletter) speaks(language string) string {
	return cmp.Or(n.words(language), n.words(n.Language))
}

// pathOf is the path of an address, with a slash at its end; none of an empty one.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return ""
	}
	return strings.TrimSuffix(u.Path, "/") + "/"
}

// checkServed fails if there is nothing to serve, or anybody could make the tokens.
func (n *newsletter) checkServed() error {
	if n.Unsubscribe.URL == "" && n.Unsubscribe.Preferences == "" && n.Subscribe == "" {
		return n.notServed("unsubscribe.url", "it is empty, as are unsubscribe.preferences and subscribe.url: there is nothing to serve")
	}
	if n.Unsubscribe.Secret == "" {
		return n.notServed("unsubscribe.secret_file", "without a secret anybody could make the links: make one with: (umask 077; head -c 32 /dev/urandom | base64 > secret)")
	}
	return nil
}

// sayServed tells what is likely not meant.
func (n *newsletter) sayServed() {
	host, _, _ := net.SplitHostPort(n.Serve.Listen)
	ip := net.ParseIP(host)
	local := host == "localhost" || ip != nil && ip.IsLoopback()
	switch {
	case n.Serve.Certificate == "" && !local:
		n.log.Warn("serve.listen: readers' links travel in clear from there on; set serve.certificate, or listen on 127.0.0.1 behind a proxy")
	case local && len(n.Serve.TrustedProxies) == 0 && n.Subscribe != "":
		n.log.Warn("serve.trusted_proxies: it is empty, so behind a proxy all readers count as one, and few can join at a time; name the proxy's address")
	}
	if n.Subscribers != "" && n.Unsubscribe.Preferences != "" {
		n.log.Warn("unsubscribe.preferences is not served: the list is a file, in which nobody can change anything from the web; set subscribers: database")
	}
}

func (n *newsletter) notServed(key, why string) error {
	return &exitError{exitUsage, fmt.Errorf("%s: %s: %s", n.File, key, why)}
}
