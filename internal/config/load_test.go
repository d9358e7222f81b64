package config_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"digest/internal/config"
	"digest/internal/selector"
	"digest/internal/theme"
)

// least is the shortest configuration without a fault.
const least = `
name: weekly
title: The Weekly Digest
from: digest@example.org
other: {title: Elsewhere}
`

// write makes a folder with content and the configuration, and returns the
// name of the latter.
func write(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "content"), 0o755); err != nil {
		t.Fatal(err)
	}
	return writeFile(t, filepath.Join(dir, "config.yaml"), text, 0o600)
}

func writeFile(t *testing.T, name, text string, mode os.FileMode) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
	return name
}

func load(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.Load(config.Options{File: write(t, text)})
	if err != nil {
		t.Fatalf("Load(%q): %v", text, err)
	}
	return c
}

// faultsOf are the faults of a configuration, by key.
func faultsOf(t *testing.T, file string) map[string]config.Fault {
	t.Helper()
	c, err := config.Load(config.Options{File: file})
	var faults *config.Faults
	if !errors.As(err, &faults) || c != nil {
		t.Fatalf("Load = %v, %v, want nothing but faults", c, err)
	}
	byKey := map[string]config.Fault{}
	for _, f := range faults.List {
		if f.Key == "" || f.Problem == "" || f.Remedy == "" {
			t.Errorf("Load: the fault %+v has an empty part", f)
		}
		if _, twice := byKey[f.Key]; twice {
			t.Errorf("Load: two faults of %s: %v", f.Key, faults.List)
		}
		if want := faults.Where(f) + ": " + f.Problem + "; " + f.Remedy; !slices.Contains(strings.Split(err.Error(), "\n"), want) {
			t.Errorf("Load: error %q has no line %q", err, want)
		}
		byKey[f.Key] = f
	}
	return byKey
}

