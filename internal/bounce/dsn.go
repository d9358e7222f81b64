package bounce

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// statusTypes are those of a report about delivery: RFC 3464, and RFC 6533 where
// addresses are not ASCII.
var statusTypes = []string{"message/delivery-status", "message/global-delivery-status"}

// Of one report so many recipients are read, and so many groups of fields.
const (
	maxReports = 100
	maxGroups  = 2 * maxReports
)

// deliveryReport reads a delivery status notification: a group of fields about
// the message, and one for each recipient.
func deliveryReport(_ fields, t *tree) []Report {
	text, ok := t.first(statusTypes...)
	if !ok {
		if t.report == "delivery-status" {
			return []Report{{Kind: Unclear, Why: "a delivery report whose part message/delivery-status is missing"}}
		}
		return nil
	}
	var found []Report
	for n := 0; n < maxGroups && len(found) < maxReports; n++ {
		var f fields
		f, text = readFields(strings.TrimLeft(text, "\n"))
		if f.first("final-recipient") != "" || f.first("original-recipient") != "" || f.first("action") != "" {
			found = append(found, recipientReport(f))
		}
	}
	if found == nil {
		return []Report{{Kind: Unclear, Why: "a delivery report that names no recipient"}}
	}
	return found
}

// recipientReport reads the group of one recipient (RFC 3464, 2.3).
func recipientReport(f fields) Report {
	final := typedAddress(f.first("final-recipient"))
	r := Report{
		Recipient:  typedAddress(f.first("original-recipient")),
		Final:      final,
		Diagnostic: diagnostic(f.first("diagnostic-code")),
	}
	if r.Recipient == "" {
		r.Recipient = final
	}
	status := statusForm.FindString(f.first("status"))
	switch action, _, _ := strings.Cut(strings.ToLower(f.first("action")), " "); action {
	case "failed":
	case "":
		if !strings.HasPrefix(status, "5.") {
			r.Kind, r.Status, r.Why = Unclear, status, "a report that does not say what was done"
			return r
		}
	case "delayed":
		r.Kind, r.Status, r.Why = Unclear, status, "no bounce: the server goes on trying"
		return r
	default:
		r.Kind, r.Status, r.Why = Unclear, status, "no bounce: "+printable(action)
		return r
	}
	r.Kind, r.Status, r.Why = judge(status, r.Diagnostic)
	return r
}

// diagnostic is a Diagnostic-Code without its type.
func diagnostic(value string) string {
	if kind, words, ok := strings.Cut(value, ";"); ok && !strings.ContainsAny(strings.TrimSpace(kind), " :") {
		value = words
	}
	return printable(value)
}

// typedAddress is the address of a recipient field, such as
// "rfc822; a@example.org" or "utf-8; \x{E4}@example.org".
func typedAddress(value string) string {
	kind, address, ok := strings.Cut(value, ";")
	if !ok {
		kind, address = "", value
	}
	address = address[:min(len(address), 4*maxAddress)] // each character may be an escape
	if strings.EqualFold(strings.TrimSpace(kind), "utf-8") {
		address = escaped.ReplaceAllStringFunc(address, unescape)
	}
	address = strings.Trim(strings.TrimSpace(address), "<>")
	return printable(address[:min(len(address), maxAddress)])
}

// escaped is a character of utf-8-addr-xtext (RFC 6533, 3).
var escaped = regexp.MustCompile(`\\x\{[0-9A-Fa-f]{2,6}\}`)

func unescape(s string) string {
	n, err := strconv.ParseUint(s[len(`\x{`):len(s)-1], 16, 32)
	if err != nil || n > 0x10FFFF {
		return s
	}
	return fmt.Sprintf("%c", rune(n))
}
