package selector_test

import (
	"strings"
	"testing"
	"time"

	"digest/internal/selector"
)

// local reads a time with its offset and shows it in the zone.
func local(t *testing.T, loc *time.Location, s string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04:05Z07:00", s)
	if err != nil {
		t.Fatal(err)
	}
	return at.In(loc)
}

func TestBefore(t *testing.T) {
	day, week, month := selector.Span{Days: 1}, selector.Span{Days: 7}, selector.Span{Months: 1}
	hours := selector.Span{Hours: 36 * time.Hour}
	tests := []struct {
		name       string
		zone       string
		span       selector.Span
		now        string
		start, end string
	}{
		{"an ordinary week", "America/New_York", week, "2026-11-20T08:00:00-05:00", "2026-11-13T00:00:00-05:00", "2026-11-20T00:00:00-05:00"},
		{"midnight is a new day", "America/New_York", week, "2026-11-20T00:00:00-05:00", "2026-11-13T00:00:00-05:00", "2026-11-20T00:00:00-05:00"},
		{"a second before is the old one", "America/New_York", week, "2026-11-19T23:59:59-05:00", "2026-11-12T00:00:00-05:00", "2026-11-19T00:00:00-05:00"},
		{"spring: 167 hours", "America/New_York", week, "2026-03-09T08:00:00-04:00", "2026-03-02T00:00:00-05:00", "2026-03-09T00:00:00-04:00"},
		{"spring: the day itself", "America/New_York", day, "2026-03-09T08:00:00-04:00", "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00"},
		{"autumn: 169 hours", "America/New_York", week, "2026-11-02T08:00:00-05:00", "2026-10-26T00:00:00-04:00", "2026-11-02T00:00:00-05:00"},
		{"autumn: within the repeated hour", "America/New_York", day, "2026-11-01T01:30:00-05:00", "2026-10-31T00:00:00-04:00", "2026-11-01T00:00:00-04:00"},

		{"no midnight at the start, Sao Paulo", "America/Sao_Paulo", day, "2018-11-05T09:00:00-02:00", "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"},
		{"no midnight at the end, Sao Paulo", "America/Sao_Paulo", day, "2018-11-04T09:00:00-02:00", "2018-11-03T00:00:00-03:00", "2018-11-04T01:00:00-02:00"},
		{"no midnight, Beirut", "Asia/Beirut", day, "2026-03-30T09:00:00+03:00", "2026-03-29T01:00:00+03:00", "2026-03-30T00:00:00+03:00"},
		{"no midnight, Cairo", "Africa/Cairo", day, "2026-04-25T09:00:00+03:00", "2026-04-24T01:00:00+03:00", "2026-04-25T00:00:00+03:00"},
		{"two midnights, Havana", "America/Havana", day, "2026-11-02T09:00:00-05:00", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"},
		{"between two midnights, Havana", "America/Havana", day, "2026-11-01T00:30:00-04:00", "2026-10-31T00:00:00-04:00", "2026-11-01T00:00:00-04:00"},
		{"after the second midnight, Havana", "America/Havana", day, "2026-11-01T00:30:00-05:00", "2026-10-31T00:00:00-04:00", "2026-11-01T00:00:00-04:00"},
		{"midnight sets the clock to 23:00, Beirut", "Asia/Beirut", day, "2026-10-26T09:00:00+02:00", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+02:00"},
		{"00:01 sets the clock to 23:01, St. John's", "America/St_Johns", day, "2010-11-07T09:00:00-03:30", "2010-11-06T00:00:00-02:30", "2010-11-07T00:00:00-02:30"},
		{"the repeated 23:30, St. John's", "America/St_Johns", day, "2010-11-06T23:30:00-03:30", "2010-11-05T00:00:00-02:30", "2010-11-06T00:00:00-02:30"},

		{"the day after a missing one, Apia", "Pacific/Apia", day, "2011-12-31T09:00:00+14:00", "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00"},
		{"the day before it, Apia", "Pacific/Apia", day, "2012-01-01T09:00:00+14:00", "2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00"},
		{"a week without a Friday, Apia", "Pacific/Apia", week, "2012-01-02T09:00:00+14:00", "2011-12-26T00:00:00-10:00", "2012-01-02T00:00:00+14:00"},

		{"leap day", "UTC", day, "2028-03-01T09:00:00Z", "2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z"},
		{"no leap day", "UTC", day, "2026-03-01T09:00:00Z", "2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z"},
		{"year end", "UTC", week, "2027-01-03T09:00:00Z", "2026-12-27T00:00:00Z", "2027-01-03T00:00:00Z"},
		{"366 days", "UTC", selector.Span{Days: 366}, "2029-01-01T00:00:00Z", "2028-01-01T00:00:00Z", "2029-01-01T00:00:00Z"},

		{"a month on the 15th", "UTC", month, "2026-11-15T09:00:00Z", "2026-10-15T00:00:00Z", "2026-11-15T00:00:00Z"},
		{"a month on the 31st", "UTC", month, "2026-03-31T09:00:00Z", "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z"},
		{"a month on the 31st, leap year", "UTC", month, "2028-03-31T09:00:00Z", "2028-02-29T00:00:00Z", "2028-03-31T00:00:00Z"},
		{"a month in January", "UTC", month, "2027-01-31T09:00:00Z", "2026-12-31T00:00:00Z", "2027-01-31T00:00:00Z"},
		{"twelve months on leap day", "UTC", selector.Span{Months: 12}, "2028-02-29T09:00:00Z", "2027-02-28T00:00:00Z", "2028-02-29T00:00:00Z"},

		{"36 hours over spring", "America/New_York", hours, "2026-03-08T12:00:00-04:00", "2026-03-06T23:00:00-05:00", "2026-03-08T12:00:00-04:00"},
		{"36 hours over autumn", "America/New_York", hours, "2026-11-01T12:00:00-05:00", "2026-10-31T01:00:00-04:00", "2026-11-01T12:00:00-05:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			loc := zone(t, tt.zone)
			want := selector.Window{Start: local(t, loc, tt.start), End: local(t, loc, tt.end)}
			if got := tt.span.Before(local(t, loc, tt.now)); !got.Start.Equal(want.Start) || !got.End.Equal(want.End) {
				t.Errorf("%+v.Before(%s) = %s to %s, want %s to %s", tt.span, tt.now, got.Start, got.End, want.Start, want.End)
			}
		})
	}
}

func TestContains(t *testing.T) {
	w := selector.Span{Days: 7}.Before(now)
	tests := []struct {
		name string
		at   time.Time
		want bool
	}{
		{"start is in", w.Start, true},
		{"a moment before start is out", w.Start.Add(-1), false},
		{"a moment before end is in", w.End.Add(-1), true},
		{"end is out", w.End, false},
		{"never is out", time.Time{}, false},
		{"zones make no difference", w.Start.In(zone(t, "Asia/Tokyo")), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := w.Contains(tt.at); got != tt.want {
				t.Errorf("Contains(%v) = %v, want %v", tt.at, got, tt.want)
			}
		})
	}
}

