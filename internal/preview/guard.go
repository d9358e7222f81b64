package preview

import (
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// pagePolicy lets the page have nothing but its own files, and nobody else the
// page.
const pagePolicy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; " +
	"img-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// guard refuses what does not come from the editor's own page, and gives every
// answer the headers that keep it there.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-DNS-Prefetch-Control", "off")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		switch {
		case !ownHost(r):
			// Any name can be made to lead here (DNS rebinding), and its page then
			// counts as the same origin.
			http.Error(w, "This preview answers only on this machine, under the address that digest preview has printed.", http.StatusForbidden)
		case !ownPage(r):
			http.Error(w, "This preview does not answer to other pages. To open it, type its address.", http.StatusForbidden)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "This preview is for looking only.", http.StatusMethodNotAllowed)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// ownHost reports whether the request came in on a loopback address, and asks for
// a name of it.
func ownHost(r *http.Request) bool {
	addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok || !loopback(addr) {
		return false
	}
	port := strconv.Itoa(addr.(*net.TCPAddr).Port)
	names := []string{"127.0.0.1:" + port, "[::1]:" + port, "localhost:" + port}
	return slices.Contains(names, strings.ToLower(r.Host))
}

// ownPage reports whether the request is from the page itself or by the editor's
// hand, as far as the browser tells. Another port of this machine is a stranger.
func ownPage(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return true
	}
	return false
}

func loopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
