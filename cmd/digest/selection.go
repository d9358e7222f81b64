package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"digest/internal/bookmark"
	"digest/internal/ledger"
	"digest/internal/selector"
	"digest/internal/sqlite"
)

// A reading is what the content files say.
type reading struct {
	bookmarks []bookmark.Bookmark   // by path
	odd       []*bookmark.FileError // files that cannot be read, by path
	files     int                   // content files in all
}

// A span of time; zero: no bound.
type bounds struct{ since, until time.Time }

func (b bounds) contain(t time.Time) bool {
	return !t.Before(b.since) && (b.until.IsZero() || t.Before(b.until))
}

// sources opens the folders of content, under names that are all different.
func (n *newsletter) sources() (sources []bookmark.Source, closeAll func(), err error) {
	var dirs []*bookmark.DirFS
	closeAll = func() {
		for _, d := range dirs {
			d.Close()
		}
	}
	taken := map[string]bool{}
	for _, folder := range n.Content {
		dir, err := bookmark.Dir(n.Path(folder))
		if err != nil {
			closeAll()
			return nil, nil, fmt.Errorf("content: %w; make it readable, or set content", err)
		}
		dirs = append(dirs, dir)
		if filepath.IsAbs(folder) {
			folder = filepath.Base(folder)
		}
		name := filepath.ToSlash(folder)
		for i := 2; taken[name]; i++ {
			name = fmt.Sprintf("%s-%d", filepath.ToSlash(folder), i)
		}
		taken[name] = true
		sources = append(sources, bookmark.Source{Name: name, FS: dir})
	}
	return sources, closeAll, nil
}

// whileReading is how much garbage may lie about, in percent of what is in use:
// little of what is read is kept, and a heap of half the size takes no longer.
const whileReading = 60

// none is for no letter.
func none(bookmark.Bookmark) bool { return false }

// read reads the content files, all of them or those whose date may be within
// bounds. Of bookmarks that are for no letter only what selects them is kept:
// nothing else of a large site takes as much room. A file that cannot be read is a
// warning.
func (n *newsletter) read(within bounds, letter func(bookmark.Bookmark) bool) (*reading, error) {
	sources, closeAll, err := n.sources()
	if err != nil {
		return nil, err
	}
	defer closeAll()
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(whileReading))
	}
	r := &reading{}
	bar := n.newProgress("reading", 0)
	defer bar.done()
	passed := func(files int) {
		r.files += files
		bar.add(files)
	}
	reader := bookmark.Reader{
		Fields: n.Fields, Location: n.Location, Identity: n.Identity, Site: n.Site, MaxFile: n.Limits.File, MaxFrontMatter: n.Limits.FrontMatter,
		Since: within.since, Until: within.until, Passed: passed,
	}
	if within != (bounds{}) && !n.flags.noIndex {
		reader.Index = bookmark.OpenIndex(fmt.Sprintf("%s.%s.index", n.Database, n.Name), n.keepIndex)
		defer reader.Index.Close()
	}
	for b, err := range reader.Read(sources...) {
		passed(1)
		var fe *bookmark.FileError
		if errors.As(err, &fe) {
			r.odd = append(r.odd, fe)
			continue
		}
		if !letter(b) {
			b.Body, b.Summary, b.Image = "", "", ""
		}
		r.bookmarks = append(r.bookmarks, b)
	}
	if reader.Index != nil {
		if err := reader.Index.Save(); err != nil { // the next run will do without
			n.log.Debug(fmt.Sprintf("index: %v", err))
		}
	}
	slices.SortFunc(r.bookmarks, func(a, b bookmark.Bookmark) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(r.odd, func(a, b *bookmark.FileError) int { return strings.Compare(a.Path, b.Path) })
	if len(r.odd) > 0 && n.flags.strict {
		return nil, fmt.Errorf("%w (with --strict no file may be odd; %d are)", r.odd[0], len(r.odd))
	}
	return r, nil
}

// warnOdd names the first of the files that are left out.
func (n *newsletter) warnOdd(odd []*bookmark.FileError) {
	const most = 10
	for i, fe := range odd {
		if i == most {
			n.log.Warn(fmt.Sprintf("%d more content files are left out; digest check names them all", len(odd)-most))
			return
		}
		n.log.Warn(fe.Error())
	}
}

