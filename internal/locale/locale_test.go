package locale_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"digest/internal/locale"
	"digest/templates"
)

var friday = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func load(t *testing.T, tag string) *locale.Locale {
	t.Helper()
	l, err := locale.Load(templates.FS(""), tag)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestDates(t *testing.T) {
	tests := []struct{ tag, full, month, year, years string }{
		{"en", "Friday, 20 November 2026", "13 to 19 November 2026", "28 November to 4 December 2026", "28 December 2026 to 3 January 2027"},
		{"de", "Freitag, 20. November 2026", "13. bis 19. November 2026", "28. November bis 4. Dezember 2026", "28. Dezember 2026 bis 3. Januar 2027"},
		{"fr-CA", "vendredi 20 novembre 2026", "13 au 19 novembre 2026", "28 novembre au 4 décembre 2026", "28 décembre 2026 au 3 janvier 2027"},
		{"ja", "2026年11月20日（金曜日）", "2026年11月13日～19日", "2026年11月28日～12月4日", "2026年12月28日～2027年1月3日"},
		{"he", "יום שישי, 20 בנובמבר 2026", "13 עד 19 בנובמבר 2026", "28 בנובמבר עד 4 בדצמבר 2026", "28 בדצמבר 2026 עד 3 בינואר 2027"},
	}
	for _, tt := range tests {
		t.Run(tt.tag, func(t *testing.T) {
			l := load(t, tt.tag)
			day := func(month, d int) time.Time { return time.Date(2026, time.Month(month), d, 0, 0, 0, 0, time.UTC) }
			for _, c := range []struct{ got, want string }{
				{l.Full(friday), tt.full}, {l.Period(day(11, 13), day(11, 19)), tt.month},
				{l.Period(day(11, 28), day(12, 4)), tt.year}, {l.Period(day(12, 28), day(13, 3)), tt.years},
				{l.Period(day(11, 20), day(11, 20)), l.Date(friday)},
			} {
				if c.got != c.want {
					t.Errorf("got %q, want %q", c.got, c.want)
				}
			}
		})
	}
}

func TestPlurals(t *testing.T) {
	tests := []struct {
		tag, phrase string
		want        map[int]string
	}{
		{"en", "bookmarks", map[int]string{1: "One bookmark from", 2: "2 bookmarks from"}},
		{"en", "subject", map[int]string{0: "L · ", 1: "L, and one more", 7: "L, and 7 more"}},
		{"fr", "rest", map[int]string{0: "Et 0 autre", 1: "Et 1 autre", 2: "Et 2 autres"}},
		{"ar", "minutes", map[int]string{1: "دقيقة واحدة", 2: "دقيقتان", 3: "3 دقائق", 11: "11 دقيقة", 100: "100 دقيقة"}},
		{"he", "minutes", map[int]string{1: "דקת", 2: "שתי דקות", 3: "3 דקות"}},
		{"ja", "bookmarks", map[int]string{1: "の1件", 2: "の2件"}},
	}
	for _, tt := range tests {
		l := load(t, tt.tag)
		for n, want := range tt.want {
			got, err := l.Say(tt.phrase, n, "lead", "L", "date", "D", "period", "")
			if err != nil || !strings.Contains(got, strings.TrimSpace(want)) {
				t.Errorf("%s: Say(%s, %d) = %q, %v, want %q", tt.tag, tt.phrase, n, got, err, want)
			}
		}
	}
}

// Each language says the same things as English, and leaves no placeholder.
func TestEveryLanguageIsWhole(t *testing.T) {
	tags := locale.Languages(templates.FS(""))
	if len(tags) < 9 {
		t.Errorf("Languages() = %v, want at least nine", tags)
	}
	phrases := []string{"number", "subject", "bookmarks", "minutes", "more", "rest", "web", "about", "why", "unsubscribe", "preferences", "archive"}
	for _, tag := range tags {
		l := load(t, tag)
		if err := l.Has(phrases...); err != nil {
			t.Error(err)
		}
		for _, p := range phrases {
			for n := range 130 {
				s, err := l.Say(p, n, "lead", "L", "date", "D", "period", "P", "number", "7", "section", "S", "title", "T")
				if err != nil || s == "" || strings.ContainsAny(s, "{}") {
					t.Fatalf("%s: Say(%s, %d) = %q, %v", tag, p, n, s, err)
				}
			}
		}
		for _, s := range []string{l.Full(friday), l.Date(friday), l.Day(friday), l.Period(friday, friday.AddDate(0, 1, 0)), l.Period(friday, friday.AddDate(1, 0, 0))} {
			if s == "" || strings.ContainsAny(s, "{}") || !strings.Contains(s, "20") {
				t.Errorf("%s: a date is %q", tag, s)
			}
		}
	}
}

func TestDirection(t *testing.T) {
	for tag, want := range map[string]string{"en": "ltr", "ar": "rtl", "he": "rtl", "ja": "ltr"} {
		if got := load(t, tag).Dir(); got != want {
			t.Errorf("Dir of %s = %s, want %s", tag, got, want)
		}
	}
}

func TestWhatIsFilledInIsNotLookedAt(t *testing.T) {
	got, err := load(t, "en").Say("why", 1, "title", "{count} {title}")
	if want := "You get this letter because you subscribed to {count} {title}."; err != nil || got != want {
		t.Errorf("Say = %q, %v, want %q", got, err, want)
	}
}

func TestFaults(t *testing.T) {
	const months = "months: [a, b, c, d, e, f, g, h, i, j, k, l]\nweekdays: [a, b, c, d, e, f, g]\n"
	const dates = "dates: {full: f, date: d, day: d, inmonth: m, inyear: y, period: p}\n"
	tests := []struct{ name, tag, file, want string }{
		{"no file", "nl", "", "language nl: there are no words for it, only for sv; write languages/nl.yaml"},
		{"no tag", "not a tag", "", "no language tag"},
		{"short", "sv", "months: [a]\n" + dates, "languages/sv.yaml: months: 1 of them, not 12"},
		{"no dates", "sv", months, "dates: inmonth is missing"},
		{"a wrong form", "sv", months + dates + "phrases: {rest: {some: x, other: y}}", "phrases: rest: some is no text"},
		{"an unknown placeholder", "sv", months + dates + "phrases: {rest: 'x {cuont}'}", "languages/sv.yaml: phrases: rest: there is no {cuont}, only {count}"},
		{"an unknown part of a date", "sv", months + "dates: {full: '{dey}', date: d, day: d, inmonth: m, inyear: y, period: p}\n", "languages/sv.yaml: dates: full: there is no {dey}"},
		{"an empty text", "sv", months + dates + "phrases: {rest: {other: ' '}}", "phrases: rest: other is empty"},
		{"no other", "sv", months + dates + "phrases: {rest: {one: x}}", "the form other is missing"},
		{"a list", "sv", months + dates + "phrases: {rest: [x]}", "neither a text"},
		{"an unknown key", "sv", months + dates + "phrase: {}", "line 4: field phrase not found"},
		{"no YAML", "sv", "\tx", "languages/sv.yaml: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := locale.Load(fstest.MapFS{"languages/sv.yaml": {Data: []byte(tt.file)}}, tt.tag)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Load = %v, want %q", err, tt.want)
			}
		})
	}
	l, err := locale.Load(fstest.MapFS{"languages/sv.yaml": {Data: []byte(months + dates)}}, "sv-SE")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Has("rest", "why"); err == nil || !strings.Contains(err.Error(), "languages/sv.yaml: phrases: rest, why missing") {
		t.Errorf("Has = %v", err)
	}
	if _, err := l.Say("rest", 1); err == nil {
		t.Error("Say of a phrase that is missing gives no error")
	}
}

func Example() {
	l, _ := locale.Load(templates.FS(""), "de")
	said, _ := l.Say("bookmarks", 3, "period", l.Period(friday.AddDate(0, 0, -7), friday.AddDate(0, 0, -1)))
	fmt.Println(said)
	// Output: 3 Links vom 13. bis 19. November 2026
}

// Whoever asks for words gets those that Load reads.
func TestWords(t *testing.T) {
	fsys := templates.FS("")
	for tag, want := range map[string]string{
		"en": "en", "en-GB": "en", "pt-br": "pt", "de_AT": "de", "de-x-secret": "de", "zh-TW": "", "nl": "", "German": "", "": "", "../en": "", "und": "",
	} {
		if got := locale.Words(fsys, tag); got != want {
			t.Errorf("Words(%q) = %q, want %q", tag, got, want)
		}
		if _, err := locale.Load(fsys, tag); (err == nil) != (want != "") {
			t.Errorf("Load(%q) = %v, and Words gives %q", tag, err, want)
		}
	}
}
