package preview

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// stream is the events that a page gets.
type stream struct{ lines *bufio.Scanner }

// listen opens the events of a page that shows a version.
func listen(t *testing.T, base, version string) stream {
	t.Helper()
	// No event is worth a longer wait.
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/events?version="+version, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Body.Close() })
	if got := r.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("Content-Type = %q", got)
	}
	return stream{bufio.NewScanner(r.Body)}
}

// next is the next version that the page is told of; empty: there are no more
// events.
func (s stream) next() string {
	for s.lines.Scan() {
		if version, ok := strings.CutPrefix(s.lines.Text(), "data: "); ok {
			return version
		}
	}
	return ""
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestAChangeOnDiskReachesThePage(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(t *testing.T, dir string)
	}{
		{"a file is written", func(t *testing.T, dir string) { write(t, dir+"/config.yaml", "b") }},
		{"a file is replaced", func(t *testing.T, dir string) {
			write(t, dir+"/new", "b")
			if err := os.Rename(dir+"/new", dir+"/config.yaml"); err != nil {
				t.Fatal(err)
			}
		}},
		{"a file appears that was not there", func(t *testing.T, dir string) { write(t, dir+"/secret", "b") }},
		{"a file in a folder", func(t *testing.T, dir string) { write(t, dir+"/content/a.md", "b") }},
		{"a file deeper down", func(t *testing.T, dir string) { write(t, dir+"/content/deep/er/a.md", "b") }},
		{"a file is removed", func(t *testing.T, dir string) {
			if err := os.Remove(dir + "/content/deep/er/old.md"); err != nil {
				t.Fatal(err)
			}
		}},
		{"a folder is replaced", func(t *testing.T, dir string) {
			if err := os.RemoveAll(dir + "/content"); err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(dir+"/content/anew", 0o755); err != nil {
				t.Fatal(err)
			}
			write(t, dir+"/content/anew/a.md", "b")
		}},
		{"a file behind a link", func(t *testing.T, dir string) { write(t, dir+"/else/linked.csv", "b") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, d := range []string{"content/deep/er", "else"} {
				if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			for _, f := range []string{"config.yaml", "content/deep/er/old.md", "else/linked.csv"} {
				write(t, filepath.Join(dir, f), "a")
			}
			if err := os.Symlink("else/linked.csv", dir+"/list.csv"); err != nil {
				t.Skip(err)
			}
			s, base := start(t, Options{Compose: always(golden(t)), Watch: []string{
				dir + "/config.yaml", dir + "/secret", dir + "/content", dir + "/list.csv",
			}})
			get(t, base+"/page.css") // it watches before it serves
			before, _ := s.letters.now()
			events := listen(t, base, before)
			tt.change(t, dir)
			if after := events.next(); after == "" || after == before {
				t.Errorf("the page was told %q, want a version other than %q", after, before)
			}
		})
	}
}

func TestAFolderThatIsNewIsWatched(t *testing.T) {
	dir := t.TempDir()
	s, base := start(t, Options{Compose: always(golden(t)), Watch: []string{dir}})
	get(t, base+"/page.css")
	version, _ := s.letters.now()
	events := listen(t, base, version)
	if err := os.MkdirAll(dir+"/a/b", 0o755); err != nil {
		t.Fatal(err)
	}
	events.next()
	write(t, dir+"/a/b/c.md", "x")
	if events.next() == "" {
		t.Error("a file in the new folder was not noticed")
	}
}

func TestWhatIsPassedOver(t *testing.T) {
	w := &watch{roots: []string{"/site/.digest/content", "/site/config.yaml"}}
	for path, want := range map[string]bool{
		"/site/.digest/content":          false,
		"/site/.digest/content/a.md":     false,
		"/site/.digest/content/a/b.md":   false,
		"/site/config.yaml":              false,
		"/site/digest.db":                true,
		"/site/config.yaml.bak":          true,
		"/site/.digest/contents/a.md":    true,
		"/site/.digest/content/.a.swp":   true,
		"/site/.digest/content/.git/x":   true,
		"/site/.digest/content/a.md~":    true,
		"/site/.digest":                  true,
		"/site/.digest/content/a/.b/c.d": true,
	} {
		if got := w.passes(filepath.FromSlash(path)); got != want {
			t.Errorf("passes(%s) = %v, want %v", path, got, want)
		}
	}
}

func TestAPageThatIsOutdatedIsToldAtOnce(t *testing.T) {
	s, base := start(t, Options{Compose: always(golden(t))})
	now, _ := s.letters.now()
	if got := listen(t, base, "of-another-run").next(); got != now {
		t.Errorf("the page was told %q, want %q", got, now)
	}
}

func TestASlowPageDoesNoHarm(t *testing.T) {
	s, base := start(t, Options{Compose: always(golden(t))})
	slow, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	if _, err := slow.Write([]byte("GET /events HTTP/1.1\r\nHost: " + slow.RemoteAddr().String() + "\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	version, _ := s.letters.now()
	events := listen(t, base, version)
	for range 10_000 {
		s.letters.change()
	}
	last, _ := s.letters.now()
	for got := events.next(); got != last; got = events.next() {
		if got == "" {
			t.Fatal("the events ended")
		}
	}
}

func TestEventsEndWithTheServer(t *testing.T) {
	s, base := start(t, Options{Compose: always(golden(t))})
	version, _ := s.letters.now()
	events := listen(t, base, version)
	began := time.Now()
	s.Close()
	if got := events.next(); got != "" {
		t.Errorf("the page was told %q after the end", got)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the events ended after %v", took)
	}
}
