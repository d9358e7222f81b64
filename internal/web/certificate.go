package web

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Certificates is a certificate that is read again when its files change: whoever
// renews it need not restart the server.
type Certificates struct {
	chain, key string
	log        *slog.Logger

	mu      sync.Mutex
	is      *tls.Certificate
	of      [2]os.FileInfo
	checked time.Time
}

// checkEvery is how often the files are looked at, at most.
const checkEvery = 10 * time.Second

// LoadCertificates reads a chain and its key, both in PEM.
func LoadCertificates(chain, key string, log *slog.Logger) (*Certificates, error) {
	c := &Certificates{chain: chain, key: key, log: log}
	return c, c.load()
}

func (c *Certificates) load() error {
	of, err := c.stat()
	if err != nil {
		return err
	}
	is, err := tls.LoadX509KeyPair(c.chain, c.key)
	if err != nil {
		return err
	}
	c.is, c.of, c.checked = &is, of, time.Now()
	return nil
}

func (c *Certificates) stat() (of [2]os.FileInfo, err error) {
	for i, name := range []string{c.chain, c.key} {
		if of[i], err = os.Stat(name); err != nil {
			return of, err
		}
	}
	return of, nil
}

// Get is the certificate. New files that cannot be used are not, with a warning.
func (c *Certificates) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.checked) < checkEvery {
		return c.is, nil
	}
	c.checked = time.Now()
	of, err := c.stat()
	if err == nil && (changed(of[0], c.of[0]) || changed(of[1], c.of[1])) {
		err = c.load()
	}
	if err != nil {
		c.log.Warn("the certificate cannot be read again; the one before is used", "error", err.Error())
	}
	return c.is, nil
}

func changed(a, b os.FileInfo) bool {
	return !a.ModTime().Equal(b.ModTime()) || a.Size() != b.Size()
}
