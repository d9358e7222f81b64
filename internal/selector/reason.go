package selector

import (
	"fmt"
	"time"

	"digest/internal/bookmark"
)

// A Reason is why a content file is in the edition or not: exactly one.
type Reason string

// The reasons, in the order in which they are looked for: a bookmark has the
// first that applies. The last two are for files that could not be read.
const (
	NotABookmark    Reason = "not-a-bookmark"
	Draft           Reason = "draft"
	NoLink          Reason = "no-link"
	NoTitle         Reason = "no-title"
	NoDate          Reason = "no-date"
	Future          Reason = "future"
	Expired         Reason = "expired"
	AlreadyFeatured Reason = "already-featured"
	OutsideWindow   Reason = "outside-window"
	OtherCategory   Reason = "other-category"
	Duplicate       Reason = "duplicate"
	OverLimit       Reason = "over-limit"
	Selected        Reason = "selected"
	TooLarge        Reason = "too-large"
	Unreadable      Reason = "unreadable"
)

// Remedy is what would change the reason, if the verdict knows nothing better.
func (r Reason) Remedy() string {
	switch r {
	case NotABookmark:
		return "give it a file of its own that is a page, with archetype: bookmark"
	case Draft:
		return "remove draft: true, or published: false"
	case NoLink:
		return "add link: https://..., or name the key it uses under fields.link"
	case NoTitle:
		return "add a title"
	case NoDate:
		return "add a date"
	case Future:
		return "wait: it comes once it is published, if its date is not further back than late then; or set an earlier publishDate or date"
	case Expired:
		return "remove expiryDate, or set a later one"
	case OutsideWindow:
		return "change its date, or ask for another window with --as-of, --window or --since and --until; late and catch_up say how far an edition reaches back"
	case AlreadyFeatured:
		return "nothing: a bookmark is featured once"
	case OtherCategory:
		return "add its category, or an alias of one, under categories, or set other"
	case Duplicate:
		return "nothing: a page is featured once; delete one of the two files"
	case OverLimit:
		return "raise the limit of the category, or put pin: true into its front matter"
	case Selected:
		return "skip: true in its front matter keeps it out"
	case TooLarge:
		return "shorten the file, or raise limits.file or limits.front_matter"
	case Unreadable:
		return "mend the file"
	}
	return ""
}

// A Verdict is the reason of one bookmark.
type Verdict struct {
	Bookmark bookmark.Bookmark
	Reason   Reason
	Detail   string // the values that decided, in words
	Change   string // what would change the reason
	Section  string // the name of the category it was ranked in, if it came so far
	Waits    bool   // its date is after the window, so a later edition may have it
	Late     bool   // its date is before the window, and no edition of that time could have it

	again bool   // an earlier edition left it out, which is what was ruled
	after string // why it is here after its time, to be said if it is selected
}

// NoPlace reports whether the bookmark was of the edition's time, and the edition
// had no place for it.
func (v *Verdict) NoPlace() bool {
	return !v.again && (v.Reason == OverLimit || v.Reason == OtherCategory)
}

func (v *Verdict) rule(r Reason, format string, args ...any) {
	v.Reason, v.Detail, v.Change = r, fmt.Sprintf(format, args...), r.Remedy()
}

// selected rules that it is in.
func (v *Verdict) selected(format string, args ...any) {
	v.rule(Selected, format, args...)
	v.Detail += v.after
}

func stamp(t time.Time) string { return t.Format("2006-01-02 15:04 -07:00") }

// shorten keeps a foreign value from filling the screen.
func shorten(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
