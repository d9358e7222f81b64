package lint

import "strings"

var safetyRules = []rule{
	{Rule{"letter.forbidden", Error, "there is no script, form, frame, svg, video or the like",
		"mail programs drop them, and filters take the letter for an attack"}, forbidden},
	{Rule{"letter.handler", Error, "no attribute is a script", "mail programs drop it, and filters take the letter for an attack"}, handler},
}

// banned elements do something; meta and link are the head's ways to do it.
var banned = set("applet audio base button embed form frame frameset iframe input link math object script select svg textarea video")

func forbidden(l *letter, found report) {
	for _, e := range l.doc.elements {
		switch {
		case banned[e.name]:
			found(HTML, e.line, "there is a %s", e.name)
		case e.name == "meta" && strings.EqualFold(e.value("http-equiv"), "refresh"):
			found(HTML, e.line, "a meta leads elsewhere")
		}
	}
}

func handler(l *letter, found report) {
	for _, e := range l.doc.elements {
		for _, a := range e.attributes {
			if strings.HasPrefix(a.Key, "on") {
				found(HTML, e.line, "%s has %.20s", e.name, a.Key)
			}
		}
	}
}
