package smtptest

// A Phase of a conversation.
type Phase string

// The phases in which a scripted server can lie.
const (
	Connect  Phase = "connect"  // before TLS and greeting; it can be dropped or hang, no more
	Greeting Phase = "greeting" // 220
	EHLO     Phase = "EHLO"     // twice a connection with STARTTLS
	HELO     Phase = "HELO"
	StartTLS Phase = "STARTTLS"
	Auth     Phase = "AUTH"
	Mail     Phase = "MAIL"
	Rcpt     Phase = "RCPT"
	Data     Phase = "DATA" // the command
	Body     Phase = "body" // after the first bytes of the message
	Dot      Phase = "dot"  // the end of the message
	Rset     Phase = "RSET"
	Quit     Phase = "QUIT"
)

// An Act is what a scripted server does instead of its honest reply.
type Act string

// The acts.
const (
	Reply      Act = "reply"           // Fault.Text; the command is done only if it is 2xx to the dot or 354 to DATA
	ReplyDrop  Act = "reply and drop"  // Fault.Text, and closes the connection
	AnswerDrop Act = "answer and drop" // the honest reply, and closes the connection
	Inject     Act = "inject"          // the honest reply and Fault.Text in one write, and goes on
	Drop       Act = "drop"            // closes the connection
	Hang       Act = "hang"            // never answers; in the body it also reads no more
	Trickle    Act = "trickle"         // a reply without end, byte by byte
	Flood      Act = "flood"           // a reply without end, as fast as it goes
	Garbage    Act = "garbage"         // a line that is no reply and no text
)

// A Fault is a lie on cue.
type Fault struct {
	Phase Phase
	Nth   int // on the Nth time that the server comes to the phase, over all connections; 0: always
	Act   Act
	Text  string // of Reply, ReplyDrop and Inject; lines end in CR LF, the last one may be without

	// Accept has the server accept the message first, in phase Dot: what is
	// lost then is the reply, not the message.
	Accept bool

	// If decides, by what is known of the message in hand and its connection,
	// whether the server lies; nil: it does. It may be called by many connections
	// at once.
	If func(Message) bool
}

// fault is what the script says for the phase that the server comes to now.
func (s *Server) fault(faults []Fault, phase Phase, m Message) (Fault, bool) {
	s.mu.Lock()
	s.times[phase]++
	times := s.times[phase]
	m.Open = s.open
	s.mu.Unlock()
	for _, f := range faults {
		if f.Phase == phase && (f.Nth == 0 || f.Nth == times) && (f.If == nil || f.If(m)) {
			return f, true
		}
	}
	return Fault{}, false
}
