package main

import (
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"digest/internal/subscriber"
)

// A keyring has the keys of readers' tokens for a server that runs for months: when
// the file of the secret changes they are read again, so that the links of the next
// letter work at once.
type keyring struct {
	name string // of the file; empty: the keys do not change
	log  *slog.Logger

	mu      sync.Mutex
	keys    subscriber.Keys
	of      os.FileInfo
	checked time.Time
}

// keyringCheck is how often the file is looked at, at most.
const keyringCheck = time.Second

// current are the keys as they are now. A file that cannot be used changes nothing,
// with a warning.
func (k *keyring) current() subscriber.Keys {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.name == "" || time.Since(k.checked) < keyringCheck {
		return k.keys
	}
	k.checked = time.Now()
	info, err := os.Stat(k.name)
	if err == nil && k.of != nil && info.ModTime().Equal(k.of.ModTime()) && info.Size() == k.of.Size() {
		return k.keys
	}
	if err == nil {
		err = k.read(info)
	}
	if err != nil {
		k.log.Warn(fmt.Sprintf("unsubscribe.secret_file: %v; the secret of before is used", err))
	}
	return k.keys
}

func (k *keyring) read(info os.FileInfo) error {
	k.of = info
	data, err := os.ReadFile(k.name)
	if err != nil {
		return err
	}
	secrets := subscriber.Secrets(string(data))
	if err := subscriber.CheckSecrets(secrets); err != nil {
		return fmt.Errorf("%s: %w", k.name, err)
	}
	k.keys = subscriber.NewKeys(secrets...)
	return nil
}
