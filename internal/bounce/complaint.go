package bounce

import "strings"

// feedbackType is that of a complaint's fields (RFC 5965).
const feedbackType = "message/feedback-report"

// complaint reads a report in the Abuse Reporting Format. Only a reader who has
// called the letter spam, or wants no more of them, has complained: "not-spam" is
// the contrary, and the other types (RFC 6430, RFC 6591) are about us.
func complaint(_ fields, t *tree) []Report {
	text, ok := t.first(feedbackType)
	if !ok {
		if t.report == "feedback-report" {
			return []Report{{Kind: Unclear, Why: "a complaint whose part message/feedback-report is missing"}}
		}
		return nil
	}
	f, _ := readFields(strings.TrimLeft(text, "\n"))
	r := Report{Kind: Unclear, Diagnostic: printable(f.first("user-agent"))}
	switch kind := strings.ToLower(f.first("feedback-type")); kind {
	case "abuse":
		r.Kind, r.Why = Complaint, "the reader has called it spam"
	case "opt-out", "opt-out-list":
		r.Kind, r.Why = Complaint, "the reader wants no more of it"
	case "":
		r.Why = "a complaint that does not say of what"
	default:
		r.Why = "feedback of the type " + printable(kind)
	}
	to := recipientsOf(f, t.returned())
	if len(to) == 0 {
		return []Report{r}
	}
	var found []Report
	for _, address := range to {
		r.Recipient = address
		found = append(found, r)
	}
	return found
}

// recipientsOf are whom a complaint is from, if it tells: many providers do not.
func recipientsOf(feedback, returned fields) []string {
	for _, value := range [][]string{
		feedback["original-rcpt-to"],
		feedback["removal-recipient"],
		returned["x-hmxmroriginalrecipient"], // Microsoft's junk mail reports
	} {
		var found []string
		for _, v := range value {
			if found = append(found, addresses(v)...); len(found) >= maxReports {
				break
			}
		}
		if len(found) > 0 {
			return found[:min(len(found), maxReports)]
		}
	}
	return nil
}
