package preview

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
)

var colour = regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2});`)

// What is to be read has the contrast that WCAG 2.2 asks for at level AA, and so
// have the marks that are to be seen.
func TestColoursAreLegible(t *testing.T) {
	css, err := files.ReadFile("page.css")
	if err != nil {
		t.Fatal(err)
	}
	light, rest, _ := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	for scheme, css := range map[string]string{"light": light, "dark": rest} {
		luminance := map[string]float64{}
		for _, m := range colour.FindAllStringSubmatch(css, -1) {
			for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
				var v int
				fmt.Sscanf(m[2+i], "%x", &v)
				luminance[m[1]] += weight * linear(float64(v)/255)
			}
		}
		for _, tt := range []struct {
			front, backs string
			least        float64
		}{
			{"ink", "ground panel", 7},
			{"muted", "ground panel", 4.5},
			{"accent", "ground panel", 4.5},
			{"error", "ground panel", 4.5},
			{"warning", "ground panel", 4.5},
			{"info", "ground panel", 4.5},
			{"good", "ground panel", 4.5},
			{"on-accent", "accent", 4.5},
			{"panel", "ink", 4.5},
			{"focus", "ground panel stage", 3},
			{"good", "line", 3},
			{"warning", "line", 3},
		} {
			for back := range strings.FieldsSeq(tt.backs) {
				a, b := luminance[tt.front]+0.05, luminance[back]+0.05
				if got := max(a, b) / min(a, b); got < tt.least {
					t.Errorf("%s: %s on %s has a contrast of %.2f, want %.1f", scheme, tt.front, back, got, tt.least)
				}
			}
		}
	}
}

func linear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}
