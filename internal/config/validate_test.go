package config_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"digest/internal/config"
	"digest/internal/selector"
)

// smtp is a configuration for a real mail server without a fault.
const smtp = least + `
delivery: {via: smtp}
unsubscribe: {url: "https://news.example.org/u", secret: sixteen bytes at least}
smtp: {host: mail.example.org}
`

// with is the configuration with the line put in place of the one of its key.
func with(text, line string) string {
	key, _, _ := strings.Cut(line, ":")
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(l string) bool { return strings.HasPrefix(l, key+":") })
	return strings.Join(append(lines, line), "\n")
}

func TestFaults(t *testing.T) {
	// Each line has the one fault of the key, in an otherwise good
	// configuration.
	tests := []struct{ key, line, problem string }{
		{"name", "name: ''", "1 to 32"}, {"name", "name: Weekly", `"Weekly"`}, {"name", "name: a b", "small letters"}, {"name", "name: -a", "1 to 32"},
		{"name", "name: a-", "1 to 32"}, {"name", "name: ../x", "1 to 32"}, {"name", "name: é", "1 to 32"}, {"name", "name: " + strings.Repeat("a", 33), "1 to 32"},
		{"title", "title: ''", "empty"}, {"title", "title: ' '", "empty"}, {"title", `title: "\u200b\u202e"`, "empty"},
		{"from", "from: ''", "empty"}, {"from", "from: nobody", "nobody"}, {"from", "from: a@example.org, b@example.org", "a@example.org"},
		{"from", "from: a@localhost", "no dot"}, {"from", `from: '"a b"@example.org'`, "quotes"}, {"from", "from: 'friends: a@example.org;'", "group"},
		{"reply_to", "reply_to: nobody", "nobody"}, {"reply_to", `reply_to: "a@example.org\r\nBcc: b@example.org"`, "a@example.org"},
		{"per_host", "per_host: -1", "less than nothing"}, {"min_items", "min_items: -1", "less than nothing"}, {"late", "late: 2", "not a length"}, {"late", "late: 0d", "empty"}, {"catch_up", "catch_up: true", "not a length"}, {"archive", "archive: example.org", "no address on the web"}, {"archive", "archive: 'javascript:alert(1)'", "no address"}, {"images", "images: inline", "none of them"},
		{"theme.light.muted", "theme: {light: {muted: '#999999'}}", "#999999 on light.page #f4f1ea has a contrast of 2.53"}, {"theme.dark.link", "theme: {dark: {link: navy}}", "is not a colour"},
		{"theme.light.card", "theme: {light: {card: '#767676'}}", "on light.card #767676"}, {"theme.text", "theme: {text: 'Arial;x'}", "no font family"}, {"unsubscribe.preferences", "unsubscribe: {preferences: x}", "no https address"},
		{"language", "language: ''", "no language"}, {"language", "language: english", `"english"`}, {"language", "language: e", "no language"},
		{"timezone", "timezone: Mars", `"Mars"`}, {"timezone", "timezone: ''", "no time zone"}, {"timezone", "timezone: Local", "no time zone"},
		{"timezone", "timezone: ../../etc/passwd", "no time zone"}, {"timezone", "timezone: /etc/localtime", "no time zone"}, {"timezone", "timezone: '+02:00'", "no time zone"},
		{"content", "content: []", "no folder is named"}, {"content", "content: [nowhere]", "nowhere"}, {"content", "content: [config.yaml]", "no folder"}, {"content", "content: ['']", "no folder"},
		{"templates", "templates: nowhere", "nowhere"}, {"templates", "templates: config.yaml", "no folder"},
		{"intro", "intro: nowhere", "there is no folder"}, {"intro", "intro: config.yaml", "no folder"},
		{"site_url", "site_url: www.example.org", "no address"}, {"site_url", "site_url: 'ftp://example.org'", "ftp"}, {"site_url", "site_url: 'https:///x'", "no address"},
		{"site_url", "site_url: 'https://me@example.org'", "no address"}, {"site_url", "site_url: 'https://example.org/?x'", "no address"}, {"site_url", "site_url: 'https://example.org/#x'", "no address"},
		{"limits.file", "limits: {file: lots}", `"lots"`}, {"limits.file", "limits: {file: 0}", "bounds"}, {"limits.file", "limits: {file: '0'}", "bounds"},
		{"limits.file", "limits: {file: 1025MiB}", "bounds"}, {"limits.file", "limits: {file: 1MB}", "no size"}, {"limits.file", "limits: {file: -1B}", "no size"},
		{"limits.file", "limits: {file: 999999999MiB}", "bounds"}, {"limits.front_matter", "limits: {front_matter: 1.5KiB}", "no size"}, {"limits.front_matter", "limits: {front_matter: ''}", "no size"},
		{"window", "window: 0d", "empty"}, {"window", "window: ''", "not a length"}, {"window", "window: '7'", "not a length"}, {"window", "window: -7d", "not a length"}, {"window", "window: 2y", "not a length"}, {"window", "window: 400d", "longer"},
		{"categories", "other:", "no section"}, {"other", "other: {}", "says nothing"},
		{"categories[0].name", "categories: [{title: X}]", "empty"}, {"categories[0].name", "categories: [~]", "empty"}, {"categories[1].name", "categories: [{name: a}, {name: ' '}]", "empty"},
		{"categories[0].limit", "categories: [{name: a, limit: -1}]", "less than nothing"}, {"other.limit", "other: {title: E, limit: -2}", "less than nothing"},
		{"categories[1]", "categories: [{name: a}, {name: A}]", "categories[0]"}, {"categories[1]", "categories: [{name: a}, {name: b, aliases: [ａ]}]", "already"},
		{"order", "order: random", `"random"`}, {"order", "order: ''", "none of them"}, {"order", "order: Date", "none of them"},
		{"trailing_slash", "trailing_slash: strip", `"strip"`}, {"trailing_slash", "trailing_slash: ''", "none of them"},
		{"database", "database: ''", "file"}, {"database", "database: mysql://x", "mysql"},
		{"subscribers", "subscribers: ''", "no list"},
		{"delivery.via", "delivery: {via: pigeon}", "pigeon"}, {"delivery.outbox", "delivery: {outbox: ''}", "no folder"},
		{"delivery.connections", "delivery: {connections: 0}", "0"}, {"delivery.connections", "delivery: {connections: 101}", "101"}, {"delivery.connections", "delivery: {connections: -1}", "-1"},
		{"delivery.rate", "delivery: {rate: -0.5}", "-0.5"}, {"delivery.rate", "delivery: {rate: .nan}", "NaN"}, {"delivery.rate", "delivery: {rate: .inf}", "Inf"}, {"delivery.rate", "delivery: {rate: 2e6}", "rate"},
		{"delivery.on_unknown", "delivery: {on_unknown: retry}", "retry"},
		{"delivery.per_connection", "delivery: {per_connection: -1}", "-1"},
		{"delivery.give_up_after", "delivery: {give_up_after: soon}", "soon"}, {"delivery.give_up_after", "delivery: {give_up_after: -1m}", "-1m"},
		{"delivery.give_up_after", "delivery: {give_up_after: 25h}", "25h"}, {"delivery.give_up_after", "delivery: {give_up_after: 30}", "30"},
		{"unsubscribe.url", "unsubscribe: {url: 'http://example.org/u'}", "https"}, {"unsubscribe.url", "unsubscribe: {url: example.org/u}", "https"},
		{"unsubscribe.url", "unsubscribe: {url: 'https:///u'}", "https"}, {"unsubscribe.url", "unsubscribe: {url: 'https://:443/u'}", "https"},
		{"unsubscribe.url", "unsubscribe: {url: 'https://example.org/u?x=1'}", "query"}, {"unsubscribe.url", "unsubscribe: {url: 'https://example.org/u?'}", "query"},
		{"unsubscribe.url", "unsubscribe: {url: 'https://example.org/u#x'}", "query"}, {"unsubscribe.url", "unsubscribe: {url: 'https://example.org/u#'}", "query"},
		{"unsubscribe.url", "unsubscribe: {url: 'https://me:pw@example.org/u'}", "https"}, {"unsubscribe.url", "unsubscribe: {url: 'https://example.org/a b'}", "https"},
		{"unsubscribe.url", "unsubscribe: {url: 'https://example.org/>,<x'}", "https"}, {"unsubscribe.url", "unsubscribe: {url: 'https://bücher.example/u'}", "ASCII"},
		{"unsubscribe.url", `unsubscribe: {url: "https://example.org/u\r\nBcc: x"}`, "https"}, {"unsubscribe.mailto", "unsubscribe: {mailto: nobody}", "nobody"},
		{"subscribe.url", "subscribers: database\nsubscribe: {url: 'http://example.org/join'}", "https"}, {"subscribe.url", "subscribe: {url: 'https://example.org/join'}", "the list is a file"},
		{"unsubscribe.preferences", "unsubscribe: {url: 'https://example.org/u/', preferences: 'https://example.org/u'}", "path of unsubscribe.url"},
		{"unsubscribe.url", "unsubscribe: {url: 'https://example.org/healthz'}", "how the server is"},
		{"serve.listen", "serve: {listen: localhost}", "localhost"}, {"serve.listen", "serve: {listen: ''}", "no address"}, {"serve.listen", "serve: {listen: 'localhost:65536'}", "65536"},
		{"serve.metrics", "serve: {metrics: nowhere}", "nowhere"}, {"serve.metrics", "serve: {listen: ':80', metrics: ':80'}", "everybody"},
		{"serve.certificate", "serve: {certificate: chain.pem}", "go together"}, {"serve.certificate", "serve: {certificate_key: key.pem}", "go together"},
		{"serve.trusted_proxies", "serve: {trusted_proxies: [proxy.example.org]}", "proxy.example.org"}, {"serve.trusted_proxies", "serve: {trusted_proxies: ['fe80::1%eth0']}", "fe80"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) { wantFault(t, with(least, tt.line), tt.key, tt.problem) })
	}
}

