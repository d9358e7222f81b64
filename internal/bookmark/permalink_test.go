package bookmark

import "testing"

func TestPageOfTheSite(t *testing.T) {
	const site = "https://www.example.org/"
	for _, tt := range []struct{ name, front, want string }{
		{"post/2026/A Walk.md", "title: x", "https://www.example.org/post/2026/a-walk/"},
		{"post/walk/index.md", "title: x", "https://www.example.org/post/walk/"},
		{"post/walk.md", "slug: Long Walk", "https://www.example.org/post/long-walk/"},
		{"post/walk/index.md", "slug: stroll", "https://www.example.org/post/stroll/"},
		{"post/walk.md", "url: /w/", "https://www.example.org/w/"},
		{"post/walk.md", "url: https://elsewhere.example.org/", "https://www.example.org/post/walk/"},
		{"post/walk.md", "slug: ../../../etc/passwd", "https://www.example.org/etc/passwd/"},
		{"walk.md", "title: x", "https://www.example.org/walk/"},
		{"index.md", "title: x", "https://www.example.org/index/"},
		{"日記/散歩.md", "title: x", "https://www.example.org/%E6%97%A5%E8%A8%98/%E6%95%A3%E6%AD%A9/"},
		{"post/walk.md", "link: https://example.com/", "https://example.com/"},
		{"post/walk.md", "link: javascript:alert(1)", ""},
	} {
		r := Reader{Site: site, Fields: DefaultFields()}
		got, err := r.Parse(tt.name, []byte("---\n"+tt.front+"\n---\n"))
		if err != nil || got.Link != tt.want {
			t.Errorf("Parse(%s, %q).Link = %q, %v, want %q", tt.name, tt.front, got.Link, err, tt.want)
		}
	}
	without := Reader{Fields: DefaultFields()}
	if got, err := without.Parse("post/walk.md", []byte("---\ntitle: x\n---\n")); err != nil || got.Link != "" {
		t.Errorf("without a site, Parse.Link = %q, %v, want none", got.Link, err)
	}
}
