package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"digest/internal/config"
)

// withKey is a folder with the configuration and a file dkim.key.
func withKey(t *testing.T, line string, mode os.FileMode) (file, key string) {
	t.Helper()
	file = write(t, with(least, line))
	return file, writeFile(t, filepath.Join(filepath.Dir(file), "dkim.key"), "the key, hunter2\n", mode)
}

func TestDKIM(t *testing.T) {
	tests := []struct{ name, line, domain string }{
		{"the domain of from", "dkim: {selector: news, key_file: dkim.key}", "example.org"},
		{"the same, said", "dkim: {domain: Example.ORG, selector: news, key_file: dkim.key}", "example.org"},
		{"one above it", "from: a@mail.news.example.org\ndkim: {domain: example.org, selector: 2026.news, key_file: dkim.key}", "example.org"},
		{"in letters of its own", "from: a@bücher.example\ndkim: {domain: bücher.example, selector: news, key_file: dkim.key}", "xn--bcher-kva.example"},
		{"of from, in letters of its own", "from: a@bücher.example\ndkim: {selector: news, key_file: dkim.key}", "xn--bcher-kva.example"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := least
			for line := range strings.SplitSeq(tt.line, "\n") {
				text = with(text, line)
			}
			file := write(t, text)
			key := writeFile(t, filepath.Join(filepath.Dir(file), "dkim.key"), "the key, hunter2\n", 0o600)
			c, err := config.Load(config.Options{File: file})
			if err != nil {
				t.Fatal(err)
			}
			if c.DKIM.Domain != tt.domain || c.DKIM.Selector == "" || c.DKIM.KeyFile != key || string(c.DKIM.Key) != "the key, hunter2" {
				t.Errorf("Load(%q): %+v, want the key for %s", tt.line, c.DKIM, tt.domain)
			}
			if shown := fmt.Sprintf("%+v %#v", *c, c.DKIM); strings.Contains(shown, "hunter2") {
				t.Errorf("the key is in %s", shown)
			}
		})
	}
}

func TestNoDKIM(t *testing.T) {
	for _, line := range []string{"", "dkim:", "dkim: {}", "dkim: {domain: '', selector: '', key_file: ''}"} {
		if c := load(t, with(least, line)); c.DKIM != (config.DKIM{}) {
			t.Errorf("Load(%q): %+v, want nothing", line, c.DKIM)
		}
	}
}

func TestFaultsOfDKIM(t *testing.T) {
	tests := []struct{ key, line, problem string }{
		{"dkim.key_file", "dkim: {selector: news}", "nothing would be signed"}, {"dkim.selector", "dkim: {key_file: dkim.key}", "nothing would be signed"},
		{"dkim.key_file", "dkim: {selector: news, key_file: nowhere}", "nowhere"},
		{"dkim.selector", "dkim: {selector: my news, key_file: dkim.key}", "my news"}, {"dkim.selector", "dkim: {selector: news., key_file: dkim.key}", "no name in the DNS"},
		{"dkim.selector", "dkim: {selector: a..b, key_file: dkim.key}", "no name in the DNS"}, {"dkim.selector", "dkim: {selector: bücher, key_file: dkim.key}", "no name in the DNS"},
		{"dkim.selector", `dkim: {selector: "a;\r\nl=0", key_file: dkim.key}`, "no name in the DNS"}, {"dkim.selector", "dkim: {selector: " + strings.Repeat("a", 64) + ", key_file: dkim.key}", "no name in the DNS"},
		{"dkim.domain", "dkim: {domain: example.com, selector: news, key_file: dkim.key}", "not the domain of from"}, {"dkim.domain", "dkim: {domain: news.example.org, selector: news, key_file: dkim.key}", "not the domain of from"},
		{"dkim.domain", "dkim: {domain: ample.org, selector: news, key_file: dkim.key}", "not the domain of from"}, {"dkim.domain", "dkim: {domain: org, selector: news, key_file: dkim.key}", "no domain"},
		{"dkim.domain", "dkim: {domain: 'a@example.org', selector: news, key_file: dkim.key}", "no domain"}, {"dkim.domain", "dkim: {domain: 'example.org, b@example.org', selector: news, key_file: dkim.key}", "no domain"},
		{"dkim.domain", "dkim: {domain: ' ', selector: news, key_file: dkim.key}", "no domain"}, {"dkim.domain", `dkim: {domain: "example.org\r\nBcc: a", selector: news, key_file: dkim.key}`, "no domain"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			file, _ := withKey(t, tt.line, 0o600)
			if faults := faultsOf(t, file); len(faults) != 1 || !strings.Contains(faults[tt.key].Problem, tt.problem) {
				t.Errorf("Load(%q): faults %v, want one of %s with %q", tt.line, faults, tt.key, tt.problem)
			}
		})
	}
	for _, mode := range []os.FileMode{0o644, 0o640, 0o604} {
		file, key := withKey(t, "dkim: {selector: news, key_file: dkim.key}", mode)
		if f := faultsOf(t, file)["dkim.key_file"]; !strings.Contains(f.Problem, "others can read "+key) || f.Remedy != "run: chmod 600 "+key {
			t.Errorf("Load with a key of mode %o: %v, want a fault that names it", mode, f)
		}
	}
	file, _ := withKey(t, "dkim: {domain: example.com}", 0o600)
	if got := keysOf(faultsOf(t, file)); len(got) != 3 {
		t.Errorf("Load with a foreign domain and no key: faults of %v, want all three keys", got)
	}
}
