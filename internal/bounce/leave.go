package bounce

import "regexp"

// request is the subject of a mail that a link or a header of the letter makes (RFC
// 2369 3.2): the word and the reader's token.
var request = regexp.MustCompile(`(?i)^\s*unsubscribe\s+([-\w]{16,64})\s*$`)

// wish is a subject that says so, without a token.
var wish = regexp.MustCompile(`(?i)^\W*(?:(?:re|aw|fwd?|wg):\s*)*\W*unsubscribe\b`)

// leaving reads a mail to the address for leaving. Whose it is the token says, and
// not who has written.
func leaving(head fields, _ *tree) []Report {
	m := request.FindStringSubmatch(head.subject())
	if m == nil {
		return nil
	}
	return []Report{{Kind: Leaving, Token: m[1], Why: "a mail that asks to leave"}}
}

// asking is a mail of somebody who wants to leave and has not used a link.
func asking(head fields, _ *tree) []Report {
	if !wish.MatchString(head.subject()) {
		return nil
	}
	return []Report{{Kind: Unclear, Why: "somebody asks to leave, without a link of a letter: see who wrote, and use digest subscribers remove"}}
}
