package preview

import (
	"bytes"
	"errors"
	"html/template"
	"mime"
	"net/http"
)

var pageTemplate = template.Must(template.ParseFS(files, "page.html"))

// A page is what the template shows.
type page struct {
	*Letter
	Failed, Empty string // why there is no letter

	Version  string
	AsOf     string
	Now      string            // the address of the same view without a moment
	Keep     map[string]string // what the form for the moment leaves as it is
	Tabs     control
	Controls []control
	Notes    []string
	Width    string
	Theme    string
	Frames   []frame
}

// A control is a choice, as links.
type control struct {
	Label  string
	Links  []link
	Chosen string
}

type link struct {
	Label, Address string
	Chosen         bool
}

// A frame is the letter at one width.
type frame struct{ Name, Address string }

// page answers with the page.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	v := viewOf(r.URL.Query())
	c := s.letters.at(r.Context(), v.asOf)
	p := page{
		Letter: c.letter, Version: c.version,
		AsOf: v.asOf, Now: address("/", view{chosen: v.chosen}.query()), Keep: v.chosen,
		Tabs: v.control(shows), Width: v.value(widths), Theme: v.value(themes),
	}
	var empty *Empty
	switch {
	case errors.As(c.err, &empty):
		p.Empty = empty.Reason
	case c.err != nil:
		p.Failed = c.err.Error()
	}
	for _, d := range dressings {
		p.Controls = append(p.Controls, v.control(d))
		for _, o := range d.options {
			if o.value == v.value(d) && o.note != "" {
				p.Notes = append(p.Notes, o.note)
			}
		}
	}
	for _, name := range []string{"phone", "desktop"} {
		if p.Width == name || p.Width == "both" {
			p.Frames = append(p.Frames, frame{name, v.letterAddress(name, c.hash)})
		}
	}
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, p); err != nil {
		s.log.Error("the preview page", "cause", err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	out.WriteTo(w)
}

func (v view) control(c choice) control {
	ctl := control{Label: c.label, Chosen: v.value(c)}
	for _, o := range c.options {
		ctl.Links = append(ctl.Links, link{o.label, v.address(c, o), o.value == ctl.Chosen})
	}
	return ctl
}

// source answers with the message, to be opened in a mail program.
func (s *Server) source(w http.ResponseWriter, r *http.Request) {
	c := s.letters.at(r.Context(), r.URL.Query().Get("as-of"))
	if c.err != nil {
		http.Error(w, c.err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "message/rfc822")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": c.letter.Edition + ".eml"}))
	w.Write(c.letter.Source)
}