// A selection is the edition of now, with a verdict on every file that was read
// and could be.
type selection struct {
	edition  selector.Edition
	verdicts []*selector.Verdict
	odd      []*bookmark.FileError
	files    int             // content files in all
	memory   selector.Memory // of the other editions
	passed   []ledger.Passed // what is not in it, and shall not come late
}

// An extent is how much a selection reads.
type extent struct {
	all    bool // all files; else most of those of another time are not read
	letter bool // what letters are made of, of the bookmarks of the edition's time
}

var (
	toLetter  = extent{letter: true}
	toList    = extent{}
	toListAll = extent{all: true}
	toCheck   = extent{all: true, letter: true}
)

// selection reads and selects. past may be nil.
func (n *newsletter) selection(ctx context.Context, past *sqlite.DB, much extent) (*selection, error) {
	m, err := n.memory(ctx, past)
	if err != nil {
		return nil, err
	}
	edition := bounds{n.policy.Reach(m), n.policy.Window.End}
	var within bounds
	if !much.all && !n.flags.strict {
		within = edition
		if n.policy.Now.After(within.until) {
			within.until = n.policy.Now // these wait for the next edition
		}
	}
	letter := none
	if much.letter {
		letter = func(b bookmark.Bookmark) bool { return edition.contain(b.Date) }
	}
	r, err := n.read(within, letter)
	if err != nil {
		return nil, err
	}
	s := &selection{odd: r.odd, files: r.files, memory: m}
	s.edition, s.verdicts = n.policy.Select(slices.Values(r.bookmarks), m)
	if n.isWhole() {
		for _, v := range s.verdicts {
			if v.NoPlace() {
				s.passed = append(s.passed, passed(v.Bookmark, false))
			}
		}
	}
	n.warnScores(r.bookmarks)
	return s, nil
}

// isWhole reports whether the edition is of all categories.
func (n *newsletter) isWhole() bool {
	if n.edits != nil {
		return n.edits.Edition == selector.Policy{Name: n.Name, Window: n.policy.Window}.ID()
	}
	return len(n.policy.Only) == 0
}

func passed(b bookmark.Bookmark, final bool) ledger.Passed {
	return ledger.Passed{Bookmark: ledger.Bookmark{Key: b.Key(), Link: b.Link}, Final: final}
}

// memory is what all editions but that of now leave for it.
func (n *newsletter) memory(ctx context.Context, past *sqlite.DB) (selector.Memory, error) {
	m := selector.Memory{Featured: map[string]string{}, Passed: map[string]selector.Passed{}}
	if past == nil {
		return m, nil
	}
	reach := n.policy.Reach(selector.Memory{Since: time.Unix(0, 0)})
	kept, err := past.Memory(ctx, n.Name, reach)
	if err != nil {
		return m, err
	}
	id := n.id()
	m.Since = kept.Since
	ends := map[string]time.Time{}
	for _, c := range kept.Closed {
		if c.Edition != id {
			m.Closed = append(m.Closed, selector.Window{Start: c.Start, End: c.End})
			ends[c.Edition] = c.End
		}
	}
	// The rule for what is one page may have changed since then. The keys of then
	// count too: the ledger takes none of them a second time.
	for _, s := range slices.Backward(kept.Featured) {
		if s.Edition != id {
			m.Featured[s.Key], m.Featured[n.Identity.Canonical(s.Link)] = s.Edition, s.Edition
		}
	}
	for _, s := range kept.Passed {
		key := n.Identity.Canonical(s.Link)
		if end, closed := ends[s.Edition]; closed && !m.Passed[key].Final {
			m.Passed[key] = selector.Passed{Edition: s.Edition, End: end, Final: s.Final}
		}
	}
	return m, nil
}

// warnScores doubts scores that rank bookmarks and look as if they were drawn by
// lot: tools that could not count shares wrote numbers below 50, and older ones
// did not say so.
func (n *newsletter) warnScores(bookmarks []bookmark.Bookmark) {
	const enough, most = 20, 49
	known := 0
	for _, b := range bookmarks {
		if b.Score.Known && b.Score.Value > most {
			return
		}
		if b.Score.Known {
			known++
		}
	}
	if n.Order == selector.ByScore && known >= enough {
		n.log.Warn(fmt.Sprintf("all %d scores are below %d, as simulated ones are: set order to date, or flag those that are made up with socialScoreSimulated", known, most+1))
	}
}
