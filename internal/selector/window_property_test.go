package selector_test

import (
	"archive/zip"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"digest/internal/selector"
)

// zones are all names that Go ships, or else those of this machine.
var zones = sync.OnceValues(func() ([]string, error) {
	var names []string
	collect := func(name string, _ fs.DirEntry, err error) error {
		if _, bad := time.LoadLocation(name); err == nil && bad == nil {
			names = append(names, name)
		}
		return err
	}
	if root, err := exec.Command("go", "env", "GOROOT").Output(); err == nil {
		z, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib/time/zoneinfo.zip"))
		if err == nil {
			defer z.Close()
			for _, f := range z.File {
				_ = collect(f.Name, nil, nil)
			}
			return names, nil
		}
	}
	return names, fs.WalkDir(os.DirFS("/usr/share/zoneinfo"), ".", collect)
})

func zoneNames(t *testing.T) []string {
	t.Helper()
	names, err := zones()
	if err != nil || len(names) < 400 {
		t.Skipf("only %d time zones on this machine: %v", len(names), err)
	}
	return names
}

// tally counts the days of a zone that are not 24 hours long.
type tally struct{ days, short, long, missing, noMidnight atomic.Int64 }

// In every zone there is, the days of 21 years follow each other without a gap
// and without overlap, and begin when the date does.
func TestDaysTileTimeEverywhere(t *testing.T) {
	names := zoneNames(t)
	var count tally
	work := make(chan string)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for name := range work {
				checkDays(t, name, &count)
			}
		})
	}
	for _, name := range names {
		work <- name
	}
	close(work)
	wg.Wait()
	t.Logf("%d zones, %d days: %d short, %d long, %d missing, %d without midnight",
		len(names), count.days.Load(), count.short.Load(), count.long.Load(), count.missing.Load(), count.noMidnight.Load())
	for name, n := range map[string]int64{"short": count.short.Load(), "long": count.long.Load(), "missing": count.missing.Load(), "without midnight": count.noMidnight.Load()} {
		if n == 0 {
			t.Errorf("no day was %s: the test proves nothing", name)
		}
	}
}

func checkDays(t *testing.T, name string, count *tally) {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Error(err)
		return
	}
	// The window of a day is made by a run on the next one, at noon: that is on
	// its own date in every zone, but for days that do not exist.
	noon := func(d time.Time) time.Time { return time.Date(d.Year(), d.Month(), d.Day(), 12, 0, 0, 0, loc) }
	previous := selector.Span{Days: 1}.Before(noon(time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)))
	for d := time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() <= 2030; d = d.AddDate(0, 0, 1) {
		count.days.Add(1)
		run, span := d.AddDate(0, 0, 1), selector.Span{Days: 1}
		if !date(noon(run)).Equal(run) {
			count.missing.Add(1)
			if w := span.Before(noon(run.AddDate(0, 0, 1))); !w.Start.Equal(w.End) {
				t.Errorf("%s: the window of %s is %s to %s, want an empty one", name, run.Format(time.DateOnly), w.Start, w.End)
			}
			run, span.Days = run.AddDate(0, 0, 1), 2
		}
		w := span.Before(noon(run))
		if !w.Start.Equal(previous.End) || !w.End.After(w.Start) {
			t.Errorf("%s: the window of %s is %s to %s, want one from %s on", name, d.Format(time.DateOnly), w.Start, w.End, previous.End)
		}
		switch shown := date(w.Start); {
		case !shown.Equal(d):
			t.Errorf("%s: %s starts at %s, which is another day", name, d.Format(time.DateOnly), w.Start)
		case w.Start.Hour() != 0 || w.Start.Minute() != 0:
			count.noMidnight.Add(1)
		}
		if before := w.Start.Add(-1); !date(before).Before(d) {
			t.Errorf("%s: %s starts at %s, but %s is on it already", name, d.Format(time.DateOnly), w.Start, before)
		}
		switch length := w.End.Sub(w.Start); {
		case length > 24*time.Hour:
			count.long.Add(1)
		case length < 24*time.Hour:
			count.short.Add(1)
		}
		previous = w
		d = run.AddDate(0, 0, -1)
	}
}

