package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"rehearse/graph"
	"rehearse/internal/app"
	"rehearse/internal/config"
	"rehearse/internal/identity"
	"rehearse/internal/localpg"
	"rehearse/internal/memory"
	"rehearse/internal/playground"
	"rehearse/internal/ratelimit"
	"rehearse/internal/sample"
	"rehearse/internal/store"
	"rehearse/internal/telemetry"
	"rehearse/internal/web"
)

// startTraces begins to send traces, if they are on.
func (p *program) startTraces(ctx context.Context) (err error) {
	if p.config.Traces() {
		p.traces, err = telemetry.StartTraces(ctx, version(), p.log)
	}
	return err
}

// serve runs the server until ctx ends.
func (p *program) serve(ctx context.Context) error {
	listeners, err := p.listen(ctx)
	if err != nil {
		return err
	}
	defer listeners.close()
	documents, err := p.documents(ctx)
	if err != nil {
		return err
	}
	signals, ignore := hangups()
	defer ignore()
	inTerminal := hasTerminal()
	ctx, end := context.WithCancel(ctx)
	late, cancel := lateBy(ctx, p.config.ShutdownTimeout)
	defer cancel()
	if err := p.startTraces(ctx); err != nil {
		end()
		return err
	}
	defer func() {
		end()
		p.traces.Stop(late, p.log)
	}()
	p.application = servingWith + p.config.ClockOffset.String()
	return p.withDatabase(ctx, func(s *store.Store, server *localpg.Server) error {
		if err := p.prepare(ctx, s); err != nil {
			return err
		}
		keys, err := p.serverKeys()
		if err != nil {
			return err
		}
		verifier := p.verifier(keys)
		page, err := playground.Handler()
		if err != nil {
			return err
		}
		school := app.New(s, p.clock)
		observer := p.observer()
		if err := observer.Register(s.Collectors()...); err != nil {
			return err
		}
		stopJobs, err := s.StartJobs(ctx, p.log, p.jobs(school, s, observer))
		if err != nil {
			return err
		}
		follow, err := school.Follow(ctx, p.log)
		if err != nil {
			return err
		}
		group, ctx := errgroup.WithContext(ctx)
		answers := graph.NewHandler(graph.Options{
			App: school, Reader: &s.Reader, Log: p.log,
			Zone: p.config.Zone, Timeout: p.config.OperationTimeout, Sender: verifier.Sender,
			Rates: p.rates(s), MaxOperations: p.config.MaxOperations, MaxOperationsPerCaller: p.config.MaxOperationsPerCaller,
			Streams: p.streams(), Origins: p.config.CORSOrigins, Stopping: ctx, Observer: observer,
			Limits: p.limits(), Trusted: documents, MaxAnswer: p.config.MaxAnswer,
			HideSchema: !bool(p.config.Introspection), PersistedQueries: bool(p.config.PersistedQueries),
		})
		if err := observer.Look(answers); err != nil {
			return err
		}
		site := web.New(web.Options{
			GraphQL:    answers,
			Playground: page, Schema: p.schema, Ready: readiness(s, verifier),
			Metrics: observer.Metrics(),
			Origins: p.config.CORSOrigins, Local: p.config.Auth == config.AuthLocal, Log: p.log,
		})
		serveOn := func(l net.Listener, h http.Handler, c func() *tls.Certificate) {
			group.Go(func() error { return site.Serve(ctx, l, h, c, p.config.ShutdownTimeout) })
		}
		reloaded, certificate := p.reloadable(keys)
		serveOn(listeners.public, site.Public(listeners.ops == nil), certificate)
		if listeners.ops != nil {
			serveOn(listeners.ops, site.Ops(), nil)
		}
		group.Go(func() error {
			follow(ctx)
			return nil
		})
		if p.config.GoMemoryLimit == "" {
			group.Go(func() error {
				memory.Limit(ctx)
				return nil
			})
		}
		group.Go(func() error {
			<-ctx.Done()
			answers.Drain()
			return nil
		})
		if provider, is := keys.(*identity.Provider); is {
			group.Go(func() error {
				provider.Run(ctx)
				return nil
			})
		}
		group.Go(func() error {
			<-ctx.Done()
			return stopJobs()
		})
		if server != nil {
			group.Go(func() error { return watch(ctx, server) })
		}
		group.Go(func() error {
			p.followHangups(ctx, signals, inTerminal, reloaded, end)
			return nil
		})
		group.Go(func() error {
			p.announce(ctx, site, listeners, s)
			return nil
		})
		err = group.Wait()
		p.farewell(ctx)
		return err
	})
}

