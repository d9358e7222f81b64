package selector_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

func in(categories ...string) func(*bookmark.Bookmark) {
	return func(b *bookmark.Bookmark) { b.Categories = categories }
}

func scored(value int, known bool) func(*bookmark.Bookmark) {
	return func(b *bookmark.Bookmark) { b.Score = bookmark.Score{Value: value, Known: known} }
}

func dated(t time.Time) func(*bookmark.Bookmark) {
	return func(b *bookmark.Bookmark) { b.Date = t }
}

func linked(link string) func(*bookmark.Bookmark) {
	return func(b *bookmark.Bookmark) { b.Link = link }
}

func TestCategory(t *testing.T) {
	policy := weekly()
	policy.Categories = []selector.Category{
		{Name: "Café Crème", Aliases: []string{"coffee"}},
		{Name: "open source"},
		{Name: "Straße"},
		{Name: "Ꭰ", Aliases: []string{"Coffee", "libre"}}, // CHEROKEE LETTER A; an alias that is taken
	}
	tests := []struct {
		name       string
		categories []string
		want       string
	}{
		{"as written", []string{"Café Crème"}, "Café Crème"},
		{"other letter case", []string{"CAFÉ CRÈME"}, "Café Crème"},
		{"decomposed (NFD)", []string{norm.NFD.String("café crème")}, "Café Crème"},
		{"full width", []string{"ｏｐｅｎ　ｓｏｕｒｃｅ"}, "open source"},
		{"more blanks", []string{" open \t source\u00a0"}, "open source"},
		{"sharp s", []string{"STRASSE"}, "Straße"},
		{"capital sharp s", []string{"STRAẞE"}, "Straße"},
		{"Cherokee small letter", []string{"ꭰ"}, "Ꭰ"},
		{"alias", []string{"Coffee"}, "Café Crème"},
		{"alias that is taken goes to the first", []string{"COFFEE"}, "Café Crème"},
		{"second alias", []string{"Libre"}, "Ꭰ"},
		{"first configured wins over first named", []string{"libre", "open source", "coffee"}, "Café Crème"},
		{"first configured wins over last named", []string{"coffee", "open source", "libre"}, "Café Crème"},
		{"one known of many", []string{"x", "y", "Straße", "z"}, "Straße"},
		{"part of a name is another name", []string{"open"}, "Elsewhere"},
		{"unknown", []string{"cooking"}, "Elsewhere"},
		{"none", nil, "Elsewhere"},
		{"empty", []string{""}, "Elsewhere"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			edition, verdicts := policy.Select(slices.Values([]bookmark.Bookmark{good("a.md", in(tt.categories...))}), selector.Memory{})
			wantSections(t, edition, tt.want+": a.md")
			if got := verdicts[0].Section; got != edition.Sections[0].Category {
				t.Errorf("Select: verdict's section %q, want %q", got, edition.Sections[0].Category)
			}
		})
	}
}

func TestSectionsStandAsConfigured(t *testing.T) {
	policy := weekly()
	policy.Categories = []selector.Category{{Name: "b", Title: "Bees"}, {Name: "empty"}, {Name: "a"}}
	edition, _ := policy.Select(slices.Values([]bookmark.Bookmark{good("1.md"), good("2.md", in("a")), good("3.md", in("b"))}), selector.Memory{})
	wantSections(t, edition, "Bees: 3.md", "a: 2.md", "Elsewhere: 1.md")
}

func TestLimit(t *testing.T) {
	policy := weekly()
	policy.Categories[0].Limit = 2
	policy.Other.Limit = 1
	books := []bookmark.Bookmark{
		good("a.md"), good("b.md"), good("c.md"), good("d.md"),
		good("e.md", in("open source")), good("f.md", in("open source")), good("g.md", in("open source")), // no limit
		good("h.md", in()), good("i.md", in()),
	}
	edition, verdicts := policy.Select(slices.Values(books), selector.Memory{})
	wantSections(t, edition, "design: a.md b.md +2", "Open Source: e.md f.md g.md", "Elsewhere: h.md +1")
	for i, over := range []bool{false, false, true, true, false, false, false, false, true} {
		if v := verdicts[i]; (v.Reason == selector.OverLimit) != over {
			t.Errorf("Select: %s is %s (%s), want over-limit: %v", v.Bookmark.Path, v.Reason, v.Detail, over)
		}
	}
	if got, want := verdicts[3].Detail, `it is number 4 in "design", which takes 2`; got != want {
		t.Errorf("Select: detail %q, want %q", got, want)
	}
}

func TestOverLimitInOneSectionMayBeInALaterOne(t *testing.T) {
	const page = "https://example.org/page"
	policy := weekly()
	policy.Categories[0].Limit = 1
	edition, verdicts := policy.Select(slices.Values([]bookmark.Bookmark{
		good("a.md"), good("b.md", linked(page)), good("c.md", linked(page), in("open source")),
	}), selector.Memory{})
	wantSections(t, edition, "design: a.md", "Open Source: c.md")
	if got := verdicts[1].Reason; got != selector.Duplicate {
		t.Errorf("Select: b.md is %s, want duplicate", got)
	}
}

