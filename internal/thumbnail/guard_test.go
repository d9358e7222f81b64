package thumbnail

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
)

func roots(server *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return pool
}

func TestAddresses(t *testing.T) {
	const private, port = " is not a public address", " is neither port 80 nor port 443"
	tests := []struct{ address, want string }{
		{"93.184.216.34:80", ""},
		{"93.184.216.34:443", ""},
		{"[2606:2800:220:1::1]:443", ""},
		{"93.184.216.34:8080", port},
		{"93.184.216.34:22", port},
		{"127.0.0.1:80", private},
		{"10.1.2.3:80", private},
		{"172.16.0.1:443", private},
		{"192.168.1.1:80", private},
		{"100.64.0.1:80", private},
		{"169.254.169.254:80", private}, // where clouds keep their keys
		{"0.0.0.0:80", private},
		{"255.255.255.255:80", private},
		{"224.0.0.1:80", private},
		{"[::1]:80", private},
		{"[::]:80", private},
		{"[::ffff:127.0.0.1]:80", private},
		{"[::ffff:93.184.216.34]:80", private},
		{"[64:ff9b::7f00:1]:80", private},
		{"[64:ff9b:1::a00:1]:80", private},
		{"[2002:7f00:1::]:80", private},
		{"[2001:0:1::1]:80", private}, // Teredo
		{"[fe80::1%eth0]:80", private},
		{"[fc00::1]:80", private},
		{"[fec0::1]:80", private},
		{"[ff02::1]:80", private},
		{"example.org:80", private}, // not looked up
	}
	for _, tt := range tests {
		t.Run(tt.address, func(t *testing.T) {
			network := "tcp4"
			if strings.HasPrefix(tt.address, "[") {
				network = "tcp6"
			}
			got := ""
			if err := new(Fetcher).guard(network, tt.address, nil); err != nil {
				got = strings.TrimPrefix(err.Error(), tt.address)
			}
			if got != tt.want {
				t.Errorf("guard(%s) = %q, want %q", tt.address, got, tt.want)
			}
		})
	}
	if err := new(Fetcher).guard("udp4", "93.184.216.34:443", nil); err == nil {
		t.Error("guard: udp is permitted")
	}
}

// A server on loopback that is not permitted is not asked, whatever it is called.
func TestNotAsked(t *testing.T) {
	var asked atomic.Int32
	closed := serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	_, port, _ := net.SplitHostPort(closed.Listener.Addr().String())
	for name, host := range map[string]string{"by address": "127.0.0.1", "by name": "localhost", "by an address in IPv6": "[::ffff:127.0.0.1]"} {
		t.Run(name, func(t *testing.T) {
			f := Fetcher{Allow: func(to netip.AddrPort) bool { return to.Addr().IsPrivate() }} // which loopback is not
			_, err := f.Fetch(t.Context(), "http://"+host+":"+port+secret)
			if err == nil || !strings.Contains(err.Error(), "neither port 80 nor port 443") {
				t.Errorf("Fetch: %v, want a refusal", err)
			}
		})
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("a server that is not permitted was asked %d times", n)
	}
}

func TestURLs(t *testing.T) {
	const scheme, host = "its address is not an http or https URL", "its address has no valid host"
	tests := []struct{ name, url, want string }{
		{"empty", "", scheme},
		{"a path", "/a.jpg" + secret, scheme},
		{"no scheme", "//cdn.example/a.jpg" + secret, scheme},
		{"a file", "file:///etc/passwd" + secret, scheme},
		{"ftp", "ftp://cdn.example/a.jpg" + secret, scheme},
		{"data", "data:image/png;base64,CANARY", scheme},
		{"opaque", "http:CANARY", host},
		{"no host", "http:///a.jpg" + secret, host},
		{"a port alone", "http://:80/a.jpg" + secret, host},
		{"a user", "http://CANARY@cdn.example/a.jpg", "its address has a user name in it"},
		{"a control character", "http://cdn.example/\x1b" + secret, "its address is not a URL"},
		{"a port of letters", "http://cdn.example:CANARY/", "its address is not a URL"},
		{"a host of signs", "http://cdn!CANARY.example/", host},
		{"a host that turns the text", "http://cdn.\u202eCANARY.example/", host},
		{"a zone", "http://[fe80::1%25CANARY]/", host},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := new(Fetcher).Fetch(t.Context(), tt.url)
			wantError(t, err, "image: "+tt.want)
		})
	}
}

