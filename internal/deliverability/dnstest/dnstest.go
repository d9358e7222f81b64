// Package dnstest is a DNS server on the loopback interface for tests. Its zone
// is written as in a zone file, and its implementation of the DNS is not ours.
//
//	server := dnstest.Start(t, `
//		example.org.         MX 10 mail.example.org.
//		mail.example.org.    A  198.51.100.25
//		broken.example.      SERVFAIL
//		mute.example.        SILENCE
//	`)
//	resolver := deliverability.Resolver(server.Addr)
//
// SERVFAIL, REFUSED and SILENCE are what a name and all below it get for an answer.
package dnstest

import (
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"
)

// A Server answers over UDP and TCP until its test is over. Its methods are safe
// for concurrent use.
type Server struct {
	Addr string // host:port

	mu      sync.Mutex
	records []dns.RR
	faults  map[string]string // by name
	asked   []string
}

// Start runs a server with a zone.
func Start(t testing.TB, zone string) *Server {
	t.Helper()
	s := &Server{faults: map[string]string{}}
	s.Publish(t, zone)
	for range 20 { // until a port is free for both
		packets, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s.Addr = packets.LocalAddr().String()
		listener, err := net.Listen("tcp", s.Addr)
		if err != nil {
			_ = packets.Close()
			continue
		}
		s.serve(t, &dns.Server{PacketConn: packets, Handler: s})
		s.serve(t, &dns.Server{Listener: listener, Handler: s})
		return s
	}
	t.Fatal("no port is free for UDP and TCP")
	return nil
}

func (s *Server) serve(t testing.TB, server *dns.Server) {
	started, stopped := make(chan struct{}), make(chan struct{})
	server.NotifyStartedFunc = func() { close(started) }
	go func() {
		defer close(stopped)
		_ = server.ActivateAndServe() // it ends when it is shut down
	}()
	<-started
	t.Cleanup(func() {
		_ = server.Shutdown()
		<-stopped
	})
}

// Publish adds the records of a zone.
func (s *Server) Publish(t testing.TB, zone string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for line := range strings.Lines(zone) {
		fields := strings.Fields(line)
		if len(fields) == 2 && slices.Contains([]string{"SERVFAIL", "REFUSED", "SILENCE"}, fields[1]) {
			s.faults[fields[0]] = fields[1]
			continue
		}
		record, err := dns.NewRR(strings.TrimSpace(line))
		if err != nil {
			t.Fatalf("zone: %s: %v", line, err)
		}
		if record != nil {
			s.records = append(s.records, record)
		}
	}
}

// Withdraw removes all records of a name and a type, such as TXT.
func (s *Server) Withdraw(name, kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = slices.DeleteFunc(s.records, func(r dns.RR) bool {
		return r.Header().Name == name && r.Header().Rrtype == dns.StringToType[kind]
	})
}

// Asked are the questions so far, such as "example.org. MX".
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// ServeDNS answers one question.
func (s *Server) ServeDNS(w dns.ResponseWriter, request *dns.Msg) {
	s.mu.Lock()
	defer s.mu.Unlock()
	question := request.Question[0]
	s.asked = append(s.asked, question.Name+" "+dns.TypeToString[question.Qtype])
	reply := new(dns.Msg).SetReply(request)
	reply.RecursionAvailable = true
	switch s.fault(question.Name) {
	case "SILENCE":
		return
	case "SERVFAIL":
		reply.Rcode = dns.RcodeServerFailure
	case "REFUSED":
		reply.Rcode = dns.RcodeRefused
	default:
		s.answer(reply, question.Name, question.Qtype)
	}
	size := dns.MaxMsgSize
	if w.RemoteAddr().Network() == "udp" {
		size = dns.MinMsgSize
		if options := request.IsEdns0(); options != nil {
			size = max(size, int(options.UDPSize()))
		}
	}
	reply.Truncate(size)
	_ = w.WriteMsg(reply) // whoever has asked may be gone
}

// fault is what a name is to get for an answer, or empty.
func (s *Server) fault(name string) string {
	for {
		if f := s.faults[strings.ToLower(name)]; f != "" || name == "" {
			return f
		}
		_, name, _ = strings.Cut(name, ".")
	}
}

// answer puts the records of a name into the reply. A chain of CNAMEs without end
// is cut off.
func (s *Server) answer(reply *dns.Msg, name string, kind uint16) {
	const longest = 8
	exists := false
	for range longest {
		next := ""
		for _, r := range s.records {
			owner := r.Header().Name
			exists = exists || strings.EqualFold(owner, name) || strings.HasSuffix(owner, "."+name)
			if !strings.EqualFold(owner, name) {
				continue
			}
			if alias, ok := r.(*dns.CNAME); ok && kind != dns.TypeCNAME {
				next = alias.Target
			} else if r.Header().Rrtype != kind {
				continue
			}
			reply.Answer = append(reply.Answer, r)
		}
		if next == "" {
			break
		}
		name = next
	}
	if !exists {
		reply.Rcode = dns.RcodeNameError
	}
}
