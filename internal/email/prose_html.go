package email

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxProse is the most bytes of the HTML of one prose as it is encoded, so that
// beside the longest there is room for the bookmarks and the footer.
const maxProse = 40_000

// tooLong refuses what an editor wrote if it would not leave room for the rest.
func (r *Renderer) tooLong(l Letter) error {
	encoded := func(style string, p Prose) int { return sizeOf(string(r.look.prose(r.look.styles[style], p))).Encoded }
	if n := encoded("intro", l.Introduction); n > maxProse {
		return fmt.Errorf("introduction: it makes %d bytes of HTML, and at most %d leave room for the bookmarks; shorten it, or give it fewer paragraphs and links", n, maxProse)
	}
	for _, s := range l.Sections {
		for _, i := range s.Items {
			if n := encoded("note", i.Note); n > maxProse {
				return fmt.Errorf("note on %q: it makes %d bytes of HTML, and at most %d leave room for the bookmarks; shorten it", i.Title, n, maxProse)
			}
		}
	}
	return nil
}

// prose is the HTML of a prose, in an inline style of type for each text.
func (k look) prose(style string, p Prose) template.HTML {
	w := proseWriter{look: k, style: style, side: p.Side}
	w.write(p.blocks)
	return template.HTML(w.String()) // #nosec: text is escaped, tags and styles are from closed sets
}

type proseWriter struct {
	strings.Builder
	look
	style, side string
}

func (w *proseWriter) write(blocks []block) {
	for i, b := range blocks {
		margin := "margin:10px 0 0 0"
		if i == 0 {
			margin = "margin:0"
		}
		switch b.kind {
		case atom.P:
			w.WriteString(`<p class="ink"` + dirAttribute(b.dir) + ` style="` + w.style + ";" + margin + `">`)
			w.spans(b.spans)
			w.WriteString("</p>")
		case atom.Li:
			w.item(b.blocks)
		case atom.Blockquote:
			w.WriteString(`<blockquote style="` + margin + `;padding:0 20px">`)
			w.write(b.blocks)
			w.WriteString("</blockquote>")
		default:
			indent := "padding:0 0 0 24px"
			if w.side == "right" {
				indent = "padding:0 24px 0 0"
			}
			w.WriteString("<" + b.kind.String() + ` style="` + margin + ";" + indent + `">`)
			w.write(b.blocks)
			w.WriteString("</" + b.kind.String() + ">")
		}
	}
}

// item puts the first paragraph of an item beside its mark.
func (w *proseWriter) item(blocks []block) {
	first := blocks[0]
	w.WriteString(`<li class="ink"` + dirAttribute(first.dir) + ` style="` + w.style + `;margin:4px 0 0 0">`)
	if first.kind == atom.P {
		w.spans(first.spans)
		blocks = blocks[1:]
	}
	w.write(blocks)
	w.WriteString("</li>")
}

// spans makes one link of all that stand beside each other and lead to one place.
func (w *proseWriter) spans(line []span) {
	link := ""
	for _, s := range line {
		if s.link != link {
			if link != "" {
				w.WriteString("</a>")
			}
			if link = s.link; link != "" {
				w.WriteString(`<a class="link" href="` + html.EscapeString(link) + `" style="` + w.styles["link"] + `">`)
			}
		}
		if s.text == lineBreak {
			w.WriteString("<br>")
			continue
		}
		for _, m := range s.marks {
			w.WriteString("<" + m.String() + ">")
		}
		w.WriteString(html.EscapeString(s.text))
		for _, m := range slices.Backward(s.marks) {
			w.WriteString("</" + m.String() + ">")
		}
	}
	if link != "" {
		w.WriteString("</a>")
	}
}

func dirAttribute(dir string) string {
	if dir == "" {
		return ""
	}
	return ` dir="` + dir + `"`
}
