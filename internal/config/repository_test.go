package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/viper"

	"digest/internal/config"
)

const repository = "../../config.yaml"

func TestRepositoryConfigHasNoFault(t *testing.T) {
	c, err := config.Load(config.Options{File: repository})
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "weekly" || len(c.Categories) < 3 || c.Other == nil || c.Delivery.Via != "outbox" {
		t.Errorf("Load(config.yaml) = %+v, want the sample newsletter, into an outbox", c)
	}
	if c.File != repository || c.Database != filepath.Clean("../../digest.db") {
		t.Errorf("Load(config.yaml): database %s, want one beside it", c.Database)
	}
}

func TestRepositoryConfigNamesEveryKey(t *testing.T) {
	data, err := os.ReadFile(repository)
	if err != nil {
		t.Fatal(err)
	}
	v := viper.New()
	v.SetConfigFile(repository)
	if err := v.ReadInConfig(); err != nil {
		t.Fatal(err)
	}
	for _, key := range config.Keys() {
		if !v.InConfig(key) {
			t.Errorf("config.yaml does not name %s", key)
		}
		if comment := commentOf(string(data), key); comment == "" {
			t.Errorf("config.yaml says nothing of %s", key)
		}
	}
}

// With only those values whose comment gives another default, the
// configuration is the same as without any: the others are the defaults.
func TestRepositoryConfigShowsTheDefaults(t *testing.T) {
	data, err := os.ReadFile(repository)
	if err != nil {
		t.Fatal(err)
	}
	v := viper.New()
	v.SetConfigFile(repository)
	if err := v.ReadInConfig(); err != nil {
		t.Fatal(err)
	}
	flags := map[string]any{}
	var shown []string
	for _, key := range config.Keys() {
		if otherDefault.MatchString(commentOf(string(data), key)) {
			flags[key] = v.Get(key)
			continue
		}
		shown = append(shown, key)
	}
	whole, err := config.Load(config.Options{File: repository})
	if err != nil {
		t.Fatal(err)
	}
	bare := write(t, "")
	defaults, err := config.Load(config.Options{File: bare, Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
	show := func(c *config.Config) string {
		return strings.ReplaceAll(fmt.Sprintf("%+v", *c), filepath.Dir(c.File)+"/", "")
	}
	copied := *whole
	copied.Other, copied.Location = nil, nil
	plain := *defaults
	plain.Other, plain.Location = nil, nil
	if got, want := show(&copied), show(&plain); got != want {
		t.Errorf("config.yaml shows\n%s, and the defaults are\n%s", got, want)
	}
	for _, key := range []string{"subject", "language", "window", "order", "limits.file", "delivery.connections", "smtp.port", "smtp.tls", "database"} {
		if !slices.Contains(shown, key) {
			t.Errorf("config.yaml: the comment on %s speaks of another default; the test compared only %v", key, shown)
		}
	}
}

// otherDefault finds the comments that give another default than is shown.
var otherDefault = regexp.MustCompile(`No default|Default:|Leave it out`)

// commentOf is the text of the comment above the key of the first level, or of
// those in its block.
func commentOf(text, key string) string {
	first, _, _ := strings.Cut(key, ".")
	above, below, _ := strings.Cut(text, "\n"+first+":")
	block, _, _ := strings.Cut(below, "\n\n")
	if comment := comments(above[strings.LastIndex(above, "\n\n")+1:]); comment != "" {
		return comment
	}
	return comments(block)
}

func comments(text string) string {
	var found []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") {
			found = append(found, strings.Trim(line, "# "))
		}
	}
	return strings.Join(found, " ")
}
