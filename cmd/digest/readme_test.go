package main

import (
	"os"
	"strings"
	"testing"
)

// Every command of the README that needs no server runs, in a folder as a
// fresh clone is.
func TestReadmeCommands(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, stderr, status := digestIn(t, dir, "init", "--sample"); status != 0 {
		t.Fatalf("digest init --sample: status %d\n%s", status, stderr)
	}
	ran := 0
	for line := range strings.Lines(string(readme)) {
		command, ok := strings.CutPrefix(line, "    go run ./cmd/digest ")
		if !ok {
			continue
		}
		command, _, _ = strings.Cut(command, "#")
		if strings.HasPrefix(command, "preview") { // which goes on; see TestPreview
			continue
		}
		stdout, stderr, status := digestIn(t, dir, strings.Fields(command)...)
		if status != 0 || stdout == "" || stderr != "" {
			t.Errorf("digest %s: status %d\n%s%s", command, status, stdout, stderr)
		}
		ran++
	}
	if ran < 5 {
		t.Errorf("the README has %d commands, want at least 5", ran)
	}
}

// The README's table of commands and flags is the program's.
func TestReadmeNamesAllCommands(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	root := (&app{}).command()
	for _, c := range root.Commands() {
		if !strings.Contains(string(readme), "digest "+c.Name()) {
			t.Errorf("the README does not name digest %s", c.Name())
		}
	}
	for _, flag := range []string{"as-of", "window", "since", "until", "category", "content", "config", "strict", "no-index", "quiet", "verbose", "log-format", "no-progress"} {
		if root.PersistentFlags().Lookup(flag) == nil {
			t.Errorf("digest has no flag --%s", flag)
		}
		if !strings.Contains(string(readme), "--"+flag) {
			t.Errorf("the README does not name --%s", flag)
		}
	}
	if flag := "--imap"; !strings.Contains(string(readme), "`"+flag+"`") {
		t.Errorf("the README does not name %s of digest bounce", flag)
	}
}
