package smtptest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// serveScript answers by hand, so that it can break every rule, and returns
// what ends it.
func (s *Server) serveScript(faults []Fault) (end func()) {
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := s.listener.Accept()
			if err != nil {
				return
			}
			_ = conn.(*net.TCPConn).SetReadBuffer(1 << 16) // so that a sender finds out who does not read
			group.Go(func() {
				unblock := make(chan struct{})
				group.Go(func() { // no conversation outlives the server
					select {
					case <-s.done:
					case <-unblock:
					}
					_ = conn.Close()
				})
				defer close(unblock)
				defer s.disconnected()
				c := &conversation{server: s, faults: faults, message: Message{Connection: s.connected()}}
				c.use(conn)
				c.run()
			})
		}
	})
	return group.Wait
}

// A conversation is one connection to a scripted server.
type conversation struct {
	server  *Server
	faults  []Fault
	conn    net.Conn
	in      *bufio.Reader
	message Message // the one in hand, with what is known of the sender
	over    bool
}

func (c *conversation) use(conn net.Conn) {
	c.conn, c.in = conn, bufio.NewReader(conn)
}

func (c *conversation) run() {
	if f, ok := c.server.fault(c.faults, Connect, c.message); ok {
		c.act(f, "")
		return
	}
	if c.server.config.TLS == ImplicitTLS {
		c.secure()
	}
	c.answer(Greeting, "220 smtptest")
	for !c.over {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		c.server.heard(line, c.message.TLS)
		c.command(line)
	}
}

// command answers one line.
func (c *conversation) command(line string) {
	verb, argument, _ := strings.Cut(line, " ")
	switch Phase(strings.ToUpper(verb)) {
	case EHLO:
		c.message.HELO = argument
		c.answer(EHLO, c.extensions())
	case HELO:
		c.message.HELO = argument
		c.answer(HELO, "250 smtptest")
	case StartTLS:
		if c.answer(StartTLS, "220 go ahead") {
			c.secure()
		}
	case Auth: // of PLAIN, with the initial response; any password will do
		c.answer(Auth, "235 2.7.0 welcome")
	case Mail:
		if c.message.From != "" {
			c.say("503 5.5.1 one at a time")
			return
		}
		if c.answer(Mail, "250 2.1.0 ok") {
			c.message.From, c.message.UTF8, c.message.Options = between(argument), strings.Contains(argument, " SMTPUTF8"), after(argument)
		}
	case Rcpt:
		if c.message.From == "" {
			c.say("503 5.5.1 whose?")
			return
		}
		c.message.To, c.message.RcptOptions = between(argument), after(argument)
		if !c.answer(Rcpt, "250 2.1.5 ok") {
			c.message.To, c.message.RcptOptions = "", ""
		}
	case Data:
		if f, ok := c.server.fault(c.faults, Data, c.message); ok {
			c.act(f, "354 go ahead")
			if f.Act == Inject || f.Act == Reply && strings.HasPrefix(f.Text, "354") {
				c.data()
			}
			return
		}
		if c.message.To == "" {
			c.say("503 5.5.1 to whom?")
			return
		}
		c.say("354 go ahead")
		c.data()
	case Rset:
		c.forget()
		c.answer(Rset, "250 2.0.0 ok")
	case Quit:
		c.answer(Quit, "221 2.0.0 bye")
		c.over = true
	default:
		c.say("500 5.5.2 what?")
	}
}

func (c *conversation) extensions() string {
	lines := []string{"smtptest", "8BITMIME", "DSN", "ENHANCEDSTATUSCODES", fmt.Sprintf("SIZE %d", c.server.config.Size)}
	if c.server.config.TLS == STARTTLS && !c.message.TLS {
		lines = append(lines, "STARTTLS")
	}
	if c.server.config.Username != "" {
		lines = append(lines, "AUTH PLAIN")
	}
	if !c.server.config.NoSMTPUTF8 {
		lines = append(lines, "SMTPUTF8")
	}
	if !c.server.config.NoPipelining {
		lines = append(lines, "PIPELINING")
	}
	return "250-" + strings.Join(lines[:len(lines)-1], "\r\n250-") + "\r\n250 " + lines[len(lines)-1]
}

