// Package web serves the GraphQL handler and the other pages over HTTP, with health
// checks and a graceful shutdown.
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

// Options configures a Site.
type Options struct {
	School     // the only one
	Playground http.Handler
	Desk       http.Handler // the page at / and its files below /desk/
	Schema     string       // GraphQL SDL
	// Route returns a handler that passes the requests that name another school on to the Pages of
	// that school, and all others to the pages of the only one. Nil means that there is only one.
	Route func(only http.Handler) http.Handler
	// Ready returns the text of /readyz, and an error for the log unless requests can be
	// served.
	Ready   func(context.Context) (string, error)
	Metrics http.Handler
	// Origins lists the other origins whose pages may use GraphQL.
	Origins []string
	// Local restricts requests to those whose host is localhost or a loopback address.
	Local bool
	Log   *slog.Logger
}

// School is what the site serves of one school.
type School struct {
	GraphQL http.Handler
	Session http.Handler // signs people in to the desk
	// Calendar returns the file of the calendar feed with the secret. It returns ErrNoCalendar
	// if there is none, and ErrAnswered if it has refused the request and written the response.
	Calendar func(w http.ResponseWriter, r *http.Request, secret string) (Calendar, error)
	// Unsubscribe returns which notifications the link with the token unsubscribes from. If the
	// request is a POST, it turns them off. It returns ErrNoSubscription if there is no such
	// link, and ErrAnswered as Calendar does.
	Unsubscribe func(w http.ResponseWriter, r *http.Request, token string) (noun string, err error)
}

// A Site holds the HTTP handlers of one server and its shutdown state.
type Site struct {
	options  Options
	stopping atomic.Bool
	unready  atomic.Bool // the last result of /readyz
}

// New returns a Site.
func New(o Options) *Site { return &Site{options: o} }

const (
	readyTimeout      = 2 * time.Second
	ReadHeaderTimeout = 5 * time.Second
	ReadTimeout       = 15 * time.Second
	IdleTimeout       = 2 * time.Minute
	MaxHeader         = 32 << 10
)

// Public returns the handler of the public address. ops adds the operational pages, for
// a server without a separate address for them.
func (s *Site) Public(ops bool) http.Handler {
	only := s.Pages(s.options.School)
	mux := http.NewServeMux()
	if s.options.Route != nil {
		only = s.options.Route(only)
	}
	mux.Handle("/", only)
	if ops {
		s.addOps(mux)
	}
	return paced(s.draining(s.guarded(s.compressed(mux))))
}

// Pages returns the handler of the pages of a school. Public serves those of the only one.
func (s *Site) Pages(of School) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", s.fromElsewhere(of.GraphQL))
	mux.Handle("GET /schema.graphqls", page(s.options.Schema))
	mux.Handle("GET /playground", s.options.Playground)
	mux.Handle("GET /playground/", s.options.Playground)
	mux.HandleFunc("GET /calendar/{file...}", s.calendar(of))
	mux.HandleFunc("GET /unsubscribe/{token}", s.unsubscribe(of))
	mux.HandleFunc("POST /unsubscribe/{token}", s.unsubscribe(of))
	mux.Handle("GET /{$}", s.options.Desk)
	mux.Handle("GET /desk/", s.options.Desk)
	mux.Handle("/session", of.Session)
	mux.Handle("/session/", of.Session)
	return mux
}

// Drain makes /readyz fail, while requests are still served. Clients must open a new connection
// for each further request, so that a load balancer can send it to another server.
func (s *Site) Drain() { s.stopping.Store(true) }

// draining closes the connection of each response after Drain.
func (s *Site) draining(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.stopping.Load() && r.Header.Get("Upgrade") == "" {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// Ops returns the handler of the operations address.
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

// Ready reports whether requests can be served, with the text of /readyz. It logs
// changes.
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

// weakTag returns the ETag of a text with the hash. It is weak, because the response may be
// compressed.
func weakTag(hash [sha256.Size]byte) string { return fmt.Sprintf(`W/"%x"`, hash) }

// page serves a text, or 304 if the client has it.
func page(body string) http.Handler {
	tag := weakTag(sha256.Sum256([]byte(body)))
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
	_, _ = fmt.Fprintln(w, body) // the client may be gone
}

// Serve serves requests on the listener until ctx ends. Then it calls Drain, active requests
// finish or are aborted after the duration patience, and Serve returns. If certificate is not
// nil, Serve uses TLS and calls certificate for each handshake.
func (s *Site) Serve(ctx context.Context, l net.Listener, handler http.Handler, certificate func() *tls.Certificate, patience time.Duration) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: ReadHeaderTimeout,
		ReadTimeout:       ReadTimeout,
		IdleTimeout:       IdleTimeout,
		MaxHeaderBytes:    MaxHeader,
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
	s.Drain()
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
