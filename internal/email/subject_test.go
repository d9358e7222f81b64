package email

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"digest/internal/bookmark"
	"digest/internal/selector"
	"digest/templates"
)

func TestSubjectOfTheEdition(t *testing.T) {
	long := strings.Repeat("word ", 40)
	tests := []struct {
		name, template, language string
		titles                   []string
		id                       string
		want                     string
	}{
		{"one", "", "en", []string{"Grids"}, "", "Grids · 20 November 2026"},
		{"two", "", "en", []string{"Grids", "b"}, "", "Grids, and one more · 20 November 2026"},
		{"many", "", "en", []string{"Grids", "b", "c"}, "", "Grids, and 2 more · 20 November 2026"},
		{"in German", "", "de", []string{"Raster", "b", "c"}, "", "Raster und 2 weitere · 20. November 2026"},
		{"in Japanese", "", "ja", []string{"格子", "b"}, "", "格子、ほか1件・2026年11月20日"},
		{"a long lead is cut, the rest is kept", "", "en", []string{long, "b"}, "", "word word word word word word word word… and one more · 20 November 2026"},
		{"of an edition beside that of the day", "", "en", []string{"Grids"}, "weekly-2026-11-20-design", "Grids · 20 November 2026 · No. 7"},
		{"of an edition with another date", "", "en", []string{"Grids"}, "weekly-2026-11-13", "Grids · 20 November 2026 · No. 7"},
		{"neither dated nor numbered", "{{.Title}}", "en", []string{"Grids"}, "", "The Weekly Digest · No. 7"},
		{"numbered", "{{.Title}} #{{.Number}}", "en", []string{"Grids"}, "weekly-x", "The Weekly Digest #7"},
		{"dated by its own form", `{{.Date.Format "2 Jan 06"}}`, "en", []string{"Grids"}, "", "20 Nov 26"},
		{"a weekday comes again", `{{.Title}} · {{.Date.Weekday}}`, "en", []string{"Grids"}, "", "The Weekly Digest · Friday · No. 7"},
		{"a weekday and a day come again", `{{.Date.Format "Monday 2 January"}}`, "en", []string{"Grids"}, "", "Friday 20 November · No. 7"},
		{"a number that is cut off", `{{.Title}}, the letter of all who build things in and around Springfield, No. {{.Number}}`, "en", []string{"Grids"}, "",
			"The Weekly Digest, the letter of all who build things in and around… · No. 7"},
		{"many marks on few letters", "", "he", []string{strings.Repeat("מַלְכֵּי", 20), "b"}, "", strings.Repeat("מַלְכֵּי", 6) + "מַ… ועוד אחד · 20 בנובמבר 2026"},
		{"without a year it comes again", `{{.Date.Format "2 Jan"}}`, "en", []string{"Grids"}, "", "20 Nov · No. 7"},
		{"the month is not a date", `{{.Date.Format "January"}}`, "en", []string{"Grids"}, "weekly-2026-11-20T0900", "November · No. 7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := theWeekly()
			n.Subject, n.Language = tt.template, tt.language
			var bookmarks []bookmark.Bookmark
			for i, title := range tt.titles {
				bookmarks = append(bookmarks, bookmark.Bookmark{Title: title, Link: fmt.Sprint("https://example.com/", i)})
			}
			e := editionOf(bookmarks...)
			if tt.id != "" {
				e.ID = tt.id
			}
			if d := draftOf(t, n, e); strings.ReplaceAll(d.Subject, ",", "") != strings.ReplaceAll(tt.want, ",", "") || uniseg.StringWidth(d.Subject) > maxSubject {
				t.Errorf("Subject = %q, want %q", d.Subject, tt.want)
			}
		})
	}
}

// Whatever the template: two editions of a newsletter differ in number, and two
// of a day in their ID.
func TestNoTwoEditionsHaveOneSubject(t *testing.T) {
	templates := []string{"", "{{.Title}}", "{{.Lead}}", "{{.Day}}", "{{.Number}}", `{{.Date.Format "January"}}`, "{{.Period}}", "{{.Count}} {{.Lead}} {{.FullDay}}"}
	rapid.Check(t, func(r *rapid.T) {
		n := theWeekly()
		n.Subject = rapid.SampledFrom(templates).Draw(r, "template")
		subject := func(label string) (id, subject string) {
			day := rapid.IntRange(0, 2).Draw(r, label+" day")
			date := issued.AddDate(0, 0, day)
			e := editionOf(bookmark.Bookmark{Title: rapid.SampledFrom([]string{"a", strings.Repeat("long ", 30)}).Draw(r, label+" title")})
			e.ID = "weekly-" + date.AddDate(0, 0, -rapid.IntRange(0, 1).Draw(r, label+" late")).Format("2006-01-02") + rapid.SampledFrom([]string{"", "-design"}).Draw(r, label+" ID")
			number := rapid.IntRange(1, 3).Draw(r, label+" number")
			return e.ID + fmt.Sprint(number), renderAt(r, n, e, number, date).Subject
		}
		idA, a := subject("first")
		idB, b := subject("second")
		sameNumber, sameID := idA[len(idA)-1] == idB[len(idB)-1], idA[:len(idA)-1] == idB[:len(idB)-1]
		if a == b && !sameNumber && !sameID {
			r.Errorf("editions %s and %s both have the subject %q", idA, idB, a)
		}
	})
}

func renderAt(t reporter, n Newsletter, e selector.Edition, number int, date time.Time) *Draft {
	t.Helper()
	renderer, err := NewRenderer(n, templates.FS(""))
	if err != nil {
		t.Fatalf("NewRenderer: %v", err)
	}
	d, err := renderer.Render(e, number, date)
	if err != nil {
		t.Fatalf("Render: %v", err)
	}
	return d
}

// The preheader says what the subject does not.
func TestPreheader(t *testing.T) {
	titles := []string{"Grids are older than print", "Rules", "A line and its length", "On margins", "Ink"}
	for count := 1; count <= len(titles); count++ {
		for _, template := range []string{"", "{{.Title}} {{.Period}}", "{{.Contents}} {{.Number}}", "{{.Lead}} {{.FullDay}}"} {
			var bookmarks []bookmark.Bookmark
			for i, title := range titles[:count] {
				bookmarks = append(bookmarks, bookmark.Bookmark{Title: title, Link: fmt.Sprint("https://example.com/", i), Summary: "What it says of " + title + "."})
			}
			n := theWeekly()
			n.Subject = template
			m := draftOf(t, n, editionOf(bookmarks...)).To(reader)
			_, rest, _ := strings.Cut(m.HTML(), `<div class="hidden" `)
			_, rest, _ = strings.Cut(rest, ">")
			got, _, _ := strings.Cut(rest, " &#8199;")
			if w := uniseg.StringWidth(got); w < 30 || w > maxPreheader {
				t.Errorf("%d bookmarks, %q: preheader %q has %d columns", count, template, got, w)
			}
			for _, part := range strings.Split(got, " · ") {
				if strings.Contains(strings.ToLower(m.draft.Subject), strings.ToLower(part)) {
					t.Errorf("preheader %q says %q as the subject %q does", got, part, m.draft.Subject)
				}
			}
			if strings.Contains(got, titles[0]+" ·") {
				t.Errorf("preheader %q names the lead", got)
			}
		}
	}
}
