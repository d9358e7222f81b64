package config_test

import (
	"slices"
	"strings"
	"testing"

	"digest/internal/config"
)

func TestUnknownKeys(t *testing.T) {
	tests := []struct{ name, text, key, remedy string }{
		{"a typing error", "nmae: weekly", "nmae", "did you mean name?"},
		{"without a value", "nmae:", "nmae", "did you mean name?"},
		{"with an empty table", "nmae: {}", "nmae", "did you mean name?"},
		{"below a key", "smtp: {prot: 25}", "smtp.prot", "did you mean smtp.port?"},
		{"below a key, without a value", "smtp: {prot: }", "smtp.prot", "did you mean smtp.port?"},
		{"in the wrong place", "port: 25", "port", "did you mean smtp.port?"},
		{"with the wrong hyphen", "reply-to: a@example.org", "reply-to", "did you mean reply_to?"},
		{"with a dot", "smtp.prot: 25", "smtp.prot", "did you mean smtp.port?"},
		{"in a category", "categories: [{name: a, limti: 5}]", "categories[0].limti", "did you mean limit?"},
		{"in a category, without a value", "categories: [{name: a}, {name: b, alias: }]", "categories[1].alias", "did you mean aliases?"},
		{"in other", "other: {titel: E}", "other.titel", "did you mean title?"},
		{"near nothing", "xyzzyplugh: 1", "xyzzyplugh", "config.yaml in the repository has all keys"},
		{"a number", "5: x", "5", "config.yaml"},
		{"a number below a key", "smtp: {5: x}", "smtp.5", ""},
		{"twice but for letter case", "Title: B", "title", "write it once"},
		{"twice below a key", "smtp: {port: 1, PORT: 2}", "smtp.port", "write it once"},
		{"twice in a category", "categories: [{name: a, Name: b}]", "categories[0].name", "write it once"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			faults := faultsOf(t, write(t, with(least, tt.text)))
			if f, ok := faults[tt.key]; !ok || len(faults) != 1 || !strings.Contains(f.Remedy, tt.remedy) {
				t.Errorf("Load(%q): faults %v, want one of %s with %q", tt.text, faults, tt.key, tt.remedy)
			}
		})
	}
}

func TestLetterCaseOfKeysMakesNoDifference(t *testing.T) {
	c := load(t, strings.Replace(least, "title: The", "TITLE: The", 1)+"SMTP: {Port: 25}\nCategories: [{Name: a, LIMIT: 3}]\n")
	if c.Title != "The Weekly Digest" || c.SMTP.Port != 25 || len(c.Categories) != 1 || c.Categories[0].Limit != 3 {
		t.Errorf("Load = %+v, want the keys in capitals to count", c)
	}
}