// date is what a calendar shows at t.
func date(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func drawZone(t *rapid.T, names []string) *time.Location {
	loc, err := time.LoadLocation(rapid.SampledFrom(names).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func drawTime(t *rapid.T, loc *time.Location, from, to int) time.Time {
	start, end := time.Date(from, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(to, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	return time.Unix(rapid.Int64Range(start, end).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).In(loc)
}

// Runs every n days, at any time of the day, put every instant into exactly
// one edition.
func TestEveryInstantIsInOneWindow(t *testing.T) {
	names := zoneNames(t)
	rapid.Check(t, func(t *rapid.T) {
		loc := drawZone(t, names)
		instant := drawTime(t, loc, 1850, 2100)
		days := rapid.IntRange(1, 40).Draw(t, "days")
		first := date(instant).AddDate(0, 0, -days-rapid.IntRange(1, days).Draw(t, "phase"))
		var in []selector.Window
		for run := first; run.Before(first.AddDate(0, 0, 5*days+4)); run = run.AddDate(0, 0, days) {
			hour := rapid.IntRange(0, 23).Draw(t, "hour")
			at := time.Date(run.Year(), run.Month(), run.Day(), hour, 30, 0, 0, loc)
			if !date(at).Equal(run) {
				at = time.Date(run.Year(), run.Month(), run.Day(), 12, 0, 0, 0, loc) // not in a gap of the clocks
			}
			if !date(at).Equal(run) {
				t.Skip("a run on a day that does not exist")
			}
			if w := (selector.Span{Days: days}).Before(at); w.Contains(instant) {
				in = append(in, w)
			}
		}
		if len(in) != 1 {
			t.Fatalf("%s is in %d windows of %d days, want one: %v", instant, len(in), days, in)
		}
	})
}

func TestBeforeIsOver(t *testing.T) {
	names := zoneNames(t)
	rapid.Check(t, func(t *rapid.T) {
		at := drawTime(t, drawZone(t, names), 1850, 2100)
		span := rapid.SampledFrom([]selector.Span{{Days: 1}, {Days: 7}, {Days: 366}, {Months: 1}, {Months: 12}}).Draw(t, "span")
		w := span.Before(at)
		if w.Contains(at) || at.Before(w.End) {
			t.Fatalf("%+v.Before(%s) = %s to %s, which is not over", span, at, w.Start, w.End)
		}
		if w.End.Before(w.Start) {
			t.Fatalf("%+v.Before(%s) = %s to %s, which ends before it starts", span, at, w.Start, w.End)
		}
		if again := span.Before(w.End); !again.End.Equal(w.End) || !again.Start.Equal(w.Start) {
			t.Fatalf("%+v.Before(%s) = %s to %s, and at its end %s to %s: two editions of one day", span, at, w.Start, w.End, again.Start, again.End)
		}
	})
}

func TestStartOfDayNeverGoesBack(t *testing.T) {
	names := zoneNames(t)
	rapid.Check(t, func(t *rapid.T) {
		at := drawTime(t, drawZone(t, names), 1850, 2100)
		start := selector.StartOfDay(at)
		if start.After(at) || !selector.StartOfDay(start).Equal(start) {
			t.Fatalf("StartOfDay(%s) = %s, whose own start is %s", at, start, selector.StartOfDay(start))
		}
		hours := []time.Time{at, at.Add(-26 * time.Hour), at.Add(26 * time.Hour)}
		slices.SortFunc(hours, time.Time.Compare)
		for i := range hours[1:] {
			if a, b := selector.StartOfDay(hours[i]), selector.StartOfDay(hours[i+1]); b.Before(a) {
				t.Fatalf("StartOfDay(%s) = %s is after StartOfDay(%s) = %s", hours[i], a, hours[i+1], b)
			}
		}
	})
}
