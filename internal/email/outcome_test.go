package email

import (
	"errors"
	"io"
	"net/textproto"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestJudgeBlames(t *testing.T) {
	for _, tt := range []struct {
		phase    string
		code     int
		words    string
		status   Status
		blame    Blame
		suppress bool
	}{
		{phaseRcpt, 550, "5.1.1 no such user", Rejected, BlameRecipient, true},
		{phaseRcpt, 550, "5.1.10 null MX", Rejected, BlameRecipient, true},
		{phaseRcpt, 550, "no such user", Rejected, BlameRecipient, false},
		{phaseRcpt, 552, "5.2.2 mailbox full", Rejected, BlameRecipient, false},
		{phaseRcpt, 550, "5.2.1 mailbox disabled", Rejected, BlameRecipient, false},
		{phaseRcpt, 550, "5.4.1 no way there", Rejected, BlameRecipient, false},
		{phaseRcpt, 550, "5.1.7 sender address has null MX", Deferred, BlameSender, false},
		{phaseRcpt, 550, "5.1.8 sender address rejected: domain not found", Deferred, BlameSender, false},
		{phaseRcpt, 554, "5.7.1 relay access denied", Deferred, BlameSender, false},
		{phaseRcpt, 550, "4.7.1 a class that does not fit the code", Deferred, BlameSender, false},
		{phaseRcpt, 501, "5.5.4 what?", Deferred, BlameSender, false},
		{phaseRcpt, 552, "5.3.4 too big", Deferred, BlameSender, false},
		{phaseRcpt, 450, "4.2.1 greylisted", Deferred, BlameServer, false},
		{phaseMail, 550, "5.1.1 no such user", Deferred, BlameSender, false},
		{phaseMail, 553, "5.1.8 sender", Deferred, BlameSender, false},
		{phaseData, 554, "5.5.1 no valid recipients", Deferred, BlameSender, false},
		{phaseDot, 550, "5.1.1 no such user", Rejected, BlameRecipient, true},
		{phaseDot, 550, "5.2.2 full", Rejected, BlameRecipient, false},
		{phaseDot, 550, "5.7.1 spam", Deferred, BlameSender, false},
		{phaseDot, 554, "no", Deferred, BlameSender, false},
		{phaseAuth, 535, "5.7.8 no", Deferred, BlameSender, false},
	} {
		o := judge(tt.phase, &textproto.Error{Code: tt.code, Msg: tt.words})
		if o.Status != tt.status || o.Blame != tt.blame || o.Suppress() != tt.suppress || o.Code != tt.code || o.Phase != tt.phase {
			t.Errorf("judge(%s, %d %s) = %+v, suppress %v, want %s by %s, suppress %v", tt.phase, tt.code, tt.words, o, o.Suppress(), tt.status, tt.blame, tt.suppress)
		}
	}
}

func TestOutcomesOfTheServersHealth(t *testing.T) {
	for _, tt := range []struct {
		outcome                     Outcome
		throttled, untried, unready bool
	}{
		{judge(phaseConnect, &textproto.Error{Code: 421, Msg: "4.7.0 too many connections"}), true, true, true},
		{judge(phaseConnect, &textproto.Error{Code: 554, Msg: "5.7.1 blocked"}), false, true, false},
		{judge(phaseConnect, io.EOF), false, true, true},
		{judge(phaseTLS, &textproto.Error{Code: 454, Msg: "4.7.0 TLS not available"}), true, true, true},
		{judge(phaseTLS, errors.New("x509: expired")), false, true, false},
		{judge(phaseAuth, &textproto.Error{Code: 454, Msg: "4.7.0 temporary failure"}), true, true, true},
		{judge(phaseAuth, &textproto.Error{Code: 535, Msg: "5.7.8 no"}), false, true, false},
		{judge(phaseMail, &textproto.Error{Code: 450, Msg: "4.7.1 too much mail"}), true, false, true},
		{judge(phaseRcpt, &textproto.Error{Code: 451, Msg: "4.7.1 greylisted"}), true, false, false},
		{judge(phaseRcpt, &textproto.Error{Code: 450, Msg: "4.2.0 greylisted"}), false, false, false},
		{judge(phaseRcpt, &textproto.Error{Code: 421, Msg: "4.3.2 closing"}), true, false, true},
		{judge(phaseRcpt, &textproto.Error{Code: 550, Msg: "5.1.1 no such user"}), false, false, false},
		{judge(phaseDot, &textproto.Error{Code: 451, Msg: "4.7.500 busy"}), true, false, true},
		{judge(phaseDot, io.EOF), false, false, true},
		{judge(phaseDot, &textproto.Error{Code: 354, Msg: "nonsense"}), false, false, true},
		{Outcome{Status: Sent, Phase: phaseDot, Code: 250, Enhanced: "2.0.0"}, false, false, false},
	} {
		o := tt.outcome
		if o.Throttled() != tt.throttled || o.Untried() != tt.untried || o.Unready() != tt.unready {
			t.Errorf("%s: throttled %v, untried %v, unready %v, want %v, %v, %v", o, o.Throttled(), o.Untried(), o.Unready(), tt.throttled, tt.untried, tt.unready)
		}
	}
}

func TestOutcomeString(t *testing.T) {
	for _, tt := range []struct {
		outcome Outcome
		want    string
	}{
		{Outcome{Status: Sent}, "sent"},
		{Outcome{Status: Sent, Phase: phaseDot, Code: 250, Enhanced: "2.0.0", Reply: "queued as 1"}, "sent at dot: 250 2.0.0: queued as 1"},
		{Outcome{Status: Unknown, Phase: phaseDot, Reply: "no answer in time"}, "unknown at dot: no answer in time"},
		{Outcome{Status: Rejected, Phase: phaseRcpt, Code: 550}, "rejected at RCPT: 550"},
	} {
		if got := tt.outcome.String(); got != tt.want {
			t.Errorf("String(%+v) = %q, want %q", tt.outcome, got, tt.want)
		}
	}
}

func FuzzJudge(f *testing.F) {
	f.Add("dot", 550, "5.1.1 no such user")
	f.Add("RCPT", 250, "\x1b[31m\xff\r\n5.7.1 \u0085")
	f.Add("dot", 999, strings.Repeat("é", 1000))
	f.Fuzz(func(t *testing.T, phase string, code int, words string) {
		for _, err := range []error{&textproto.Error{Code: code, Msg: words}, errors.New(words)} {
			o := judge(phase, err)
			if o.Status == Sent {
				t.Errorf("judge(%q, %v) = sent", phase, err)
			}
			if o.Status == Unknown && phase != phaseDot || o.Status == Rejected && (o.Code < 500 || o.Code > 599) || o.Suppress() && o.Blame != BlameRecipient {
				t.Errorf("judge(%q, %v) = %+v", phase, err, o)
			}
			s := o.Reply
			if !utf8.ValidString(s) || utf8.RuneCountInString(s) > 201 || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7F && r < 0xA0 }) {
				t.Errorf("reply %q is not safe to print", s)
			}
		}
	})
}
