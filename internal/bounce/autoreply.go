package bounce

import (
	"regexp"
	"strings"
)

// answers are how the subjects of automatic answers begin, in the languages of
// the letter.
var answers = regexp.MustCompile(`(?i)^\W*(auto(matic|mated)?[ -]?(reply|response|answer)|out of (the )?office|away from (my )?(mail|desk)|` +
	`automatische (antwort|abwesenheitsnotiz)|abwesenheits|abwesend|réponse automatique|absence du bureau|` +
	`respuesta automática|fuera de (la )?oficina|resposta automática|risposta automatica|自動応答|自动答复|自动回复|رد تلقائي|מענה אוטומטי|תשובה אוטומטית)`)

// autoReply knows what a program has answered, by RFC 3834 and by what programs
// wrote before it. It changes nothing: that somebody is away is no bounce.
func autoReply(head fields, t *tree) []Report {
	why := ""
	submitted := strings.ToLower(head.first("auto-submitted"))
	precedence := strings.ToLower(head.first("precedence"))
	switch {
	case t.report == "disposition-notification":
		why = "a receipt"
	case submitted != "" && !strings.HasPrefix(submitted, "no"):
		why = "Auto-Submitted: " + printable(submitted)
	case head.first("x-autoreply") != "", head.first("x-autorespond") != "", head.first("x-autoresponder") != "", head.first("x-auto-reply") != "":
		why = "a program says that it has answered"
	case precedence == "auto_reply", precedence == "auto-reply":
		why = "Precedence: " + precedence
	case answers.MatchString(head.subject()):
		why = "its subject: " + head.subject()
	default:
		return nil
	}
	return []Report{{Kind: AutoReply, Why: why}}
}
