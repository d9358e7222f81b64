package web

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
)

// Limits of a connection. A page is small, and so is what is posted: whoever needs
// longer does not mean to read it.
const (
	maxConnections = 1000
	maxHeader      = 16 << 10
	headerTimeout  = 5 * time.Second
	readTimeout    = 15 * time.Second
	writeTimeout   = 30 * time.Second
	idleTimeout    = 10 * time.Second
	// stopTimeout is how long requests in hand may take when the server stops.
	stopTimeout = 20 * time.Second
)

// Run serves handler at l until ctx is done, and then finishes what is in hand. It
// closes l. certificates may be nil: then it speaks HTTP.
func Run(ctx context.Context, l net.Listener, handler http.Handler, certificates *Certificates, log *slog.Logger) error {
	server := &http.Server{
		Handler:           http.MaxBytesHandler(handler, maxForm),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // of clients: nobody need do anything
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		stopped <- errors.Join(server.Shutdown(ctx), server.Close())
	})
	l = netutil.LimitListener(l, maxConnections)
	var err error
	if certificates == nil {
		err = server.Serve(l)
	} else {
		server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: certificates.Get}
		err = server.ServeTLS(l, "", "")
	}
	if stop() { // it ended by itself
		return errors.Join(err, server.Close())
	}
	return <-stopped
}
