package thumbnail

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"
	"golang.org/x/net/idna"
)

const maxRedirects = 3

// A refusal is an error in our own words, safe to print.
type refusal string

func (r refusal) Error() string { return string(r) }

// parse reads a URL that may be asked, and the host that errors name.
func parse(rawURL string) (*url.URL, string, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, "", refusal("its address is not a URL") // err would quote the secret
	}
	host, err := hostOf(u)
	return u, host, err
}

// hostOf is the host of a URL that may be asked, in ASCII.
func hostOf(u *url.URL) (string, error) {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "", refusal("its address is not an http or https URL")
	case u.User != nil:
		return "", refusal("its address has a user name in it")
	}
	host := u.Hostname()
	if addr, err := netip.ParseAddr(host); err == nil && addr.Zone() == "" {
		return addr.String(), nil
	}
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii // otherwise it may have an underscore, as some real ones do
	}
	if host == "" || strings.ContainsFunc(host, func(r rune) bool { return !hostRune(r) }) {
		return "", refusal("its address has no valid host")
	}
	return host, nil
}

func hostRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_'
}

// download fetches the bytes at u.
func (f *Fetcher) download(ctx context.Context, u *url.URL) ([]byte, error) {
	ctx, cancel := f.limited(ctx)
	defer cancel()
	data, err := f.get(ctx, u)
	switch {
	case err == nil:
		return data, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	default:
		return nil, plain(err)
	}
}

func (f *Fetcher) get(ctx context.Context, u *url.URL) ([]byte, error) {
	req := (&http.Request{Method: http.MethodGet, URL: u, Header: http.Header{
		"Accept":          {"image/jpeg, image/png, image/webp, image/gif"},
		"Accept-Encoding": {"identity"},
		"User-Agent":      {"digest (pictures of a newsletter)"},
	}}).WithContext(ctx)
	resp, err := f.client().Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	most := cmp.Or(f.MaxBytes, 5<<20)
	switch encoding := resp.Header.Get("Content-Encoding"); {
	case resp.StatusCode != http.StatusOK:
		// The server's own words for it may be anything.
		return nil, refusal(strings.TrimSpace(fmt.Sprint(resp.StatusCode, " ", http.StatusText(resp.StatusCode))))
	case encoding != "" && !strings.EqualFold(encoding, "identity"):
		return nil, refusal("the answer is compressed, which was not asked for")
	case resp.ContentLength > most:
		return nil, &http.MaxBytesError{Limit: most}
	}
	return io.ReadAll(http.MaxBytesReader(nil, resp.Body, most))
}

// client is one for a single picture: nothing is kept from one to the next, no
// connection and no cookie.
func (f *Fetcher) client() *http.Client {
	return &http.Client{
		CheckRedirect: checkRedirect,
		Transport: &http.Transport{
			Proxy:                  nil, // one from the environment would ask in our place, unguarded
			DialContext:            (&net.Dialer{Control: f.guard}).DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: f.RootCAs},
			DisableKeepAlives:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: 64 << 10,
		},
	}
}

// guard is asked for each connection, when the name has become an address: a
// name that leads to another one the second time gains nothing.
func (f *Fetcher) guard(network, address string, conn syscall.RawConn) error {
	if to, err := netip.ParseAddrPort(address); err == nil && f.Allow != nil && f.Allow(to) {
		return nil
	}
	switch err := public.Safe(network, address, conn); {
	case errors.Is(err, ssrf.ErrProhibitedPort):
		return refusal(address + " is neither port 80 nor port 443")
	case err != nil:
		return refusal(address + " is not a public address")
	}
	return nil
}

var public = ssrf.New()

// checkRedirect lets a redirect ask for nothing that could not be asked at once.
func checkRedirect(req *http.Request, via []*http.Request) error {
	req.Header.Del("Referer") // it would tell the next server the secret of this one
	if len(via) > maxRedirects {
		return refusal(fmt.Sprintf("redirected more than %d times", maxRedirects))
	}
	if via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme == "http" {
		return refusal("redirected from https to http")
	}
	if _, err := hostOf(req.URL); err != nil {
		return refusal("redirected, and now " + err.Error())
	}
	return nil
}

// plain is err without what the URL, the server or its certificate says.
func plain(err error) error {
	var (
		refused     refusal
		tooLarge    *http.MaxBytesError
		certificate *tls.CertificateVerificationError
		connection  *net.OpError
	)
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &tooLarge):
		return refusal(fmt.Sprintf("larger than %d bytes", tooLarge.Limit))
	case errors.As(err, &certificate):
		return refusal("its TLS certificate is not valid")
	case errors.As(err, &connection):
		return refusal(connection.Error()) // addresses, and words of Go or the system
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return refusal("the answer breaks off")
	}
	return refusal("its server gives no valid answer")
}