func TestOther(t *testing.T) {
	books := []bookmark.Bookmark{good("a.md"), good("b.md", in("cooking"))}
	policy := weekly()
	edition, _ := policy.Select(slices.Values(books), selector.Memory{})
	wantSections(t, edition, "design: a.md", "Elsewhere: b.md")

	policy.Other = nil
	edition, verdicts := policy.Select(slices.Values(books), selector.Memory{})
	wantSections(t, edition, "design: a.md")
	if got := verdicts[1].Reason; got != selector.OtherCategory {
		t.Errorf("Select without other: %s, want %s", got, selector.OtherCategory)
	}
}

func TestOnly(t *testing.T) {
	books := []bookmark.Bookmark{
		good("a.md"), good("b.md", in("open source")), good("c.md", in("cooking")),
		good("d.md", in("open source", "design")), // its section is design
	}
	tests := []struct {
		name string
		only []string
		want []string
	}{
		{"all without", nil, []string{"design: a.md d.md", "Open Source: b.md", "Elsewhere: c.md"}},
		{"one", []string{"open source"}, []string{"Open Source: b.md"}},
		{"by alias and case", []string{"UX"}, []string{"design: a.md d.md"}},
		{"two", []string{"Open Source", "design"}, []string{"design: a.md d.md", "Open Source: b.md"}},
		{"unknown is nothing", []string{"cooking"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			policy := weekly()
			policy.Only = tt.only
			edition, verdicts := policy.Select(slices.Values(books), selector.Memory{})
			wantSections(t, edition, tt.want...)
			for _, v := range verdicts {
				if v.Reason != selector.Selected && v.Reason != selector.OtherCategory {
					t.Errorf("Select: %s is %s, want selected or other-category", v.Bookmark.Path, v.Reason)
				}
			}
		})
	}
}

func TestOrder(t *testing.T) {
	books := []bookmark.Bookmark{
		good("d-best.md", scored(50, true), dated(day.Add(-3*time.Hour))),
		good("e-zero.md", scored(0, true), dated(day.Add(-4*time.Hour))),
		good("c-made-up.md", scored(49, false), dated(day)),
		good("b-failed.md", scored(-1, false), dated(day)),
		good("a-missing.md", dated(day.Add(-time.Hour))),
		good("f-equal.md", scored(50, true), dated(day.Add(-3*time.Hour))),
		good("g-newer.md", scored(50, true), dated(day.Add(-2*time.Hour))),
	}
	tests := map[selector.Order]string{
		selector.ByDate:  "design: b-failed.md c-made-up.md a-missing.md g-newer.md d-best.md f-equal.md e-zero.md",
		"":               "design: b-failed.md c-made-up.md a-missing.md g-newer.md d-best.md f-equal.md e-zero.md",
		selector.ByScore: "design: g-newer.md d-best.md f-equal.md e-zero.md b-failed.md c-made-up.md a-missing.md",
	}
	for order, want := range tests {
		policy := weekly()
		policy.Order = order
		for seed := range uint64(20) {
			random := rand.New(rand.NewPCG(seed, 0))
			random.Shuffle(len(books), func(i, j int) { books[i], books[j] = books[j], books[i] })
			edition, _ := policy.Select(slices.Values(books), selector.Memory{})
			wantSections(t, edition, want)
		}
	}
}

func TestDuplicates(t *testing.T) {
	const page = "https://example.org/page"
	tests := []struct {
		name  string
		books []bookmark.Bookmark
		want  []string
	}{
		{"in one section the newest stays", []bookmark.Bookmark{
			good("a.md", linked(page), dated(day.Add(-time.Hour))), good("b.md", linked("http://www.example.org/page/?utm_source=x#y")),
		}, []string{"design: b.md"}},
		{"equal ones by path", []bookmark.Bookmark{good("b.md", linked(page)), good("a.md", linked(page))}, []string{"design: a.md"}},
		{"across sections the first section has it", []bookmark.Bookmark{
			good("a.md", linked(page), in("cooking")), good("b.md", linked(page), in("open source")), good("c.md", linked(page), dated(day.Add(-time.Hour))),
		}, []string{"design: c.md"}},
		{"another page is none", []bookmark.Bookmark{good("a.md", linked(page+"?id=1")), good("b.md", linked(page+"?id=2"))}, []string{"design: a.md b.md"}},
		{"an old copy hides nothing", []bookmark.Bookmark{
			good("a.md", linked(page), dated(now.AddDate(0, -2, 0))), good("b.md", linked(page), in("cooking")),
		}, []string{"Elsewhere: b.md"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for range 2 {
				edition, _ := weekly().Select(slices.Values(tt.books), selector.Memory{})
				wantSections(t, edition, tt.want...)
				slices.Reverse(tt.books)
			}
		})
	}
}

func TestFeaturedByCanonicalLink(t *testing.T) {
	_, verdicts := weekly().Select(slices.Values([]bookmark.Bookmark{good("a.md", linked("http://WWW.example.org/featured/?fbclid=1"))}), featured)
	if verdicts[0].Reason != selector.AlreadyFeatured {
		t.Errorf("Select found %s, want already-featured", verdicts[0].Reason)
	}
}

func TestFold(t *testing.T) {
	for r := rune(' '); r < 0x30000; r++ {
		if r >= 0xD800 && r < 0xE000 {
			continue
		}
		once := selector.Fold("a" + string(r))
		if twice := selector.Fold(once); twice != once {
			t.Errorf("Fold(%+q) = %+q, want it as it is", once, twice)
		}
	}
}
