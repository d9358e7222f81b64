package main

import (
	"fmt"
	"strings"

	"digest/internal/selector"
	"digest/internal/subscriber"
)

// unknownChoices finds who has chosen what there is not.
type unknownChoices struct {
	*choices
	n          *newsletter
	said, more int
}

func (n *newsletter) newUnknownChoices() *unknownChoices {
	return &unknownChoices{choices: n.choicesOf(selector.Edition{}), n: n}
}

// of names what nobody knows of a subscriber's choice.
func (u *unknownChoices) of(s subscriber.Subscriber, where string) (found []finding) {
	const most = 100
	names := s.Categories.Names()
	if _, unknown := u.chooser.Choose(names); len(unknown) > 0 {
		but := "the others count"
		if len(unknown) == len(names) {
			but = "so they get the whole edition"
		}
		found = append(found, finding{"subscribers.category", "warning", where,
			fmt.Sprintf("%s has chosen %s, which this newsletter does not have; %s", s.Address.Address, strings.Join(unknown, "; "), but), "mend the name, or make it an alias of a category"})
	}
	if s.Language != "" && u.words(s.Language) == "" {
		found = append(found, finding{"subscribers.language", "info", where,
			fmt.Sprintf("there are no words for %s, so %s gets the letter in %s", s.Language, s.Address.Address, u.n.Language), "see templates in the configuration"})
	}
	if u.said+len(found) > most { // of a list that is for another newsletter, say
		u.more += len(found)
		return nil
	}
	u.said += len(found)
	return found
}

// rest counts those who were not named.
func (u *unknownChoices) rest() []finding {
	if u.more == 0 {
		return nil
	}
	return []finding{{"subscribers.category", "warning", u.n.listName(), fmt.Sprintf("%d more choices of what there is not", u.more), ""}}
}