func TestWrongKinds(t *testing.T) {
	tests := []struct{ key, text, problem string }{
		{"title", "title: [a]", "a list"}, {"title", "title: {a: b}", "a table"}, {"title", "title: true", "true or false"}, {"title", "title: 1.10", "a number"}, {"title", "title: 2026-11-20", "a date"},
		{"window", "window: 7", "a number"}, {"smtp.password", "smtp: {password: 0123}", "a number"}, {"smtp.password", "smtp: {password: [hunter2]}", "a list"},
		{"smtp.port", "smtp: {port: abc}", "a text"}, {"smtp.port", "smtp: {port: [25]}", "a list"}, {"smtp.port", "smtp: {port: true}", "true or false"}, {"smtp.port", "smtp: {port: 25.5}", "whole"}, {"smtp.port", "smtp: {port: 1e99}", "whole"}, {"smtp.port", "smtp: {port: ''}", "a text"},
		{"delivery.connections", "delivery: {connections: 4.7}", "4.7"}, {"delivery.connections", "delivery: {connections: .inf}", "Inf"}, {"delivery.connections", "delivery: {connections: .nan}", "NaN"}, {"delivery.rate", "delivery: {rate: fast}", "a text"}, {"delivery.rate", "delivery: {rate: false}", "true or false"},
		{"share_slots", "share_slots: 1", "a number"}, {"share_slots", "share_slots: yes", "a text"}, {"share_slots", "share_slots: [true]", "a list"}, {"trailing_slash", "trailing_slash: true", "true or false"},
		{"content", "content: {a: b}", "a table"}, {"content", "content: 5", "a number"}, {"content[1]", "content: [content, {a: b}]", "a table"}, {"content[0]", "content: [5]", "a number"},
		{"fields.link", "fields: {link: {a: b}}", "a table"}, {"fields.link[0]", "fields: {link: [[a]]}", "a list"}, {"fields", "fields: [link]", "holds keys"},
		{"smtp", "smtp: 5", "holds keys"}, {"smtp", "smtp: [1]", "holds keys"}, {"smtp", "smtp: mail.example.org", "holds keys"},
		{"other", "other: 5", "5 is no category"}, {"other", "other: Elsewhere", "no category"}, {"other", "other: [a]", "no category"}, {"other", "other: {}", "says nothing"},
		{"other.limit", "other: {limit: x}", "a text"}, {"other.title", "other: {title: [x]}", "a list"},
		{"categories", "categories: 5", "no list"}, {"categories", "categories: design", "no list"}, {"categories", "categories: {name: design}", "no list"}, {"categories", "categories: {design: {limit: 3}}", "no list"},
		{"categories[0]", "categories: [design]", "no category"}, {"categories[1]", "categories: [{name: a}, 7]", "no category"}, {"categories[0].limit", "categories: [{name: a, limit: x}]", "a text"},
		{"categories[1].limit", "categories: [{name: a}, {name: b, limit: 1.5}]", "whole"}, {"categories[0].name", "categories: [{name: [a]}]", "a list"}, {"categories[0].aliases[1]", "categories: [{name: a, aliases: [b, {c: d}]}]", "a table"},
	}
	for _, tt := range tests {
		t.Run(tt.key+" is "+tt.problem, func(t *testing.T) {
			text := with(least, tt.text)
			wantFault(t, text, tt.key, tt.problem)
			if _, err := config.Load(config.Options{File: write(t, text)}); strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "interface {}") {
				t.Errorf("Load(%q): %v shows a secret, or Go's types", tt.text, err)
			}
		})
	}
	got := keysOf(faultsOf(t, write(t, "nmae: x\ntitle: [a]\nsmtp: {port: x, host: [a]}\ndelivery: {rate: x}\ncategories: [{limit: x}, {name: [a]}]\n")))
	want := []string{"categories[0].limit", "categories[1].name", "delivery.rate", "nmae", "smtp.host", "smtp.port", "title"}
	if !slices.Equal(got, want) {
		t.Errorf("Load: faults of %v, want all at once: %v", got, want)
	}
}

func TestBrokenYAML(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"two colons", "name: weekly\ntitle: a: b\n", "line 2"},
		{"a tab", "name: weekly\nsmtp:\n\tport: 25\n", "line 3"},
		{"a bracket that is not closed", "name: weekly\ncontent: [a\n", "line 1"},
		{"a key twice", "name: weekly\ntitle: A\nname: daily\n", `line 3: mapping key "name" already defined at line 1`},
		{"a key twice below another", "smtp:\n  port: 25\n  port: 26\n", `line 3: mapping key "port" already defined at line 2`},
		{"a list", "- name: weekly\n", "line 1"},
		{"a text", "weekly\n", "line 1"},
		{"an alias of nothing", "name: *x\n", "unknown anchor"},
		{"control characters", "name: \"\x01\"\n", "control characters"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := write(t, tt.text)
			_, err := config.Load(config.Options{File: file})
			if err == nil || !strings.HasPrefix(err.Error(), file+": ") || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "; ") || strings.Contains(err.Error(), "\n") {
				t.Errorf("Load(%q): %v, want one line with the file, %q and a remedy", tt.text, err, tt.want)
			}
		})
	}
	if _, err := config.Load(config.Options{File: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("Load of a folder: %v, want an error that says so", err)
	}
}

func TestEmptyFileLacksWhatHasNoDefault(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing\n", "---\n", "\ufeff", "null\n", "{}\n"} {
		if got, want := keysOf(faultsOf(t, write(t, text))), []string{"categories", "from", "name", "title"}; !slices.Equal(got, want) {
			t.Errorf("Load(%q): faults of %v, want %v", text, got, want)
		}
	}
	if c := load(t, "\ufeff"+strings.TrimSpace(least)); c.Name != "weekly" {
		t.Errorf("Load with a byte order mark: name %q, want weekly", c.Name)
	}
}
