package locale

import (
	"strconv"
	"strings"
	"time"
)

// The patterns of dates that a file must have. {day}, {month}, {monthnumber},
// {year} and {weekday} are of the date, with a 2 behind the name of a period's
// last day.
const (
	full    = "full"    // of the letter: Friday, 20 November 2026
	date    = "date"    // 20 November 2026
	day     = "day"     // within a year: 20 November
	inMonth = "inmonth" // a period: 13 to 19 November 2026
	inYear  = "inyear"  // 28 November to 4 December 2026
	period  = "period"  // 28 December 2026 to 3 January 2027
)

var patterns = []string{full, date, day, inMonth, inYear, period}

// dateWords are what patterns may have filled in.
var dateWords = []string{"day", "month", "monthnumber", "year", "weekday", "day2", "month2", "monthnumber2", "year2", "weekday2"}

// Full is a date with its day of the week.
func (l *Locale) Full(t time.Time) string { return l.format(full, t, t) }

// Date is a date.
func (l *Locale) Date(t time.Time) string { return l.format(date, t, t) }

// Day is a date without its year.
func (l *Locale) Day(t time.Time) string { return l.format(day, t, t) }

// Period is a span of days, the last one included.
func (l *Locale) Period(from, to time.Time) string {
	switch {
	case from.Year() != to.Year():
		return l.format(period, from, to)
	case from.Month() != to.Month():
		return l.format(inYear, from, to)
	case from.Day() != to.Day():
		return l.format(inMonth, from, to)
	}
	return l.Date(to)
}

func (l *Locale) format(pattern string, t, last time.Time) string {
	return fill(l.file.Dates[pattern], func(name string) (string, bool) {
		at := t
		if short, ok := strings.CutSuffix(name, "2"); ok {
			name, at = short, last
		}
		switch name {
		case "day":
			return strconv.Itoa(at.Day()), true
		case "month":
			return l.file.Months[at.Month()-1], true
		case "monthnumber":
			return strconv.Itoa(int(at.Month())), true
		case "year":
			return strconv.Itoa(at.Year()), true
		case "weekday":
			return l.file.Weekdays[at.Weekday()], true
		}
		return "", false
	})
}
