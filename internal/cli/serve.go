package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"rehearse/graph"
	"rehearse/internal/app"
	"rehearse/internal/config"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/memory"
	"rehearse/internal/playground"
	"rehearse/internal/ratelimit"
	"rehearse/internal/store"
	"rehearse/internal/telemetry"
	"rehearse/internal/web"
)

func (p *program) serveCommand() *cobra.Command { return p.command(serveSpec(), serve) }

func serve(ctx context.Context, s *session, _ []string) error { return s.serve(ctx) }

func serveSpec() spec {
	return spec{
		name: "serve", group: groupServe,
		short: "Run the server (the default)",
		long: `Run the server until SIGINT or SIGTERM. Without DATABASE_URL, the program finds or downloads
Postgres, starts it, and keeps its data in DATA_DIR. The server migrates the database, loads
the sample school into an empty built-in database, and prints its addresses and a query to try.
SIGHUP reloads the certificate and the public key of tokens. A second SIGINT or SIGTERM ends
the program immediately.`,
		example:   "  rehearse serve\n  ADDR=127.0.0.1:9000 SAMPLE_DATA=off rehearse serve",
		variables: []string{"ADDR", "DATABASE_URL", "DATA_DIR", "AUTH", "JWT_SECRET"},
		fault:     "the server cannot start, or the built-in Postgres has stopped",
		purpose:   config.PurposeServe,
	}
}

// serve runs the server until ctx ends.
func (s *session) serve(ctx context.Context) (err error) {
	listeners, err := s.listen(ctx)
	if err != nil {
		return err
	}
	defer listeners.close()
	documents, err := s.trustedDocuments(ctx)
	if err != nil {
		return err
	}
	hangups := catchHangups()
	defer hangups.ignore()

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	late, cancel := delayedCancel(ctx, s.config.ShutdownTimeout)
	defer cancel()
	traces, err := s.startTraces(ctx)
	if err != nil {
		return err
	}
	defer func() {
		stop() // late ends some time after ctx
		traces.Stop(late, s.log)
	}()
	db, err := s.openDatabase(ctx, databaseOptions{application: servingWith + s.config.ClockOffset.String(), traces: traces})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(db.Explain(err), db.close()) }()
	if err := s.prepare(ctx, db.Store); err != nil {
		return err
	}

	group, ctx := errgroup.WithContext(ctx)
	keys, err := s.serverKeys()
	if err != nil {
		return err
	}
	verifier := s.newVerifier(keys)
	school := app.New(db.Store, s.clock)
	observer := s.newObserver(traces)
	graphQL := gqlhttp.NewHandler(gqlhttp.Options{
		Options: graph.Options{App: school, Log: s.log, Zone: s.config.Zone, Timeout: s.config.OperationTimeout},
		Sender:  verifier.Sender, Observer: observer, Stopping: ctx,
		Rates: s.rates(db.Store), Limits: s.limits(), Streams: s.streams(), Trusted: documents,
		MaxOperations: s.config.MaxOperations, MaxOperationsPerCaller: s.config.MaxOperationsPerCaller, MaxAnswer: s.config.MaxAnswer,
		HideSchema: !bool(s.config.Introspection), PersistedQueries: bool(s.config.PersistedQueries), Origins: s.config.CORSOrigins,
	})
	if err := errors.Join(observer.Register(db.Collectors()...), observer.Look(graphQL)); err != nil {
		return err
	}
	site, err := s.newSite(graphQL, observer.Metrics(), readiness(db.Store, verifier))
	if err != nil {
		return err
	}

	stopJobs, err := db.StartJobs(ctx, s.log, s.jobs(school, db.Store, observer))
	if err != nil {
		return err
	}
	stopJobs = sync.OnceValue(stopJobs)
	defer func() { err = errors.Join(err, stopJobs()) }()
	follow, err := school.Follow(ctx, s.log)
	if err != nil {
		return err
	}

	reloads, certificate := s.reloadable(keys)
	group.Go(func() error {
		return site.Serve(ctx, listeners.public, site.Public(listeners.ops == nil), certificate, s.config.ShutdownTimeout)
	})
	if listeners.ops != nil {
		group.Go(func() error { return site.Serve(ctx, listeners.ops, site.Ops(), nil, s.config.ShutdownTimeout) })
	}
	if db.postgres != nil {
		group.Go(func() error { return waitForPostgres(ctx, db.postgres) })
	}
	run := func(work func(context.Context)) {
		group.Go(func() error {
			work(ctx)
			return nil
		})
	}
	run(follow)
	run(func(ctx context.Context) { s.followHangups(ctx, hangups, reloads, stop) })
	run(func(ctx context.Context) { s.announce(ctx, site, listeners, db.Store) })
	if s.config.GoMemoryLimit == "" {
		run(memory.Limit)
	}
	if provider, is := keys.(*identity.Provider); is {
		run(provider.Run)
	}
	run(func(ctx context.Context) {
		<-ctx.Done()
		graphQL.Drain()
	})
	run(func(ctx context.Context) {
		<-ctx.Done()
		_ = stopJobs() // the deferred call returns the error
	})
	err = group.Wait()
	s.farewell(ctx)
	return err
}

