package draftfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Read reads the file of that name. All that is wrong with it is told at once,
// each on a line with its place and a remedy.
func Read(name string, from io.Reader) (*File, error) {
	data, err := io.ReadAll(io.LimitReader(from, MaxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w; make it readable", name, err)
	case len(data) > MaxFile:
		return nil, fmt.Errorf("%s: it has more than %d bytes; a draft is shorter, so name the right file", name, MaxFile)
	case !utf8.Valid(data):
		return nil, fmt.Errorf("%s: it is not UTF-8; save it as UTF-8", name)
	}
	r := reader{name: name}
	f := r.file(data)
	if len(r.faults) > 0 {
		return nil, errors.Join(r.faults...)
	}
	return f, nil
}

type reader struct {
	name   string
	faults []error
}

func (r *reader) fault(n *yaml.Node, remedy, problem string, args ...any) {
	r.faults = append(r.faults, fmt.Errorf("%s:%d: %s; %s", r.name, n.Line, fmt.Sprintf(problem, args...), remedy))
}

func (r *reader) file(data []byte) *File {
	var doc, more yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(data))
	err := d.Decode(&doc)
	if err == nil {
		if err = d.Decode(&more); errors.Is(err, io.EOF) {
			err = nil
		} else if err == nil {
			r.fault(&more, `remove the line "---" before it`, "a second document begins")
		}
	}
	if err != nil {
		r.faults = append(r.faults, yamlError(r.name, err))
	}
	if len(r.faults) > 0 {
		return nil
	}
	f, root := &File{}, doc.Content[0]
	r.table(root, fields{
		"introduction": func(n *yaml.Node) { f.Introduction = r.markdown(n, MaxIntroduction) },
		"edition":      func(n *yaml.Node) { f.Edition = r.text(n) },
		"window": func(n *yaml.Node) {
			r.table(n, fields{"start": func(n *yaml.Node) { f.Start = r.time(n) }, "end": func(n *yaml.Node) { f.End = r.time(n) }}, "start", "end")
			if len(r.faults) == 0 && !f.Start.Before(f.End) {
				r.fault(n, "write the window as digest draft did", "the window ends before it starts")
			}
		},
		"sections": func(n *yaml.Node) { f.Sections = r.sections(n) },
		"offered": func(n *yaml.Node) {
			for _, item := range r.list(n) {
				f.Offered = append(f.Offered, r.required(item))
			}
		},
	}, "edition", "window", "sections")
	return f
}

func (r *reader) sections(n *yaml.Node) (sections []Section) {
	first := map[string]int{}
	for _, item := range r.list(n) {
		var s Section
		r.table(item, fields{
			"category":  func(n *yaml.Node) { s.Category = r.text(n) },
			"title":     func(n *yaml.Node) { s.Title = r.required(n) },
			"bookmarks": func(n *yaml.Node) { s.Bookmarks = r.bookmarks(n, first) },
		}, "title", "bookmarks")
		if len(s.Bookmarks) > 0 { // it may have lost them to other sections
			sections = append(sections, s)
		}
	}
	if len(sections) == 0 && len(r.faults) == 0 {
		r.fault(n, "name at least one, or send nothing", "no bookmark is left")
	}
	return sections
}

// bookmarks notes the line of each path in first.
func (r *reader) bookmarks(n *yaml.Node, first map[string]int) (bookmarks []Bookmark) {
	for _, item := range r.list(n) {
		b := Bookmark{Line: item.Line}
		r.table(item, fields{
			"path":  func(n *yaml.Node) { b.Path = r.required(n) },
			"title": func(n *yaml.Node) { b.Title = r.text(n) },
			"note":  func(n *yaml.Node) { b.Note = r.markdown(n, MaxNote) },
		}, "path")
		if line, twice := first[b.Path]; twice && b.Path != "" {
			r.fault(item, "remove one of the two", "%q is in it twice, first at line %d", b.Path, line)
		} else {
			first[b.Path] = item.Line
		}
		bookmarks = append(bookmarks, b)
	}
	return bookmarks
}

// fields read the values of a table by its keys.
type fields map[string]func(*yaml.Node)

// table refuses unknown keys, keys that stand there twice and such that are missing.
func (r *reader) table(n *yaml.Node, known fields, needed ...string) {
	if n.Kind != yaml.MappingNode {
		r.fault(n, "write "+strings.Join(slices.Sorted(maps.Keys(known)), ": ..., ")+": ...", "here should be keys with their values")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, ok := known[key.Value]
		switch {
		case !ok || key.Kind != yaml.ScalarNode:
			r.fault(key, "here there are "+strings.Join(slices.Sorted(maps.Keys(known)), ", "), "no such key: %.60q", key.Value)
		case seen[key.Value]:
			r.fault(key, "remove one of the two", "%s stands here twice", key.Value)
		default:
			read(value)
		}
		seen[key.Value] = true
	}
	for _, key := range needed {
		if !seen[key] {
			r.fault(n, "write it as digest draft did", "%s is missing", key)
		}
	}
}

// list is the items; one that is empty is no fault.
func (r *reader) list(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode && n.ShortTag() != "!!null" {
		r.fault(n, `begin each item with "- "`, "here should be a list")
	}
	if n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// text is a scalar as it stands, also where YAML would take it for a number or a
// date; a null is empty.
func (r *reader) text(n *yaml.Node) string {
	var s string
	if n.Kind != yaml.ScalarNode || n.Decode(&s) != nil {
		r.fault(n, "put it in quotes", "here should be a text")
	}
	return s
}

func (r *reader) required(n *yaml.Node) string {
	faults := len(r.faults)
	s := r.text(n)
	if strings.TrimSpace(s) == "" && len(r.faults) == faults {
		r.fault(n, "write it, or remove the whole entry", "it is empty")
	}
	return s
}

func (r *reader) markdown(n *yaml.Node, most int) string {
	s := Text(r.text(n))
	switch {
	case !utf8.ValidString(s):
		r.fault(n, "write it anew", "it is not UTF-8")
	case len(s) > most:
		r.fault(n, "shorten it", "the text has %d bytes, and at most %d fit into a letter", len(s), most)
	}
	return s
}

func (r *reader) time(n *yaml.Node) time.Time {
	t, err := time.Parse(time.RFC3339, r.text(n))
	if err != nil {
		r.fault(n, "write it as digest draft did: 2026-11-20T00:00:00-05:00", "%.60q is no instant", n.Value)
	}
	return t
}

var yamlLine = regexp.MustCompile(`^line (\d+): `)

func yamlError(name string, err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: it is empty; write one with: digest draft", name)
	}
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		name, text = name+":"+m[1], text[len(m[0]):]
	}
	return fmt.Errorf("%s: near here, %s; indent with blanks, and put a text with : # or a quote in it below a \"|\"", name, text)
}
