package cli

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"rehearse/graph"
	"rehearse/internal/app"
	"rehearse/internal/config"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/localpg"
	"rehearse/internal/memory"
	"rehearse/internal/playground"
	"rehearse/internal/ratelimit"
	"rehearse/internal/store"
	"rehearse/internal/telemetry"
	"rehearse/internal/web"
)

func (p *program) serveCommand() *cobra.Command { return p.command(p.serveSpec()) }

func (p *program) serveSpec() spec {
	return spec{
		name: "serve", group: groupServe,
		short: "Run the server (the default)",
		long: `Serve the GraphQL API until SIGINT or SIGTERM. Without DATABASE_URL the program finds or downloads
Postgres, starts it, and keeps its data in DATA_DIR. It migrates the database, loads the sample school into an
empty built-in one, and prints its addresses and a query to try. SIGHUP reloads the certificate and the
public key of tokens. A second SIGINT or SIGTERM ends the program at once.`,
		example:   "  rehearse serve\n  ADDR=127.0.0.1:9000 SAMPLE_DATA=off rehearse serve",
		variables: []string{"ADDR", "DATABASE_URL", "DATA_DIR", "AUTH", "JWT_SECRET"},
		fault:     "the server cannot start, or the built-in Postgres has stopped",
		purpose:   config.Serve,
		run:       func(ctx context.Context, _ []string) error { return p.serve(ctx) },
	}
}

// service is a server while it runs, and what it is made of.
type service struct {
	*program
	store     *store.Store
	postgres  *localpg.Server // nil unless the database is the built-in one
	listeners listeners
	documents gqlhttp.TrustedDocuments // nil for any
	hangups   hangups
	stop      func()

	keys     identity.Keys
	verifier *identity.Verifier
	school   *app.App
	observer *telemetry.Telemetry
	graphQL  *gqlhttp.Handler
	site     *web.Site
	follow   func(context.Context)
	stopJobs func() error
}

// serve runs the server until ctx ends.
func (p *program) serve(ctx context.Context) (err error) {
	server := &service{program: p}
	if server.listeners, err = p.listen(ctx); err != nil {
		return err
	}
	defer server.listeners.close()
	if server.documents, err = p.documents(ctx); err != nil {
		return err
	}
	server.hangups = catchHangups()
	defer server.hangups.ignore()
	ctx, server.stop = context.WithCancel(ctx)
	late, cancel := lateBy(ctx, p.config.ShutdownTimeout)
	defer cancel()
	if err := p.startTraces(ctx); err != nil {
		server.stop()
		return err
	}
	defer func() {
		server.stop()
		p.traces.Stop(late, p.log)
	}()
	p.application = servingWith + p.config.ClockOffset.String()
	return p.withDatabase(ctx, func(s *store.Store, postgres *localpg.Server) error {
		server.store, server.postgres = s, postgres
		return server.run(ctx)
	})
}

// startTraces starts to send traces, if they are enabled. OpenTelemetry's SDK finds the variables of
// the config file in the environment.
func (p *program) startTraces(ctx context.Context) (err error) {
	if !p.config.Traces() {
		return nil
	}
	for name, value := range p.environment.OpenTelemetry() {
		if err := os.Setenv(name, value); err != nil {
			return fmt.Errorf("set %s of the config file: %w", name, err)
		}
	}
	p.traces, err = telemetry.StartTraces(ctx, version(), p.log)
	return err
}

// run serves on a database that is open.
func (s *service) run(ctx context.Context) error {
	if err := s.prepare(ctx, s.store); err != nil {
		return err
	}
	if err := s.assemble(); err != nil {
		return err
	}
	if err := s.startJobs(ctx); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	if err := s.openSite(ctx); err != nil {
		return err
	}
	s.accept(ctx, group)
	s.background(ctx, group)
	err := group.Wait()
	s.farewell(ctx)
	return err
}

// assemble makes the parts that need no connection.
func (s *service) assemble() (err error) {
	if s.keys, err = s.serverKeys(); err != nil {
		return err
	}
	s.verifier = s.newVerifier(s.keys)
	s.school = app.New(s.store, s.clock)
	s.observer = s.newObserver()
	return s.observer.Register(s.store.Collectors()...)
}

// startJobs starts the periodic jobs and the listener for changes.
func (s *service) startJobs(ctx context.Context) (err error) {
	if s.stopJobs, err = s.store.StartJobs(ctx, s.log, s.jobs()); err != nil {
		return err
	}
	s.follow, err = s.school.Follow(ctx, s.log)
	return err
}

// openSite makes the handlers of all requests. They refuse new work when ctx ends.
func (s *service) openSite(ctx context.Context) error {
	page, err := playground.Handler()
	if err != nil {
		return err
	}
	s.graphQL = gqlhttp.NewHandler(s.graphOptions(ctx))
	if err := s.observer.Look(s.graphQL); err != nil {
		return err
	}
	s.site = web.New(web.Options{
		GraphQL:    s.graphQL,
		Playground: page, Schema: s.schema, Ready: readiness(s.store, s.verifier),
		Metrics: s.observer.Metrics(),
		Origins: s.config.CORSOrigins, Local: s.config.Auth == config.AuthLocal, Log: s.log,
	})
	return nil
}

