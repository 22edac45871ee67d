// Package primary watches the database of a pool of connections: whether it is away, which of the
// hosts of its address is the primary, and which connections lead to a server that no longer is.
// It is a circuit breaker that probes by itself, so that no request has to be the probe.
package primary

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// probeTimeout bounds a probe. A frozen host accepts connections, but does not respond.
	probeTimeout = time.Second
	// awayPause is the pause between two probes while the database is away.
	awayPause = 100 * time.Millisecond
	// latePause is the pause between two probes while the database responds, but late.
	latePause = time.Second
)

// Identify returns the identity of the server of a connection. It is another one after a
// failover or a restart. Identify fails for a standby.
type Identify func(context.Context, *pgx.Conn) (string, error)

// A Watch watches a database while it is suspected to be away.
type Watch struct {
	hosts    []*pgx.ConnConfig // one for each host of the address
	identify Identify
	conns    conns

	suspected atomic.Bool
	woken     chan struct{} // holds one token after Suspect
	away      atomic.Pointer[error]
	primary   atomic.Pointer[pgx.ConnConfig] // the host at which the last probe found it

	server  string    // identity; empty until it is known
	doubted time.Time // start of the first probe since the last one that succeeded
}

// New returns a Watch of the database of a configuration, whose connections it tracks from now on.
func New(config *pgx.ConnConfig, identify Identify) *Watch {
	w := &Watch{identify: identify, conns: conns{open: map[*conn]struct{}{}}, woken: make(chan struct{}, 1)}
	w.hosts = hostsOf(config) // probes are not tracked
	config.DialFunc = w.conns.track(config.DialFunc)
	return w
}

// Err returns why the database is away, or nil.
func (w *Watch) Err() error {
	if err := w.away.Load(); err != nil {
		return *err
	}
	return nil
}

// Suspect says whether the database is suspected to be away. Run then finds out.
func (w *Watch) Suspect(suspected bool) {
	w.suspected.Store(suspected)
	if suspected {
		select {
		case w.woken <- struct{}{}:
		default:
		}
	}
}

