package config

import (
	"cmp"
	"errors"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/language"

	"digest/internal/bookmark"
	"digest/internal/subscriber"
	"digest/internal/theme"
)

func (f *file) checkLetter(c *Config, faults *Faults) {
	c.Name, c.Title = f.Name, bookmark.Clean(f.Title)
	if !nameForm.MatchString(f.Name) {
		faults.add("name", "write a short name such as weekly", "%q is not 1 to 32 small letters, digits and hyphens", f.Name)
	}
	if c.Title == "" {
		faults.add("title", "write the name of the newsletter", "it is empty")
	}
	if from, err := address(f.From); err != nil {
		faults.add("from", `write "The Name <digest@example.org>"`, "%q: %v", f.From, err)
	} else {
		from.Name = cmp.Or(from.Name, c.Title)
		c.From = from
	}
	if f.ReplyTo != "" {
		if reply, err := address(f.ReplyTo); err != nil {
			faults.add("reply_to", "write an address, or leave it empty", "%q: %v", f.ReplyTo, err)
		} else {
			c.ReplyTo = reply.String()
		}
	}
	c.Subject = f.Subject
	tag, err := language.Parse(f.Language)
	c.Language = tag.String() // en_US is written en-US in mail and HTML
	if err != nil {
		faults.add("language", "write a tag such as en or pt-BR", "%q is no language", f.Language)
	}
	location, err := time.LoadLocation(f.Timezone)
	if err != nil || f.Timezone == "" || f.Timezone == "Local" {
		faults.add("timezone", "write a name such as Europe/Berlin or UTC", "%q is no time zone", f.Timezone)
		location = time.UTC
	}
	c.Location = location
	c.Address, c.Archive = bookmark.Clean(f.Address), webAddress(faults, "archive", f.Archive)
	c.Images = Images(f.Images)
	oneOf(faults, "images", f.Images, string(NoImages), string(LinkImages), string(EmbedImages))
	c.Theme = f.theme(faults)
	c.Templates = c.Path(f.Templates)
	if f.Templates != "" && !isDir(c.Templates) {
		faults.add("templates", "name a folder, or leave the key empty for the built-in ones", "%s", noDir(c.Templates))
	}
	c.Intro = c.Path(f.Intro)
	if f.Intro != "" && !isDir(c.Intro) {
		faults.add("intro", "make the folder, or leave the key empty", "%s", noDir(c.Intro))
	}
}

// palette is one scheme of the theme; what is empty is the built-in theme's.
type palette struct {
	Page   string `mapstructure:"page"`
	Card   string `mapstructure:"card"`
	Text   string `mapstructure:"text"`
	Muted  string `mapstructure:"muted"`
	Link   string `mapstructure:"link"`
	Accent string `mapstructure:"accent"`
	Line   string `mapstructure:"line"`
}

func (p palette) over(d theme.Palette) theme.Palette {
	return theme.Palette{
		Page: cmp.Or(p.Page, d.Page), Card: cmp.Or(p.Card, d.Card), Text: cmp.Or(p.Text, d.Text), Muted: cmp.Or(p.Muted, d.Muted),
		Link: cmp.Or(p.Link, d.Link), Accent: cmp.Or(p.Accent, d.Accent), Line: cmp.Or(p.Line, d.Line),
	}
}

// theme is the built-in one with what is configured in its place.
func (f *file) theme(faults *Faults) theme.Theme {
	families := func(name, standard string) string {
		switch name {
		case "":
			return standard
		case "serif":
			return theme.Serif
		case "sans":
			return theme.Sans
		}
		return name
	}
	d := theme.Default()
	t := theme.Theme{
		Headings: families(f.Theme.Headings, d.Headings), Text: families(f.Theme.Text, d.Text),
		Light: f.Theme.Light.over(d.Light), Dark: f.Theme.Dark.over(d.Dark),
	}
	if err := t.Check(); err != nil {
		for line := range strings.Lines(err.Error()) {
			key, problem, _ := strings.Cut(strings.TrimSpace(line), ": ")
			if behind := backdrop.FindStringSubmatch(problem); behind != nil && !f.sets(key) {
				key = behind[1] // of the pair, what is not the built-in theme's
			}
			if faults.has("theme." + key) { // a colour may be too near to two others
				continue
			}
			faults.add("theme."+key, "choose another, or leave it empty for the built-in one", "%s", problem)
		}
	}
	return t
}

var backdrop = regexp.MustCompile(` on ((?:light|dark)\.(?:page|card)) `)

// sets reports whether a colour of the theme is configured.
func (f *file) sets(colour string) bool {
	scheme, name, _ := strings.Cut(colour, ".")
	p := map[string]palette{"light": f.Theme.Light, "dark": f.Theme.Dark}[scheme]
	return map[string]string{"text": p.Text, "muted": p.Muted, "link": p.Link, "accent": p.Accent}[name] != ""
}

// webAddress is an http or https address that can stand in a letter, or empty.
func webAddress(faults *Faults, key, s string) string {
	u, err := url.Parse(s)
	if s != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || u.String() != s) {
		faults.add(key, "write https://www.example.org/letters, or leave it empty", "%q is no address on the web", s)
	}
	return s
}

// address reads one mailbox, with a name or without.
func address(s string) (mail.Address, error) {
	if strings.TrimSpace(s) == "" {
		return mail.Address{}, errors.New("it is empty")
	}
	if strings.HasSuffix(strings.TrimSpace(s), ";") { // mail.ParseAddress takes one of one mailbox
		return mail.Address{}, errors.New("it is a group")
	}
	a, err := mail.ParseAddress(s)
	if err != nil {
		return mail.Address{}, errors.New(strings.TrimPrefix(err.Error(), "mail: "))
	}
	checked, err := subscriber.New(a.Address, a.Name)
	return checked.Address, err
}
