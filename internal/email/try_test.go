package email

import (
	"net/mail"
	"os"
	"slices"
	"testing"
	"time"

	"digest/internal/bookmark"
	"digest/internal/selector"
	"digest/templates"
)

func TestTry(t *testing.T) {
	ny, _ := time.LoadLocation("America/New_York")
	now := time.Date(2026, 11, 20, 0, 0, 0, 0, ny)
	r := bookmark.Reader{Fields: bookmark.DefaultFields(), Location: ny}
	d, err := bookmark.Dir("../../content")
	if err != nil {
		t.Fatal(err)
	}
	var bs []bookmark.Bookmark
	for b, err := range r.Read(bookmark.Source{Name: "content", FS: d}) {
		if err != nil {
			t.Log(err)
			continue
		}
		bs = append(bs, b)
	}
	p := selector.Policy{Name: "weekly", Now: now, Window: selector.Span{Days: 7}.Before(now), Other: &selector.Category{Title: "Elsewhere"},
		Categories: []selector.Category{{Name: "healthcare it", Title: "Healthcare IT", Aliases: []string{"health it"}}, {Name: "artificial intelligence", Title: "Artificial Intelligence", Aliases: []string{"ai"}}, {Name: "cybersecurity", Title: "Cybersecurity"}, {Name: "open source", Title: "Open Source"}, {Name: "design", Title: "Design"}}}
	e, vs := p.Select(slices.Values(bs), nil)
	for _, v := range vs {
		t.Log(v.Bookmark.Path, v.Reason, v.Detail)
	}
	rd, err := NewRenderer(Newsletter{Name: "weekly", Title: "The Weekly Digest", From: mail.Address{Name: "The Weekly Digest", Address: "digest@news.example.org"}, Subject: "{{.Title}}: {{.Lead}}", Language: "en", Address: "1 Example Street, Springfield", UnsubscribeURL: "https://news.example.org/u", UnsubscribeMailto: "unsubscribe@news.example.org"}, templates.FS(""))
	if err != nil {
		t.Fatal(err)
	}
	dr, err := rd.Render(e, 12, now)
	if err != nil {
		t.Fatal(err)
	}
	m := dr.To(Recipient{Address: mail.Address{Name: "Zoë Marchetti", Address: "zoe@example.org"}, Token: "abcdefghijklmnopqrstuvwxyzABCDEF"})
	os.WriteFile("/tmp/x.eml", m.Bytes(), 0o644)
	os.WriteFile("/tmp/x.txt", []byte(m.Text()), 0o644)
	os.WriteFile("/tmp/x.html", []byte(m.HTML()), 0o644)
}
