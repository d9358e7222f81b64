package config

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"digest/internal/bookmark"
	"digest/internal/selector"
)

var nameForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

// check makes c of what is written, and notes every fault.
func (f *file) check(c *Config, faults *Faults, inFile func(key string) bool) {
	f.checkLetter(c, faults)
	f.checkSelection(c, faults)
	f.checkDelivery(c, faults)
	f.checkSMTP(c, faults, inFile)
	f.checkUnsubscribe(c, faults, inFile)
	f.checkServe(c, faults)
	f.checkDKIM(c, faults)
	f.checkBounces(c, faults)
	f.checkIMAP(c, faults, inFile)
}

func (f *file) checkSelection(c *Config, faults *Faults) {
	if len(f.Content) == 0 {
		faults.add("content", "write content: [content]", "no folder is named")
	}
	for _, dir := range f.Content {
		if !isDir(c.Path(dir)) {
			faults.add("content", "name the folder of your bookmarks", "%s", noDir(c.Path(dir)))
		}
	}
	c.Content, c.Site = f.Content, f.SiteURL
	if u, err := url.Parse(f.SiteURL); f.SiteURL != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil) {
		faults.add("site_url", "write https://www.example.org, or leave it empty", "%q is no address of a site", f.SiteURL)
	}
	d := bookmark.DefaultFields()
	c.Fields = bookmark.Fields{
		Title: orKeys(f.Fields.Title, d.Title), Link: orKeys(f.Fields.Link, d.Link), Date: orKeys(f.Fields.Date, d.Date),
		Categories: orKeys(f.Fields.Categories, d.Categories), Summary: orKeys(f.Fields.Summary, d.Summary),
		Image: orKeys(f.Fields.Image, d.Image), Score: orKeys(f.Fields.Score, d.Score),
	}
	c.Limits.File = size(faults, "limits.file", f.Limits.File)
	c.Limits.FrontMatter = size(faults, "limits.front_matter", f.Limits.FrontMatter)
	span, err := selector.ParseSpan(f.Window)
	if err != nil {
		faults.add("window", "write 7d", "%v", err)
	}
	c.Span = span
	f.checkCategories(c, faults)
	c.Order, c.PerHost = selector.Order(f.Order), f.PerHost
	if f.PerHost < 0 {
		faults.add("per_host", "write 0 for no limit", "%d is less than nothing", f.PerHost)
	}
	oneOf(faults, "order", f.Order, "date", "score")
	c.ShareSlots = f.ShareSlots
	c.Identity.KeepSlash = f.Slash == "keep"
	oneOf(faults, "trailing_slash", f.Slash, "ignore", "keep")
	c.Late = reach(faults, "late", f.Late, "14d")
	c.CatchUp = reach(faults, "catch_up", f.CatchUp, "28d")
	c.MinItems = f.MinItems
	if f.MinItems < 0 {
		faults.add("min_items", "write 0 for none", "%d is less than nothing", f.MinItems)
	}
}

// reach is a length of time that may be none.
func reach(faults *Faults, key string, value any, example string) selector.Span {
	text := fmt.Sprint(value)
	if text == "0" {
		return selector.Span{}
	}
	span, err := selector.ParseSpan(text)
	if err != nil {
		faults.add(key, "write "+example+", or 0 for not at all", "%v", err)
	}
	return span
}

func orKeys(keys, standard []string) []string {
	if len(keys) > 0 {
		return keys
	}
	return standard
}

