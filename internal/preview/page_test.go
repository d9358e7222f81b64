package preview

import (
	"context"
	"errors"
	"html"
	"strings"
	"testing"
)

const markup = `<script>alert(1)</script><img src=x onerror=alert(2)>"'&`

func TestMarkupIsShownAsText(t *testing.T) {
	l := golden(t)
	l.Edition, l.Subject, l.Preheader, l.From, l.Date, l.Text = markup, markup, markup, markup, markup, markup
	l.Source = []byte(markup + "\xff")
	l.Headers = [][2]string{{markup, markup}}
	l.Findings = []Finding{{markup, markup, markup, markup, markup}}
	l.Budget.Shortened = []string{markup}
	_, base := start(t, Options{Compose: func(_ context.Context, asOf string) (*Letter, error) {
		switch asOf {
		case "empty":
			return nil, &Empty{markup}
		case "failed":
			return nil, errors.New(markup)
		}
		return l, nil
	}})
	for _, path := range []string{"/", "/?view=text", "/?view=headers", "/?view=source", "/?as-of=empty", "/?as-of=failed", "/?as-of=%3Cscript%3Ealert(1)"} {
		body, _ := get(t, base+path)
		if strings.Contains(body, "<script>") || strings.Contains(body, "<img") {
			t.Errorf("%s has markup of the letter", path)
		}
		if !strings.Contains(html.UnescapeString(body), "<script>alert(1)") {
			t.Errorf("%s does not show it at all", path)
		}
	}
}

func TestViewsSayWhatTheyShould(t *testing.T) {
	calm := golden(t)
	calm.Findings, calm.Preheader = nil, ""
	calm.Budget = Budget{Decoded: 99 << 10, Encoded: 104 << 10, Limit: 102 << 10, Shortened: []string{"Design: an excerpt"}}
	_, base := start(t, Options{Compose: func(_ context.Context, asOf string) (*Letter, error) {
		switch asOf {
		case "2026-01-01":
			return nil, &Empty{"no bookmark in the window"}
		case "2026-01-02":
			return nil, errors.New("config.yaml: from: no address")
		case "calm":
			return calm, nil
		}
		return golden(t), nil
	}})
	for _, tt := range []struct {
		name, path string
		want, not  []string
	}{
		{"the letter", "/", []string{"<title>digest preview</title>", "No. 7", "5 bookmarks", "1 error, 1 warning, 1 note", `title="The letter on a phone"`, `title="The letter on a desktop"`, "11.7 KiB of 102.0 KiB", "日本語の文字組版"}, []string{"Nothing to mend"}},
		{"a phone alone", "/?width=phone", []string{`title="The letter on a phone"`}, []string{`title="The letter on a desktop"`}},
		{"an approximation says so", "/?theme=inverted", []string{"approximation", `class="inverted"`}, nil},
		{"text", "/?view=text", []string{"=================", "        10        20"}, []string{"<iframe"}},
		{"headers", "/?view=headers", []string{"List-Unsubscribe-Post"}, []string{"<iframe"}},
		{"source", "/?view=source&as-of=2026-11-20", []string{"Content-Transfer-Encoding: quoted-printable", `href="/source?as-of=2026-11-20"`}, []string{"<iframe"}},
		{"all is well, but for the size", "/?as-of=calm", []string{"Nothing to mend.", "No preheader", `class="over">104.0 KiB of 102.0 KiB`, "Design: an excerpt"}, []string{`class="over">99`}},
		{"an empty edition is no error", "/?as-of=2026-01-01", []string{"Nothing to send", "no bookmark in the window"}, []string{"alert", "<iframe"}},
		{"an error", "/?as-of=2026-01-02", []string{"cannot be composed", "config.yaml: from: no address", `role="alert"`}, []string{"<iframe"}},
		{"the form keeps the view", "/?theme=dark&as-of=2026-11-20", []string{`<input type="hidden" name="theme" value="dark">`, `value="2026-11-20"`, `href="/?theme=dark"`}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body, _ := get(t, base+tt.path)
			for _, want := range tt.want {
				if !strings.Contains(body, want) {
					t.Errorf("%s lacks %q", tt.path, want)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(body, not) {
					t.Errorf("%s has %q", tt.path, not)
				}
			}
		})
	}
}

func TestTheWorstFindingIsFirst(t *testing.T) {
	p := page{Letter: &Letter{Findings: []Finding{{ID: "a", Severity: "odd"}, {ID: "b", Severity: Warning}, {ID: "c", Severity: Error}, {ID: "d", Severity: Warning}}}}
	order := ""
	for _, f := range p.Ranked() {
		order += f.ID
	}
	if order != "cbda" {
		t.Errorf("Ranked = %s, want cbda", order)
	}
	if got, want := p.Counts(), "1 error, 2 warnings, 1 note"; got != want {
		t.Errorf("Counts = %q, want %q", got, want)
	}
}

func TestTheSourceIsTheMessage(t *testing.T) {
	l := golden(t)
	l.Edition = `we"ek` + "\r\nly"
	_, base := start(t, Options{Compose: always(l)})
	body, header := get(t, base+"/source")
	if body != string(l.Source) {
		t.Error("the source is not what was composed")
	}
	if got := header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename") {
		t.Errorf("Content-Disposition = %q", got)
	}
}
