package bookmark

import (
	"errors"
	"testing"
	"time"
)

func TestParseDate(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	utc := func(y int, m time.Month, d, h, mi, s, ns int) time.Time {
		return time.Date(y, m, d, h, mi, s, ns, time.UTC)
	}
	in := func(d, h, mi, s int) time.Time { return time.Date(2026, time.November, d, h, mi, s, 0, newYork) }
	for _, tt := range []struct {
		name  string
		value any
		want  time.Time
	}{
		{"RFC 3339", "2026-11-19T13:47:49Z", utc(2026, 11, 19, 13, 47, 49, 0)},
		{"RFC 3339 with a zone keeps it", "2026-11-19T13:47:49+09:00", utc(2026, 11, 19, 4, 47, 49, 0)},
		{"nine digits of a second", "2026-11-19T13:47:49.123456789Z", utc(2026, 11, 19, 13, 47, 49, 123456789)},
		{"no zone means ours", "2026-11-19T13:47:49", in(19, 13, 47, 49)},
		{"a plain date is midnight here", "2026-11-19", in(19, 0, 0, 0)},
		{"a blank for the T", "2026-11-19 13:47:49", in(19, 13, 47, 49)},
		{"an hour of one digit", "2026-11-19 3:47:49", in(19, 3, 47, 49)},
		{"Jekyll's zone after a blank", "2013-06-16 11:20:38 -0400", utc(2013, 6, 16, 15, 20, 38, 0)},
		{"a zone with a colon after a blank", "2013-06-16 11:20:38 -04:00", utc(2013, 6, 16, 15, 20, 38, 0)},
		{"a zone without a blank", "2013-06-16 11:20:38-0400", utc(2013, 6, 16, 15, 20, 38, 0)},
		{"a zone without a colon", "2013-06-16T11:20:38-0400", utc(2013, 6, 16, 15, 20, 38, 0)},
		{"as Go prints it", "2013-06-16 11:20:38 -0400 EDT", utc(2013, 6, 16, 15, 20, 38, 0)},
		{"day month year", "19 Nov 2026", in(19, 0, 0, 0)},
		{"RFC 1123 with a number", "Thu, 19 Nov 2026 13:47:49 +0000", utc(2026, 11, 19, 13, 47, 49, 0)},
		{"RFC 1123 with a name, which Hugo does not heed", "Thu, 19 Nov 2026 13:47:49 GMT", in(19, 13, 47, 49)},
		{"ANSI C", "Thu Nov 19 13:47:49 2026", in(19, 13, 47, 49)},
		{"an integer counts seconds", int64(2020), utc(1970, 1, 1, 0, 33, 40, 0)},
		{"digits of a date count seconds, too", int64(20200102), utc(1970, 8, 22, 19, 8, 22, 0)},
		{"a date of TOML with an offset", utc(2026, 11, 19, 0, 0, 0, 0), utc(2026, 11, 19, 0, 0, 0, 0)},
		{"the tools' year 1 is there, but HasDate says no", "0001-01-01T00:00:00Z", time.Time{}},
		{"an hour that the change of clocks leaves out is the one before", "2026-03-08T02:30:00", time.Date(2026, 3, 8, 1, 30, 0, 0, newYork)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok, err := parseDate(tt.value, newYork)
			if err != nil || !ok || !got.Equal(tt.want) {
				t.Errorf("parseDate(%v) = %v, %v, %v, want %v", tt.value, got, ok, err, tt.want)
			}
		})
	}
}

func TestNoDate(t *testing.T) {
	for _, v := range []any{nil, "", "0000-00-00", "0000-00-00 00:00:00", "-001-11-30T00:00:00+00:00"} {
		if got, ok, err := parseDate(v, time.UTC); ok || err != nil || !got.IsZero() {
			t.Errorf("parseDate(%#v) = %v, %v, %v, want no date and no error", v, got, ok, err)
		}
	}
}

func TestNotADate(t *testing.T) {
	for _, v := range []any{
		"2020-1-2", "2020/01/02", "2020-01", "20200102", "01/02/2020", "Jan 2, 2020", "tomorrow", "2020",
		"2020-01-02 03:04", "2020-01-02T03:04Z", "2020-01-02T03:04:05+09", "2020-01-02 03:04:05 UTC", "2020-01-02 03:04:05 EST",
		"2020-01-02t03:04:05Z", "2020-01-02T03:04:05z", " 2020-01-02", "2020-01-02 ", "2020-01-02\n",
		"2020-02-30", "2024-13-45", "2020-01-02T24:00:00Z", "2020-01-02T03:04:60Z", "2020-01-02T03:04:05+25:00", "10000-01-01",
		true, 2020.5, []any{"2020-01-02"}, map[string]any{"a": int64(1)},
	} {
		if got, ok, err := parseDate(v, time.UTC); !errors.Is(err, errDate) || ok {
			t.Errorf("parseDate(%#v) = %v, %v, %v, want the error %q", v, got, ok, err, errDate)
		}
	}
}

func TestFilenameDate(t *testing.T) {
	day := time.Date(2018, 5, 6, 0, 0, 0, 0, time.UTC)
	second := time.Date(2018, 5, 6, 10, 11, 12, 0, time.UTC)
	for _, tt := range []struct {
		name string
		want time.Time // zero: none
	}{
		{"2018-05-06-x.md", day},
		{"2018-05-06_x.md", day},
		{"2018-05-06.md", day},
		{"a/b/2018-05-06-x.md", day},
		{"2018-05-06-10-11-12-x.md", second},
		{"2018-05-06T10-11-12-x.md", second},
		{"2018-05-06-bundle/index.md", day},
		{"2018-05-06-folder/x.md", time.Time{}},
		{"20180506-x.md", time.Time{}},
		{"x-2018-05-06.md", time.Time{}},
		{"2018-05-06x.md", time.Time{}},
		{"2018-02-30-x.md", time.Time{}},
		{"2018-05-06-25-11-12-x.md", time.Time{}},
		{"index.md", time.Time{}},
	} {
		got, ok := filenameDate(tt.name, time.UTC)
		if ok == tt.want.IsZero() || !got.Equal(tt.want) {
			t.Errorf("filenameDate(%q) = %v, %v, want %v", tt.name, got, ok, tt.want)
		}
	}
}
