package inline_test

import (
	"fmt"
	"strings"
	"testing"

	"digest/internal/inline"
)

// letter has a sheet of so many rules, and so many bytes at least.
func letter(rules, size int) string {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html><html><head><title>a</title><style>\n")
	for i := range rules {
		fmt.Fprintf(&b, []string{".c%d", "td.c%d", ".card .c%d", "table td > p.c%d, .d%[1]d"}[i%4]+" { color: #%06[1]x; margin: 0 0 %[1]dpx 0; font-family: \"Segoe UI\", Arial, sans-serif }\n", i)
	}
	b.WriteString("@media (max-width:480px){.card{padding:0!important}}</style></head><body><table class=\"card\">\n")
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "<tr><td class=\"c%d pad\" align=\"left\"><p class=\"c%d\">Some words on <a class=\"c%d\" href=\"https://example.org/%d\">a page</a>, and why it is worth <b>your</b> time.</p></td></tr>\n",
			i%rules, (i+3)%rules, (i+5)%rules, i)
	}
	b.WriteString("</table></body></html>\n")
	return b.String()
}

func BenchmarkStyles(b *testing.B) {
	full := letter(60, 100<<10)
	for _, bm := range []struct{ name, doc string }{
		{"60 rules", full},
		{"only what stays", strings.Replace(full, "<style>", `<style media="print">`, 1)},
		{"no sheet", full[strings.Index(full, "</head>"):]},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.SetBytes(int64(len(bm.doc)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := inline.Styles(bm.doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
