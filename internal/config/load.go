package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/viper"
)

// Options say where a configuration comes from.
type Options struct {
	File  string         // empty: the first of the usual places that has one
	Flags map[string]any // values by key that beat all others
}

// file is the configuration as it is written. Its tags are the keys.
type file struct {
	Name     string `mapstructure:"name"`
	Title    string `mapstructure:"title"`
	From     string `mapstructure:"from"`
	ReplyTo  string `mapstructure:"reply_to"`
	Subject  string `mapstructure:"subject"`
	Language string `mapstructure:"language"`
	Timezone string `mapstructure:"timezone"`
	Address  string `mapstructure:"address"`
	Archive  string `mapstructure:"archive"`
	Images   string `mapstructure:"images"`
	Theme    struct {
		Headings string  `mapstructure:"headings"`
		Text     string  `mapstructure:"text"`
		Light    palette `mapstructure:"light"`
		Dark     palette `mapstructure:"dark"`
	} `mapstructure:"theme"`
	Content []string `mapstructure:"content"`
	SiteURL string   `mapstructure:"site_url"`
	Fields  struct {
		Title      []string `mapstructure:"title"`
		Link       []string `mapstructure:"link"`
		Date       []string `mapstructure:"date"`
		Categories []string `mapstructure:"categories"`
		Summary    []string `mapstructure:"summary"`
		Image      []string `mapstructure:"image"`
		Score      []string `mapstructure:"score"`
	} `mapstructure:"fields"`
	Limits struct {
		File        any `mapstructure:"file"` // a number of bytes, or a text with a unit
		FrontMatter any `mapstructure:"front_matter"`
	} `mapstructure:"limits"`
	Window      string     `mapstructure:"window"`
	Categories  []category `mapstructure:"categories"`
	Other       *category  `mapstructure:"other"`
	Order       string     `mapstructure:"order"`
	PerHost     int        `mapstructure:"per_host"`
	Late        any        `mapstructure:"late"` // 0, or a text with a unit
	CatchUp     any        `mapstructure:"catch_up"`
	MinItems    int        `mapstructure:"min_items"`
	ShareSlots  bool       `mapstructure:"share_slots"`
	Slash       string     `mapstructure:"trailing_slash"`
	Database    string     `mapstructure:"database"`
	Subscribers string     `mapstructure:"subscribers"`
	Templates   string     `mapstructure:"templates"`
	Intro       string     `mapstructure:"intro"`
	Delivery    struct {
		Via           string  `mapstructure:"via"`
		Outbox        string  `mapstructure:"outbox"`
		Connections   int     `mapstructure:"connections"`
		PerConnection int     `mapstructure:"per_connection"`
		Rate          float64 `mapstructure:"rate"`
		GiveUpAfter   any     `mapstructure:"give_up_after"` // 0, or a text with a unit
		OnUnknown     string  `mapstructure:"on_unknown"`
	} `mapstructure:"delivery"`
	SMTP struct {
		Host         string `mapstructure:"host"`
		Port         int    `mapstructure:"port"`
		TLS          string `mapstructure:"tls"`
		Username     string `mapstructure:"username"`
		Password     string `mapstructure:"password"`
		PasswordFile string `mapstructure:"password_file"`
		Auth         string `mapstructure:"auth"`
		HELO         string `mapstructure:"helo"`
	} `mapstructure:"smtp"`
	Unsubscribe struct {
		URL         string `mapstructure:"url"`
		Preferences string `mapstructure:"preferences"`
		Mailto      string `mapstructure:"mailto"`
		Secret      string `mapstructure:"secret"`
		SecretFile  string `mapstructure:"secret_file"`
	} `mapstructure:"unsubscribe"`
	Subscribe struct {
		URL string `mapstructure:"url"`
	} `mapstructure:"subscribe"`
	Serve struct {
		Listen         string   `mapstructure:"listen"`
		Metrics        string   `mapstructure:"metrics"`
		Certificate    string   `mapstructure:"certificate"`
		CertificateKey string   `mapstructure:"certificate_key"`
		TrustedProxies []string `mapstructure:"trusted_proxies"`
	} `mapstructure:"serve"`
	DKIM struct {
		Domain   string `mapstructure:"domain"`
		Selector string `mapstructure:"selector"`
		KeyFile  string `mapstructure:"key_file"`
	} `mapstructure:"dkim"`
	BounceAddress string `mapstructure:"bounce_address"`
	Bounces       struct {
		SoftLimit int    `mapstructure:"soft_limit"`
		Kept      string `mapstructure:"kept"`
		IMAP      struct {
			Host         string `mapstructure:"host"`
			Port         int    `mapstructure:"port"`
			TLS          string `mapstructure:"tls"`
			Username     string `mapstructure:"username"`
			Password     string `mapstructure:"password"`
			PasswordFile string `mapstructure:"password_file"`
			Folder       string `mapstructure:"folder"`
		} `mapstructure:"imap"`
	} `mapstructure:"bounces"`
}