// limits is how large a request may be.
func (p *program) limits() graph.Limits {
	l := graph.DefaultLimits()
	l.Body, l.ImportBody = p.config.MaxBody, p.config.MaxImportBody
	l.Depth, l.Cost = p.config.MaxDepth, p.config.MaxCost
	return l
}

// documents are the only ones that are executed; nil for any.
func (p *program) documents(ctx context.Context) (graph.TrustedDocuments, error) {
	folder := p.config.TrustedDocuments
	if folder == "" {
		return nil, nil
	}
	known, err := graph.LoadTrustedDocuments(ctx, os.DirFS(folder), p.limits())
	if err != nil {
		return nil, fmt.Errorf("%w:\nTRUSTED_DOCUMENTS is %q; a folder of documents is expected: %w", errConfiguration, folder, err)
	}
	return known, nil
}

// rates is how much everybody may ask for; nil for as much as he likes.
func (p *program) rates(s *store.Store) *graph.RateLimits {
	c := p.config
	if !c.RateLimit {
		return nil
	}
	buckets := func(name string, l ratelimit.Limit) ratelimit.Buckets {
		if c.RateLimitShared {
			return store.NewSharedBuckets(s, name, l)
		}
		return ratelimit.NewLocal(l)
	}
	return &graph.RateLimits{
		Points:         buckets("points", ratelimit.Limit{Burst: c.RateLimitBurst, PerSecond: c.RateLimitPerSecond}),
		Bookings:       buckets("bookings", ratelimit.Limit{Burst: c.RateLimitBookingBurst, PerSecond: c.RateLimitBookingPerSecond}),
		TrustedProxies: c.Proxies, Now: p.now,
	}
}

func (p *program) streams() graph.StreamLimits {
	return graph.StreamLimits{
		PerServer: p.config.MaxStreams, PerCaller: p.config.MaxStreamsPerCaller,
		Watches: p.config.MaxSubscriptions, Handshakes: p.config.MaxHandshakes,
	}
}

// readiness reports whether requests can be answered: they need a database that
// takes bookings, and tokens need a key.
func readiness(s *store.Store, verifier *identity.Verifier) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		if err := s.Ready(ctx); err != nil {
			return "the database cannot take bookings", fmt.Errorf("%w; %s", err, store.Advice(err))
		}
		note, err := verifier.Ready()
		switch {
		case err != nil:
			return "the token issuer cannot be reached, and none of its keys are known", err
		case note != "":
			return "ready; " + note, nil
		default:
			return "ready", nil
		}
	}
}

// jobs is what is done again and again, by one of the servers at a time.
func (p *program) jobs(school *app.App, s *store.Store, observer *telemetry.Telemetry) []store.Job {
	jobs := []store.Job{{
		Name: "extend_availability", Every: time.Hour,
		Run: func(ctx context.Context) error {
			result, err := school.ExtendAvailability(ctx)
			if result.Slots > 0 {
				p.log.InfoContext(ctx, "weekly availability was extended", "rules", result.Rules, "slots", result.Slots)
			}
			return err
		},
	}, {
		Name: "forget", Every: time.Hour,
		Run: func(ctx context.Context) error {
			if _, err := school.ForgetKeys(ctx); err != nil {
				return err
			}
			if _, err := school.ForgetBookingRefusals(ctx); err != nil {
				return err
			}
			return s.ForgetBuckets(ctx, p.now().Add(-time.Hour))
		},
	}}
	for i, job := range jobs {
		jobs[i].Run = observer.Job(job.Name, job.Run)
	}
	return jobs
}

