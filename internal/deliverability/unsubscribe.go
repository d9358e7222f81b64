package deliverability

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

const (
	urlID   = "unsubscribe.url"
	unserve = "digest serve is not running, or the proxy does not lead there"
)

// checkURL asks for the page behind List-Unsubscribe as a reader does, and then
// as a mail provider does (RFC 8058). The token is nobody's.
func (c *Checker) checkURL(ctx context.Context, link string) []Finding {
	if link == "" {
		return nil
	}
	// Asked beforehand, so that a silent DNS is not taken for a silent page.
	if _, err := c.questions().LookupIPAddr(ctx, host(link)); err != nil {
		return []Finding{unreached(link, err)}
	}
	client := c.client()
	defer client.CloseIdleConnections()
	page, err := fetch(ctx, client, http.MethodGet, link)
	if err != nil {
		return []Finding{unreached(link, err)}
	}
	if f := page.wrong(link, "GET"); f != nil {
		return []Finding{*f}
	}
	if !page.html {
		return []Finding{{urlID, Error, link, fmt.Sprintf("GET is answered with %d and no page of HTML", page.status), unserve}}
	}
	click, err := fetch(ctx, client, http.MethodPost, link)
	if err != nil {
		return []Finding{unreached(link, err)}
	}
	if f := click.wrong(link, "POST"); f != nil {
		return []Finding{*f}
	}
	found := []Finding{{urlID, Info, link, "it answers GET and POST as it must", ""}}
	if page.status != http.StatusOK || click.status != http.StatusOK {
		found[0] = Finding{urlID, Warning, link, fmt.Sprintf("it refuses a token of ours (GET %d, POST %d)", page.status, click.status),
			"if it is digest serve: see that it has this configuration, and this secret; if it is not, it must answer right tokens with 200"}
	}
	if page.cookie || click.cookie {
		found = append(found, Finding{urlID, Warning, link, "a cookie is set, which follows readers", "see what the proxy adds"})
	}
	return found
}

// client follows no redirect, knows no proxy, and asks the same DNS as all else.
func (c *Checker) client() *http.Client {
	dialer := &net.Dialer{Resolver: c.Resolver}
	return &http.Client{
		Timeout:       cmp.Or(c.URLTimeout, 10*time.Second),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				host, port, err := net.SplitHostPort(address)
				if err != nil {
					return nil, err
				}
				return dialer.DialContext(ctx, network, net.JoinHostPort(absolute(host), port))
			},
			TLSClientConfig:        &tls.Config{RootCAs: c.RootCAs, MinVersion: tls.VersionTLS12},
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
		},
	}
}

// An answer is what the page said.
type answer struct {
	status   int
	location string
	html     bool
	cookie   bool
}

func fetch(ctx context.Context, client *http.Client, method, link string) (a answer, err error) {
	body := ""
	if method == http.MethodPost {
		body = "List-Unsubscribe=One-Click"
	}
	request, err := http.NewRequestWithContext(ctx, method, link, strings.NewReader(body))
	if err != nil {
		return a, err
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := client.Do(request)
	if err != nil {
		return a, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return a, err
	}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	return answer{
		status: response.StatusCode, location: response.Header.Get("Location"),
		html: kind == "text/html" && len(content) > 0, cookie: response.Header.Get("Set-Cookie") != "",
	}, nil
}

// wrong is what no answer may be, whoever the token belongs to.
func (a answer) wrong(link, method string) *Finding {
	switch {
	case a.status >= 300 && a.status < 400:
		return &Finding{urlID, Error, link, fmt.Sprintf("%s is redirected (%d) to %s, which RFC 8058 forbids: mail providers do not follow", method, a.status, quote(a.location)), "set unsubscribe.url to where it leads, or have the proxy pass it on"}
	case a.status == http.StatusMethodNotAllowed:
		return &Finding{urlID, Error, link, fmt.Sprintf("%s is not allowed (405), so mail providers cannot unsubscribe anybody", method), "have the proxy pass on GET and POST"}
	case a.status >= 500:
		return &Finding{urlID, Error, link, fmt.Sprintf("%s is answered with %d", method, a.status), unserve}
	}
	return nil
}

// unreached says why there was no answer.
func unreached(link string, err error) Finding {
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err
	}
	var unproven *tls.CertificateVerificationError
	var dns *net.DNSError
	var timeout net.Error
	f := Finding{ID: urlID, Severity: Error, Where: link}
	switch {
	case errors.Is(err, context.Canceled):
		f.Severity, f.Message = Warning, "interrupted"
	case errors.As(err, &unproven):
		f.Message, f.Hint = "its certificate is not valid: "+words(unproven.Err), "mail providers go no further; have one made for that name"
	case absent(err):
		f.Message, f.Hint = "no address is known of the host", "publish: "+absolute(host(link))+" A ADDRESS, with the address of that server"
	case errors.As(err, &dns):
		return unasked(urlID, link, "the address of the host", err)
	case errors.Is(err, syscall.ECONNREFUSED):
		f.Message, f.Hint = "connection refused", unserve
	case errors.As(err, &timeout) && timeout.Timeout():
		f.Message, f.Hint = "no answer in time", unserve
	default:
		f.Message, f.Hint = "no answer: "+words(err), "see that it speaks HTTPS; "+unserve
	}
	return f
}

// words are those of an error, in which there may be some of the server's.
func words(err error) string { return strings.Trim(fmt.Sprintf("%.200q", err.Error()), `"`) }

func host(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
