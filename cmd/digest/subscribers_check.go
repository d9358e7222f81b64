package main

import (
	"context"
	"fmt"

	"digest/internal/sqlite"
)

// checkSubscribers reads the whole list.
func (n *newsletter) checkSubscribers(ctx context.Context) []finding {
	if n.Subscribers != "" {
		f, err := openList(n.Subscribers)
		if err != nil {
			return []finding{{"subscribers.missing", "error", n.Subscribers, err.Error(), ""}}
		}
		defer f.Close()
	}
	found, somebody, err := n.checkLines(ctx)
	if n.Subscribers != "" && n.Unsubscribe.Preferences != "" {
		found = append(found, finding{"unsubscribe.preferences", "warning", n.File, "the list is a file, in which digest serve lets nobody choose", "set subscribers: database, or leave it empty unless the page is your own"})
	}
	switch {
	case err != nil:
		return append(found, finding{"subscribers.unreadable", "error", n.listName(), err.Error(), ""})
	case somebody == 0:
		return append(found, finding{"subscribers.empty", "error", n.listName(), "it holds no address", "add one, as with: digest subscribers add ADDRESS"})
	}
	return append(found, finding{"subscribers", "info", n.listName(), count(somebody, "subscriber"), ""})
}

// checkLines names the lines of a file that should be mended, and counts those on
// the list.
func (n *newsletter) checkLines(ctx context.Context) (found []finding, somebody int, err error) {
	unknown := n.newUnknownChoices()
	defer func() { found = append(found, unknown.rest()...) }()
	if n.Subscribers == "" {
		for s, err := range n.listed(ctx) {
			if err != nil {
				return found, somebody, err
			}
			found = append(found, unknown.of(s, n.listName())...)
			somebody++
		}
		return found, somebody, nil
	}
	for l, err := range n.judged(ctx) {
		if err != nil {
			return found, somebody, err
		}
		where := fmt.Sprintf("%s:%d", n.Subscribers, l.Line)
		switch l.Verdict {
		case sqlite.Malformed:
			found = append(found, finding{"subscribers.malformed", "warning", where, l.Detail, "mend the address"})
			continue
		case sqlite.Duplicate:
			found = append(found, finding{"subscribers.duplicate", "warning", where, l.Address.Address + " stands there more than once", "it gets one letter all the same"})
			continue
		}
		somebody++
		if fault := l.Fault(); fault != nil {
			found = append(found, finding{"subscribers.doubtful", "warning", where, fault.Error(), ""})
			continue
		}
		found = append(found, unknown.of(l.Subscriber, where)...)
	}
	return found, somebody, nil
}