func TestWindowInWords(t *testing.T) {
	newYork := zone(t, "America/New_York")
	tests := []struct{ name, start, end, want string }{
		{"days", "2026-11-13T00:00:00-05:00", "2026-11-20T00:00:00-05:00", "2026-11-13 to 2026-11-19"},
		{"days over a change of clocks", "2026-10-30T00:00:00-04:00", "2026-11-06T00:00:00-05:00", "2026-10-30 to 2026-11-05"},
		{"hours", "2026-11-18T20:00:00-05:00", "2026-11-20T08:00:00-05:00", "2026-11-18 20:00 -05:00 to 2026-11-20 08:00 -05:00"},
		{"half in days", "2026-11-13T00:00:00-05:00", "2026-11-20T08:00:00-05:00", "2026-11-13 00:00 -05:00 to 2026-11-20 08:00 -05:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := selector.Window{Start: local(t, newYork, tt.start), End: local(t, newYork, tt.end)}
			if got := w.String(); got != tt.want {
				t.Errorf("String() = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestParseSpan(t *testing.T) {
	tests := map[string]selector.Span{
		"7d": {Days: 7}, "1d": {Days: 1}, "366d": {Days: 366}, "07d": {Days: 7},
		"2w": {Days: 14}, "52w": {Days: 364},
		"1mo": {Months: 1}, "12mo": {Months: 12},
		"1h": {Hours: time.Hour}, "36h": {Hours: 36 * time.Hour}, "8784h": {Hours: 8784 * time.Hour},
	}
	for s, want := range tests {
		if got, err := selector.ParseSpan(s); got != want || err != nil {
			t.Errorf("ParseSpan(%q) = %+v, %v, want %+v", s, got, err, want)
		}
	}
}

func TestParseSpanRefuses(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", "not a length"},
		{"no unit", "7", "not a length"},
		{"no number", "d", "not a length"},
		{"negative", "-7d", "not a length"},
		{"sign", "+7d", "not a length"},
		{"fraction", "1.5d", "not a length"},
		{"blanks", " 7d", "not a length"},
		{"line end", "7d\n", "not a length"},
		{"capital unit", "7D", "not a length"},
		{"months are not minutes", "1m", "not a length"},
		{"years", "1y", "not a length"},
		{"Go's form", "36h0m", "not a length"},
		{"full width", "７d", "not a length"},
		{"too many digits", "1234567890123456789012d", "not a length"},
		{"no days", "0d", "empty"},
		{"no hours", "0h", "empty"},
		{"no weeks", "00w", "empty"},
		{"no months", "0mo", "empty"},
		{"days of more than a year", "367d", "longer than a year"},
		{"weeks of more than a year", "53w", "longer than a year"},
		{"months of more than a year", "13mo", "longer than a year"},
		{"one hour more than a year", "8785h", "longer than a year"},
		{"hours of more than a year", "999999h", "longer than a year"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := selector.ParseSpan(tt.in)
			if err == nil || !strings.Contains(err.Error(), tt.want) || got != (selector.Span{}) {
				t.Errorf("ParseSpan(%q) = %+v, %v, want an error with %q", tt.in, got, err, tt.want)
			}
		})
	}
}