func keysOf(faults map[string]config.Fault) []string {
	keys := []string{}
	for k := range faults {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func TestDefaults(t *testing.T) {
	c := load(t, least)
	want := config.Config{
		File: c.File, Name: "weekly", Title: "The Weekly Digest", From: c.From, Language: "en", Theme: theme.Default(), Images: config.NoImages,
		Location: time.UTC, Content: []string{"content"}, Fields: c.Fields, Limits: config.Limits{File: 1 << 20, FrontMatter: 64 << 10},
		Span: selector.Span{Days: 7}, Late: selector.Span{Days: 14}, CatchUp: selector.Span{Days: 28}, Other: c.Other, Order: selector.ByDate, Database: c.Path("digest.db"), Subscribers: c.Path("subscribers.csv"),
		Delivery: config.Delivery{Via: "outbox", Outbox: c.Path("outbox"), Connections: 4, GiveUpAfter: 30 * time.Minute}, SMTP: config.SMTP{Port: 587, TLS: "starttls"},
		Bounces: config.Bounces{SoftLimit: 5, Kept: c.Path("bounces"), IMAP: config.IMAP{Port: 993, TLS: "tls", Folder: "INBOX"}}, Serve: config.Serve{Listen: "127.0.0.1:8025"},
	}
	if got, want := fmt.Sprintf("%#v", *c), fmt.Sprintf("%#v", want); got != want {
		t.Errorf("Load = %s\nwant %s", got, want)
	}
	if c.From.Name != "The Weekly Digest" || c.Other.Title != "Elsewhere" || len(c.Fields.Link) < 5 {
		t.Errorf("Load: from %+v, other %+v, fields %+v, want the defaults", c.From, c.Other, c.Fields)
	}
}

func TestPrecedence(t *testing.T) {
	tests := []struct {
		name      string
		file, env string
		flags     map[string]any
		want      selector.Span
	}{
		{"default", "", "", nil, selector.Span{Days: 7}},
		{"file beats default", "window: 2d", "", nil, selector.Span{Days: 2}},
		{"environment beats file", "window: 2d", "3d", nil, selector.Span{Days: 3}},
		{"environment beats default", "", "3d", nil, selector.Span{Days: 3}},
		{"flag beats environment", "window: 2d", "3d", map[string]any{"window": "4d"}, selector.Span{Days: 4}},
		{"flag beats file", "window: 2d", "", map[string]any{"window": "4d"}, selector.Span{Days: 4}},
		{"null is not set", "window:", "", nil, selector.Span{Days: 7}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("DIGEST_WINDOW", tt.env)
			c, err := config.Load(config.Options{File: write(t, least+tt.file), Flags: tt.flags})
			if err != nil || c.Span != tt.want {
				t.Errorf("Load = %+v, %v, want the window %+v", c, err, tt.want)
			}
		})
	}
}

func TestEnvironment(t *testing.T) {
	file := write(t, least+"content: [elsewhere]\nsmtp: {port: 25, host: a.example.org}\n")
	for name, value := range map[string]string{
		"DIGEST_CONTENT": "content,.", "DIGEST_SMTP_PORT": "0465", "DIGEST_SMTP_HOST": "", "DIGEST_SMTP_PASSWORD": "hunter2",
		"DIGEST_DELIVERY_RATE": "2.5", "DIGEST_LIMITS_FRONT_MATTER": "1024", "DIGEST_REPLY_TO": "answers@example.org", "DIGEST_FIELDS_LINK": "via,url",
		"DIGEST_UNSUBSCRIBE_SECRET": "sixteen bytes at least", "DIGEST_SHARE_SLOTS": "true", "DIGEST_TRAILING_SLASH": "keep",
	} {
		t.Setenv(name, value)
	}
	t.Setenv("NAME", "other") // only with the prefix
	c, err := config.Load(config.Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name      string
		got, want any
	}{
		{"a list has commas", c.Content, []string{"content", "."}},
		{"a number is decimal", c.SMTP.Port, 465},
		{"an empty variable is not set", c.SMTP.Host, "a.example.org"},
		{"a number with a fraction", c.Delivery.Rate, 2.5},
		{"a nested key with an underscore", c.Limits.FrontMatter, int64(1024)},
		{"a key with an underscore", c.ReplyTo, "<answers@example.org>"},
		{"a list below a key", c.Fields.Link, []string{"via", "url"}},
		{"true or false", c.ShareSlots, true},
		{"a choice", c.Identity.KeepSlash, true},
		{"a secret", string(c.Unsubscribe.Secret), "sixteen bytes at least"},
		{"no prefix, no effect", c.Name, "weekly"},
	} {
		if fmt.Sprint(tt.got) != fmt.Sprint(tt.want) {
			t.Errorf("Load: %s: %v, want %v", tt.name, tt.got, tt.want)
		}
	}

	t.Setenv("DIGEST_SMTP_PORT", "many")
	t.Setenv("DIGEST_DELIVERY_CONNECTIONS", "4.5")
	t.Setenv("DIGEST_CATEGORIES", "design")
	t.Setenv("DIGEST_SMTP_PROT", "25")
	if got, want := keysOf(faultsOf(t, file)), []string{"DIGEST_CATEGORIES", "DIGEST_SMTP_PROT", "delivery.connections", "smtp.port"}; !slices.Equal(got, want) {
		t.Errorf("Load: faults of %v, want %v", got, want)
	}
}

func TestFaultsNameWhatSetTheKey(t *testing.T) {
	t.Setenv("DIGEST_SMTP_TLS", "maybe")
	_, err := config.Load(config.Options{File: write(t, with(least, "delivery: {via: smtp}\nsmtp: {host: mail.example.org}\nunsubscribe: {mailto: u@example.org, secret: sixteen bytes at least}")),
		Flags: map[string]any{"window": "7"}})
	if err == nil {
		t.Fatal("Load has no fault, want two")
	}
	for _, want := range []string{`--window: "7" is not a length`, `DIGEST_SMTP_TLS: "maybe" is none of them; write starttls or tls or none`} {
		if !strings.Contains("\n"+err.Error(), "\n"+want) {
			t.Errorf("Load: %v, want a line %q", err, want)
		}
	}
}

func TestPathsAreRelativeToTheFile(t *testing.T) {
	file := write(t, least+"database: data/d.db\nsubscribers: /abs/s.csv\ntemplates: content\ndelivery: {outbox: ../out}\n")
	dir := filepath.Dir(file)
	t.Chdir("/")
	c, err := config.Load(config.Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		c.Database: filepath.Join(dir, "data/d.db"), c.Subscribers: "/abs/s.csv", c.Templates: filepath.Join(dir, "content"),
		c.Delivery.Outbox: filepath.Join(filepath.Dir(dir), "out"), c.Path(c.Content[0]): filepath.Join(dir, "content"), c.Path(""): "",
	} {
		if got != want {
			t.Errorf("Load: path %q, want %q", got, want)
		}
	}
}

func TestUsualPlaces(t *testing.T) {
	here, home, nowhere := filepath.Dir(write(t, strings.Replace(least, "weekly", "here", 1))), t.TempDir(), t.TempDir()
	writeFile(t, filepath.Join(home, "digest/config.yaml"), strings.Replace(least, "weekly", "home", 1), 0o600)
	if err := os.Mkdir(filepath.Join(home, "digest/content"), 0o755); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, dir, config, want string }{
		{"here first", here, home, "here"},
		{"then the user's folder", nowhere, home, "home"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(tt.dir)
			t.Setenv("XDG_CONFIG_HOME", tt.config)
			if c, err := config.Load(config.Options{}); err != nil || c.Name != tt.want {
				t.Errorf("Load in %s = %+v, %v, want %s", tt.dir, c, err, tt.want)
			}
		})
	}
	t.Run("a file that is named and missing is not replaced", func(t *testing.T) {
		t.Chdir(here)
		_, err := config.Load(config.Options{File: "other.yaml"})
		if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "other.yaml") || !strings.Contains(err.Error(), "digest init") {
			t.Errorf("Load(other.yaml): %v, want one that names it and a remedy", err)
		}
	})
	t.Run("none", func(t *testing.T) {
		if _, err := os.Stat("/etc/digest/config.yaml"); err == nil {
			t.Skip("this machine has a configuration")
		}
		t.Chdir(nowhere)
		t.Setenv("XDG_CONFIG_HOME", nowhere)
		_, err := config.Load(config.Options{})
		for _, want := range []string{"config.yaml", filepath.Join(nowhere, "digest/config.yaml"), "/etc/digest/config.yaml", "digest init"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Load: %v, want an error with %s", err, want)
			}
		}
	})
}

