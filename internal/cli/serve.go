package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"rehearse/graph"
	"rehearse/internal/app"
	"rehearse/internal/config"
	"rehearse/internal/desk"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/memory"
	"rehearse/internal/playground"
	"rehearse/internal/ratelimit"
	"rehearse/internal/schools"
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
		whole:     true,
	}
}

// opened holds what a server opens before it serves the school.
type opened struct {
	listeners listeners
	documents gqlhttp.TrustedDocuments // nil if any document is allowed
	hangups   hangups
	traces    *telemetry.Traces // nil if they are off
	database  *database
	stop      context.CancelFunc // tells the server to stop
	stopping  <-chan struct{}    // closed when the server has been told to stop
}

// serve runs the server until ctx ends.
func (s *session) serve(ctx context.Context) (err error) {
	// With Go's default of 100, collections take a tenth of the CPU (BenchmarkAvailableSlots).
	defer debug.SetGCPercent(debug.SetGCPercent(s.config.GCPercent))
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
	serving, end := delayedCancel(ctx, s.config.DrainDelay)
	defer end()
	late, cancel := delayedCancel(serving, s.config.ShutdownTimeout)
	defer cancel()
	traces, err := s.startTraces(ctx)
	if err != nil {
		return err
	}
	defer func() {
		end() // late ends some time after serving
		traces.Stop(late, s.log)
	}()
	db, err := s.openDatabase(ctx, databaseOptions{
		patience: s.config.DatabaseWait, standby: true, application: servingWith + s.config.ClockOffset.String(), traces: traces,
	})
	switch {
	case errors.Is(err, context.Canceled): // told to stop, such as while it waited for the database
		s.farewell(ctx)
		return nil
	case err != nil:
		return err
	}
	defer func() { err = errors.Join(db.Explain(err), db.close()) }()
	if err := s.prepare(ctx, db.Store); err != nil {
		return err
	}
	return s.serveSchool(serving, opened{listeners, documents, hangups, traces, db, stop, ctx.Done()})
}

// serveSchool serves the school of the database until ctx ends or a part of the server fails.
func (s *session) serveSchool(ctx context.Context, o opened) (err error) {
	group, ctx := errgroup.WithContext(ctx)
	keys, err := s.serverKeys()
	if err != nil {
		return err
	}
	all := &schoolServer{session: s, keys: keys, only: o.database.Store}
	all.registry = all.openRegistry()
	alone := func() bool { return all.registry.Alone(ctx) }
	terms := s.terms()
	terms.Alone = alone
	verifier := s.newVerifier(keys, terms)
	all.login = s.newLogin(alone)
	school := s.newApp("", o.database.Store)
	observer := s.newObserver(o.traces)
	options := s.handlerOptions()
	entrance, err := all.entrance("", o.database.Store)
	if err != nil {
		return err
	}
	options.App, options.Sender, options.Observer, options.Stopping = school, entrance.site.Sender(verifier.Sender), observer, ctx
	options.Rates, options.Trusted = s.rates(o.database.Store), o.documents
	graphQL := gqlhttp.NewHandler(options)
	if err := errors.Join(observer.Register(o.database.Collectors()...), observer.Look(graphQL)); err != nil {
		return err
	}
	all.verifier, all.observer, all.graphQL = verifier, observer, graphQL
	site, err := s.newSite(all.pages(school, graphQL, entrance.site), all.router(), observer.Metrics(), readiness(o.database.Store, verifier))
	if err != nil {
		return err
	}
	all.site = site
	if err := observer.WatchReadiness(func() bool { _, ready := site.Ready(ctx); return ready }); err != nil {
		return err
	}

	stopJobs, err := o.database.StartJobs(ctx, s.log, s.jobs(school, o.database.Store, observer), all.schoolJobs())
	if err != nil {
		return err
	}
	stopJobs = sync.OnceValue(stopJobs)
	defer func() { err = errors.Join(err, stopJobs()) }()
	work, err := all.work(ctx, "", school, o.database.Store, entrance.people, observer)
	if err != nil {
		return err
	}

	reloads, certificate := s.reloadable(keys)
	s.startSite(ctx, group, site, o.listeners, certificate)
	tasks := append(append(s.tasks(keys), work...), all.registry.Run,
		func(ctx context.Context) { s.followHangups(ctx, o.hangups, reloads, o.stop) },
		func(ctx context.Context) { s.announce(ctx, site, o.listeners, o.database.Store) },
		func(ctx context.Context) { s.drain(ctx, site, o.stopping) },
		func(ctx context.Context) { s.contractInTime(ctx, o.database.Store) },
		atEnd(graphQL.Drain),
		atEnd(func() { _ = stopJobs() })) // the deferred call returns the error
	for _, task := range tasks {
		group.Go(func() error {
			task(ctx)
			return nil
		})
	}
	if postgres := o.database.postgres; postgres != nil {
		group.Go(func() error { return waitForPostgres(ctx, postgres) })
	}
	err = group.Wait()
	s.farewell(ctx)
	return err
}