func (p *program) observer() *telemetry.Telemetry {
	words := graph.NewVocabulary()
	return telemetry.New(telemetry.Options{
		Log: p.log, Now: p.now, Traces: p.traces,
		Codes: words.Codes, Faults: words.Faults, Refusals: words.Refusals, Deprecated: words.Deprecated,
	})
}

// lateBy is a context that ends so long after ctx does.
func lateBy(ctx context.Context, after time.Duration) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() { time.AfterFunc(after, cancel) })
	return late, cancel
}

// servingWith begins the application name of a server; its clock's offset follows.
const servingWith = "rehearse serve with CLOCK_OFFSET="

// checkClocks refuses a database that a server with another clock uses: the two
// would apply the rules at different times to the same school.
func (p *program) checkClocks(ctx context.Context, s *store.Store) error {
	others, err := s.OtherSessions(ctx, servingWith)
	if err != nil || len(others) == 0 {
		return err
	}
	return fmt.Errorf("CLOCK_OFFSET is %s, and another server on this database has %s; stop it first, use its value, or set DATA_DIR or DATABASE_URL to another database",
		p.config.ClockOffset, strings.TrimPrefix(others[0], servingWith))
}

// prepare brings the database to where it can be served from.
func (p *program) prepare(ctx context.Context, s *store.Store) error {
	if err := p.checkClocks(ctx, s); err != nil {
		return err
	}
	if err := p.toThisVersion(ctx, s); err != nil {
		return err
	}
	if err := s.CheckGrants(ctx); err != nil {
		return err
	}
	if !p.config.Embedded() || !bool(p.config.SampleData) {
		return nil
	}
	empty, err := s.Empty(ctx)
	if err != nil || !empty {
		return err
	}
	_, err = store.InTx(ctx, s, func(tx *store.Tx) (store.Nothing, error) {
		return store.Nothing{}, sample.School(ctx, tx, p.clock().UTC())
	})
	return err
}

// toThisVersion brings the schema to this version, or with MIGRATE=off refuses
// another.
func (p *program) toThisVersion(ctx context.Context, s *store.Store) error {
	if !p.config.Migrate {
		return s.CheckSchema(ctx)
	}
	_, err := s.Migrate(ctx)
	return err
}

// watch ends the server when its database has ended: it must not live on broken.
func watch(ctx context.Context, server *localpg.Server) error {
	select {
	case <-ctx.Done():
		return nil
	case <-server.Done():
		return errors.New("the built-in Postgres server has stopped")
	}
}

type listeners struct{ public, ops net.Listener }

// listen takes the addresses first: a port in use is told before a database is
// started for nothing.
func (p *program) listen(ctx context.Context) (listeners, error) {
	var l listeners
	var err error
	if l.public, err = open(ctx, "ADDR", p.config.Addr); err != nil {
		return l, err
	}
	if p.config.OpsAddr != "" {
		if l.ops, err = open(ctx, "OPS_ADDR", p.config.OpsAddr); err != nil {
			l.close()
			return l, err
		}
	}
	return l, nil
}

func open(ctx context.Context, name, addr string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s %s is in use; is another server running there? Stop it, or choose another port, such as %s=%s", name, addr, name, nextFree(ctx, addr))
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s %s: %w", name, addr, err)
	}
	return l, nil
}

// nextFree is the address with the next port that is free, or with any.
func nextFree(ctx context.Context, addr string) string {
	const tries = 20
	host, port, _ := net.SplitHostPort(addr) // it was checked
	first, _ := strconv.Atoi(port)
	for next := first + 1; next <= min(first+tries, 65535); next++ {
		candidate := net.JoinHostPort(host, strconv.Itoa(next))
		if l, err := new(net.ListenConfig).Listen(ctx, "tcp", candidate); err == nil {
			_ = l.Close() // it has taken nobody
			return candidate
		}
	}
	return net.JoinHostPort(host, "0")
}

func (l listeners) close() {
	for _, one := range []net.Listener{l.public, l.ops} {
		if one != nil {
			_ = one.Close() // closed already when it was served on
		}
	}
}