// secure begins TLS.
func (c *conversation) secure() {
	secure := tls.Server(c.conn, c.server.tls)
	if err := secure.Handshake(); err != nil {
		c.drop()
		return
	}
	c.use(secure)
	c.message.TLS = true
}

// data reads a message and decides.
func (c *conversation) data() {
	if f, ok := c.server.fault(c.faults, Body, c.message); ok {
		_, _ = c.in.ReadByte()
		if f.Act == Hang {
			<-c.server.done // the sender must not get rid of the rest
			c.over = true
			return
		}
		c.act(f, "")
		if c.over {
			return
		}
	}
	data, err := readDots(c.in)
	if err != nil {
		c.over = true
		return
	}
	c.message.Data = data
	f, lie := c.server.fault(c.faults, Dot, c.message)
	if c.message.To != "" && (!lie || f.Accept || f.Act == AnswerDrop || f.Act == Inject || f.Act == Reply && strings.HasPrefix(f.Text, "2")) {
		c.server.accept(c.message)
	}
	c.forget()
	if !lie {
		c.say("250 2.0.0 accepted")
		return
	}
	c.act(f, "250 2.0.0 accepted")
}

// forget ends the transaction (RFC 5321 4.1.1.5).
func (c *conversation) forget() {
	m := &c.message
	m.From, m.To, m.Options, m.RcptOptions, m.Data, m.UTF8 = "", "", "", "", nil, false
}

// readDots reads a message to its final dot and undoes the stuffing. Unlike
// textproto's it keeps every line end as it came.
func readDots(r *bufio.Reader) ([]byte, error) {
	var data []byte
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		if bytes.Equal(line, []byte(".\r\n")) {
			return data, nil
		}
		data = append(data, bytes.TrimPrefix(line, []byte("."))...)
	}
}

// answer gives the honest reply, or does what the script says. It reports
// whether the honest course goes on.
func (c *conversation) answer(phase Phase, honest string) bool {
	if f, ok := c.server.fault(c.faults, phase, c.message); ok {
		c.act(f, honest)
		return f.Act == Inject
	}
	c.say(honest)
	return true
}

func (c *conversation) act(f Fault, honest string) {
	switch f.Act {
	case Reply:
		c.say(f.Text)
	case ReplyDrop:
		c.say(f.Text)
		c.drop()
	case AnswerDrop:
		c.say(honest)
		c.drop()
	case Inject:
		c.say(honest + "\r\n" + f.Text)
	case Drop:
		c.drop()
	case Hang:
		_, _ = io.Copy(io.Discard, c.in) // until the sender has had enough
		c.drop()
	case Trickle:
		c.flood("250-so\r\n", 1, 5*time.Millisecond)
	case Flood:
		c.flood(strings.Repeat("250-much "+strings.Repeat("m", 500)+"\r\n", 100), 1<<16, 0)
	case Garbage:
		c.say("\xff\xfe\x00\x1b[31m\u0085Grüße\x07")
	default:
		panic(fmt.Sprintf("smtptest: %q is no act", f.Act))
	}
}

// flood says the text again and again, a piece at a time, until the sender has
// had enough.
func (c *conversation) flood(text string, piece int, pause time.Duration) {
	for {
		for rest := text; rest != ""; {
			n := min(piece, len(rest))
			if _, err := io.WriteString(c.conn, rest[:n]); err != nil {
				c.drop()
				return
			}
			rest = rest[n:]
			time.Sleep(pause)
		}
	}
}

func (c *conversation) say(reply string) {
	if _, err := io.WriteString(c.conn, strings.TrimSuffix(reply, "\r\n")+"\r\n"); err != nil {
		c.over = true
	}
}

func (c *conversation) drop() {
	c.over = true
	_ = c.conn.Close()
}

// after is what follows the address: the parameters of MAIL or RCPT.
func after(argument string) string {
	_, parameters, _ := strings.Cut(argument, ">")
	return strings.TrimSpace(parameters)
}

// between is what stands between angle brackets.
func between(argument string) string {
	_, rest, _ := strings.Cut(argument, "<")
	address, _, _ := strings.Cut(rest, ">")
	return address
}
