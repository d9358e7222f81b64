package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"digest/internal/config"
)

// mailbox is a configuration with one, and with these keys of it: "port: 0", say.
func mailbox(keys ...string) string {
	all := map[string]string{"host": "mail.example.org", "username": "me", "password": "hunter2"}
	for _, k := range keys {
		key, value, _ := strings.Cut(k, ": ")
		all[key] = value
	}
	text := "bounces: {imap: {"
	for key, value := range all {
		text += key + ": " + value + ", "
	}
	return with(least, text+"}}")
}

func TestIMAP(t *testing.T) {
	want := config.IMAP{Host: "mail.example.org", Port: 993, TLS: "tls", Username: "me", Password: "hunter2", Folder: "INBOX"}
	if c := load(t, mailbox()); c.Bounces.IMAP != want {
		t.Errorf("Bounces.IMAP = %+v, want %+v", c.Bounces.IMAP, want)
	}
	if c := load(t, mailbox("host: localhost", "tls: none")); c.Bounces.IMAP.TLS != "none" {
		t.Errorf("Bounces.IMAP = %+v, want none on this machine", c.Bounces.IMAP)
	}
	t.Setenv("DIGEST_BOUNCES_IMAP_PASSWORD", "of the environment")
	if c := load(t, mailbox()); c.Bounces.IMAP.Password != "of the environment" {
		t.Errorf("Bounces.IMAP = %+v, want the password of the environment", c.Bounces.IMAP)
	}
}

func TestIMAPPasswordFile(t *testing.T) {
	for _, tt := range []struct {
		mode  os.FileMode
		fault string
	}{{0o600, ""}, {0o644, "others can read"}} {
		file := write(t, mailbox("password: ''", "password_file: password"))
		writeFile(t, filepath.Join(filepath.Dir(file), "password"), "hunter2\n", tt.mode)
		if tt.fault != "" {
			if f := faultsOf(t, file)["bounces.imap.password_file"]; !strings.Contains(f.Problem, tt.fault) {
				t.Errorf("Load with a file of mode %o: %v, want %q", tt.mode, f, tt.fault)
			}
			continue
		}
		c, err := config.Load(config.Options{File: file})
		if err != nil || string(c.Bounces.IMAP.Password) != "hunter2" {
			t.Errorf("Load with a file of mode %o: %v, want its password", tt.mode, err)
		}
	}
}

func TestIMAPFaults(t *testing.T) {
	for _, tt := range []struct{ name, text, key, problem string }{
		{"a port in the host", mailbox("host: 'mail.example.org:993'"), "host", "no host name"},
		{"no port", mailbox("port: 0"), "port", "0 is not a port"},
		{"no such way", mailbox("tls: maybe"), "tls", `"maybe" is none of them`},
		{"in clear", mailbox("tls: none"), "tls", "in clear, and mail.example.org is another machine"},
		{"no folder", mailbox("folder: ''"), "folder", "no folder"},
		{"two lines", mailbox(`folder: "a\r\nb"`), "folder", "no folder"},
		{"nobody", mailbox("username: ''"), "username", "it is empty"},
		{"no password", mailbox("password: ''"), "password_file", "no password for me"},
		{"no file", mailbox("password: ''", "password_file: nowhere"), "password_file", "no such file"},
		{"no such key", mailbox("mailbox: INBOX"), "mailbox", "no such key"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			faults := faultsOf(t, write(t, tt.text))
			if f, ok := faults["bounces.imap."+tt.key]; !ok || len(faults) != 1 || !strings.Contains(f.Problem, tt.problem) || strings.Contains(f.String(), "hunter2") {
				t.Errorf("Load: faults %v, want one of %s with %q", faults, tt.key, tt.problem)
			}
		})
	}
	for _, host := range []string{"mail.example.org", "''"} {
		file := write(t, mailbox("host: "+host))
		if err := os.Chmod(file, 0o644); err != nil {
			t.Fatal(err)
		}
		if f := faultsOf(t, file)["bounces.imap.password"]; !strings.Contains(f.Problem, "others can read") {
			t.Errorf("Load of a file for all with the host %s: %v, want others can read", host, f)
		}
	}
}
