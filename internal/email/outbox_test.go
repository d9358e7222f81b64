package email

import (
	"bytes"
	"errors"
	"io"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func newOutbox(t *testing.T) Outbox {
	t.Helper()
	o := Outbox(filepath.Join(t.TempDir(), "mail", "outbox"))
	if err := o.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	return o
}

// files are the names below the outbox.
func (o Outbox) files(t *testing.T) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(string(o), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, strings.TrimPrefix(path, string(o)+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestOutboxIsAMaildir(t *testing.T) {
	o := newOutbox(t)
	for _, dir := range []string{"tmp", "new", "cur"} {
		info, err := os.Stat(filepath.Join(string(o), dir))
		if err != nil || !info.IsDir() || info.Mode().Perm() != 0o700 {
			t.Errorf("%s = %v, %v, want a folder of its owner's", dir, info, err)
		}
	}
	a, b := letterTo("a@example.net", "Hello.\r\n.\r\n"), letterTo("b@example.net", "Hello.\r\n")
	for _, m := range []Message{a, b, a} { // the same message again is there once
		inside := 0
		got := o.Send(t.Context(), m, nil, func() error { inside = len(o.files(t)); return nil })
		if got != (Outcome{Status: Sent, Phase: "outbox"}) || inside == 0 {
			t.Errorf("Send = %+v, %d files at commit", got, inside)
		}
	}
	want := []string{"new/weekly-2026-11-20.1.a.digest", "new/weekly-2026-11-20.1.b.digest"}
	if got := o.files(t); !slices.Equal(got, want) {
		t.Fatalf("files = %q, want %q", got, want)
	}
	path := filepath.Join(string(o), want[0])
	data, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(data, a.Bytes()) {
		t.Errorf("the file holds %q, %v, want the bytes of the message", data, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the file = %v, %v, want 0600", info.Mode(), err)
	}
	parsed, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(parsed.Body)
	if got := parsed.Header.Get("Message-ID"); err != nil || got != "<"+a.ID+">" || string(body) != "Hello.\r\n.\r\n" {
		t.Errorf("read as mail: %s, %q, %v", got, body, err)
	}
}

func TestOutboxIsNotReadHalf(t *testing.T) {
	o := newOutbox(t)
	got := o.Send(t.Context(), letterTo("a@example.net", "Hello.\r\n"), nil, func() error {
		if files := o.files(t); !slices.Equal(files, []string{"tmp/weekly-2026-11-20.1.a.digest"}) {
			t.Errorf("files at commit = %q, want the message in tmp only", files)
		}
		return nil
	})
	if got.Status != Sent {
		t.Errorf("Send = %+v, want it sent", got)
	}
}

func TestOutboxWithoutCommitHoldsNothing(t *testing.T) {
	o := newOutbox(t)
	got := o.Send(t.Context(), letterTo("a@example.net", ""), nil, func() error { return errors.New("disk\nfull") })
	want := Outcome{Status: Deferred, Blame: BlameSender, Phase: "outbox", Reply: "disk full", Stop: true}
	if got != want {
		t.Errorf("Send with a failing commit = %+v, want %+v", got, want)
	}
	if files := o.files(t); len(files) != 0 {
		t.Errorf("files = %q, want none", files)
	}
}

func TestOutboxThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Outbox(filepath.Join(file, "outbox")).Connect(t.Context()); err == nil || !strings.Contains(err.Error(), "make its folder writable") {
		t.Errorf("Connect below a file = %v, want what to do", err)
	}
	for _, dir := range []string{"tmp", "new"} {
		o := newOutbox(t)
		if err := os.Remove(filepath.Join(string(o), dir)); err != nil {
			t.Fatal(err)
		}
		commits := 0
		got := o.Send(t.Context(), letterTo("a@example.net", ""), nil, func() error { commits++; return nil })
		if got.Status != Deferred || got.Blame != BlameSender || !got.Stop || dir == "tmp" && commits != 0 {
			t.Errorf("Send without %s = %+v after %d commits, want it deferred, and a stop", dir, got, commits)
		}
		if files := o.files(t); len(files) != 0 {
			t.Errorf("files without %s = %q, want none", dir, files)
		}
	}
}