func (f *file) checkCategories(c *Config, faults *Faults) {
	taken := map[string]string{}
	for i, cat := range f.Categories {
		key := fmt.Sprintf("categories[%d]", i)
		if strings.TrimSpace(cat.Name) == "" {
			faults.add(key+".name", "write the name that bookmarks use", "it is empty")
			continue
		}
		for _, name := range append([]string{cat.Name}, cat.Aliases...) {
			if other, twice := taken[selector.Fold(name)]; twice {
				faults.add(key, "name it once", "%q is in %s already; letter case makes no difference", name, other)
			}
			taken[selector.Fold(name)] = key
		}
		c.Categories = append(c.Categories, checkCategory(faults, key, cat))
	}
	if f.Other != nil {
		other := checkCategory(faults, "other", *f.Other)
		other.Title = cmp.Or(other.Title, other.Name, "Elsewhere")
		c.Other = &other
	}
	if len(f.Categories) == 0 && f.Other == nil {
		faults.add("categories", "write - {name: design}, or set other", "there is no section for any bookmark")
	}
}

func checkCategory(faults *Faults, key string, cat category) selector.Category {
	if cat.Limit < 0 {
		faults.add(key+".limit", "write 0 for no limit", "%d is less than nothing", cat.Limit)
	}
	return selector.Category{Name: cat.Name, Title: bookmark.Clean(cat.Title), Aliases: cat.Aliases, Limit: cat.Limit}
}

func (f *file) checkDelivery(c *Config, faults *Faults) {
	if f.Database == "" || strings.Contains(f.Database, "://") {
		faults.add("database", "write digest.db", "%q is not the name of a file", f.Database)
	}
	c.Database = c.Path(f.Database)
	if isDir(c.Database) {
		faults.add("database", "name a file in it", "%s is a folder", c.Database)
	}
	if f.Subscribers == "" {
		faults.add("subscribers", "write subscribers.csv, or database", "no list is named")
	}
	if f.Subscribers != "database" {
		c.Subscribers = c.Path(f.Subscribers)
	}
	c.Delivery = Delivery{
		Via: f.Delivery.Via, Outbox: c.Path(f.Delivery.Outbox), Connections: f.Delivery.Connections, PerConnection: f.Delivery.PerConnection,
		Rate: f.Delivery.Rate, ResendUnknown: f.Delivery.OnUnknown == "resend",
	}
	oneOf(faults, "delivery.via", f.Delivery.Via, "outbox", "smtp")
	oneOf(faults, "delivery.on_unknown", f.Delivery.OnUnknown, "hold", "resend")
	if f.Delivery.Outbox == "" {
		faults.add("delivery.outbox", "write outbox", "no folder is named")
	}
	if f.Delivery.Connections < 1 || f.Delivery.Connections > 100 {
		faults.add("delivery.connections", "write 1 to 100", "%d is no number of connections", f.Delivery.Connections)
	}
	if f.Delivery.PerConnection < 0 {
		faults.add("delivery.per_connection", "write a number of messages, or 0 for no limit", "%d is no number of messages", f.Delivery.PerConnection)
	}
	giveUp, err := time.ParseDuration(fmt.Sprint(f.Delivery.GiveUpAfter))
	if err != nil || giveUp < 0 || giveUp > 24*time.Hour {
		faults.add("delivery.give_up_after", "write 30m, or 0 to leave them to the next run", "%q is no time of at most 24h", fmt.Sprint(f.Delivery.GiveUpAfter))
	}
	c.Delivery.GiveUpAfter = giveUp
	if !(f.Delivery.Rate >= 0 && f.Delivery.Rate <= 1e6) {
		faults.add("delivery.rate", "write messages a second, or 0 for no limit", "%v is no rate", f.Delivery.Rate)
	}
}

