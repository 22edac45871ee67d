package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"rehearse/internal/store/primary"
	"rehearse/internal/store/sharedrun"
)

const (
	// standbyPause is the pause between two checks of a standby, and standbyLimit bounds a check. A
	// frozen standby is noticed within the sum of both.
	standbyPause = 500 * time.Millisecond
	standbyLimit = time.Second
	// positionReads is the maximum of concurrent reads of the primary's position.
	positionReads = 2
)

// A standby reads from one of the standbys of the primary. Each read asks the primary how far its log
// is, and the standby whether it has replayed that much, on the connection that it reads from. Thus
// no read depends on what was known about the standby before. The watch only saves reads from
// waiting in vain for a standby that is late or away, and changes to another one.
type standby struct {
	hosts     []standbyHost
	chosen    atomic.Int64 // the index of the host that is read
	shares    *shares
	positions *sharedrun.Runner[struct{}, position]
	log       *slog.Logger
	reads     *prometheus.CounterVec

	standIn *standIn // serves stale reads from the standby while the primary is away
	now     func() time.Time
	known   position    // the last position of the primary that was read
	at      time.Time   // everything that was committed before is before the position
	seen    []time.Time // for each host, the last at whose position it had replayed

	unusable atomic.Pointer[error] // nil while the standby is read
	// responds is the time during which the host responds. Its end cancels the reads in progress.
	responds atomic.Pointer[period]
	stop     context.CancelFunc
	stopped  chan struct{}
}

// A standbyHost is one of the hosts of the address. The watch has a connection of its own, because
// those of the pool may all be in use.
type standbyHost struct {
	name         string
	pool, probes *sql.DB
}

type period struct {
	context.Context
	end context.CancelFunc
}

// startStandby checks the standbys of a store, and watches them until close.
func startStandby(ctx context.Context, of *Store, o Options) (*standby, error) {
	config, err := parseDSN(o.StandbyDSN)
	if err != nil {
		return nil, fmt.Errorf("standby: %w", err)
	}
	config.AfterConnect, config.Tracer = of.config.AfterConnect, of.config.Tracer
	if name := of.config.RuntimeParams["application_name"]; name != "" {
		config.RuntimeParams["application_name"] = name
	}
	if !strings.Contains(o.StandbyDSN, execModeParameter) {
		config.DefaultQueryExecMode = of.config.DefaultQueryExecMode // as adapted to a pooler
	}
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	s := &standby{
		shares: newShares(o.maxConnsPerCaller()), log: of.log, reads: newOffloadedReads(), stop: stop, stopped: make(chan struct{}),
		standIn: of.through.standIn, now: of.skew.now,
	}
	for _, host := range primary.Hosts(config) {
		asGiven := func(*pgx.ConnConfig) {}
		s.hosts = append(s.hosts, standbyHost{host.Host, openPool(host, o, asGiven), openPool(host, Options{MaxConns: 1}, asGiven)})
	}
	s.positions = sharedrun.New(positionReads, func([]struct{}) (position, error) {
		bounded, cancel := context.WithTimeout(watching, readyLimit)
		defer cancel()
		return readFlushed(bounded, of.through)
	})
	s.seen = make([]time.Time, len(s.hosts))
	s.renew(watching)
	s.check(watching)
	go s.watch(watching)
	return s, nil
}

// close ends the watch and closes the connections.
func (s *standby) close() error {
	if s == nil {
		return nil
	}
	s.stop()
	<-s.stopped
	var errs []error
	for _, host := range s.hosts {
		errs = append(errs, host.pool.Close(), host.probes.Close())
	}
	return errors.Join(errs...)
}

// host returns the host that is read.
func (s *standby) host() standbyHost { return s.hosts[s.chosen.Load()] }

func (s *standby) watch(ctx context.Context) {
	defer close(s.stopped)
	for ctx.Err() == nil {
		sleep(ctx, standbyPause)
		s.check(ctx)
	}
}

// check looks for a host that can be read, beginning with the one that is read. Without the position
// of the primary, none can be.
func (s *standby) check(ctx context.Context) {
	began := s.now()
	at, err := s.position(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.suspend(ctx, fmt.Errorf("%w: %w", errNoPosition, err))
			_ = s.choose(ctx, func(err error) bool { return errors.Is(err, errLate) || errors.Is(err, errOtherTimeline) })
		}
		return
	}
	s.known, s.at = at, began
	err = s.choose(ctx, func(error) bool { return false })
	switch {
	case ctx.Err() != nil:
	case err != nil:
		s.suspend(ctx, err)
	case s.unusable.Swap(nil) != nil:
		s.log.InfoContext(ctx, "the standby is read again", "host", s.host().name)
	}
}