// Run watches the database until ctx ends.
func (w *Watch) Run(ctx context.Context, log *slog.Logger) {
	defer w.away.Store(nil)
	for ctx.Err() == nil {
		pause := latePause
		if w.probe(ctx, log) != nil {
			pause = awayPause
		}
		if !w.suspected.Load() && w.Err() == nil {
			select {
			case <-ctx.Done():
			case <-w.woken:
			}
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// probe notes whether the database is away. If a server has taken over, it closes the connections
// to the former one: their statements would wait in vain, and keep others from the pool.
func (w *Watch) probe(ctx context.Context, log *slog.Logger) error {
	if w.doubted.IsZero() {
		w.doubted = now()
	}
	host, server, err := w.find(ctx)
	switch {
	case ctx.Err() != nil:
		return err
	case err != nil:
		if isRefusal(err) || w.conns.heardSince(w.doubted) {
			return err
		}
		if w.away.Swap(&err) == nil {
			log.WarnContext(ctx, "the database is away; requests are refused until it is back", "error", err)
		}
		return err
	}
	if w.server != "" && w.server != server {
		closed := w.conns.closeOlder(w.doubted)
		log.WarnContext(ctx, "the database has another server or was restarted; the connections to the former one are closed",
			"host", host.Host, "port", host.Port, "connections", closed)
	}
	w.server, w.doubted = server, time.Time{}
	w.primary.Store(host)
	if w.away.Swap(nil) != nil {
		log.InfoContext(ctx, "the database is back", "host", host.Host, "port", host.Port)
	}
	return nil
}

// isRefusal reports whether Postgres refuses a new connection for a reason that does not concern
// existing ones, such as a wrong password or too many connections.
func isRefusal(err error) bool {
	const operatorIntervention = "57" // such as a shutdown
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code[:min(2, len(pg.Code))] != operatorIntervention
}

// find asks all hosts at the same time, and returns the first that is the primary.
func (w *Watch) find(ctx context.Context) (host *pgx.ConnConfig, server string, err error) {
	type found struct {
		host   *pgx.ConnConfig
		server string
		err    error
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	var asking sync.WaitGroup
	defer asking.Wait()
	defer cancel()
	results := make(chan found, len(w.hosts))
	for _, host := range w.hosts {
		asking.Go(func() {
			server, err := w.ask(ctx, host)
			results <- found{host, server, err}
		})
	}
	var errs []error
	for range w.hosts {
		got := <-results
		if got.err == nil {
			return got.host, got.server, nil
		}
		errs = append(errs, got.err)
	}
	return nil, "", errors.Join(errs...)
}

func (w *Watch) ask(ctx context.Context, host *pgx.ConnConfig) (string, error) {
	conn, err := pgx.ConnectConfig(ctx, host.Copy())
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()
	return w.identify(ctx, conn)
}

// Prefer puts the host of the primary first, so that connecting does not wait for a host that does
// not respond.
func (w *Watch) Prefer(config *pgx.ConnConfig) {
	primary := w.primary.Load()
	if primary == nil || len(config.Fallbacks) == 0 {
		return
	}
	hosts := append([]*pgconn.FallbackConfig{{Host: config.Host, Port: config.Port, TLSConfig: config.TLSConfig}}, config.Fallbacks...)
	slices.SortStableFunc(hosts, func(a, b *pgconn.FallbackConfig) int { return rank(a, primary) - rank(b, primary) })
	config.Host, config.Port, config.TLSConfig, config.Fallbacks = hosts[0].Host, hosts[0].Port, hosts[0].TLSConfig, hosts[1:]
}

func rank(host *pgconn.FallbackConfig, primary *pgx.ConnConfig) int {
	if host.Host == primary.Host && host.Port == primary.Port {
		return 0
	}
	return 1
}

// hostsOf returns a configuration for each host. A host can have several fallbacks, with and
// without TLS.
func hostsOf(config *pgx.ConnConfig) []*pgx.ConnConfig {
	var hosts []*pgx.ConnConfig
	add := func(fallback *pgconn.FallbackConfig) {
		if n := len(hosts) - 1; n >= 0 && rank(fallback, hosts[n]) == 0 {
			hosts[n].Fallbacks = append(hosts[n].Fallbacks, fallback)
			return
		}
		host := config.Copy()
		host.Host, host.Port, host.TLSConfig, host.Fallbacks = fallback.Host, fallback.Port, fallback.TLSConfig, nil
		host.Tracer = nil                                 // no request sends these statements
		host.DefaultQueryExecMode = pgx.QueryExecModeExec // each is sent once, perhaps through a pooler
		hosts = append(hosts, host)
	}
	add(&pgconn.FallbackConfig{Host: config.Host, Port: config.Port, TLSConfig: config.TLSConfig})
	for _, fallback := range config.Fallbacks {
		add(fallback)
	}
	return hosts
}

// now is the real time, as in the timeouts of connections.
func now() time.Time { return time.Now() } //nolint:forbidigo // no rule of the school depends on it

// conns tracks open connections.
type conns struct {
	mu   sync.Mutex
	open map[*conn]struct{}
}

type conn struct {
	net.Conn
	of     *conns
	opened time.Time
	heard  atomic.Int64 // when something was received last
}

func (c *conns) track(dial pgconn.DialFunc) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		dialed, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		tracked := &conn{Conn: dialed, of: c, opened: now()}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.open[tracked] = struct{}{}
		return tracked, nil
	}
}

// Read implements net.Conn.
func (c *conn) Read(into []byte) (int, error) {
	n, err := c.Conn.Read(into)
	if n > 0 {
		c.heard.Store(now().UnixNano())
	}
	return n, err
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.of.mu.Lock()
	delete(c.of.open, c)
	c.of.mu.Unlock()
	return c.Conn.Close()
}

// older returns the connections that were opened before a time.
func (c *conns) older(than time.Time) []*conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	var older []*conn
	for one := range c.open {
		if one.opened.Before(than) {
			older = append(older, one)
		}
	}
	return older
}

// heardSince reports whether a connection that was opened before a time has received something
// after it.
func (c *conns) heardSince(t time.Time) bool {
	return slices.ContainsFunc(c.older(t), func(one *conn) bool { return one.heard.Load() > t.UnixNano() })
}

// closeOlder closes the connections that were opened before a time, and returns their number.
func (c *conns) closeOlder(than time.Time) int {
	older := c.older(than)
	for _, one := range older {
		_ = one.Close()
	}
	return len(older)
}
