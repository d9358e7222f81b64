package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed is the picture of the packages in the README: what each may import
// of the others. A new package starts as a line here.
var allowed = map[string][]string{
	"":                           {}, // config.yaml and the sample, embedded
	"internal/bookmark":          {},
	"internal/selector":          {"internal/bookmark"},
	"internal/theme":             {},
	"internal/locale":            {},
	"internal/inline":            {},
	"internal/thumbnail":         {},
	"internal/lint":              {},
	"internal/preview":           {},
	"internal/web":               {"internal/locale", "internal/subscriber", "internal/theme"},
	"internal/email":             {"internal/bookmark", "internal/selector", "internal/inline", "internal/locale", "internal/theme"},
	"internal/draftfile":         {},
	"internal/ledger":            {},
	"internal/bounce":            {"internal/bookmark", "internal/subscriber"},
	"internal/mailbox":           {"internal/bookmark"},
	"internal/cell":              {},
	"internal/subscriber":        {"internal/bookmark", "internal/cell"},
	"internal/delivery":          {"internal/email", "internal/ledger"},
	"internal/sqlite":            {"internal/ledger", "internal/subscriber"},
	"internal/config":            {"internal/bookmark", "internal/bounce", "internal/selector", "internal/subscriber", "internal/theme"},
	"templates":                  {},
	"internal/ledger/ledgertest": {"internal/ledger"},
	"internal/email/smtptest":    {},
	"internal/certtest":          {},
	"internal/deliverability":    {},

	"internal/deliverability/dnstest": {},
	"internal/mailbox/imaptest":       {"internal/certtest"},
}

// confined are modules that one package alone knows.
var confined = map[string]string{
	"github.com/spf13/viper":             "internal/config",
	"modernc.org/sqlite":                 "internal/sqlite",
	"github.com/wneessen/go-mail":        "internal/email",
	"github.com/emersion/go-msgauth":     "internal/email",
	"github.com/emersion/go-imap":        "internal/mailbox",
	"github.com/yuin/goldmark":           "internal/email",
	"github.com/microcosm-cc/bluemonday": "internal/email",
	"golang.org/x/image":                 "internal/thumbnail",
	"code.dny.dev/ssrf":                  "internal/thumbnail",
	"github.com/tdewolff/parse":          "internal/inline",
	"github.com/pelletier/go-toml/v2":    "internal/bookmark",
	"github.com/spf13/cobra":             "cmd/digest",
	"blitiri.com.ar/go/spf":              "internal/deliverability",
	"github.com/miekg/dns":               "internal/deliverability/dnstest",
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "digest/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, "digest"), "/")
		seen[name] = true
		may, known := allowed[name]
		if !known && name != "cmd/digest" {
			t.Errorf("%s is not in the table of packages: say what it may import", name)
		}
		for _, imported := range p.Imports {
			for module, owner := range confined {
				if (imported == module || strings.HasPrefix(imported, module+"/")) && name != owner {
					t.Errorf("%s imports %s; that is for %s alone", name, imported, owner)
				}
			}
			if imported != "digest" && !strings.HasPrefix(imported, "digest/") || name == "cmd/digest" {
				continue
			}
			if of := strings.TrimPrefix(strings.TrimPrefix(imported, "digest"), "/"); !slices.Contains(may, of) {
				t.Errorf("%s imports %s; it may import %v", name, of, may)
			}
		}
	}
	for name := range allowed {
		if !seen[name] {
			t.Errorf("%q is in the table of packages and does not exist", name)
		}
	}
}
