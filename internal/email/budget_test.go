package email

import (
	"bytes"
	"fmt"
	"io"
	"mime/quotedprintable"
	"sort"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

// crowd is an edition of n bookmarks in sections of different length.
func crowd(n int, title, body string) selector.Edition {
	e := selector.Edition{ID: "weekly-2026-11-20", Window: week}
	for i := range n {
		if i == 0 || i%(3+i/4) == 0 {
			e.Sections = append(e.Sections, selector.Section{Title: fmt.Sprintf("Section %d", len(e.Sections)+1)})
		}
		s := &e.Sections[len(e.Sections)-1]
		s.Bookmarks = append(s.Bookmarks, bookmark.Bookmark{
			Title: fmt.Sprintf("%d: %s", i+1, title), Link: fmt.Sprintf("https://example.com/articles/%d", i), Date: week.Start, Body: body, Markup: bookmark.Markdown,
		})
	}
	return e
}

func TestLetterFits(t *testing.T) {
	latin := strings.Repeat("A sentence of some length that an article could begin with. ", 9)
	long := strings.Repeat("A sentence that goes on and on, as some do, so that three of them are all that a letter has room for, and no more. ", 4)
	cjk := strings.Repeat("組版規則は文字の並べ方を定めるもので、行頭に置けない文字がある。", 12)
	tests := []struct {
		name      string
		edition   selector.Edition
		shortened string
	}{
		{"few are shown in full", crowd(16, "A title", latin), ""},
		{"texts go first", crowd(firstTooMany(t, long), "A title", long), "texts are cut at half their length"},
		{"then all texts", crowd(100, "A title of more than a few words that says what it is about", latin), "texts are left out"},
		{"then items", crowd(160, "A title", latin), "bookmarks are shown by title only"},
		{"Chinese is three times as long", crowd(45, strings.Repeat("組版", 30), cjk), "texts"},
		{"then titles", crowd(2000, "A title of some words", latin), "are not shown at all"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := draftOf(t, theWeekly(), tt.edition)
			if got := strings.Join(d.Shortened, "; "); !strings.Contains(got, tt.shortened) || tt.shortened == "" && got != "" {
				t.Errorf("Shortened = %q, want %q", got, tt.shortened)
			}
			checkFits(t, d)
		})
	}
}

// firstTooMany is the least number of bookmarks that do not fit in full.
func firstTooMany(t *testing.T, body string) int {
	return 1 + sort.Search(300, func(n int) bool { return draftOf(t, theWeekly(), crowd(n+1, "A title", body)).Shortened != nil })
}

// checkFits measures the part as it stands in the message.
func checkFits(t reporter, d *Draft) {
	t.Helper()
	m := d.To(reader)
	raw := string(m.Bytes())
	_, encoded, _ := strings.Cut(raw, "Content-Type: text/html; charset=UTF-8\r\n\r\n")
	encoded, _, _ = strings.Cut(encoded, "\r\n--part-")
	decoded, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(encoded)))
	if err != nil || len(decoded) < 1000 {
		t.Fatalf("the HTML part has %d bytes, %v", len(decoded), err)
	}
	if len(encoded) > MaxHTML || len(decoded) > MaxHTML {
		t.Errorf("the HTML part has %d bytes, %d encoded, want at most %d", len(decoded), len(encoded), MaxHTML)
	}
	if !strings.Contains(m.HTML(), "Springfield</p>\n</td></tr>") || !strings.Contains(m.HTML(), ">Unsubscribe from The Weekly Digest</a>") {
		t.Error("the footer is not whole")
	}
	if size := sizeOf(m.HTML()); size.Decoded != len(m.HTML()) || size.Encoded < len(encoded)-100 || size.Encoded > len(encoded)+100 {
		t.Errorf("sizeOf = %+v, and the message has %d and %d", size, len(decoded), len(encoded))
	}
}