// choose looks for a host that has replayed the known position, beginning with the one that is read.
// A host that has not replayed it may serve stale reads if its error is tolerated and an earlier check
// succeeded. Without a primary, a standby does not report the timeline that it receives.
func (s *standby) choose(ctx context.Context, tolerated func(error) bool) error {
	var errs []error
	for range s.hosts {
		chosen, host := s.chosen.Load(), s.host()
		t, err := beginRead(ctx, host.probes, standbyLimit, s.known)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			t.end(ctx)
			s.seen[chosen] = s.at
		}
		if since := s.seen[chosen]; !since.IsZero() && (err == nil || tolerated(err)) {
			s.standIn.standby.Store(&replica{host.pool, since})
			return nil
		}
		errs = append(errs, fmt.Errorf("%s: %w", host.name, err))
		s.chosen.Store((chosen + 1) % int64(len(s.hosts)))
		if !errors.Is(err, errLate) {
			s.renew(ctx)
			host.purge()
		}
	}
	return errors.Join(errs...)
}

// suspend lets reads go to the primary until the next check that succeeds.
func (s *standby) suspend(ctx context.Context, err error) {
	if s.unusable.Swap(&err) == nil {
		s.log.WarnContext(ctx, "reads go to the primary, because the standby cannot be used", "error", err, "do", StandbyAdvice(err))
	}
}

// renew cancels the reads in progress.
func (s *standby) renew(ctx context.Context) {
	responds, end := context.WithCancel(ctx)
	if before := s.responds.Swap(&period{responds, end}); before != nil {
		before.end()
	}
}

// purge closes the idle connections, which may lead to a server that no longer responds.
func (h standbyHost) purge() {
	for _, pool := range []*sql.DB{h.pool, h.probes} {
		pool.SetMaxIdleConns(0)
		pool.SetMaxIdleConns(pool.Stats().MaxOpenConnections)
	}
}

// err returns why the standby is not read, or nil.
func (s *standby) err() error {
	if err := s.unusable.Load(); err != nil {
		return *err
	}
	return nil
}

// StandbyErr returns why no standby is read, or nil.
func (s *Store) StandbyErr() error {
	if s.standby == nil {
		return errors.New("no standby is configured")
	}
	return s.standby.err()
}

// StandbyAdvice returns what an operator can do about a standby that cannot be used.
func StandbyAdvice(err error) string {
	switch {
	case errors.Is(err, errLate):
		return "look at pg_stat_replication on the primary, and whether replay is paused or waits for a query on the standby"
	case errors.Is(err, errOtherDatabase), errors.Is(err, errOtherTimeline):
		return "name a standby of the database of DATABASE_URL in DATABASE_REPLICA_URL, and look at its log"
	case errors.Is(err, errNoPosition):
		return "check that the primary responds, and that the user of DATABASE_URL may execute pg_control_system()"
	case errors.Is(err, errNoStandby):
		return "name a standby in DATABASE_REPLICA_URL"
	}
	return "check that the standby runs and that DATABASE_REPLICA_URL points to it"
}

const fromStandby, fromPrimary = "standby", "primary"

// newOffloadedReads returns a counter of the reads of Offload by what served them.
func newOffloadedReads() *prometheus.CounterVec {
	reads := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rehearse_offloaded_reads_total", Help: "Reads that a standby may serve, by what served them: `standby` or `primary`. 0 without `DATABASE_REPLICA_URL`.",
	}, []string{"source"})
	for _, source := range []string{fromStandby, fromPrimary} { // 0 is a value
		reads.WithLabelValues(source)
	}
	return reads
}

// collectors returns the metrics; without a standby, they are 0.
func (s *standby) collectors() []prometheus.Collector {
	s = cmp.Or(s, &standby{reads: newOffloadedReads()})
	var pools []prometheus.Collector
	for i, host := range s.hosts {
		pools = append(pools, collectors.NewDBStatsCollector(host.pool, fmt.Sprintf("standby %d", i+1)))
	}
	return append(pools, s.reads, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "rehearse_standby_usable", Help: "1 if a standby of `DATABASE_REPLICA_URL` is read, and 0 if all reads go to the primary.",
	}, func() float64 {
		if len(s.hosts) == 0 || s.err() != nil {
			return 0
		}
		return 1
	}))
}
