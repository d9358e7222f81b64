package bookmark

import (
	"io/fs"
	"iter"
	"sync"
	"time"
)

// The limits of a [Reader] that sets none.
const (
	DefaultMaxFile        = 1 << 20
	DefaultMaxFrontMatter = 64 << 10
)

// A Reader reads content files. Its zero value reads Hugo's own keys with no
// link among them, dates without a zone as UTC, within the default limits.
type Reader struct {
	Fields         Fields
	Location       *time.Location // of dates without a zone
	Identity       Identity       // of its bookmarks
	Site           string         // the site's address: a page without a link is then linked to there; empty: it has none
	MaxFile        int64          // bytes
	MaxFrontMatter int64          // bytes

	// Since and Until allow Read to pass over files whose date is surely before
	// the one, or at the other or after it. Zero: no bound. Most of a file that
	// is passed over is not read, so what is wrong with it is not found.
	Since, Until time.Time
	// Index spares most files that are passed over from being opened; or it is nil.
	// It is used if there are bounds.
	Index *Index
	// Passed is called with the number of files that were passed over since it
	// was last called, by the goroutine that Read yields to; or it is nil.
	Passed func(files int)
}

// A Source is a tree of content files with the name that its paths begin with.
type Source struct {
	Name string
	FS   fs.FS
}

// readers is how many files are read at once. A disk that has nothing in memory
// yet serves many as well as a few; processors there are fewer.
const readers = 8

// A result is what Read yields.
type result struct {
	bookmark Bookmark
	err      error
}

// A batch is what became of the files of a block.
type batch struct {
	results []result
	passed  int
}

// Read yields a Bookmark or a *FileError for each content file of the sources,
// in no particular order. With an error comes a bookmark of which only the path
// is known. Content files are those named .md, .markdown, .mdown, .html or .htm;
// as in Hugo, names that begin with "." or "#" or end in "~" or ".bak" are
// passed over. Links to other files are not followed, and only regular files are
// opened. When Read returns, nothing of the sources is in use any more.
func (r *Reader) Read(sources ...Source) iter.Seq2[Bookmark, error] {
	return func(yield func(Bookmark, error) bool) {
		look, index := r.look(), r.Index
		if !look.on || index.isIdle() {
			index = nil
		}
		stop := make(chan struct{})
		blocks := make(chan block, 4)
		batches := make(chan batch, readers)
		var group sync.WaitGroup
		defer group.Wait()
		defer close(stop)
		group.Go(func() {
			defer close(blocks)
			w := walker{stop: stop, blocks: blocks, index: index}
			for _, s := range sources {
				w.source(s)
			}
		})
		var files sync.WaitGroup
		for range readers {
			files.Add(1)
			group.Go(func() {
				defer files.Done()
				f := fileReader{Reader: r, look: look}
				for b := range blocks {
					select {
					case batches <- f.block(b):
					case <-stop:
					}
				}
			})
		}
		group.Go(func() {
			files.Wait()
			close(batches)
		})
		for b := range batches {
			if r.Passed != nil && b.passed > 0 {
				r.Passed(b.passed)
			}
			for _, found := range b.results {
				if !yield(found.bookmark, found.err) {
					return
				}
			}
		}
	}
}