type category struct {
	Name    string   `mapstructure:"name"`
	Title   string   `mapstructure:"title"`
	Aliases []string `mapstructure:"aliases"`
	Limit   int      `mapstructure:"limit"`
}

// categoryKeys are those of categories and other.
var categoryKeys = []string{"aliases", "limit", "name", "title"}

// defaults has every key: viper looks into the environment only for keys that
// it knows.
var defaults = map[string]any{
	"name": "", "title": "", "from": "", "reply_to": "", "subject": "", "language": "en",
	"timezone": "UTC", "address": "", "archive": "", "images": "none", "theme.headings": "serif", "theme.text": "sans", "content": []string{"content"}, "site_url": "",
	"fields.title": []string{}, "fields.link": []string{}, "fields.date": []string{}, "fields.categories": []string{},
	"fields.summary": []string{}, "fields.image": []string{}, "fields.score": []string{},
	"theme.light.page": "", "theme.light.card": "", "theme.light.text": "", "theme.light.muted": "", "theme.light.link": "",
	"theme.light.accent": "", "theme.light.line": "", "theme.dark.page": "", "theme.dark.card": "", "theme.dark.text": "",
	"theme.dark.muted": "", "theme.dark.link": "", "theme.dark.accent": "", "theme.dark.line": "",
	"limits.file": "1MiB", "limits.front_matter": "64KiB",
	"window": "7d", "categories": []any{}, "other": nil, "order": "date", "per_host": 0, "share_slots": false, "trailing_slash": "ignore",
	"late": "14d", "catch_up": "28d", "min_items": 0,
	"database": "digest.db", "subscribers": "subscribers.csv", "templates": "", "intro": "",
	"delivery.via": "outbox", "delivery.outbox": "outbox", "delivery.connections": 4, "delivery.per_connection": 0, "delivery.rate": 0,
	"delivery.give_up_after": "30m", "delivery.on_unknown": "hold",
	"smtp.host": "", "smtp.port": 587, "smtp.tls": "starttls", "smtp.username": "", "smtp.password": "", "smtp.password_file": "",
	"smtp.auth": "", "smtp.helo": "",
	"unsubscribe.url": "", "unsubscribe.preferences": "", "unsubscribe.mailto": "", "unsubscribe.secret": "", "unsubscribe.secret_file": "",
	"subscribe.url": "", "serve.listen": "127.0.0.1:8025", "serve.metrics": "", "serve.certificate": "", "serve.certificate_key": "", "serve.trusted_proxies": []string{},
	"dkim.domain": "", "dkim.selector": "", "dkim.key_file": "",
	"bounce_address": "", "bounces.soft_limit": 5, "bounces.kept": "bounces",
	"bounces.imap.host": "", "bounces.imap.port": 993, "bounces.imap.tls": "tls", "bounces.imap.username": "", "bounces.imap.password": "",
	"bounces.imap.password_file": "", "bounces.imap.folder": "INBOX",
}

