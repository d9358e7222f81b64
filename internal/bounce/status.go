package bounce

import (
	"regexp"
	"strings"
)

var (
	// statusForm is an enhanced status code, RFC 3463, 2.
	statusForm = regexp.MustCompile(`^[245]\.[0-9]{1,3}\.[0-9]{1,3}\b`)
	// replyForm is the beginning of a server's reply: a code of RFC 5321, 4.2, with
	// or without an enhanced one; or qmail's (#5.1.1).
	replyForm = regexp.MustCompile(`\b([245][0-9][0-9])[ :-]+#?` + enhancedForm + `|#` + enhancedForm + `|\b([45][0-5][0-9])[ :-]`)
)

// enhancedForm is such a code within a text, where it is no part of an IP address.
const enhancedForm = `([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:[^.0-9]|\.[^0-9]|\.?$)`

// A meaning is what a status code says of the recipient.
type meaning struct {
	kind Kind
	why  string
}

// permanent are the codes of class 5 by subject and detail. Each is of the IANA
// registry "SMTP Enhanced Status Codes", from RFC 3463 unless it says otherwise.
// Hard is only what cannot pass and is not about us.
var permanent = map[string]meaning{
	"1.1":  {Hard, "there is no such mailbox"},
	"1.2":  {Hard, "there is no such domain"},
	"1.3":  {Hard, "the address is not well formed"},
	"1.4":  {Soft, "the address is ambiguous"},
	"1.6":  {Hard, "the mailbox has moved, nobody says where"},
	"1.7":  {Unclear, "the sender's address is not well formed"},
	"1.8":  {Unclear, "the sender's domain is not accepted"},
	"1.9":  {Unclear, "passed on to a server that sends no reports"},    // RFC 3886
	"1.10": {Hard, "the domain takes no mail, or not for this mailbox"}, // RFC 7505; Exchange means the mailbox

	"2.1": {Hard, "the mailbox is disabled"},
	"2.2": {Soft, "the mailbox is full"},
	"2.3": {Unclear, "the letter is too long for the mailbox"},
	"2.4": {Soft, "a list of theirs cannot be expanded"},

	"3.1": {Soft, "their server is full"},
	"3.2": {Soft, "their server takes no mail now"},
	"3.3": {Unclear, "their server lacks something that the letter needs"},
	"3.4": {Unclear, "the letter is too big for their server"},
	"3.6": {Unclear, "the priority of the letter was changed"}, // RFC 6710

	"7.17": {Hard, "the mailbox has another owner now"}, // RFC 7293
	"7.18": {Hard, "the domain has another owner now"},  // RFC 7293
}

// subjects are what a code means whose detail is not in the table: that of the
// subject, as RFC 3463, 2 has it.
var subjects = map[string]meaning{
	"1": {Unclear, "something about an address"},
	"2": {Soft, "something about the mailbox"},
	"3": {Soft, "something about their server"},
	"4": {Soft, "the way to their server"},
	"5": {Unclear, "the servers do not understand each other"},
	"6": {Unclear, "something in the letter"},
	"7": {Unclear, "their policy, or what they think of our server"},
}

// of is the meaning of a code; known is false for one that says nothing.
func of(code string) (m meaning, known bool) {
	class, detail, _ := strings.Cut(code, ".")
	subject, _, _ := strings.Cut(detail, ".")
	m, known = subjects[subject]
	exact, registered := permanent[detail]
	switch {
	case !known || class != "4" && class != "5":
		return meaning{}, false
	case class == "4" && exact.kind == Hard:
		return meaning{Soft, exact.why + ", for now"}, true
	case registered:
		return exact, true
	}
	return m, true
}

// mild orders kinds: of two that are said, the milder one counts.
var mild = map[Kind]int{Hard: 0, Soft: 1, Unclear: 2}

// judge says what a failed delivery means, by its status, the code in what the
// other server said, and its words.
func judge(status, diagnostic string) (kind Kind, code, why string) {
	reply, inReply := replyCodes(diagnostic)
	m, known := of(status)
	code = status
	if other, said := of(inReply); said && (!known || mild[other.kind] > mild[m.kind]) {
		m, known, code = other, true, inReply
	}
	if code == "" {
		code = inReply
	}
	if !known {
		m = byReply(reply, diagnostic)
	}
	m = byWords(m, diagnostic)
	return m.kind, code, m.why
}

// replyCodes are the first ones in what a server said, or empty.
func replyCodes(diagnostic string) (reply, enhanced string) {
	m := replyForm.FindStringSubmatch(diagnostic)
	switch {
	case m == nil:
		return "", ""
	case m[3] != "":
		return "", m[3]
	case m[4] != "":
		return m[4], ""
	}
	return m[1], m[2]
}

// byReply judges by the code of SMTP alone (RFC 5321, 4.2.3, RFC 7504), which
// means several things, and by words that leave no doubt.
func byReply(reply, diagnostic string) meaning {
	switch {
	case strings.HasPrefix(reply, "5") && nobody.MatchString(plain(diagnostic)):
		return meaning{Hard, "there is no such mailbox, says " + reply + " in words"}
	case reply == "521" || reply == "556":
		return meaning{Hard, "the domain takes no mail"}
	case reply == "550" || reply == "551" || reply == "553":
		return meaning{Soft, "the mailbox cannot be had, says " + reply}
	case reply == "552" || reply == "452" || reply == "422":
		return meaning{Soft, "the mailbox is full"}
	case reply == "450" || reply == "451":
		return meaning{Soft, "the mailbox cannot be had now, says " + reply}
	}
	return meaning{Unclear, "a failure for no reason that is told"}
}

var (
	nobody = regexp.MustCompile(`(?i)\b(no such|unknown|invalid|nonexistent|non-existent) (user|recipient|mailbox|account|address|person)\b|` +
		`\b(user|recipient|mailbox|account|address)\b.{0,30}\b(unknown|not found|not exist|doesn't exist|doesn't have)\b`)
	ours = regexp.MustCompile(`(?i)\b(spam|spammer|unsolicited|block|blocked|blocking|blocklist|blocklisted|blacklist|blacklisted|rbl|dnsbl|` +
		`spamhaus|reputation|policy|content|dmarc|spf|dkim|authentication|relay|relaying)\b`)
	passing = regexp.MustCompile(`(?i)\b(quota|full|rate|too (many|much|quickly|fast)|temporar(y|ily)|try again)\b`)
	noWords = regexp.MustCompile(`\S*@\S*|\bhttps?:\S*`)
)

// plain is what was said without addresses, whose names are no words.
func plain(diagnostic string) string { return noWords.ReplaceAllString(diagnostic, "") }

// byWords makes a verdict milder where the words contradict the code: many
// servers give the code of an unknown mailbox to whoever they do not trust.
func byWords(m meaning, diagnostic string) meaning {
	words := plain(diagnostic)
	switch {
	case m.kind != Unclear && ours.MatchString(words):
		return meaning{Unclear, m.why + ", but the words speak of us"}
	case m.kind == Hard && passing.MatchString(words):
		return meaning{Soft, m.why + ", but the words say that it may pass"}
	}
	return m
}
