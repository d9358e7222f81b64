package bookmark

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

var errDate = errors.New("not a date")

const dateHint = "write it as 2006-01-02 or 2006-01-02T15:04:05-07:00"

// The forms of a date that Hugo reads. With floating, the zone of the value is
// not taken from its text: it has none, or it has a name such as GMT, which
// Hugo does not heed either.
var dateLayouts = []struct {
	layout   string
	floating bool
}{
	{time.RFC3339, false},
	{"2006-01-02T15:04:05", true},
	{"2006-01-02", true},
	{"2006-01-02 15:04:05", true},
	{"2006-01-02 15:04:05 -0700", false},
	{"2006-01-02 15:04:05 -07:00", false},
	{"2006-01-02 15:04:05Z07:00", false},
	{"2006-01-02 15:04:05Z0700", false},
	{"2006-01-02T15:04:05-0700", false},
	{"2006-01-02 15:04:05 -0700 MST", false}, // as Go prints a time
	{time.RFC1123Z, false},
	{time.RFC1123, true},
	{time.RFC822Z, false},
	{time.RFC822, true},
	{time.RFC850, true},
	{time.ANSIC, true},
	{time.UnixDate, true},
	{time.RubyDate, false},
	{"02 Jan 2006", true},
	{time.Kitchen, true},
	{time.Stamp, true},
	{time.StampMilli, true},
	{time.StampMicro, true},
	{time.StampNano, true},
}

// parseDate makes an instant of a front matter value, as Hugo does: null and ""
// are no date (ok is false), an integer counts seconds since 1970, a value
// without a zone is in loc.
func parseDate(v any, loc *time.Location) (t time.Time, ok bool, err error) {
	switch v := v.(type) {
	case nil:
		return time.Time{}, false, nil
	case time.Time: // TOML, with an offset
		return v, true, nil
	case int64:
		return time.Unix(v, 0).UTC(), true, nil
	case string:
		if v == "" || isZeroDate(v) {
			return time.Time{}, false, nil
		}
		t, err := parseDateText(v, loc)
		return t, err == nil, err
	}
	return time.Time{}, false, fmt.Errorf("%w: %.80q", errDate, fmt.Sprint(v))
}

func parseDateText(s string, loc *time.Location) (time.Time, error) {
	for _, l := range dateLayouts {
		t, err := time.Parse(l.layout, s)
		if err != nil {
			continue
		}
		if l.floating {
			t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), loc)
		}
		if _, offset := t.Zone(); !l.floating && (offset > 24*3600 || offset < -24*3600) {
			break
		}
		return t, nil
	}
	return time.Time{}, fmt.Errorf("%w: %.80q", errDate, s)
}

// isZeroDate knows how databases and blog engines write "no date".
func isZeroDate(s string) bool {
	return strings.HasPrefix(s, "0000-00-00") || strings.HasPrefix(s, "-001-11-30")
}
