package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A disk is the folder of a ledger, with what of it would be there after a loss
// of power: all that was synced, and of the rest anything or nothing. That goes
// for the names of files too, which are the folder's own content.
//
// What is in shared memory, digest.db-shm, never is on the disk.
type disk struct {
	dir     string
	random  *rand.Rand
	names   map[string]*inode // as the program sees them
	durable map[string]*inode // as they surely are on the disk
	unsure  []*change         // of the names
	ended   map[*call]bool
	syncs   map[*call][]*change // what they make durable when they end
}

// An inode is a file, whatever its name.
type inode struct {
	content []byte // that surely is on the disk
	unsure  []*change
}

// A change is one that may be on the disk.
type change struct {
	*call
	inode *inode // of a name: what it stands for from now on; nil: nothing
}

// survival is what becomes of what was not synced.
type survival string

const (
	nothing    survival = "nothing"
	everything survival = "everything"
	half       survival = "half of the writes"
	torn       survival = "half of the sectors"
)

// sector is what a disk writes whole or not at all.
const sector = 512

var ledgerFiles = []string{"digest.db", "digest.db-wal", "digest.db-journal"}

// newDisk is a folder in which all is synced.
func newDisk(t *testing.T, dir string, random *rand.Rand) *disk {
	t.Helper()
	d := &disk{dir: dir, random: random, names: map[string]*inode{}, durable: map[string]*inode{}, ended: map[*call]bool{}, syncs: map[*call][]*change{}}
	for _, name := range ledgerFiles {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		d.names[name] = &inode{content: content}
	}
	d.durable = maps.Clone(d.names)
	return d
}

// changes reports whether a loss of power after a moment is another one than
// before.
func (d *disk) changes(m moment) bool {
	return !m.failed && (d.holds(m.file) || m.file == d.dir) && m.over == m.syncs() && (m.name != "open" && m.name != "openat" || m.creates)
}

// holds reports whether a file belongs to the ledger.
func (d *disk) holds(file string) bool {
	return (filepath.Dir(file) == d.dir || filepath.Dir(file) == ".") && slices.Contains(ledgerFiles, filepath.Base(file))
}

func (c *call) syncs() bool { return c.name == "fsync" || c.name == "fdatasync" }

// pass makes the disk what it is after a moment.
func (d *disk) pass(m moment) error {
	name := filepath.Base(m.file)
	f := d.names[name]
	switch {
	case !d.holds(m.file) && m.file != d.dir, m.failed && !(m.syncs() && f != nil):
	case m.syncs() && m.file == d.dir:
		d.sync(m, &d.unsure, func(c *change) { c.rename(d.durable) })
	case m.syncs() && f != nil:
		d.sync(m, &f.unsure, func(c *change) { f.content = c.write(f.content, 0, len(c.data)) })
	case m.over:
		d.ended[m.call] = true
	case (m.name == "pwrite64" || m.name == "ftruncate") && f != nil:
		f.unsure = append(f.unsure, &change{call: m.call})
	case (m.name == "open" || m.name == "openat") && (f != nil || !m.creates):
	case m.name == "open" || m.name == "openat" || m.name == "unlink":
		c := &change{call: m.call}
		if m.creates {
			c.inode = &inode{}
		}
		c.rename(d.names)
		d.unsure = append(d.unsure, c)
	default:
		return fmt.Errorf("%s of %s: what that does to a disk is not known here", m.name, m.file)
	}
	return nil
}

// sync makes durable what had ended when the sync began. If that of a file fails,
// what of it is not on the disk then never will be: no later one tries again.
func (d *disk) sync(m moment, unsure *[]*change, keep func(*change)) {
	if !m.over {
		for _, c := range *unsure {
			if d.ended[c.call] {
				d.syncs[m.call] = append(d.syncs[m.call], c)
			}
		}
		return
	}
	for _, c := range d.syncs[m.call] {
		if !m.failed || d.random.IntN(2) == 0 {
			keep(c)
		}
	}
	*unsure = slices.DeleteFunc(*unsure, func(c *change) bool { return slices.Contains(d.syncs[m.call], c) })
}

// rename makes the change in a folder.
func (c *change) rename(names map[string]*inode) {
	if c.inode == nil {
		delete(names, filepath.Base(c.file))
		return
	}
	names[filepath.Base(c.file)] = c.inode
}

// write makes the change in a file, or the part of it from one byte of its data
// to another.
func (c *change) write(content []byte, from, to int) []byte {
	end := int(c.at)
	if c.name != "ftruncate" {
		end = max(len(content), end+to)
	}
	if more := end - len(content); more > 0 {
		content = append(content, make([]byte, more)...)
	}
	if c.name == "ftruncate" {
		return content[:end]
	}
	copy(content[int(c.at)+from:], c.data[from:to])
	return content
}

// after is what may be in the folder after a loss of power.
func (d *disk) after(names, writes survival) map[string][]byte {
	survives := func(s survival) bool { return s == everything || s != nothing && d.random.IntN(2) == 0 }
	left := maps.Clone(d.durable)
	for _, c := range d.unsure {
		if survives(names) {
			c.rename(left)
		}
	}
	image := map[string][]byte{}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		content := slices.Clone(left[name].content)
		for _, c := range left[name].unsure {
			if writes != torn || c.name == "ftruncate" {
				if survives(writes) {
					content = c.write(content, 0, len(c.data))
				}
				continue
			}
			for from := 0; from < len(c.data); {
				to := min(len(c.data), from+sector-int(c.at+int64(from))%sector)
				if survives(writes) {
					content = c.write(content, from, to)
				}
				from = to
			}
		}
		image[name] = content
	}
	return image
}
