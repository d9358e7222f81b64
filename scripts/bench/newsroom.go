//go:build bench

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// asOf is the day of the edition.
const asOf = "2026-11-20"

// A newsroom is a folder of digest init with a letter of our own.
type newsroom struct {
	dir     string
	digest  string
	sink    *sink
	message []byte // as the dry run shows it
}

// newsroom makes a folder with as many bookmarks as give a message of at least
// so many bytes.
func (b *bench) newsroom(ctx context.Context, name string, size int) (*newsroom, error) {
	n := &newsroom{dir: b.path(name), digest: b.digest, sink: b.sink}
	if _, _, err := run(ctx, b.dir, clean(), b.digest, "init", "--sample", n.dir); err != nil {
		return nil, err
	}
	content := filepath.Join(n.dir, "content")
	if err := os.RemoveAll(content); err != nil {
		return nil, err
	}
	if err := os.Mkdir(content, 0o700); err != nil {
		return nil, err
	}
	for i := 1; len(n.message) < size; i++ {
		if i > 40 {
			return nil, fmt.Errorf("with %d bookmarks the message has %d bytes, less than %d", i-1, len(n.message), size)
		}
		if err := os.WriteFile(filepath.Join(content, fmt.Sprintf("%d.md", i)), bookmark(i), 0o600); err != nil {
			return nil, err
		}
		if _, _, err := run(ctx, n.dir, clean(), n.digest, "--dry-run", "--as-of", asOf, "--out", "preview"); err != nil {
			return nil, err
		}
		var err error
		if n.message, err = os.ReadFile(n.path("preview/digest.eml")); err != nil {
			return nil, err
		}
	}
	// smtp-source ends the lines itself.
	return n, os.WriteFile(n.path("message"), bytes.ReplaceAll(n.message, []byte("\r\n"), []byte("\n")), 0o600)
}

func (n *newsroom) path(name string) string { return filepath.Join(n.dir, name) }

// list writes a list of subscribers.
func (n *newsroom) list(name string, subscribers int) error {
	f, err := os.Create(n.path(name))
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "address,name")
	for i := range subscribers {
		fmt.Fprintf(w, "%s,Reader %d\n", address(i), i)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// address is that of a subscriber: in no order, and each once, since every step
// can be undone (it is the end of SplitMix64).
func address(i int) string {
	x := uint64(i)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return fmt.Sprintf("reader-%016x@example.net", x^x>>31)
}

// send delivers the edition to a list of n subscribers as if for the first
// time, and checks that they have it.
func (n *newsroom) send(ctx context.Context, port, list string, subscribers, connections int) (u usage, err error) {
	was, err := filepath.Glob(n.path("digest.db*"))
	if err != nil {
		return u, err
	}
	for _, name := range was {
		if err := os.RemoveAll(name); err != nil {
			return u, err
		}
	}
	env := append(clean(),
		"DIGEST_DELIVERY_VIA=smtp", "DIGEST_DELIVERY_CONNECTIONS="+strconv.Itoa(connections),
		"DIGEST_SMTP_HOST=127.0.0.1", "DIGEST_SMTP_PORT="+port, "DIGEST_SMTP_TLS=none",
		"DIGEST_UNSUBSCRIBE_SECRET=0123456789abcdef", "DIGEST_SUBSCRIBERS="+list,
	)
	err = n.sink.takes(subscribers, func() error {
		var out []byte
		u, out, err = run(ctx, n.dir, env, n.digest, "send", "--as-of", asOf, "--format", "json")
		if err != nil {
			return err
		}
		var said struct{ Recipients, Sent int }
		if err := json.Unmarshal(out, &said); err != nil {
			return fmt.Errorf("digest send --format json: %w\n%s", err, out)
		}
		if said.Sent != subscribers || said.Recipients != subscribers {
			return fmt.Errorf("digest sent %d of %d, want %d", said.Sent, said.Recipients, subscribers)
		}
		return nil
	})
	return u, err
}