// startTraces starts to send traces, if they are enabled. OpenTelemetry's SDK reads the variables of the config file
// from the environment of the process.
func (s *session) startTraces(ctx context.Context) (*telemetry.Traces, error) {
	if !s.config.Traces() {
		return nil, nil
	}
	for name, value := range s.environment.OpenTelemetry() {
		if err := os.Setenv(name, value); err != nil {
			return nil, fmt.Errorf("set %s of the config file: %w", name, err)
		}
	}
	return telemetry.StartTraces(ctx, version(), s.log)
}

// newSite returns the site with the pages of the server.
func (s *session) newSite(graphQL, metrics http.Handler, ready func(context.Context) (string, error)) (*web.Site, error) {
	page, err := playground.Handler()
	if err != nil {
		return nil, err
	}
	return web.New(web.Options{
		GraphQL: graphQL, Playground: page, Schema: s.schema, Ready: ready, Metrics: metrics,
		Origins: s.config.CORSOrigins, Local: s.config.Auth == config.AuthLocal, Log: s.log,
	}), nil
}

// limits returns the limits of requests.
func (s *session) limits() gqlhttp.Limits {
	l := gqlhttp.DefaultLimits()
	l.Body, l.ImportBody = s.config.MaxBody, s.config.MaxImportBody
	l.Depth, l.Cost = s.config.MaxDepth, s.config.MaxCost
	return l
}

// trustedDocuments loads the trusted documents. It returns nil if any document is allowed.
func (s *session) trustedDocuments(ctx context.Context) (gqlhttp.TrustedDocuments, error) {
	folder := s.config.TrustedDocuments
	if folder == "" {
		return nil, nil
	}
	known, err := gqlhttp.LoadTrustedDocuments(ctx, os.DirFS(folder), s.limits())
	if err != nil {
		return nil, fmt.Errorf("%w:\nTRUSTED_DOCUMENTS is %q; expected %s: %w", errConfiguration, folder, config.Describe("TRUSTED_DOCUMENTS").Allowed, err)
	}
	return known, nil
}

// pointsAhead is the number of points that subscriptions take from shared buckets at once.
const pointsAhead = 100

// rates returns the rate limits, or nil if they are off.
func (s *session) rates(db *store.Store) *gqlhttp.RateLimits {
	c := s.config
	if !c.RateLimit {
		return nil
	}
	ahead := 0
	if c.RateLimitShared { // each take is a statement
		ahead = pointsAhead
	}
	buckets := func(name string, l ratelimit.Limit) ratelimit.Buckets {
		if c.RateLimitShared {
			return store.NewSharedBuckets(db, name, l)
		}
		return ratelimit.NewLocal(l)
	}
	return &gqlhttp.RateLimits{
		Points:         buckets(gqlhttp.PointsBucket, ratelimit.Limit{Burst: c.RateLimitBurst, PerSecond: c.RateLimitPerSecond}),
		Bookings:       buckets(gqlhttp.BookingsBucket, ratelimit.Limit{Burst: c.RateLimitBookingBurst, PerSecond: c.RateLimitBookingPerSecond}),
		TrustedProxies: c.Proxies, EventsAhead: ahead, Now: s.now,
	}
}

func (s *session) streams() gqlhttp.StreamLimits {
	return gqlhttp.StreamLimits{
		PerServer: s.config.MaxStreams, PerCaller: s.config.MaxStreamsPerCaller,
		Watches: s.config.MaxSubscriptions, Handshakes: s.config.MaxHandshakes,
	}
}

// readiness returns the check for /readyz: the database must accept bookings, and the keys of tokens must be known.
func readiness(db *store.Store, verifier *identity.Verifier) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		if err := db.Ready(ctx); err != nil {
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
func (s *session) jobs(school *app.App, db *store.Store, observer *telemetry.Telemetry) []store.Job {
	jobs := []store.Job{{
		Name: "extend_availability", Every: time.Hour,
		Run: func(ctx context.Context) error {
			result, err := school.ExtendAvailability(ctx)
			if result.Slots > 0 {
				s.log.InfoContext(ctx, "weekly availability was extended", "rules", result.Rules, "slots", result.Slots)
			}
			return err
		},
	}, {
		Name: "forget", Every: time.Hour,
		Run: func(ctx context.Context) error {
			if _, err := school.DeleteExpiredKeys(ctx); err != nil {
				return err
			}
			if _, err := school.DeleteExpiredBookingRefusals(ctx); err != nil {
				return err
			}
			return db.DeleteBuckets(ctx, s.now().Add(-time.Hour))
		},
	}}
	for i, job := range jobs {
		jobs[i].Run = observer.Job(job.Name, job.Run)
	}
	return jobs
}

func (s *session) newObserver(traces *telemetry.Traces) *telemetry.Telemetry {
	words := gqlhttp.NewVocabulary()
	return telemetry.New(telemetry.Options{
		Log: s.log, Now: s.now, Traces: traces,
		Codes: words.Codes, Faults: words.Faults, Refusals: words.Refusals, Deprecated: words.Deprecated,
	})
}

// delayedCancel returns a context that is canceled d after ctx.
func delayedCancel(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() { time.AfterFunc(d, cancel) })
	return late, cancel
}
