package bookmark

import (
	"errors"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		name, in    string
		format      format
		front, body string
		line        int
	}{
		{"an empty file is accepted", "", noFormat, "", "", 0},
		{"blanks are a body", " \n", noFormat, "", " \n", 0},
		{"no front matter", "Some text\n", noFormat, "", "Some text\n", 0},
		{"YAML", "---\na: 1\n---\nbody\n", yamlFM, "\na: 1\n", "body\n", 1},
		{"TOML", "+++\na = 1\n+++\nbody\n", tomlFM, "\na = 1\n", "body\n", 1},
		{"JSON", "{\n\"a\": 1\n}\nbody\n", jsonFM, "{\n\"a\": 1\n}", "body\n", 1},
		{"JSON with the body on its line", `{"a": "}"} body`, jsonFM, `{"a": "}"}`, " body", 1},
		{"empty front matter", "---\n---\nbody", yamlFM, "\n", "body", 1},
		{"no body", "---\na: 1\n---", yamlFM, "\na: 1\n", "", 1},
		{"CR LF", "---\r\na: 1\r\n---\r\nbody", yamlFM, "\r\na: 1\r\n", "body", 1},
		{"a lone CR ends a line", "---\ra: 1\r---\rbody", yamlFM, "\ra: 1\r", "body", 1},
		{"a byte order mark may come before", "\ufeff---\na: 1\n---\n", yamlFM, "\na: 1\n", "", 1},
		{"blank lines may come before", "\n \r\n\t\r---\na: 1\n---\n", yamlFM, "\na: 1\n", "", 4},
		{"whatever follows the closing mark is body", "---\na: 1\n----\n", yamlFM, "\na: 1\n", "-\n", 1},
		{"a comment after the closing mark", "---\na: 1\n--- # x\nbody", yamlFM, "\na: 1\n", " # x\nbody", 1},
		{"a mark in a block scalar closes", "---\na: |\n---\nb\n---\n", yamlFM, "\na: |\n", "b\n---\n", 1},
		{"an indented mark does not close", "---\na: |\n  ---\n---\n", yamlFM, "\na: |\n  ---\n", "", 1},
		{"the other mark does not close", "---\na: 1\n+++\n---\n", yamlFM, "\na: 1\n+++\n", "", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := split([]byte(tt.in))
			if err != nil {
				t.Fatalf("split(%q): %v", tt.in, err)
			}
			if p.format != tt.format || string(p.front) != tt.front || string(p.body) != tt.body || p.line != tt.line {
				t.Errorf("split(%q) = %s %q at line %d, body %q, want %s %q at line %d, body %q",
					tt.in, p.format, p.front, p.line, p.body, tt.format, tt.front, tt.line, tt.body)
			}
		})
	}
}

