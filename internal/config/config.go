// Package config loads the configuration and checks it as a whole: from
// config.yaml, the environment and flags, with all faults at once, each with
// its key and a remedy.
//
//	c, err := config.Load(config.Options{File: "config.yaml"})
//
// Flags beat the environment, that beats the file, and that the defaults. A key
// a.b is set by the environment variable DIGEST_A_B; an empty variable counts
// as not set. Paths are relative to the folder of the file.
package config

import (
	"fmt"
	"io"
	"log/slog"
	"net/mail"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"digest/internal/bookmark"
	"digest/internal/selector"
	"digest/internal/theme"
)

// A Config is a configuration that has been checked.
type Config struct {
	File string // where it was read from

	Name        string
	Title       string
	From        mail.Address
	ReplyTo     string
	Subject     string
	Language    string
	Location    *time.Location
	Address     string
	Archive     string // where letters can be read on the web; may be empty
	Theme       theme.Theme
	Images      Images
	Content     []string
	Site        string // address of the site that the content makes; may be empty
	Fields      bookmark.Fields
	Limits      Limits
	Span        selector.Span
	Categories  []selector.Category
	Other       *selector.Category
	Order       selector.Order
	PerHost     int           // most bookmarks of one host in an edition; 0: no limit
	Late        selector.Span // how far an edition reaches back for what came late; zero: not
	CatchUp     selector.Span // how far for what is of a time without an edition
	MinItems    int           // of fewer bookmarks no edition is made
	ShareSlots  bool
	Identity    bookmark.Identity
	Database    string
	Subscribers string // the list's file; empty: the database keeps it
	Templates   string
	Intro       string // folder of introductions; may be empty
	Delivery    Delivery
	SMTP        SMTP
	Unsubscribe Unsubscribe
	Subscribe   string // where people join: an address like Unsubscribe.URL, or empty
	Serve       Serve
	DKIM        DKIM
	Bounces     Bounces
}

// Bounces says what becomes of mail that comes back.
type Bounces struct {
	Address   string // of which return paths are made; empty: letters come back to the sender
	SoftLimit int    // soft bounces of so many editions in a row end the sending
	Kept      string // Maildir for what came by a pipe and is for a person to read
	IMAP      IMAP   // where they can be fetched
}

// IMAP is a mailbox on a server. Without a host there is none.
type IMAP struct {
	Host     string
	Port     int
	TLS      string
	Username string
	Password Secret
	Folder   string
}

// Images says what the letter does with the images of bookmarks.
type Images string

// What the letter does with images.
const (
	NoImages    Images = "none"
	LinkImages  Images = "link"  // shown from where they are
	EmbedImages Images = "embed" // sent with the letter
)

// Limits are the most bytes that are read of a content file.
type Limits struct{ File, FrontMatter int64 }

// Delivery says where messages go, and how fast.
type Delivery struct {
	Via           string // outbox or smtp
	Outbox        string
	Connections   int
	PerConnection int           // most messages on one; 0: no limit
	Rate          float64       // messages a second; 0: no limit
	GiveUpAfter   time.Duration // how long a run tries those again who were deferred; 0: not at all
	ResendUnknown bool
}

// SMTP is the server that messages are given to.
type SMTP struct {
	Host     string
	Port     int
	TLS      string
	Username string
	Password Secret
	Auth     string
	HELO     string
}

// Unsubscribe is how readers leave.
type Unsubscribe struct {
	URL         string
	Mailto      string
	Preferences string // where readers choose what they get, or empty
	Secret      Secret
	SecretFile  string // where it was read from; may be empty
}

// Serve is how the pages are served that links in letters lead to.
type Serve struct {
	Listen      string // host and port
	Metrics     string // the same, for metrics; empty: none
	Certificate string // file with the chain; empty: HTTP, for a proxy that speaks TLS
	Key         string // file of its private key
	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
}

// DKIM is how messages are signed. Without a key they are not.
type DKIM struct {
	Domain   string // in A-labels; that of the sender's address or one above it
	Selector string
	KeyFile  string
	Key      Secret // what is in the file
}

// A Secret does not print itself.
type Secret string

func (Secret) String() string { return "[secret]" }

// Format keeps a secret out of every verb, %#v and a mistaken %d among them.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue keeps a secret out of logs.
func (Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// MarshalText keeps a secret out of JSON.
func (Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// Path is a path of the configuration, relative to the folder of its file.
func (c *Config) Path(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(c.File), name)
}

// A Fault is what is wrong with one key.
type Fault struct{ Key, Problem, Remedy string }

func (f Fault) String() string {
	return fmt.Sprintf("%s: %s; %s", f.Key, f.Problem, f.Remedy)
}

// Faults are all that is wrong with a configuration, in the order of its keys.
type Faults struct {
	File string
	List []Fault

	from map[string]string // the flag or variable that set a key, if not the file
}

func (f *Faults) Error() string {
	lines := make([]string, len(f.List))
	for i, fault := range f.List {
		lines[i] = f.Where(fault) + ": " + fault.Problem + "; " + fault.Remedy
	}
	return strings.Join(lines, "\n")
}

// Where names the place of a fault: the key in the file, or the flag or the
// environment variable that set it.
func (f *Faults) Where(fault Fault) string {
	if from := f.from[fault.Key]; from != "" {
		return from
	}
	return f.File + ": " + fault.Key
}

func (f *Faults) add(key, remedy, problem string, args ...any) {
	f.List = append(f.List, Fault{key, fmt.Sprintf(problem, args...), remedy})
}

// has reports whether there is a fault of the key or of one above it.
func (f *Faults) has(key string) bool {
	return slices.ContainsFunc(f.List, func(fault Fault) bool {
		rest, ok := strings.CutPrefix(key, fault.Key)
		return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}
