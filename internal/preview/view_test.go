package preview

import (
	"maps"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAnAddressTellsTheView(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := view{asOf: rapid.String().Draw(t, "as-of"), chosen: map[string]string{}}
		want := map[string]string{}
		last := ""
		for _, c := range append(dressings, shows) {
			o := rapid.SampledFrom(c.options).Draw(t, c.key)
			last = v.address(c, o)
			u, err := url.Parse(last)
			if err != nil {
				t.Fatal(err)
			}
			v = viewOf(u.Query())
			want[c.key] = o.value
		}
		got := map[string]string{}
		for _, c := range append(dressings, shows) {
			got[c.key] = v.value(c)
		}
		if !maps.Equal(got, want) {
			t.Fatalf("%s is read as %v, want %v", last, got, want)
		}
	})
}

func TestWhatIsNoOptionIsNotChosen(t *testing.T) {
	v := viewOf(url.Values{"view": {"admin"}, "images": {"https:"}, "theme": {"dark"}, "other": {"x"}})
	if got, want := v.address(shows, shows.options[0]), "/?theme=dark"; got != want {
		t.Errorf("address = %s, want %s", got, want)
	}
}

// The frame is not loaded again where only the page around it differs.
func TestLightAndDarkAreOneDocument(t *testing.T) {
	light := viewOf(url.Values{"view": {"letter"}})
	dark := viewOf(url.Values{"theme": {"dark"}, "width": {"phone"}})
	inverted := viewOf(url.Values{"theme": {"inverted"}})
	if a, b := light.letterAddress("phone", "x"), dark.letterAddress("phone", "x"); a != b {
		t.Errorf("light is %s, dark is %s", a, b)
	}
	if a := inverted.letterAddress("phone", "x"); !strings.Contains(a, "theme=inverted") {
		t.Errorf("inverted is %s", a)
	}
}
