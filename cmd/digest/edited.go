package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"digest/internal/bookmark"
	"digest/internal/draftfile"
	"digest/internal/ledger"
	"digest/internal/selector"
	"digest/internal/sqlite"
)

func (a *app) draftFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.flags.draft, "draft", "", "`FILE` of digest draft, edited: exactly this edition; nothing is selected")
}

// readDraft reads the draft file that is asked for, if one is. From then on the
// edition and the window are those of the file.
func (n *newsletter) readDraft() error {
	name := n.flags.draft
	if name == "" {
		return nil
	}
	for _, other := range []struct{ flag, value string }{
		{"edition", n.flags.edition}, {"category", strings.Join(n.flags.categories, ", ")}, {"window", n.flags.window}, {"since", n.flags.since},
	} {
		if other.value != "" {
			return usage("--draft %s says which edition it is, and so does --%s %s: give one of them", name, other.flag, other.value)
		}
	}
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() { // a pipe would block
		return fmt.Errorf("--draft: %s is not a regular file; name one that digest draft wrote", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("--draft: %w; name a file that digest draft wrote", err)
	}
	defer f.Close()
	draft, err := draftfile.Read(name, f)
	if err != nil {
		return err
	}
	id := regexp.MustCompile(`^` + regexp.QuoteMeta(n.Name) + `-\d{4}-\d{2}-\d{2}(T\d{4})?(-[\pL\pN-]{1,200})?$`)
	if !id.MatchString(draft.Edition) {
		return fmt.Errorf("%s: edition %.60q is none of this newsletter, whose editions are called %s-2026-11-20; leave it as digest draft wrote it", name, draft.Edition, n.Name)
	}
	n.edits = draft
	n.policy.Window = selector.Window{Start: draft.Start.In(n.Location), End: draft.End.In(n.Location)}
	return nil
}

// id is that of the edition of now: the draft file's, or that of what is selected.
func (n *newsletter) id() string {
	if n.edits != nil {
		return n.edits.Edition
	}
	return n.policy.ID()
}

// chosen is the edition of now: that of the draft file, or what is selected with
// the introduction that it has.
func (n *newsletter) chosen(ctx context.Context, past *sqlite.DB, much extent) (*selection, error) {
	if n.edits != nil {
		return n.edited(ctx, past)
	}
	s, err := n.selection(ctx, past, much)
	if err == nil {
		s.edition.Introduction, err = n.introduction(s.edition.ID)
	}
	return s, err
}

// edited is the edition of the draft file, in its order and without limits. What
// cannot be in it is refused, all at once.
func (n *newsletter) edited(ctx context.Context, past *sqlite.DB) (*selection, error) {
	m, err := n.memory(ctx, past)
	if err != nil {
		return nil, err
	}
	r, err := n.read(bounds{}, func(b bookmark.Bookmark) bool { return n.edits.Names(b.Path) })
	if err != nil {
		return nil, err
	}
	files := newContentFiles(r.bookmarks, r.odd)
	s := &selection{edition: selector.Edition{ID: n.edits.Edition, Window: n.policy.Window, Introduction: n.edits.Introduction, Edited: true}, files: r.files, memory: m}
	var faults []error
	for _, part := range n.edits.Sections {
		section := selector.Section{Category: part.Category, Title: part.Title}
		for _, wanted := range part.Bookmarks {
			b, err := files.take(wanted)
			if in, ok := m.Featured[b.Key()]; err == nil && ok {
				err = fmt.Errorf("it was in edition %s, and a bookmark is featured once; remove it from the draft", in)
			}
			if err != nil {
				faults = append(faults, fmt.Errorf("%s:%d: %s: %w", n.flags.draft, wanted.Line, printPath(wanted.Path), err))
			}
			n.warnUnpublished(b)
			section.Bookmarks = append(section.Bookmarks, b)
		}
		s.edition.Sections = append(s.edition.Sections, section)
	}
	offered := map[string]bool{}
	for _, link := range n.edits.Offered {
		offered[n.Identity.Canonical(link)] = true
	}
	for b := range s.edition.All() {
		if len(offered) > 0 && b.Link != "" && !offered[b.Key()] {
			n.log.Warn(fmt.Sprintf("%s: it was not there to choose from when %s was written, or had another link", printPath(b.Path), n.flags.draft))
		}
	}
	if n.isWhole() {
		s.passed = n.leftOut(r.bookmarks, files, offered, m)
	}
	return s, errors.Join(faults...)
}

// leftOut is what the editor was offered and did not name. What came after the
// draft was written nobody has looked at: it comes with the next edition.
func (n *newsletter) leftOut(bookmarks []bookmark.Bookmark, files contentFiles, offered map[string]bool, m selector.Memory) (out []ledger.Passed) {
	_, verdicts := n.policy.Select(slices.Values(bookmarks), m)
	later := 0
	for _, v := range verdicts {
		b := v.Bookmark
		if _, named := files.taken[b.Key()]; named {
			continue
		}
		switch {
		case b.Link != "" && offered[b.Key()]:
			out = append(out, passed(b, true))
		case v.Reason == selector.Selected && n.policy.Window.Contains(b.Date) && len(offered) > 0:
			later++
		}
	}
	if later > 0 {
		n.log.Warn(fmt.Sprintf("%s of its time came after %s was written: for the next edition, or for a new draft", count(later, "bookmark"), n.flags.draft))
	}
	return out
}

// warnUnpublished warns of a bookmark that is named and would not be selected.
func (n *newsletter) warnUnpublished(b bookmark.Bookmark) {
	why := ""
	switch {
	case b.Draft:
		why = "its front matter says draft"
	case b.Publish.After(n.policy.Now):
		why = "it is not published before " + b.Publish.In(n.Location).Format("2006-01-02 15:04")
	case b.Expiry.Year() > 1 && !b.Expiry.After(n.policy.Now):
		why = "it expired at " + b.Expiry.In(n.Location).Format("2006-01-02 15:04")
	default:
		return
	}
	n.log.Warn(fmt.Sprintf("%s: %s; it is in the edition, since %s names it", printPath(b.Path), why, n.flags.draft))
}

// contentFiles are those that an editor may name.
type contentFiles struct {
	byPath map[string]bookmark.Bookmark
	odd    map[string]*bookmark.FileError
	taken  map[string]string // paths by the key of their link
}

func newContentFiles(bookmarks []bookmark.Bookmark, odd []*bookmark.FileError) contentFiles {
	files := contentFiles{map[string]bookmark.Bookmark{}, map[string]*bookmark.FileError{}, map[string]string{}}
	for _, b := range bookmarks {
		files.byPath[b.Path] = b
	}
	for _, fe := range odd {
		files.odd[fe.Path] = fe
	}
	return files
}

// take is the bookmark as the editor wants it, or why it cannot be in an edition,
// with a remedy.
func (f contentFiles) take(wanted draftfile.Bookmark) (bookmark.Bookmark, error) {
	b, found := f.byPath[wanted.Path]
	if fe := f.odd[wanted.Path]; fe != nil {
		return bookmark.Bookmark{}, fmt.Errorf("it cannot be read: %w; mend it, or remove it from the draft", fe.Err)
	}
	if !found {
		return bookmark.Bookmark{}, errors.New("there is no such content file any more; put it back, or remove it from the draft")
	}
	b.Title = bookmark.Clean(cmp.Or(wanted.Title, b.Title))
	b.Note = wanted.Note
	first, twice := f.taken[b.Key()]
	switch {
	case b.NotListed != "":
		return b, fmt.Errorf("%s; remove it from the draft", b.NotListed)
	case b.Link == "":
		return b, errors.New("it has no link; add one, or remove it from the draft")
	case b.Title == "":
		return b, errors.New("it has no title; add one, there or here")
	case !b.HasDate():
		return b, errors.New("it has no date, which the letter shows; add one, or remove it from the draft")
	case twice:
		return b, fmt.Errorf("it links to the same page as %s; remove one of the two", printPath(first))
	}
	f.taken[b.Key()] = b.Path
	return b, nil
}

// sayNotHeeded warns when somebody has the edition already, and the draft file
// wants another one.
func (n *newsletter) sayNotHeeded(fixed ledger.Edition) {
	var was selector.Edition
	err := json.Unmarshal(fixed.Content, &was)
	if err == nil && was.Introduction == n.edits.Introduction && slices.EqualFunc(was.Sections, n.edits.Sections, sameSection) {
		return
	}
	n.log.Warn(fmt.Sprintf("%s was delivered to somebody already, so everyone gets it as it was then; %s says otherwise and is not heeded", fixed.ID, n.flags.draft))
}

func sameSection(was selector.Section, wanted draftfile.Section) bool {
	return was.Title == wanted.Title && slices.EqualFunc(was.Bookmarks, wanted.Bookmarks, func(b bookmark.Bookmark, w draftfile.Bookmark) bool {
		return b.Path == w.Path && b.Note == w.Note && (w.Title == "" || b.Title == bookmark.Clean(w.Title))
	})
}

// isEdited reports whether an edition was fixed as an editor wanted it.
func isEdited(e ledger.Edition) bool {
	var was selector.Edition
	return json.Unmarshal(e.Content, &was) == nil && was.Edited
}