// tasks returns the tasks that depend on the configuration alone. Each runs until its context ends.
func (s *session) tasks(keys identity.Keys) []func(context.Context) {
	var tasks []func(context.Context)
	if s.config.GoMemoryLimit == "" {
		tasks = append(tasks, memory.Limit)
	}
	if provider, is := keys.(*identity.Provider); is {
		tasks = append(tasks, provider.Run)
	}
	return tasks
}

// atEnd returns a task that calls f when its context ends.
func atEnd(f func()) func(context.Context) {
	return func(ctx context.Context) {
		<-ctx.Done()
		f()
	}
}

// handlerOptions returns the options of the GraphQL handler that the configuration sets.
func (s *session) handlerOptions() gqlhttp.Options {
	return gqlhttp.Options{
		Options: graph.Options{Log: s.log, Zone: s.config.Zone, Timeout: s.config.OperationTimeout, PublicURL: s.config.PublicURL},
		Limits:  s.limits(), Streams: s.streams(),
		MaxOperations: s.config.MaxOperations, MaxOperationsPerCaller: s.config.MaxOperationsPerCaller, MaxAnswer: s.config.MaxAnswer,
		HideSchema: !bool(s.config.Introspection), PersistedQueries: bool(s.config.PersistedQueries), Origins: s.config.CORSOrigins,
	}
}

// drain drains the site once the server has been told to stop.
func (s *session) drain(ctx context.Context, site *web.Site, stopping <-chan struct{}) {
	select {
	case <-ctx.Done(): // a part of the server has failed, or there is no delay
		return
	case <-stopping:
	}
	site.Drain()
	if s.config.DrainDelay > 0 {
		s.log.InfoContext(ctx, "stopping: requests are still served while load balancers notice", "delay", s.config.DrainDelay)
	}
}

// startSite serves the site on the listeners until ctx ends. The operations address closes last.
func (s *session) startSite(ctx context.Context, group *errgroup.Group, site *web.Site, l listeners, certificate func() *tls.Certificate) {
	watched, end := context.WithCancel(context.WithoutCancel(ctx))
	group.Go(func() error {
		defer end()
		return site.Serve(ctx, l.public, site.Public(l.ops == nil), certificate, s.config.ShutdownTimeout)
	})
	if l.ops != nil {
		group.Go(func() error { return site.Serve(watched, l.ops, site.Ops(), nil, s.config.ShutdownTimeout) })
	}
}

// startTraces starts to send traces, if they are enabled. OpenTelemetry's SDK reads the variables of the config file
// from the environment of the process.
func (s *session) startTraces(ctx context.Context) (*telemetry.Traces, error) {
	if !s.config.Traces() {
		return nil, nil
	}
	for name, value := range s.environment.OpenTelemetry() {
		if err := os.Setenv(name, value); err != nil {
			return nil, fmt.Errorf("cannot set %s from the config file: %w", name, err)
		}
	}
	return telemetry.StartTraces(ctx, version(), s.log)
}

// newSite returns the site with the pages of the server.
func (s *session) newSite(
	only web.School, schools schools.Router, metrics http.Handler, ready func(context.Context) (string, error),
) (*web.Site, error) {
	page, err := playground.Handler()
	if err != nil {
		return nil, err
	}
	front, err := desk.Handler()
	if err != nil {
		return nil, err
	}
	return web.New(web.Options{
		School: only, Route: schools.Route, Playground: page, Desk: front, Schema: s.schema, Ready: ready, Metrics: metrics,
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
			return "the database cannot take bookings: " + store.Advice(err), fmt.Errorf("%w; %s", err, store.Advice(err))
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
	jobs := []store.Job{
		{Name: "extend_availability", Every: time.Hour, Run: func(ctx context.Context) error { return s.extendAvailability(ctx, school, db) }},
		{Name: "forget", Every: time.Hour, Run: func(ctx context.Context) error { return s.forget(ctx, school, db) }},
	}
	if s.config.Mail.Server != nil {
		jobs = append(jobs, store.Job{
			Name: "schedule_mail", Every: time.Minute,
			Run: func(ctx context.Context) error { return db.ScheduleMail(ctx, school.Now()) },
		})
	}
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