func wantFault(t *testing.T, text, key, problem string) {
	t.Helper()
	faults := faultsOf(t, write(t, text))
	if len(faults) != 1 || !strings.Contains(faults[key].Problem, problem) {
		t.Errorf("Load(%q): faults %v, want one of %s with %q", text, faults, key, problem)
	}
}

func TestFaultsOfSMTP(t *testing.T) {
	tests := []struct{ key, line, problem string }{
		{"smtp.host", "smtp: {host: ''}", "empty"}, {"smtp.host", "smtp: {host: 'mail.example.org:587'}", "no host name"}, {"smtp.host", "smtp: {host: 'smtp://mail.example.org'}", "no host name"},
		{"smtp.host", "smtp: {host: 'a b'}", "no host name"}, {"smtp.host", `smtp: {host: "a\r\nb"}`, "no host name"},
		{"smtp.port", "smtp: {host: a.example.org, port: 0}", "0 is not a port"}, {"smtp.port", "smtp: {host: a.example.org, port: 99999}", "99999"}, {"smtp.port", "smtp: {host: a.example.org, port: -25}", "-25"},
		{"smtp.tls", "smtp: {host: a.example.org, tls: ssl}", "ssl"}, {"smtp.tls", "smtp: {host: a.example.org, tls: ''}", "none of them"},
		{"smtp.tls", "smtp: {host: a.example.org, tls: none}", "another machine"}, {"smtp.tls", "smtp: {host: 127.0.0.1.example.org, tls: none}", "another machine"},
		{"smtp.tls", "smtp: {host: localhost.example.org, tls: none}", "another machine"}, {"smtp.tls", "smtp: {host: 192.168.0.1, tls: none}", "another machine"},
		{"smtp.tls", "smtp: {host: 0.0.0.0, tls: none}", "another machine"}, {"smtp.tls", "smtp: {host: '2001:db8::1', tls: none}", "another machine"},
		{"smtp.username", "smtp: {host: localhost, tls: none, username: me, password: hunter2}", "in clear"},
		{"smtp.auth", "smtp: {host: a.example.org, auth: ntlm}", "ntlm"}, {"smtp.auth", "smtp: {host: a.example.org, auth: PLAIN}", "PLAIN"},
		{"smtp.helo", `smtp: {host: a.example.org, helo: "x\r\nMAIL FROM:<a@b>"}`, "no host name"}, {"smtp.helo", "smtp: {host: a.example.org, helo: bücher.example}", "no host name"},
		{"smtp.password_file", "smtp: {host: a.example.org, username: me}", "no password for me"},
		{"smtp.password_file", "smtp: {host: a.example.org, username: me, password_file: nowhere}", "nowhere"},
		{"unsubscribe", "unsubscribe: {secret: sixteen bytes at least}", "nobody could leave"},
		{"unsubscribe.secret_file", "unsubscribe: {mailto: a@example.org}", "no secret"}, {"unsubscribe.secret_file", "unsubscribe: {mailto: a@example.org, secret: fifteen bytes..}", "has 15 bytes"},
		{"unsubscribe.secret_file", "unsubscribe: {mailto: a@example.org, secret_file: nowhere}", "nowhere"},
		{"unsubscribe.secret_file", `unsubscribe: {mailto: a@example.org, secret: "sixteen bytes at least\nshort"}`, "has 5 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) { wantFault(t, with(smtp, tt.line), tt.key, tt.problem) })
	}
}

func TestAccepted(t *testing.T) {
	tests := []struct {
		line      string
		got       func(*config.Config) any
		want, why string
	}{
		{"name: " + strings.Repeat("a", 32), func(c *config.Config) any { return c.Name }, strings.Repeat("a", 32), "32 letters"},
		{"from: 'Ada <ada@Bücher.example>'", func(c *config.Config) any { return c.From.String() }, `"Ada" <ada@xn--bcher-kva.example>`, "a name and a U-label"},
		{"title: \"a\\n b\\0\"", func(c *config.Config) any { return c.Title }, "a b", "one line"},
		{"language: en_us", func(c *config.Config) any { return c.Language }, "en-US", "as HTML writes it"},
		{"timezone: Asia/Kathmandu", func(c *config.Config) any { return c.Location }, "Asia/Kathmandu", "a zone"},
		{"content: content", func(c *config.Config) any { return c.Content }, "[content]", "a list of one"},
		{"site_url: 'http://localhost:1313/blog/'", func(c *config.Config) any { return c.Site }, "http://localhost:1313/blog/", "a site"},
		{"limits: {file: ' 10KiB '}", func(c *config.Config) any { return c.Limits.File }, "10240", "a size"},
		{"limits: {file: 1024MiB}", func(c *config.Config) any { return c.Limits.File }, "1073741824", "the largest size"},
		{"late: 0", func(c *config.Config) any { return c.Late }, "{0 0 0s}", "no reach for what is late"},
		{"catch_up: 2mo", func(c *config.Config) any { return c.CatchUp.Months }, "2", "months"},
		{"intro: content", func(c *config.Config) any { return c.Intro == c.Path("content") }, "true", "a folder beside the file"},
		{"window: 36h", func(c *config.Config) any { return c.Span.Hours }, "36h0m0s", "hours"},
		{"categories: [{name: A, title: 'B ', aliases: x, limit: 3}]", func(c *config.Config) any { return c.Categories }, fmt.Sprint([]selector.Category{{Name: "A", Title: "B", Aliases: []string{"x"}, Limit: 3}}), "a category"},
		{"other: {limit: 1}", func(c *config.Config) any { return *c.Other }, fmt.Sprint(selector.Category{Title: "Elsewhere", Limit: 1}), "a title by default"},
		{"order: score", func(c *config.Config) any { return c.Order }, "score", "an order"},
		{"fields: {link: [via]}", func(c *config.Config) any { return c.Fields.Link }, "[via]", "names in place of the usual ones"},
		{"fields: {link: []}", func(c *config.Config) any { return len(c.Fields.Link) > 1 }, "true", "the usual ones"},
		{"delivery: {rate: 0.5, connections: 100.0, on_unknown: resend}", func(c *config.Config) any {
			return c.Delivery.Rate == 0.5 && c.Delivery.Connections == 100 && c.Delivery.ResendUnknown
		}, "true", "numbers"},
		{"unsubscribe: {url: 'https://news.example.org:8443/a%20b', mailto: 'Leave <x@example.org>'}", func(c *config.Config) any { return c.Unsubscribe.URL + " " + c.Unsubscribe.Mailto }, "https://news.example.org:8443/a%20b x@example.org", "an address without the name"},
		{"smtp: {host: localhost, tls: none}\ndelivery: {via: smtp}\nunsubscribe: {mailto: a@example.org, secret: sixteen bytes at least}", func(c *config.Config) any { return c.SMTP.TLS }, "none", "loopback by name"},
		{"smtp: {host: 127.0.0.9, tls: none}\ndelivery: {via: smtp}\nunsubscribe: {mailto: a@example.org, secret: sixteen bytes at least}", func(c *config.Config) any { return c.SMTP.TLS }, "none", "loopback by IPv4"},
		{"smtp: {host: '::1', tls: none}\ndelivery: {via: smtp}\nunsubscribe: {mailto: a@example.org, secret: sixteen bytes at least}", func(c *config.Config) any { return c.SMTP.TLS }, "none", "loopback by IPv6"},
		{"<<: {order: score}", func(c *config.Config) any { return c.Order }, "score", "a YAML merge"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			if got := fmt.Sprint(tt.got(load(t, with(least, tt.line)))); got != tt.want {
				t.Errorf("Load(%q): %s, want %s", tt.line, got, tt.want)
			}
		})
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	got := keysOf(faultsOf(t, write(t, `
name: A B
title: ""
from: nobody
reply_to: nobody
language: "?"
timezone: Mars
content: [nowhere]
limits: {file: x, front_matter: y}
window: 0d
categories: [{name: a, limit: -1}, {name: a}]
other: {limit: -1}
order: random
database: ""
subscribers: ""
templates: nowhere
delivery: {via: pigeon, outbox: "", connections: 0, rate: -1, on_unknown: x}
unsubscribe: {url: x, mailto: x}
`)))
	want := []string{
		"categories[0].limit", "categories[1]", "content", "database", "delivery.connections", "delivery.on_unknown", "delivery.outbox", "delivery.rate", "delivery.via",
		"from", "language", "limits.file", "limits.front_matter", "name", "order", "other.limit", "reply_to", "subscribers", "templates", "timezone", "title",
		"unsubscribe.mailto", "unsubscribe.url", "window",
	}
	if !slices.Equal(got, want) {
		t.Errorf("Load: faults of\n%v, want\n%v", got, want)
	}
}
