package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The preview shows the sample's letter, shows what changed when a bookmark is
// edited, and ends in peace.
func TestPreview(t *testing.T) {
	dir := t.TempDir()
	if _, stderr, status := digestIn(t, dir, "init", "--sample"); status != 0 {
		t.Fatal(stderr)
	}
	cmd := process(t, dir, nil, "preview", "--as-of", "2026-11-20")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "http://127.0.0.1:") {
		t.Fatalf("it says %q, %v, want where to look", line, err)
	}
	at := strings.TrimSpace(line)
	for path, wants := range map[string][]string{
		"":                   {"No. 1", "weekly-2026-11-20", "16 bookmarks", "Should an allergy have a review date?, and 15 more · 20 November 2026", "content.no-date"},
		"letter":             {"<h1", "Paid on Tuesdays"},
		"?as-of=2026-11-13":  {"weekly-2026-11-13"},
		"?as-of=1999-01-01":  {"nothing to send"},
		"?as-of=next+friday": {"write a date such as"},
		"?view=headers":      {"List-Unsubscribe-Post"},
	} {
		page := get(t, at+path, "")
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("/%s lacks %q:\n%.3000s", path, want, page)
			}
		}
	}
	if page := get(t, at, "evil.example"); strings.Contains(page, "weekly") {
		t.Error("it answers under another name")
	}
	name := filepath.Join(dir, "content", "bookmarks", "maintainersdesk-paid-on-tuesdays.md")
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(file), "Paid on Tuesdays", "Paid on Wednesdays", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); !strings.Contains(get(t, at+"letter", ""), "Paid on Wednesdays"); {
		if time.Now().After(end) {
			t.Fatal("a change does not show")
		}
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("Ctrl-C ends it with %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "digest.db")); err == nil {
		t.Error("looking has made a ledger")
	}
}

// get is a page, asked for under another name if one is given.
func get(t *testing.T, url, host string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = host
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}
