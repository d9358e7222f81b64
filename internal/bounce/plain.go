package bounce

import (
	"regexp"
	"strings"
)

// plainBounce reads bounces that are no multipart/report: those with the field
// X-Failed-Recipients, as Exim writes, and those of qmail. Both have the null
// sender, as every bounce must (RFC 5321, 4.5.5).
func plainBounce(head fields, t *tree) []Report {
	if path := head.first("return-path"); path != "" && strings.Trim(path, "<> ") != "" {
		return nil
	}
	text, ok := t.first("text/plain")
	if !ok || t.report != "" {
		return nil
	}
	text = text[:min(len(text), maxWords)]
	if strings.HasPrefix(strings.TrimSpace(text), "Hi. This is the") && strings.Contains(text, "qmail-send program") {
		return qmailBounce(text)
	}
	var to []string
	for _, value := range head["x-failed-recipients"] {
		to = append(to, addresses(value)...)
	}
	if len(to) == 0 {
		return nil
	}
	words := beforeCopy(text)
	var found []Report
	for _, address := range to[:min(len(to), maxReports)] {
		said := words
		if len(to) > 1 {
			said = after(words, address, to)
		}
		found = append(found, saidOf(address, said))
	}
	return found
}

// maxWords is how much of a text is searched for what a server said.
const maxWords = 16 << 10

// copyLine begins the copy of the letter in what Exim and qmail write.
var copyLine = regexp.MustCompile(`(?m)^-{2,} *(This is a copy|Below this line|The body of the message|The header was)`)

func beforeCopy(text string) string {
	if at := copyLine.FindStringIndex(text); at != nil {
		return text[:at[0]]
	}
	return text
}

// after is what is said behind an address, up to the next one of them.
func after(text, address string, all []string) string {
	_, text, _ = strings.Cut(text, address)
	end := len(text)
	for _, other := range all {
		if at := strings.Index(text, "\n  "+other); at >= 0 && other != address {
			end = min(end, at)
		}
	}
	return text[:end]
}

// qmailBounce reads qmail's own format: paragraphs, of which one that begins
// with an address in angle brackets and a colon is about a recipient.
func qmailBounce(text string) []Report {
	var found []Report
	for paragraph := range strings.SplitSeq(beforeCopy(text), "\n\n") {
		address, words, ok := strings.Cut(strings.TrimSpace(paragraph), ">:\n")
		if address, ok2 := strings.CutPrefix(address, "<"); ok && ok2 && !strings.Contains(address, "\n") && len(found) < maxReports {
			found = append(found, saidOf(printable(address), words))
		}
	}
	return found
}

// saidOf judges the words that a text has for a recipient.
func saidOf(address, words string) Report {
	words = strings.TrimSpace(words)
	if at := replyForm.FindStringIndex(words); at != nil {
		words = words[at[0]:]
	}
	r := Report{Recipient: address, Diagnostic: printable(words)}
	r.Kind, r.Status, r.Why = judge("", r.Diagnostic)
	return r
}
