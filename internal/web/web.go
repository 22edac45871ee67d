// Package web is the HTTP around the GraphQL handler: its addresses, the pages,
// whether the server is alive and ready, and an end that lets requests finish.
package web

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Options of a site.
type Options struct {
	GraphQL    http.Handler
	Playground http.Handler
	Schema     string // the text of the contract
	// Ready is what /readyz says, and an error, for the log, unless requests can
	// be answered.
	Ready   func(context.Context) (string, error)
	Metrics http.Handler
	// Origins are those of pages elsewhere that may use GraphQL.
	Origins []string
	// Local: only who names this machine as such is answered.
	Local bool
	Log   *slog.Logger
}

// Site is what one server shows, until it stops.
type Site struct {
	options  Options
	stopping atomic.Bool
	unready  atomic.Bool // as /readyz said last
}

// New is a site that is not stopping.
func New(o Options) *Site { return &Site{options: o} }

const (
	readyTimeout      = 2 * time.Second
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeader         = 32 << 10
)

// Public is the handler of the public address. ops adds the operations' pages,
// for a server that has no address of its own for them.
func (s *Site) Public(ops bool) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", s.fromElsewhere(s.options.GraphQL))
	mux.Handle("GET /schema.graphqls", page(s.options.Schema))
	mux.Handle("GET /playground", s.options.Playground)
	mux.Handle("GET /playground/", s.options.Playground)
	mux.Handle("GET /{$}", http.RedirectHandler("/playground", http.StatusFound))
	if ops {
		s.addOps(mux)
	}
	return paced(s.guarded(s.compressed(mux)))
}

// Ops is the handler of the operations' address.
func (s *Site) Ops() http.Handler {
	mux := http.NewServeMux()
	s.addOps(mux)
	return paced(withHeaders(mux))
}

func (s *Site) addOps(mux *http.ServeMux) {
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", s.options.Metrics)
}

func (s *Site) ready(w http.ResponseWriter, r *http.Request) {
	says, ready := s.Ready(r.Context())
	if !ready {
		text(w, http.StatusServiceUnavailable, says)
		return
	}
	text(w, http.StatusOK, says)
}

// Ready reports whether requests can be answered, in words for /readyz. A change is logged.
func (s *Site) Ready(ctx context.Context) (says string, ready bool) {
	if s.stopping.Load() {
		return "stopping", false
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	says, err := s.options.Ready(ctx)
	switch unready := err != nil; {
	case unready == s.unready.Swap(unready):
	case unready:
		s.options.Log.WarnContext(ctx, "not ready", "error", err)
	default:
		s.options.Log.InfoContext(ctx, "ready again")
	}
	return says, err == nil
}

// page answers the text as it is, or 304 to who has it. Its tag is a weak one:
// it may be compressed on its way.
func page(body string) http.Handler {
	tag := fmt.Sprintf(`W/"%x"`, sha256.Sum256([]byte(body)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(body))
	})
}

func text(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, body) // a client that went away is no error of ours
}

// Serve answers on the listener until ctx ends. Then /readyz says no, requests
// that are under way get the time given to finish, and Serve returns. With a
// certificate, which is asked for at each handshake, it talks TLS.
func (s *Site) Serve(ctx context.Context, l net.Listener, handler http.Handler, certificate func() *tls.Certificate, patience time.Duration) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.options.Log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	if certificate != nil {
		server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return certificate(), nil }}
		go func() { ended <- server.ServeTLS(l, "", "") }()
	} else {
		go func() { ended <- server.Serve(l) }()
	}
	select {
	case err := <-ended:
		return fmt.Errorf("serve on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err := server.Shutdown(drain)
	if errors.Is(err, context.DeadlineExceeded) {
		s.options.Log.Warn("requests were aborted at shutdown", "after", patience)
		err = server.Close()
	}
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
