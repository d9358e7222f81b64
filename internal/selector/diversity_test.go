package selector

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"digest/internal/bookmark"
)

// The bookmarks are of hosts a and b, newest first, in two sections.
func TestPerHostAndPin(t *testing.T) {
	end := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	files := func(pinned ...string) (all []bookmark.Bookmark) {
		for i, name := range []string{"x/a1", "x/a2", "x/b3", "y/a4", "y/b5", "y/b6"} {
			category, page, _ := strings.Cut(name, "/")
			all = append(all, bookmark.Bookmark{Path: name, Title: name, Link: fmt.Sprintf("https://%s.example.com/%d", page[:1], i), Date: end.Add(-time.Duration(i+1) * time.Hour),
				Categories: []string{category}, Pin: slices.Contains(pinned, name)})
		}
		return all
	}
	tests := []struct {
		name    string
		perHost int
		limit   int
		pinned  []string
		want    string
	}{
		{"no limit", 0, 0, nil, "x/a1 x/a2 x/b3 y/a4 y/b5 y/b6"},
		{"two of a host, over all sections", 2, 0, nil, "x/a1 x/a2 x/b3 y/b5"},
		{"one of a host", 1, 0, nil, "x/a1 x/b3"},
		{"who is left out makes room", 1, 2, nil, "x/a1 x/b3"},
		{"pinned is first", 0, 1, []string{"x/b3"}, "x/b3 y/a4"},
		{"pinned is not limited", 1, 1, []string{"x/a2", "x/b3", "y/b6"}, "x/a2 x/b3 y/b6"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := Policy{Name: "weekly", Now: end, Window: Span{Days: 7}.Before(end), PerHost: tt.perHost,
				Categories: []Category{{Name: "x", Limit: tt.limit}, {Name: "y", Limit: tt.limit}}}
			e, verdicts := p.Select(slices.Values(files(tt.pinned...)), Memory{})
			var got []string
			for b := range e.All() {
				got = append(got, b.Path)
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("Select = %v, want %s", got, tt.want)
			}
			for _, v := range verdicts {
				if !slices.Contains(got, v.Bookmark.Path) && (v.Reason != OverLimit || v.Detail == "") {
					t.Errorf("%s is %s: %q, want over-limit", v.Bookmark.Path, v.Reason, v.Detail)
				}
			}
		})
	}
}