// As long as titles fit, every bookmark is in both parts, in one order.
func TestShorteningLosesNobody(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		title := rapid.SampledFrom([]string{"A title", strings.Repeat("long ", 12), "表題", "שלום"}).Draw(r, "title")
		body := strings.Repeat(rapid.SampledFrom([]string{"", "A sentence. ", "文章です。"}).Draw(r, "body"), rapid.IntRange(1, 60).Draw(r, "times"))
		e := crowd(rapid.IntRange(1, 180).Draw(r, "count"), title, body)
		d := draftOf(r, theWeekly(), e)
		checkFits(r, d)
		m := d.To(reader)
		inHTML, inText := linksIn(r, m.HTML()), []string{}
		for line := range strings.Lines(m.Text()) {
			if strings.HasPrefix(line, "https://") {
				inText = append(inText, strings.TrimSpace(line))
			}
		}
		if fmt.Sprint(inHTML) != fmt.Sprint(inText) {
			r.Fatalf("the parts link to\n%v and\n%v", inHTML, inText)
		}
		if want := e.Len() + 1; len(inHTML) != want {
			r.Errorf("%d links, want %d; shortened: %v", len(inHTML), want, d.Shortened)
		}
	})
}

func linksIn(t reporter, doc string) []string { return shapeOf(t, doc).links }

func TestLetterThatCannotFitIsAnError(t *testing.T) {
	_, err := overlaid(t, map[string]string{"footer.html.tmpl": strings.Repeat("<p>spam</p>", 10_000)})
	if err == nil || !strings.Contains(err.Error(), "even with titles only") {
		t.Errorf("Render = %v, want an error", err)
	}
}

func TestNextOfALimitIsListed(t *testing.T) {
	e := crowd(3, "A title", "")
	e.Sections[0].More = 7
	for i := range 5 {
		e.Sections[0].Next = append(e.Sections[0].Next, bookmark.Bookmark{Title: fmt.Sprint("Next ", i), Link: fmt.Sprint("https://example.com/next/", i), Date: week.Start})
	}
	n := theWeekly()
	m := draftOf(t, n, e).To(reader)
	for _, want := range []string{"More in Section 1\n-----------------\n", "Next 4\nhttps://example.com/next/4\n", "\nAnd 2 more\n"} {
		if !strings.Contains(m.Text(), want) {
			t.Errorf("Text() lacks %q:\n%s", want, m.Text())
		}
	}
	n.Site = "https://example.org/"
	if m := draftOf(t, n, e).To(reader); !strings.Contains(m.Text(), "\n2 more on the web\nhttps://example.org/\n") || !strings.Contains(m.HTML(), `>2 more on the web</a>`) {
		t.Errorf("the letter does not lead to the site:\n%s", m.Text())
	}
	e.Sections[0].Next[0].Link = "ftp://example.com"
	if m := draftOf(t, n, e).To(reader); !bytes.Contains(m.Bytes(), []byte("3 more on the web")) {
		t.Error("a link that is none is not counted")
	}
}

// What is inside counts every bookmark of the edition, however it is shown.
func TestShortenedLetterCountsAll(t *testing.T) {
	for _, n := range []int{160, 2000} {
		e := crowd(n, "A title of some words", "")
		e.Sections[0].More, e.Sections[0].Next = 1, []bookmark.Bookmark{{Title: "Next", Link: "https://example.com/next", Date: week.Start}}
		d := draftOf(t, theWeekly(), e)
		said := strings.Join(strings.Fields(d.To(reader).Text()), " ")
		for _, s := range e.Sections {
			if want := fmt.Sprintf("%s (%d)", s.Title, len(s.Bookmarks)); !strings.Contains(said, want) {
				t.Errorf("of %d: the letter lacks %q", n, want)
			}
		}
		byTitle, lost := 0, 0
		for _, s := range d.Shortened {
			n, what, _ := strings.Cut(s, " ")
			switch what {
			case "bookmarks are shown by title only":
				byTitle, _ = strconv.Atoi(n)
			case "are not shown at all":
				lost, _ = strconv.Atoi(n)
			}
		}
		inFull := strings.Count(d.To(reader).HTML(), "<h3 ")
		if inFull+byTitle+lost != n {
			t.Errorf("of %d, %d are shown in full, and it says %v", n, inFull, d.Shortened)
		}
	}
}
