package templates

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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
