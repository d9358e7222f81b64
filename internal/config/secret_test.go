package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"digest/internal/config"
)

func TestSecretFile(t *testing.T) {
	tests := []struct {
		name, text string
		mode       os.FileMode
		want       string // the secret
		problem    string
	}{
		{"for the owner", "hunter2\n", 0o600, "hunter2", ""},
		{"for the owner to read", "hunter2", 0o400, "hunter2", ""},
		{"blanks within stay", " \thunter 2 \r\n", 0o600, "hunter 2", ""},
		{"for the group", "hunter2", 0o640, "", "others can read"},
		{"for all", "hunter2", 0o644, "", "others can read"},
		{"for others only", "hunter2", 0o604, "", "others can read"},
		{"for all to write", "hunter2", 0o622, "", "others can read"},
		{"empty", "", 0o600, "", "is empty"},
		{"blank", " \n\n", 0o600, "", "is empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := write(t, with(smtp, "smtp: {host: mail.example.org, username: me, password_file: password}"))
			name := writeFile(t, filepath.Join(filepath.Dir(file), "password"), tt.text, tt.mode)
			if tt.problem != "" {
				f := faultsOf(t, file)["smtp.password_file"]
				if !strings.Contains(f.Problem, tt.problem) || !strings.Contains(f.Problem+f.Remedy, name) || strings.Contains(f.String(), "hunter2") {
					t.Errorf("Load with a file of mode %o: %v, want a fault with %q and the name", tt.mode, f, tt.problem)
				}
				return
			}
			c, err := config.Load(config.Options{File: file})
			if err != nil || string(c.SMTP.Password) != tt.want {
				t.Errorf("Load with a file of mode %o: %+v, %v, want %q", tt.mode, c, err, tt.want)
			}
		})
	}
	t.Run("folder", func(t *testing.T) {
		file := write(t, with(smtp, "unsubscribe: {mailto: a@example.org, secret_file: dir}"))
		if err := os.Mkdir(filepath.Join(filepath.Dir(file), "dir"), 0o700); err != nil {
			t.Fatal(err)
		}
		if f := faultsOf(t, file)["unsubscribe.secret_file"]; !strings.Contains(f.Problem, "cannot be read") {
			t.Errorf("Load with a folder for a secret: %v", f)
		}
	})
}

func TestSecretOfTheEnvironmentBeatsTheFile(t *testing.T) {
	t.Setenv("DIGEST_SMTP_PASSWORD", "of the environment")
	file := write(t, with(smtp, "smtp: {host: mail.example.org, username: me, password_file: nowhere}"))
	c, err := config.Load(config.Options{File: file})
	if err != nil || c.SMTP.Password != "of the environment" {
		t.Errorf("Load = %+v, %v, want the password of the environment", c, err)
	}
}

// A secret in config.yaml is refused where others can read it, used or not.
func TestSecretInConfig(t *testing.T) {
	const remedy = "chmod 600"
	tests := []struct {
		name, text, key string
		mode            os.FileMode
		fault           bool
	}{
		{"password for all", "smtp: {host: mail.example.org, password: hunter2}", "smtp.password", 0o644, true},
		{"password for the group", "smtp: {host: mail.example.org, password: hunter2}", "smtp.password", 0o640, true},
		{"password for the owner", "smtp: {host: mail.example.org, password: hunter2}", "smtp.password", 0o600, false},
		{"password below a key with a dot", "smtp.password: hunter2\nsmtp.host: mail.example.org", "smtp.password", 0o644, true},
		{"password in capitals", "SMTP: {Password: hunter2}\nsmtp.host: mail.example.org", "smtp.password", 0o644, true},
		{"empty password for all", "smtp: {host: mail.example.org, password: ''}", "smtp.password", 0o644, false},
		{"secret for all", "unsubscribe: {mailto: a@example.org, secret: sixteen bytes at least}", "unsubscribe.secret", 0o644, true},
		{"secret for the owner", "unsubscribe: {mailto: a@example.org, secret: sixteen bytes at least}", "unsubscribe.secret", 0o600, false},
		{"password that is not used", "delivery: {via: outbox}\nsmtp: {password: hunter2}", "smtp.password", 0o644, true},
		{"password that is not used, for the owner", "delivery: {via: outbox}\nsmtp: {password: hunter2}", "smtp.password", 0o600, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			base := strings.ReplaceAll(smtp, ", secret: sixteen bytes at least", "")
			t.Setenv("DIGEST_UNSUBSCRIBE_SECRET", "sixteen bytes of the environment")
			for line := range strings.SplitSeq(tt.text, "\n") {
				if strings.HasPrefix(strings.ToLower(line), "smtp") {
					base = strings.ReplaceAll(base, "smtp: {host: mail.example.org}\n", "")
				}
				base = with(base, line)
			}
			file := write(t, base)
			if err := os.Chmod(file, tt.mode); err != nil {
				t.Fatal(err)
			}
			if !tt.fault {
				if _, err := config.Load(config.Options{File: file}); err != nil {
					t.Errorf("Load with mode %o: %v, want no fault", tt.mode, err)
				}
				return
			}
			if f, ok := faultsOf(t, file)[tt.key]; !ok || !strings.Contains(f.Remedy, remedy) || strings.Contains(f.String(), "hunter2") {
				t.Errorf("Load with mode %o: %v, want a fault of %s with %q", tt.mode, f, tt.key, remedy)
			}
		})
	}
	t.Run("an empty key and the environment", func(t *testing.T) {
		t.Setenv("DIGEST_SMTP_PASSWORD", "hunter2")
		file := write(t, with(smtp, "smtp: {host: mail.example.org, password: '', username: me}"))
		file = writeFile(t, file, with(with(smtp, "smtp: {host: mail.example.org, password: '', username: me}"), "unsubscribe: {mailto: a@example.org}"), 0o644)
		t.Setenv("DIGEST_UNSUBSCRIBE_SECRET", "sixteen bytes at least")
		if c, err := config.Load(config.Options{File: file}); err != nil || c.SMTP.Password != "hunter2" {
			t.Errorf("Load = %+v, %v, want the password of the environment", c, err)
		}
	})
}
