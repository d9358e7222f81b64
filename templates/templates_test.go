package templates

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestFS(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "digest.txt.tmpl"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	builtinText, builtinHTML := read(t, FS(""), "digest.txt.tmpl"), read(t, FS(""), "digest.html.tmpl")
	if builtinText == "" || builtinHTML == "" {
		t.Fatal("a built-in template is empty")
	}
	tests := []struct{ name, dir, file, want string }{
		{"the directory's own", dir, "digest.txt.tmpl", "mine"},
		{"built-in where it has none", dir, "digest.html.tmpl", builtinHTML},
		{"built-in where there is no directory", filepath.Join(dir, "nowhere"), "digest.txt.tmpl", builtinText},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := read(t, FS(tt.dir), tt.file); got != tt.want {
				t.Errorf("%s of FS(%q) = %.80q, want %.80q", tt.file, tt.dir, got, tt.want)
			}
		})
	}
}

func TestFSOfAFolderInIt(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "web"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"page.css", "mine.html.tmpl"} {
		if err := os.WriteFile(filepath.Join(dir, "web", name), []byte("mine"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	fsys := FS(dir)
	if got := read(t, fsys, "web/page.css"); got != "mine" {
		t.Errorf("web/page.css is %.80q, want the directory's own", got)
	}
	if got := read(t, fsys, "web/page.html.tmpl"); got != read(t, FS(""), "web/page.html.tmpl") {
		t.Errorf("web/page.html.tmpl is %.80q, want the built-in one", got)
	}
	names, err := fs.Glob(fsys, "web/*.tmpl")
	if err != nil || !slices.Contains(names, "web/mine.html.tmpl") || !slices.Contains(names, "web/page.html.tmpl") {
		t.Errorf("Glob = %v, %v, want the files of both", names, err)
	}
	if languages, err := fs.Glob(fsys, "web/languages/*.yaml"); err != nil || len(languages) < 9 {
		t.Errorf("Glob = %v, %v, want the words of nine languages", languages, err)
	}
}

func TestFSHasNothingElse(t *testing.T) {
	for _, name := range []string{"other.tmpl", "templates.go"} {
		if _, err := FS(t.TempDir()).Open(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open(%s) gives error %v, want it not to exist", name, err)
		}
	}
	if _, err := FS(t.TempDir()).Open("../digest.txt.tmpl"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("Open(../digest.txt.tmpl) gives error %v, want an invalid name", err)
	}
}

func read(t *testing.T, fsys fs.FS, name string) string {
	t.Helper()
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