func TestSecretDoesNotPrintItself(t *testing.T) {
	const value = "hunter2"
	c := config.Config{SMTP: config.SMTP{Password: value}, Unsubscribe: config.Unsubscribe{Secret: value}}
	s := c.SMTP.Password
	shown := map[string]string{"String": s.String(), "error": fmt.Errorf("x: %v", s).Error(), "Sprint": fmt.Sprint(s, c, &c)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%10v", "%.2s"} {
		shown[verb] = fmt.Sprintf(verb, s) + fmt.Sprintf(verb, c.SMTP) + fmt.Sprintf(verb, &c.Unsubscribe) + fmt.Sprintf(verb, []config.Secret{s})
	}
	data, err := json.Marshal(map[string]any{"c": c.SMTP, "s": s})
	if err != nil {
		t.Fatal(err)
	}
	shown["JSON"] = string(data)
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("x", "secret", s, "smtp", c.SMTP, slog.Group("g", "c", c.Unsubscribe))
	}
	shown["slog"] = log.String()
	for how, text := range shown {
		for _, form := range []string{value, "68756e74657232", "68756E74657232", "hu"} {
			if strings.Contains(text, form) {
				t.Errorf("%s shows the secret: %s", how, text)
			}
		}
	}
	if string(s) != value {
		t.Errorf("string(Secret) = %q, want %q", string(s), value)
	}
}

func TestSubscribersInTheDatabase(t *testing.T) {
	for written, want := range map[string]string{"database": "", "./database": "database", "subscribers.csv": "subscribers.csv"} {
		c, err := config.Load(config.Options{File: write(t, least+"subscribers: "+written+"\n")})
		if err != nil {
			t.Fatal(err)
		}
		if want != "" {
			want = filepath.Join(filepath.Dir(c.File), want)
		}
		if c.Subscribers != want {
			t.Errorf("subscribers: %s is %q, want %q", written, c.Subscribers, want)
		}
	}
}
