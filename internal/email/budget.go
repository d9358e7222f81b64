package email

import (
	"errors"
	"fmt"
	"io"
	"mime/quotedprintable"
	"sort"
)

// MaxHTML is the most bytes of the HTML part, decoded and encoded: Gmail cuts a
// letter at about 102 KiB, and with it the way to unsubscribe.
const MaxHTML = 100_000

// Size is the size of an HTML part, in bytes.
type Size struct{ Decoded, Encoded int }

func (s Size) fits() bool { return s.Decoded <= MaxHTML && s.Encoded <= MaxHTML }

// sizeOf measures a part as it will be sent.
func sizeOf(part string) Size {
	var encoded counter
	w := quotedprintable.NewWriter(&encoded)
	_, _ = io.WriteString(w, part) // a counter does not fail
	_ = w.Close()
	return Size{len(part), int(encoded)}
}

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// fitted renders the HTML part of the letter within the budget. What is less
// important goes first: text of the items, then pictures, then all text; then
// items are shown by title only, the last ones of the longest sections first;
// then the lists of titles end early. It returns the letter that fits, and what
// was shortened, in words for the person who sends it.
func (r *Renderer) fitted(l Letter) (fitting Letter, part string, shortened []string, err error) {
	try := func(l Letter) bool {
		if err != nil {
			return false
		}
		part, err = htmlOf(r.html, l)
		if errors.Is(err, errTooLong) {
			err = nil
			return false
		}
		return err == nil && sizeOf(part).fits()
	}
	if fitting = l; try(fitting) || err != nil {
		return fitting, part, nil, err
	}
	pictures := ""
	if l.count(Section.pictures) > 0 {
		pictures = ", pictures are left out"
	}
	for _, step := range []struct {
		columns  int
		pictures bool
		what     string
	}{{maxSummary / 2, true, "texts are cut at half their length"}, {maxSummary / 2, false, "texts are cut at half their length" + pictures}, {0, false, "texts are left out" + pictures}} {
		shortened = []string{step.what}
		if fitting = l.each(func(i Item) Item {
			if !step.pictures {
				i.Image = nil
			}
			return i.shortened(step.columns)
		}); try(fitting) || err != nil {
			return fitting, part, shortened, err
		}
	}
	bare := fitting
	longest := func(of func(Section) int) (most int) {
		for _, s := range bare.Sections {
			most = max(most, of(s))
		}
		return most
	}
	most := longest(func(s Section) int { return len(s.Items) })
	fewer := sort.Search(most, func(n int) bool { return try(bare.listed(most - n)) })
	if fitting = bare.listed(most - fewer); fewer == most { // nobody can be shown in full
		bare = fitting
		most = longest(func(s Section) int { return len(s.More) })
		fitting = bare.ended(most - sort.Search(most, func(n int) bool { return try(bare.ended(most - n)) }))
	}
	shortened = append(shortened, fmt.Sprintf("%d bookmarks are shown by title only", fitting.count(Section.byTitle)))
	if lost := fitting.count(func(s Section) int { return s.moved - s.byTitle() }); lost > 0 {
		shortened = append(shortened, fmt.Sprintf("%d are not shown at all", lost))
	}
	if !try(fitting) && err == nil {
		err = fmt.Errorf("%s: the part that it makes has more than %d bytes even with titles only, and mail programs would cut it; make the template smaller, or give the categories limits", HTMLTemplate, MaxHTML)
	}
	return fitting, part, shortened, err
}

// pictures is how many the section shows.
func (s Section) pictures() (n int) {
	for _, i := range s.Items {
		if i.Image != nil {
			n++
		}
	}
	return n
}

// byTitle is how many bookmarks of the edition are shown by title only: they come
// before those over the limit.
func (s Section) byTitle() int { return min(s.moved, len(s.More)) }

func (l Letter) count(of func(Section) int) (n int) {
	for _, s := range l.Sections {
		n += of(s)
	}
	return n
}

// each is the letter with its items changed.
func (l Letter) each(change func(Item) Item) Letter {
	return l.sections(func(s Section) Section {
		items := make([]Item, len(s.Items))
		for i, item := range s.Items {
			items[i] = change(item)
		}
		s.Items = items
		return s
	})
}

func (l Letter) sections(change func(Section) Section) Letter {
	sections := make([]Section, len(l.Sections))
	for i, s := range l.Sections {
		sections[i] = change(s)
	}
	l.Sections = sections
	return l
}

// listed is the letter with at most so many items in full in a section, and the
// others by title.
func (l Letter) listed(most int) Letter {
	return l.sections(func(s Section) Section {
		if len(s.Items) > most {
			s.moved += len(s.Items) - most
			s.More = append(append([]Item{}, s.Items[most:]...), s.More...)
			s.Items = s.Items[:most]
		}
		return s
	})
}

// ended is the letter with at most so many titles in the list of a section.
func (l Letter) ended(most int) Letter {
	return l.sections(func(s Section) Section {
		if len(s.More) > most {
			s.Rest += len(s.More) - most
			s.More = s.More[:most]
		}
		return s
	})
}