// Keys are all keys of a configuration, in order.
func Keys() []string { return slices.Sorted(maps.Keys(defaults)) }

// Load reads and checks the configuration. A *Faults error has all that is
// wrong with it.
func Load(o Options) (*Config, error) {
	name, err := find(o.File)
	if err != nil {
		return nil, err
	}
	faults := &Faults{File: name, from: map[string]string{}}
	settings, err := read(name)
	if err != nil {
		return nil, err
	}
	settings = lower(faults, "", settings)
	unknown(faults, "", settings)
	written := viper.New()

	v := viper.New()
	for key, value := range defaults {
		v.SetDefault(key, value)
	}
	environment(faults, v)
	if err := errors.Join(written.MergeConfigMap(settings), v.MergeConfigMap(settings)); err != nil {
		return nil, readError(name, err)
	}
	for key, value := range o.Flags {
		v.Set(key, value)
		faults.from[key] = "--" + key
	}
	var f file
	if err := v.Unmarshal(&f, viper.DecodeHook(strict)); err != nil {
		typeFaults(faults, err)
	}
	c := &Config{File: name}
	if len(faults.List) == 0 { // else the values are not what was meant
		f.check(c, faults, func(key string) bool { return written.GetString(key) != "" })
	}
	if len(faults.List) > 0 {
		return nil, faults
	}
	return c, nil
}

// environment has v heed the variables that are set, one for each key but
// those that hold tables.
func environment(faults *Faults, v *viper.Viper) {
	names := map[string]string{}
	for _, key := range Keys() {
		if key != "categories" && key != "other" {
			names["DIGEST_"+strings.ToUpper(strings.ReplaceAll(key, ".", "_"))] = key
		}
	}
	for _, set := range os.Environ() {
		name, value, _ := strings.Cut(set, "=")
		key, known := names[name]
		switch {
		case value == "" || !strings.HasPrefix(name, "DIGEST_"):
		case !known:
			near := nearest(name, slices.Sorted(maps.Keys(names)))
			faults.from[name] = name
			faults.add(name, cmp.Or(near, "unset it")+"; categories and other are set in the file only", "no key has this variable")
		default:
			_ = v.BindEnv(key, name) // fails without a key only
			faults.from[key] = name
		}
	}
}

// find returns the file that is asked for, or the first of the usual ones.
func find(name string) (string, error) {
	if name != "" {
		info, err := os.Stat(name)
		switch {
		case err != nil:
			return "", fmt.Errorf("%w; name a file with --config, or make one with: digest init", err)
		case !info.Mode().IsRegular(): // a pipe would block
			return "", fmt.Errorf("%s is not a regular file; name the configuration file itself", name)
		}
		return name, nil
	}
	places := []string{"config.yaml"}
	if dir, err := os.UserConfigDir(); err == nil {
		places = append(places, filepath.Join(dir, "digest", "config.yaml"))
	}
	places = append(places, "/etc/digest/config.yaml")
	for _, p := range places {
		if info, err := os.Stat(p); err == nil && info.Mode().IsRegular() {
			return p, nil
		}
	}
	return "", fmt.Errorf("no configuration in %s; name one with --config, or make one with: digest init", strings.Join(places, ", "))
}

// read returns what the file says, every key of it: viper forgets those
// without a value.
func read(name string) (map[string]any, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, readError(name, err)
	}
	yaml, err := viper.NewCodecRegistry().Decoder("yaml")
	if err != nil {
		return nil, err
	}
	settings := map[string]any{}
	if err := yaml.Decode(data, settings); err != nil {
		return nil, readError(name, err)
	}
	return settings, nil
}

func readError(name string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Errorf("%s: %w; make it readable", name, path.Err)
	}
	text := strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n", " "), "yaml: ")
	return fmt.Errorf("%s: %s; mend the YAML there", name, text)
}