func (f *file) checkSMTP(c *Config, faults *Faults, inFile func(string) bool) {
	s := f.SMTP
	c.SMTP = SMTP{Host: s.Host, Port: s.Port, TLS: s.TLS, Username: s.Username, Auth: s.Auth, HELO: s.HELO}
	if f.Delivery.Via != "smtp" {
		secret(c, faults, "smtp.password", s.Password, "", inFile) // not used, and not to be seen either
		return
	}
	if s.Host == "" {
		faults.add("smtp.host", "write the name of your mail server", "it is empty, and delivery.via is smtp")
	} else if !isHost(s.Host) {
		faults.add("smtp.host", "write a name such as mail.example.org, and the port in smtp.port", "%q is no host name", s.Host)
	}
	if s.Port < 1 || s.Port > 65535 {
		faults.add("smtp.port", "write 587 for starttls or 465 for tls", "%d is not a port", s.Port)
	}
	oneOf(faults, "smtp.tls", s.TLS, "starttls", "tls", "none")
	oneOf(faults, "smtp.auth", s.Auth, "", "plain", "login", "scram-sha-256", "scram-sha-1", "xoauth2")
	if s.TLS == "none" && !isLoopback(s.Host) {
		faults.add("smtp.tls", "write starttls or tls", "none sends mail in clear, and %s is another machine", s.Host)
	}
	if s.TLS == "none" && s.Username != "" {
		faults.add("smtp.username", "set smtp.tls, or log in to the local server without", "the password would be sent in clear")
	}
	if strings.ContainsFunc(s.HELO, func(r rune) bool { return r <= ' ' || r >= 0x7F }) {
		faults.add("smtp.helo", "write this machine's full name", "%q is no host name", s.HELO)
	}
	c.SMTP.Password = secret(c, faults, "smtp.password", s.Password, s.PasswordFile, inFile)
	if s.Username != "" && c.SMTP.Password == "" && s.PasswordFile == "" {
		faults.add("smtp.password_file", "name a file that only you can read, or set DIGEST_SMTP_PASSWORD", "there is no password for %s", s.Username)
	}
}

// secret is a value from the environment, or from a file that only its owner
// can read.
func secret(c *Config, faults *Faults, key, value, name string, inFile func(string) bool) Secret {
	if value != "" {
		if inFile(key) && othersCanRead(c.File) {
			delete(faults.from, key) // a variable may have taken its place
			faults.add(key, "move it to the environment or to "+key+"_file, or run: chmod 600 "+c.File, "others can read it in %s", c.File)
		}
		return Secret(value)
	}
	if name == "" {
		return ""
	}
	name = c.Path(name)
	f, err := os.Open(name)
	if err != nil {
		faults.add(key+"_file", "make it readable for the user that runs digest", "%v", err)
		return ""
	}
	defer f.Close()
	if othersCanRead(name) {
		faults.add(key+"_file", "run: chmod 600 "+name, "others can read %s", name)
	}
	data, err := io.ReadAll(io.LimitReader(f, 64<<10))
	if text := strings.TrimSpace(string(data)); err == nil && text != "" {
		return Secret(text)
	}
	faults.add(key+"_file", "write the secret into it", "%s is empty or cannot be read", name)
	return ""
}

func othersCanRead(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().Perm()&0o077 != 0
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// noDir says what is there in place of a folder.
func noDir(name string) string {
	if _, err := os.Stat(name); err == nil {
		return name + " is no folder"
	}
	return "there is no folder " + name
}

func isHost(host string) bool {
	return net.ParseIP(host) != nil || !strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r >= 0x7F || r == ':' || r == '/' })
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func oneOf(faults *Faults, key, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		faults.add(key, "write "+strings.Join(slices.DeleteFunc(allowed, func(s string) bool { return s == "" }), " or "), "%q is none of them", value)
	}
}

var sizeForm = regexp.MustCompile(`^(\d{1,9})(|B|KiB|MiB)$`)

// size reads a number of bytes: 65536, 64KiB or 1MiB.
func size(faults *Faults, key string, value any) int64 {
	s := fmt.Sprint(value)
	m := sizeForm.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		faults.add(key, "write 64KiB or 1MiB", "%q is no size", s)
		return 0
	}
	n, _ := strconv.ParseInt(m[1], 10, 64)
	n *= map[string]int64{"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20}[m[2]]
	if n < 1 || n > 1<<30 {
		faults.add(key, "write at least 1 byte and at most 1024MiB", "%q is out of bounds", s)
	}
	return n
}
