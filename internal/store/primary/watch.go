// Package primary watches the database of a pool of connections: whether it is away, which of the
// hosts of its address is the primary, and which connections lead to a server that no longer is.
// It is a circuit breaker that probes by itself, so that no request has to be the probe.
package primary

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// probeTimeout bounds a probe. A frozen host accepts connections, but does not respond.
	probeTimeout = time.Second
	// Every thoroughProbe-th successive probe that fails may take thoroughTimeout, because connecting
	// can take long: to a host whose first address does not respond, or over a slow network.
	thoroughProbe   = 5
	thoroughTimeout = 5 * time.Second
	// grace is how long the known primary may respond later than another host that is a primary, too.
	grace = 200 * time.Millisecond
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
	timeout  time.Duration // of a probe
	silence  time.Duration // how long nothing must have been heard, if the probe fails sooner
	conns    conns

	suspected atomic.Bool
	woken     chan struct{} // holds one token after Suspect
	away      atomic.Pointer[error]
	primary   atomic.Pointer[pgx.ConnConfig] // the host at which the last probe found it

	server   string    // identity; empty until it is known
	doubted  time.Time // start of the first probe since the database last responded
	failures int       // number of probes since then
}

// New returns a Watch of the database of a configuration, whose connections it tracks from now on.
func New(config *pgx.ConnConfig, identify Identify) *Watch {
	w := &Watch{identify: identify, timeout: probeTimeout, silence: probeTimeout, conns: conns{open: map[*conn]struct{}{}}, woken: make(chan struct{}, 1)}
	w.hosts = Hosts(config) // probes are not tracked
	for _, host := range w.hosts {
		host.Tracer = nil                                 // no request sends these statements
		host.DefaultQueryExecMode = pgx.QueryExecModeExec // each is sent once, perhaps through a pooler
	}
	config.DialFunc = w.conns.track(config.DialFunc, true)
	return w
}

// Purge makes the Watch also close connections of another configuration, such as those without the
// pooler. What they receive does not show that the database is there.
func (w *Watch) Purge(config *pgx.ConnConfig) {
	config.DialFunc = w.conns.track(config.DialFunc, false)
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
		w.probe(ctx, log)
		pause := latePause
		if w.Err() != nil {
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
func (w *Watch) probe(ctx context.Context, log *slog.Logger) {
	start := now()
	if w.doubted.IsZero() {
		w.doubted = start
	}
	host, server, err := w.find(ctx)
	switch {
	case ctx.Err() != nil:
		return
	case err != nil && !errors.Is(err, errRefused) && !w.conns.heardSince(w.doubted, earlier(start, now().Add(-w.silence))):
		w.failures++
		if w.away.Swap(&err) == nil {
			log.WarnContext(ctx, "the database is away; requests are refused until it is back", "error", err)
		}
		return
	case err == nil:
		w.primary.Store(host) // connections that are opened from now on begin with it
		if w.server != "" && w.server != server {
			closed := w.conns.closeFormer(w.doubted, now())
			log.WarnContext(ctx, "the database has another server or was restarted; the connections to the former one are closed",
				"host", host.Host, "port", host.Port, "connections", closed)
		}
		w.server = server
	}
	w.doubted, w.failures = time.Time{}, 0
	if w.away.Swap(nil) != nil {
		log.InfoContext(ctx, "the database is back")
	}
}

// errRefused reports that Postgres refuses a new connection for a reason that does not concern
// existing ones, such as a wrong password or too many connections.
var errRefused = errors.New("a new connection is refused")

// judge adds errRefused to an error of a host that is known to be the primary, or the only host.
func (w *Watch) judge(host *pgx.ConnConfig, err error) error {
	const (
		connection   = "08" // a pooler cannot reach Postgres
		intervention = "57" // such as a shutdown
	)
	var pg *pgconn.PgError
	if len(w.hosts) > 1 && host != w.primary.Load() || !errors.As(err, &pg) || strings.HasPrefix(pg.Code, connection) || strings.HasPrefix(pg.Code, intervention) {
		return err
	}
	return fmt.Errorf("%w: %w", errRefused, err)
}

// find asks all hosts at the same time, and returns the primary: the first that says so, or the
// known one if it says so soon after.
func (w *Watch) find(ctx context.Context) (*pgx.ConnConfig, string, error) {
	type found struct {
		host   *pgx.ConnConfig
		server string
		err    error
	}
	timeout := w.timeout
	if w.failures%thoroughProbe == thoroughProbe-1 {
		timeout = max(timeout, thoroughTimeout)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
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
	known := w.primary.Load()
	var first *found
	var errs []error
	var late <-chan time.Time
	for range w.hosts {
		select {
		case got := <-results:
			switch {
			case got.err != nil:
				errs = append(errs, w.judge(got.host, got.err))
			case got.host == known || known == nil:
				return got.host, got.server, nil
			case first == nil:
				first, late = &got, time.After(grace)
			}
		case <-late:
			return first.host, first.server, nil
		}
	}
	if first != nil {
		return first.host, first.server, nil
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

// Hosts returns a configuration for each host. A host can have several fallbacks, with and
// without TLS.
func Hosts(config *pgx.ConnConfig) []*pgx.ConnConfig {
	var hosts []*pgx.ConnConfig
	add := func(fallback *pgconn.FallbackConfig) {
		if n := len(hosts) - 1; n >= 0 && rank(fallback, hosts[n]) == 0 {
			hosts[n].Fallbacks = append(hosts[n].Fallbacks, fallback)
			return
		}
		host := config.Copy()
		host.Host, host.Port, host.TLSConfig, host.Fallbacks = fallback.Host, fallback.Port, fallback.TLSConfig, nil
		hosts = append(hosts, host)
	}
	add(&pgconn.FallbackConfig{Host: config.Host, Port: config.Port, TLSConfig: config.TLSConfig})
	for _, fallback := range config.Fallbacks {
		add(fallback)
	}
	return hosts
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
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
	counts bool         // what it receives shows that the database is there
	heard  atomic.Int64 // when something was received last; 0 if nothing was
}

func (c *conns) track(dial pgconn.DialFunc, counts bool) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		dialed, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		tracked := &conn{Conn: dialed, of: c, opened: now(), counts: counts}
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

// that returns the connections for which a condition holds.
func (c *conns) that(holds func(*conn) bool) []*conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []*conn
	for one := range c.open {
		if holds(one) {
			all = append(all, one)
		}
	}
	return all
}

// heardSince reports whether a connection that was opened before a doubt has received something
// since a time.
func (c *conns) heardSince(doubt, since time.Time) bool {
	return len(c.that(func(one *conn) bool {
		return one.counts && one.opened.Before(doubt) && one.heard.Load() > since.UnixNano()
	})) > 0
}

// closeFormer closes the connections that were opened before a doubt, and those that were opened
// before its end, and have received nothing. It returns their number.
func (c *conns) closeFormer(doubt, end time.Time) int {
	former := c.that(func(one *conn) bool {
		return one.opened.Before(doubt) || one.opened.Before(end) && one.heard.Load() == 0
	})
	for _, one := range former {
		_ = one.Close()
	}
	return len(former)
}