func TestFaultsOfFrontMatter(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		line     int
		fault    string
	}{
		{"YAML that is not closed", "---\na: 1\n", 1, "YAML front matter is not closed"},
		{"dots do not close YAML", "---\na: 1\n...\nbody\n", 1, "YAML front matter is not closed"},
		{"TOML that is not closed", "\n\n+++\na = 1\n", 3, "TOML front matter is not closed"},
		{"JSON that is not closed", "\n{\"a\": 1\n", 2, "JSON front matter is not closed"},
		{"a body that begins with a list", "- a\n- b\n", 1, "neither front matter nor text"},
		{"a body that begins with another list", "+ a\n", 1, "neither front matter nor text"},
		{"a body that begins with a shortcode", "\n{{< x >}}\n", 2, "invalid character '{'"},

		{"a YAML key twice", "---\ntitle: a\nlink: b\ntitle: c\n---\n", 4, `key "title" stands here again, first at line 2`},
		{"a YAML key twice, with CR LF", "\r\n---\r\ntitle: a\r\ntitle: c\r\n---\r\n", 4, "stands here again"},
		{"a YAML key twice, with lone CRs", "---\rtitle: a\rtitle: c\r---\r", 3, "stands here again"},
		{"a YAML key twice, once in quotes", "---\ntitle: a\n\"title\": c\n---\n", 3, "stands here again"},
		{"a YAML key twice in a table", "---\nparams:\n  a: 1\n  a: 2\n---\n", 4, "stands here again"},
		{"a YAML key twice in a list", "---\na:\n- {b: 1, b: 2}\n---\n", 3, "stands here again"},
		{"a colon in a value", "---\na: 1\nb: c: d\n---\n", 3, "mapping values are not allowed"},
		{"a tab as indentation", "---\na:\n\tb: c\n---\n", 3, "cannot start any token"},
		{"a quote within quotes", "---\na: 1\nb: 'it's'\nc: 2\n---\n", 3, "did not find expected key"},
		{"a quote within quotes in the first line", "---\na: 'it's'\nc: 2\n---\n", 2, "did not find expected key"},
		{"a quote that is not closed", "---\na: 1\nb: \"c\nd: 2\n---\n", 3, "unexpected end of stream"},
		{"a list that is not closed", "---\na: 1\nb: [c, d\ne: 2\n---\n", 3, "did not find expected ',' or ']'"},
		{"a list amid keys", "---\na: 1\nb: 2\n- x\n---\n", 4, "did not find expected key"},
		{"a handle as a value", "---\na: 1\nb: @c\n---\n", 3, "cannot start any token"},
		{"a line without a colon", "---\na: 1\nb\nc: 2\n---\n", 3, "could not find expected ':'"},
		{"an anchor that is not there", "---\na: *b\n---\n", 0, "unknown anchor"},
		{"YAML that is a list", "---\n\n- a\n---\n", 3, "not a list of keys"},
		{"YAML that is a text", "---\ntext\n---\n", 2, "not a list of keys"},
		{"a merge of what has no keys", "---\na: 1\n<<: [b]\n---\n", 3, "merges something that has no keys"},

		{"a TOML key twice", "+++\ntitle = 'a'\ntitle = 'b'\n+++\n", 3, "already defined"},
		{"a TOML table twice", "+++\n[a]\nb = 1\n[a]\n+++\n", 4, "already exists"},
		{"TOML without quotes", "\n+++\ntitle = a b\n+++\n", 3, ""},
		{"a TOML list that is not closed", "+++\na = [1,\n2\n+++\n", 3, "incomplete"},
		{"a comma too many in JSON", "{\n\"a\": 1,\n}\n", 3, "invalid character '}'"},
		{"single quotes in JSON", "\n{\n'a': 1}\n", 3, `invalid character '\''`},

		{"a YAML date", "---\ntitle: a\ndate: tomorrow\n---\n", 3, `date: not a date: "tomorrow"`},
		{"a YAML date that is a list", "---\ndate: [2020-01-02]\n---\n", 2, "not a date"},
		{"a YAML date that is a table", "---\ndate: {a: 1}\n---\n", 2, "not a date"},
		{"a YAML date that is a truth value", "---\ndate: true\n---\n", 2, "not a date"},
		{"a date in params", "---\na: 1\nparams:\n  date: x\n---\n", 3, "not a date"},
		{"a TOML date", "+++\ntitle = 'a'\n\"date\" = 'x'\n+++\n", 3, "not a date"},
		{"a TOML time without a date", "+++\ndate = 07:32:00\n+++\n", 2, "not a date"},
		{"a JSON date", "{\n\"title\": \"a\",\n\"Date\" : \"x\"}\n", 3, "not a date"},
		{"a date of publishing", "---\ndate: 2020-01-02\npublishDate: x\n---\n", 3, "publishdate: not a date"},
		{"a date of expiry", "---\ndate: 2020-01-02\nexpiryDate: x\n---\n", 3, "expirydate: not a date"},
		{"a date of 60 KB is cut", "---\ndate: " + strings.Repeat("x", 60_000) + "\n---\n", 2, "not a date"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Reader{Fields: DefaultFields()}
			b, err := r.Parse("content/a.md", []byte(tt.in))
			var fe *FileError
			if !errors.As(err, &fe) {
				t.Fatalf("Parse(%q) error = %v, want a *FileError", tt.in, err)
			}
			if fe.Line != tt.line || !strings.Contains(fe.Err.Error(), tt.fault) {
				t.Errorf("Parse(%q) error = %v, want line %d and %q", tt.in, err, tt.line, tt.fault)
			}
			if fe.Path != "content/a.md" || fe.Hint == "" {
				t.Errorf("Parse(%q) error = %+v, want the path and a remedy", tt.in, fe)
			}
			if len(fe.Error()) > 400 {
				t.Errorf("Parse(%.80q) error has %d bytes, want a line to read", tt.in, len(fe.Error()))
			}
			if b.Title != "" || b.Body != "" || b.Path != "content/a.md" {
				t.Errorf("Parse(%q) = %+v with an error, want the path only", tt.in, b)
			}
		})
	}
}

