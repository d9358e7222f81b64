package email

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"digest/internal/bookmark"
)

// size is that of a bomb, in bytes.
const size = 100_000

func bomb(s string) string { return strings.Repeat(s, size/len(s)+1) }

// numbered is a bomb of pieces that all differ.
func numbered(format string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func TestBombs(t *testing.T) {
	deepHTML := func(tag string) string { return strings.Repeat("<"+tag+">", 500) + bomb("a<br>") }
	nested := func(indent, mark string) string {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			b.WriteString(strings.Repeat(indent, i%200) + mark + "\n")
		}
		return b.String()
	}
	bombs := map[string]string{
		"open links":               bomb("[a](b"),
		"open brackets":            bomb("["),
		"closed brackets":          bomb("[") + bomb("]"),
		"open images":              bomb("!["),
		"links in links":           bomb("[a](<b"),
		"link titles":              bomb("[a](b \""),
		"empty references":         bomb("[][]"),
		"references":               numbered("[%d]: https://example.com/\n") + bomb("[1]"),
		"one reference, many uses": "[x]: https://example.com/" + strings.Repeat("x", 16_000) + "\n\n" + bomb("[x] "),
		"broken references":        bomb("[x]:\n"),
		"quotes":                   bomb("> "),
		"quotes on lines":          nested("> ", "x"),
		"lists":                    bomb("- "),
		"lists on lines":           nested("  ", "- x"),
		"numbered lists":           nested("   ", "1. x"),
		"lists in quotes":          bomb("> - "),
		"emphasis":                 bomb("*a **a "),
		"stars":                    bomb("*"),
		"stars and letters":        bomb("**a*"),
		"underscores":              bomb("_a__"),
		"backticks":                bomb("`"),
		"backticks of all lengths": numbered("%d"+"`") + backticks(),
		"fences":                   bomb("```\n~~~\n"),
		"tables":                   bomb("|a") + "\n" + bomb("|-") + "\n" + bomb("|b"),
		"headings":                 bomb("# x\n"),
		"setext":                   bomb("x\n=\n"),
		"rules":                    bomb("---\n"),
		"entities":                 bomb("&amp;"),
		"named entities":           bomb("&CounterClockwiseContourIntegral;"),
		"numbers of characters":    bomb("&#x10FFFF;"),
		"ampersands":               bomb("&"),
		"backslashes":              bomb("\\"),
		"hard breaks":              bomb("a\\\n"),
		"autolinks":                bomb("<https://a>"),
		"open angles":              bomb("<"),
		"open tags":                bomb("<a href=\""),
		"open comments":            bomb("<!--"),
		"processing":               bomb("<?"),
		"CDATA":                    bomb("<![CDATA["),
		"div":                      bomb("<div>"),
		"div in Markdown":          "x\n\n" + bomb("<div>\n\n"),
		"b":                        bomb("<b>"),
		"p":                        bomb("<p>"),
		"a":                        bomb("<a href=https://a>"),
		"tables in tables":         bomb("<table><tr><td>"),
		"formatting, reopened":     bomb("<b><i><em><p>"),
		"text under 500 b":         deepHTML("b"),
		"text under 500 code":      deepHTML("code"),
		"text under 500 em, b":     deepHTML("em><b"),
		"lists of HTML":            bomb("<ul><li>"),
		"svg":                      bomb("<svg>"),
		"math":                     bomb("<math><mi>"),
		"select":                   bomb("<select><option>"),
		"attributes":               "<p " + numbered("a%d=1 ") + ">x",
		"shortcodes":               bomb("{{<"),
		"liquid":                   bomb("{%"),
		"one word":                 bomb("x"),
		"one sentence":             bomb("word "),
		"sentences":                bomb("A. "),
		"marks":                    "x" + bomb("\u0301"),
		"joiners":                  bomb("👩\u200d"),
		"flags":                    bomb("🇩"),
		"soft hyphens":             bomb("\u00ad"),
		"CJK":                      bomb("漢"),
		"Arabic":                   bomb("ﷺ"),
		"blanks":                   bomb(" "),
		"tabs":                     bomb("\t"),
		"lines":                    bomb("\n"),
		"NUL":                      bomb("\x00"),
		"no UTF-8":                 bomb("\xff"),
	}
	for name, content := range bombs {
		for _, markup := range []bookmark.Markup{bookmark.Markdown, bookmark.HTML} {
			t.Run(fmt.Sprintf("%s as %s", name, markup), func(t *testing.T) {
				e := editionOf(bookmark.Bookmark{Body: content, Markup: markup}, bookmark.Bookmark{Title: content, Summary: content})
				before, start := allocated(), cpu()
				d := draftOf(t, theWeekly(), e)
				d.To(reader).Bytes()
				if took := cpu() - start; took > most() {
					t.Errorf("%v of CPU, want at most %v", took, most())
				}
				// All that was ever allocated is more than what was in use at once.
				if used := allocated() - before; used > 128<<20 && !underRace() {
					t.Errorf("%d MB allocated, want at most 128", used>>20)
				}
				if len(d.raw) > 300_000 {
					t.Errorf("the message has %d bytes", len(d.raw))
				}
			})
		}
	}
}

func backticks() string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString("x" + strings.Repeat("`", i%300))
	}
	return b.String()
}

// Many bombs are one edition: none may make the letter of all others fail.
func TestManyBombsLeaveALetter(t *testing.T) {
	for _, content := range []string{
		"x" + bomb("\u0301"), bomb("👩\u200d"), bomb("x"), bomb("&amp;"), strings.Repeat("<b><i><em><strong><code>", 100) + bomb("a<br>"), bomb("\u00ad"),
	} {
		var bookmarks []bookmark.Bookmark
		for range 12 {
			bookmarks = append(bookmarks, bookmark.Bookmark{Title: content, Body: content}, bookmark.Bookmark{Title: content, Summary: content})
		}
		if _, err := tryDraft(t, theWeekly(), editionOf(bookmarks...)); err != nil {
			t.Errorf("Render of 24 times %.20q: %v", content, err)
		}
	}
}

// cpu is the time that the process has computed.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// most is the time that an edition with a bomb may take.
func most() time.Duration {
	if underRace() {
		return 15 * time.Second
	}
	return time.Second
}

// underRace reports whether the race detector, which costs time and memory, watches.
func underRace() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
