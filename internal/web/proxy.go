package web

import (
	"net/netip"
	"slices"
	"strings"
)

// network is where a request comes from: of its client the first 24 bits (IPv4) or 48
// (IPv6), which one household or company has. A proxy that is trusted says who
// its client is; what a client says of itself stands before that, and is not heeded.
func (e *exchange) network() netip.Prefix {
	from, err := netip.ParseAddrPort(e.r.RemoteAddr)
	if err != nil {
		return netip.Prefix{}
	}
	client := from.Addr().Unmap().WithZone("")
	hops := strings.Split(strings.Join(e.r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && e.trusts(client); i-- {
		text := strings.TrimSpace(hops[i])
		hop, err := netip.ParseAddr(text)
		if with, failed := netip.ParseAddrPort(text); failed == nil {
			hop, err = with.Addr(), nil
		}
		if err != nil {
			break
		}
		client = hop.Unmap().WithZone("")
	}
	bits := 24
	if client.Is6() {
		bits = 48
	}
	network, _ := client.Prefix(bits)
	return network
}

func (e *exchange) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(e.Proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}
