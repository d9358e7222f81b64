package theme

import (
	"fmt"
	"strings"
	"testing"
)

func TestDefaultIsGood(t *testing.T) {
	if err := Default().Check(); err != nil {
		t.Error(err)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Theme)
		want   string
	}{
		{"too pale", func(t *Theme) { t.Light.Muted = "#999999" }, "light.muted: #999999 on light.card #fffefb has a contrast of 2.8"},
		{"too pale on the page only", func(t *Theme) { t.Light.Page = "#c9c4b8" }, "light.muted: #5c6068 on light.page #c9c4b8"},
		{"too dark in the dark", func(t *Theme) { t.Dark.Accent = "#803020" }, "dark.accent: #803020 on dark.card"},
		{"a name", func(t *Theme) { t.Light.Link = "navy" }, `light.link: "navy" is not a colour`},
		{"three digits", func(t *Theme) { t.Dark.Line = "#333" }, `dark.line: "#333" is not a colour`},
		{"empty", func(t *Theme) { t.Dark.Page = "" }, `dark.page: "" is not a colour`},
		{"schemes exchanged", func(t *Theme) { t.Light, t.Dark = t.Dark, t.Light }, "dark.card: it is lighter"},
		{"a font that closes the attribute", func(t *Theme) { t.Text = `Arial",x` }, "text: "},
		{"a font that adds a property", func(t *Theme) { t.Headings = "Arial;color:red" }, "headings: "},
		{"a font with a digit", func(t *Theme) { t.Headings = "Source 3, serif" }, "headings: "},
		{"no font", func(t *Theme) { t.Headings = "" }, "headings: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			theme := Default()
			tt.change(&theme)
			if err := theme.Check(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Check() = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestCheckNamesEveryPair(t *testing.T) {
	theme := Default()
	theme.Light.Muted, theme.Light.Accent = "#aaaaaa", "#bbbbbb"
	if err := theme.Check(); err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("Check() = %v, want four pairs", err)
	}
}

func TestContrast(t *testing.T) {
	for _, tt := range []struct{ a, b, want string }{
		{"#000000", "#ffffff", "21.00"}, {"#777777", "#ffffff", "4.48"}, {"#ff0000", "#FFFFFF", "4.00"}, {"#123456", "#123456", "1.00"},
	} {
		if got := fmt.Sprintf("%.2f", Contrast(tt.a, tt.b)); got != tt.want {
			t.Errorf("Contrast(%s, %s) = %s, want %s", tt.a, tt.b, got, tt.want)
		}
	}
}

func ExampleContrast() {
	fmt.Printf("%.1f", Contrast("#5c6068", "#fffefb"))
	// Output: 6.3
}
