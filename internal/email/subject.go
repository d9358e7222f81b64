package email

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

// maxSubject is what RFC 5322 recommends for a line, without the name of the
// field, in columns and in characters of Unicode.
const maxSubject = 78

// subjectOf is the subject of the letter. No two editions have the same one, so
// that mail programs do not put them into one thread.
func (r *Renderer) subjectOf(l Letter, e selector.Edition) (string, error) {
	if apart, err := r.setsApart(l, e); err != nil || apart {
		s, failed := r.fittedSubject(l, "")
		return s, cmp.Or(err, failed)
	}
	number, err := l.Say("number")
	if err != nil {
		return "", err
	}
	return r.fittedSubject(l, " · "+number)
}

// fittedSubject is the subject as long as it may be, with a tail. Where it is too
// long the lead is cut, so that what stands behind it is kept.
func (r *Renderer) fittedSubject(l Letter, tail string) (string, error) {
	fitting := l
	for {
		s, err := r.rawSubject(fitting)
		if err != nil {
			return "", err
		}
		over := room(s+tail) - maxSubject
		if over <= 0 {
			return s + tail, nil
		}
		if fitting.Lead == l.Title { // there is nothing left to cut but the whole
			return cutCharacters(s, maxSubject-utf8.RuneCountInString(tail)) + tail, nil
		}
		// A title of one endless character is no reason to send no letter.
		fitting.Lead = cmp.Or(cutCharacters(l.Lead, room(fitting.Lead)-over), l.Title)
	}
}

// room is what a text takes of a subject.
func room(s string) int { return max(widthOf(s), utf8.RuneCountInString(s)) }

// cutCharacters is s within most columns and most characters of Unicode, of which
// a reader may see several as one.
func cutCharacters(s string, most int) string {
	for columns := most; columns > 0; columns-- {
		if short := cut(s, columns); utf8.RuneCountInString(short) <= most {
			return short
		}
	}
	return ""
}

// setsApart reports whether the subject differs from that of every other edition
// by itself: it holds the number; or the whole date, where the edition is that of
// a date.
func (r *Renderer) setsApart(l Letter, e selector.Edition) (bool, error) {
	if l.Mark != "" {
		return true, nil
	}
	mine, err := r.fittedSubject(l, "")
	if err != nil {
		return false, err
	}
	differs := func(change func(*Letter)) bool {
		other := l
		change(&other)
		s, failed := r.fittedSubject(other, "")
		err = cmp.Or(err, failed)
		return s != mine
	}
	if differs(func(o *Letter) { o.Number++ }) || err != nil {
		return err == nil, err
	}
	if e.ID != l.Name+"-"+l.Date.Format("2006-01-02") {
		return false, nil
	}
	// A weekday comes again after seven days, a day of the month with it after a
	// few years.
	for days := 1; days <= 31; days++ {
		if !differs(func(o *Letter) { o.Date = l.Date.AddDate(0, 0, days) }) {
			return false, err
		}
	}
	for years := 1; years <= 28; years++ {
		if !differs(func(o *Letter) { o.Date = l.Date.AddDate(years, 0, 0) }) {
			return false, err
		}
	}
	return differs(func(o *Letter) { o.Date = l.Date.AddDate(0, 1, 0) }), err
}

// rawSubject is as long as it comes.
func (r *Renderer) rawSubject(l Letter) (string, error) {
	var s string
	var err error
	if r.newsletter.Subject == "" {
		s, err = l.say("subject", l.Count-1, "lead", l.Lead)
	} else {
		s, err = execute(r.subject, l)
	}
	if err != nil {
		return "", err
	}
	if s = bookmark.Clean(s); s == "" {
		return "", errors.New("subject: the template gives an empty one")
	}
	return bookmark.Clean(l.Mark + " " + s), nil
}

// A preheader has at least so many columns where there is enough to say: less
// looks lost beside the subject; and at most so many.
const (
	minPreheader = 40
	maxPreheader = 130
)

// preheader is what the subject does not say: how the introduction begins, the
// titles after the lead, then what the lead is about, then what is inside.
func (l Letter) preheader() (string, error) {
	count, err := l.Say("bookmarks")
	if err != nil {
		return "", err
	}
	parts := l.titles()[1:]
	if len(l.Sections) > 0 && len(l.Sections[0].Items) > 0 {
		lead := l.Sections[0].Items[0]
		parts = append(parts, cmp.Or(lead.Summary, lead.Excerpt.Text))
	}
	parts = append(parts, count, l.Contents(), l.FullDay(), l.From.Name)
	said := strings.ToLower(l.Subject)
	kept := cutSentences(l.Introduction.opening(), maxPreheader)
	for i, p := range parts {
		enough := widthOf(kept) >= minPreheader
		if enough && (i >= len(l.titles())-1 || widthOf(kept) >= maxPreheader) {
			break
		}
		if p == "" || strings.HasPrefix(strings.ToLower(p), strings.ToLower(l.Lead)) || strings.Contains(said, strings.ToLower(p)) || strings.Contains(strings.ToLower(kept), strings.ToLower(p)) {
			continue
		}
		if kept != "" {
			kept += " · "
		}
		kept += p
	}
	return cut(kept, maxPreheader), nil
}

// missingFrom refuses a part that does not do what a letter is for: lead to the
// bookmarks, and let its reader leave.
func (l Letter) missingFrom(template, part string) error {
	if !l.Introduction.shownIn(part) {
		return fmt.Errorf("%s: the part that it makes has no introduction, and this edition has one; show .Introduction, as the built-in template does", template)
	}
	for _, s := range l.Sections {
		for _, i := range s.Items {
			if !strings.Contains(part, i.Link) {
				return fmt.Errorf("%s: the part that it makes has no link to %s; show .Link of each item", template, i.Link)
			}
			if !i.Note.shownIn(part) {
				return fmt.Errorf("%s: the part that it makes has no note on %s, and this edition has one; show .Note of each item, as the built-in template does", template, i.Link)
			}
		}
		for _, i := range s.More {
			if !strings.Contains(part, i.Link) {
				return fmt.Errorf("%s: the part that it makes has no link to %s; show .Link of each of .More", template, i.Link)
			}
		}
	}
	if !strings.Contains(part, l.UnsubscribeLink) {
		return fmt.Errorf("%s: the part that it makes has no way to unsubscribe; show .UnsubscribeLink", template)
	}
	return nil
}