func TestToleratedFrontMatter(t *testing.T) {
	for _, tt := range []struct{ name, in, title string }{
		{"empty YAML", "---\n---\n", ""},
		{"YAML of comments", "---\n# a\n---\n", ""},
		{"empty TOML", "+++\n+++\n", ""},
		{"empty JSON", "{}", ""},
		{"NUL and other controls", "---\ntitle: a\x00b\x1bc\u0090d\n---\n", "abcd"},
		{"bad UTF-8", "---\ntitle: a\xffb\n---\n", "a\ufffdb"},
		{"bad UTF-8 in TOML", "+++\ntitle = \"a\xff\x00b\"\n+++\n", "a\ufffdb"},
		{"bad UTF-8 in JSON", "{\"title\": \"a\xffb\"}", "a\ufffdb"},
		{"what is no character", "---\ntitle: a\uffffb\n---\n", "ab"},
		{"separators that no editor shows", "---\ntitle: a\u2028b\u0085c\n---\n", "a b c"},
		{"an escaped NUL", "---\ntitle: \"a\\0b\"\n---\n", "ab"},
		{"an escaped newline", "---\ntitle: \"a\\r\\nBcc: b\"\n---\n", "a Bcc: b"},
		{"halves of UTF-16", "---\ntitle: \"a \\uD83D\\uDE00\"\n---\n", "a 😀"},
		{"a foreign tag", "---\ntitle: !!python/object:os.system a\n---\n", "a"},
		{"binary is not decoded", "---\ntitle: !!binary DQo=\n---\n", "DQo="},
		{"merged keys", "---\nparams: &p {title: a, x: 1}\n<<: *p\n---\n", "a"},
		{"a key beats a merged one", "---\nx: &p {title: a}\ntitle: b\n<<: *p\n---\n", "b"},
		{"the last merged mapping wins", "---\nx: &p {title: a}\ny: &q {title: b}\n<<: [*p, *q]\n---\n", "b"},
		{"an alias", "---\nx: &p a\ntitle: *p\n---\n", "a"},
		{"a list as a key", "---\n? [a]\n: b\ntitle: a\n---\n", "a"},
		{"a JSON key twice: the last", `{"title": "a", "title": "b"}`, "b"},
		{"YAML keys that differ in case: that in lower case", "---\ntitle: a\nTITLE: b\n---\n", "a"},
		{"YAML keys that differ in case, none in lower: the later", "---\nTitle: a\nTITLE: b\n---\n", "b"},
		{"JSON keys that differ in case: the later by alphabet", `{"title": "a", "TITLE": "b"}`, "a"},
		{"keys of params that differ in case: the later by alphabet", "---\nparams: {title: a, TITLE: b, Title: c}\n---\n", "a"},
		{"a key beats that of params", "---\ntitle: a\nparams: {title: b}\n---\n", "a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Reader{Fields: DefaultFields()}
			for range 20 { // the order of a map is another each time
				b, err := r.Parse("a.md", []byte(tt.in))
				if err != nil || b.Title != tt.title {
					t.Fatalf("Parse(%q).Title = %q, %v, want %q", tt.in, b.Title, err, tt.title)
				}
			}
		})
	}
}