func TestHosts(t *testing.T) {
	for rawURL, want := range map[string]string{
		"http://Bücher.example/a":       "xn--bcher-kva.example",
		"https://my_bucket.s3.example/": "my_bucket.s3.example",
		"HTTPS://cdn.example:443/a?b#c": "cdn.example",
		"http://[2001:DB8::1]:80/":      "2001:db8::1",
	} {
		if _, host, err := parse(rawURL); host != want || err != nil {
			t.Errorf("parse(%s): host %q, %v, want %s", rawURL, host, err, want)
		}
	}
}

func TestRedirects(t *testing.T) {
	var asked atomic.Int32
	closed := serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	data := jpegOf(t, corners(400, 300))
	var server, secure *httptest.Server
	handler := func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"Referer", "Cookie", "Authorization"} {
			if value := r.Header.Get(name); value != "" {
				t.Errorf("request has %s: %s", name, value)
			}
		}
		if got := r.Header.Get("Accept-Encoding"); got != "identity" {
			t.Errorf("request has Accept-Encoding: %s", got)
		}
		if !r.Close {
			t.Error("request keeps its connection")
		}
		http.SetCookie(w, &http.Cookie{Name: "reader", Value: "1"})
		var n int
		switch to := r.URL.Query().Get("to"); {
		case to != "":
			http.Redirect(w, r, to, http.StatusFound)
		case r.URL.Path == "/loop":
			http.Redirect(w, r, r.URL.String(), http.StatusMovedPermanently)
		default:
			if _, err := fmt.Sscanf(r.URL.Path, "/%d", &n); err == nil && n > 0 {
				http.Redirect(w, r, fmt.Sprintf("/%d", n-1), http.StatusTemporaryRedirect)
				return
			}
			_, _ = w.Write(data)
		}
	}
	server, secure = serve(t, handler), serveTLS(t, handler)
	f := Fetcher{Allow: only(server, secure), RootCAs: roots(secure)}
	address := closed.Listener.Addr().String()
	const port = " is neither port 80 nor port 443"
	tests := []struct{ name, url, want string }{
		{"none", server.URL + "/0", ""},
		{"three", server.URL + "/3", ""},
		{"four", server.URL + "/4", "redirected more than 3 times"},
		{"for ever", server.URL + "/loop" + secret, "redirected more than 3 times"},
		{"from http to https", server.URL + "/?to=" + secure.URL, ""},
		{"from https to https", secure.URL + "/?to=" + secure.URL, ""},
		{"from https to http", secure.URL + "/?to=" + server.URL + "/CANARY", "redirected from https to http"},
		{"to a server that is not permitted", server.URL + "/?to=" + closed.URL + "/CANARY", address + port},
		{"to the same by another name", server.URL + "/?to=http://" + strings.Replace(address, "127.0.0.1", "[::ffff:127.0.0.1]", 1), address + port},
		{"to a private address", server.URL + "/?to=http://10.0.0.1/CANARY", "10.0.0.1:80 is not a public address"},
		{"to the keys of a cloud", server.URL + "/?to=http://169.254.169.254/latest/meta-data", "169.254.169.254:80 is not a public address"},
		{"to a user", server.URL + "/?to=http://CANARY@127.0.0.1/", "redirected, and now its address has a user name in it"},
		{"to a file", server.URL + "/?to=file:///CANARY", "redirected, and now its address is not an http or https URL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			img, err := f.Fetch(t.Context(), tt.url)
			if tt.want != "" {
				wantError(t, err, "image of 127.0.0.1: "+tt.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			wantCorners(t, img, red, green, blue, black)
		})
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("a server that is not permitted was asked %d times", n)
	}
}

func TestCertificate(t *testing.T) {
	secure := serveTLS(t, func(http.ResponseWriter, *http.Request) {})
	f := Fetcher{Allow: only(secure)}
	_, err := f.Fetch(t.Context(), secure.URL+secret)
	wantError(t, err, "image of 127.0.0.1: its TLS certificate is not valid")
}

// A proxy would ask in our place, and not know what may be asked.
func TestNoProxy(t *testing.T) {
	_, err := new(Fetcher).Fetch(t.Context(), "http://192.0.2.1/"+secret)
	wantError(t, err, "image of 192.0.2.1: 192.0.2.1:80 is not a public address")
}

func TestNobodyThere(t *testing.T) {
	server := serve(t, nil)
	server.Close()
	f := Fetcher{Allow: only(server)}
	_, err := f.Fetch(t.Context(), server.URL+secret)
	wantError(t, err, "image of 127.0.0.1: dial tcp "+server.Listener.Addr().String()+": connect: connection refused")
}