func (s *service) graphOptions(stopping context.Context) gqlhttp.Options {
	c := s.config
	return gqlhttp.Options{
		Options: graph.Options{App: s.school, Log: s.log, Zone: c.Zone, Timeout: c.OperationTimeout},
		Sender:  s.verifier.Sender,
		Rates:   s.rates(), MaxOperations: c.MaxOperations, MaxOperationsPerCaller: c.MaxOperationsPerCaller,
		Streams: s.streams(), Origins: c.CORSOrigins, Stopping: stopping, Observer: s.observer,
		Limits: s.limits(), Trusted: s.documents, MaxAnswer: c.MaxAnswer,
		HideSchema: !bool(c.Introspection), PersistedQueries: bool(c.PersistedQueries),
	}
}

// accept serves on the listeners, and answers SIGHUP.
func (s *service) accept(ctx context.Context, group *errgroup.Group) {
	serveOn := func(l net.Listener, h http.Handler, c func() *tls.Certificate) {
		group.Go(func() error { return s.site.Serve(ctx, l, h, c, s.config.ShutdownTimeout) })
	}
	reloaded, certificate := s.reloadable(s.keys)
	serveOn(s.listeners.public, s.site.Public(s.listeners.ops == nil), certificate)
	if s.listeners.ops != nil {
		serveOn(s.listeners.ops, s.site.Ops(), nil)
	}
	group.Go(func() error {
		s.followHangups(ctx, s.hangups, reloaded, s.stop)
		return nil
	})
	group.Go(func() error {
		s.announce(ctx, s.site, s.listeners, s.store)
		return nil
	})
}

// background runs what a server does besides answering requests.
func (s *service) background(ctx context.Context, group *errgroup.Group) {
	run := func(work func(context.Context)) {
		group.Go(func() error {
			work(ctx)
			return nil
		})
	}
	run(s.follow)
	if s.config.GoMemoryLimit == "" {
		run(memory.Limit)
	}
	if provider, is := s.keys.(*identity.Provider); is {
		run(provider.Run)
	}
	if s.postgres != nil {
		group.Go(func() error { return watch(ctx, s.postgres) })
	}
	group.Go(func() error {
		<-ctx.Done()
		s.graphQL.Drain()
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		return s.stopJobs()
	})
}

// limits is how large a request may be.
func (p *program) limits() gqlhttp.Limits {
	l := gqlhttp.DefaultLimits()
	l.Body, l.ImportBody = p.config.MaxBody, p.config.MaxImportBody
	l.Depth, l.Cost = p.config.MaxDepth, p.config.MaxCost
	return l
}

// documents are the only ones that are executed; nil for any.
func (p *program) documents(ctx context.Context) (gqlhttp.TrustedDocuments, error) {
	folder := p.config.TrustedDocuments
	if folder == "" {
		return nil, nil
	}
	known, err := gqlhttp.LoadTrustedDocuments(ctx, os.DirFS(folder), p.limits())
	if err != nil {
		return nil, fmt.Errorf("%w:\nTRUSTED_DOCUMENTS is %q; expected %s: %w", errConfiguration, folder, config.Describe("TRUSTED_DOCUMENTS").Allowed, err)
	}
	return known, nil
}

// pointsAhead is how many points subscriptions take from shared buckets at once.
const pointsAhead = 100

// rates returns the rate limits; nil for none.
func (s *service) rates() *gqlhttp.RateLimits {
	c := s.config
	if !c.RateLimit {
		return nil
	}
	ahead := 0
	if c.RateLimitShared { // each taking is a statement
		ahead = pointsAhead
	}
	buckets := func(name string, l ratelimit.Limit) ratelimit.Buckets {
		if c.RateLimitShared {
			return store.NewSharedBuckets(s.store, name, l)
		}
		return ratelimit.NewLocal(l)
	}
	return &gqlhttp.RateLimits{
		Points:         buckets("points", ratelimit.Limit{Burst: c.RateLimitBurst, PerSecond: c.RateLimitPerSecond}),
		Bookings:       buckets("bookings", ratelimit.Limit{Burst: c.RateLimitBookingBurst, PerSecond: c.RateLimitBookingPerSecond}),
		TrustedProxies: c.Proxies, EventsAhead: ahead, Now: s.now,
	}
}

func (p *program) streams() gqlhttp.StreamLimits {
	return gqlhttp.StreamLimits{
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

// jobs returns the periodic jobs. One of the servers on a database runs each.
func (s *service) jobs() []store.Job {
	jobs := []store.Job{{
		Name: "extend_availability", Every: time.Hour,
		Run: func(ctx context.Context) error {
			result, err := s.school.ExtendAvailability(ctx)
			if result.Slots > 0 {
				s.log.InfoContext(ctx, "weekly availability was extended", "rules", result.Rules, "slots", result.Slots)
			}
			return err
		},
	}, {
		Name: "forget", Every: time.Hour,
		Run: func(ctx context.Context) error {
			if _, err := s.school.DeleteExpiredKeys(ctx); err != nil {
				return err
			}
			if _, err := s.school.DeleteExpiredBookingRefusals(ctx); err != nil {
				return err
			}
			return s.store.DeleteBuckets(ctx, s.now().Add(-time.Hour))
		},
	}}
	for i, job := range jobs {
		jobs[i].Run = s.observer.Job(job.Name, job.Run)
	}
	return jobs
}

func (p *program) newObserver() *telemetry.Telemetry {
	words := gqlhttp.NewVocabulary()
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
